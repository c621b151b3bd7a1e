"""Things to stand in a landscape, as outlines: houses, trees, a lighthouse.

Each is drawn on two masks, its body and what of it shines, around a foot at `x`, `y` and so high that `high` is what a
person would call its height. All lengths are pixels of the masks.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from PIL import ImageDraw

SOLID = 255


class Masks(NamedTuple):
    """Where a thing is, and where it shines."""

    body: ImageDraw.ImageDraw
    shine: ImageDraw.ImageDraw


def lighthouse(masks: Masks, x: float, y: float, high: float, chance: Random) -> None:
    foot, neck = high * 0.13, high * 0.075
    rock = high * 0.5
    stone = [(-rock, high * 0.06), (-rock * 0.55, -high * 0.05), (rock * 0.4, -high * 0.07), (rock, high * 0.06)]
    masks.body.polygon([(x + across, y + down) for across, down in stone], fill=SOLID)
    masks.body.polygon(
        [(x - foot, y), (x - neck, y - high * 0.76), (x + neck, y - high * 0.76), (x + foot, y)], fill=SOLID
    )
    masks.body.rectangle((x - neck * 1.7, y - high * 0.79, x + neck * 1.7, y - high * 0.76), fill=SOLID)
    masks.body.rectangle((x - neck * 0.9, y - high * 0.9, x + neck * 0.9, y - high * 0.78), fill=SOLID)
    masks.body.polygon([(x - neck * 1.2, y - high * 0.9), (x, y - high), (x + neck * 1.2, y - high * 0.9)], fill=SOLID)
    lamp = y - high * 0.845
    for side in (-1, 1):
        far, spread = high * chance.uniform(7, 9) * side, high * 1.0
        masks.shine.polygon([(x, lamp - 1), (x + far, lamp - spread), (x + far, lamp + spread * 0.5)], fill=44)
    masks.shine.ellipse((x - neck * 1.6, lamp - neck * 1.6, x + neck * 1.6, lamp + neck * 1.6), fill=110)
    masks.shine.rectangle((x - neck * 0.6, lamp - neck * 0.6, x + neck * 0.6, lamp + neck * 0.6), fill=SOLID)


def pine(masks: Masks, x: float, y: float, high: float, chance: Random) -> None:
    wide = high * chance.uniform(0.17, 0.23)
    masks.body.rectangle((x - high * 0.02, y - high * 0.2, x + high * 0.02, y + high * 0.08), fill=SOLID)
    for storey in range(4):
        low, reach = y - high * (0.08 + 0.21 * storey), wide * (1 - 0.21 * storey)
        masks.body.polygon([(x - reach, low), (x, low - high * 0.36), (x + reach, low)], fill=SOLID)


def house(masks: Masks, x: float, y: float, high: float, chance: Random) -> None:
    wide, wall = high * chance.uniform(0.55, 0.85), high * 0.55
    masks.body.rectangle((x - wide, y - wall, x + wide, y + high * 0.2), fill=SOLID)
    masks.body.polygon([(x - wide * 1.2, y - wall), (x, y - high), (x + wide * 1.2, y - wall)], fill=SOLID)
    masks.body.rectangle((x + wide * 0.45, y - high * 1.05, x + wide * 0.65, y - high * 0.7), fill=SOLID)
    for window in (-0.5, 0.35):
        left = x + wide * window
        if chance.random() < 0.8:
            masks.shine.rectangle((left, y - wall * 0.75, left + wide * 0.28, y - wall * 0.3), fill=235)


def skyscraper(masks: Masks, x: float, y: float, high: float, chance: Random) -> None:
    high *= chance.uniform(0.35, 1.0)
    wide = high * 0.06 + chance.uniform(0.05, 0.08) * high
    masks.body.rectangle((x - wide, y - high, x + wide, y + high), fill=SOLID)
    if chance.random() < 0.4:
        masks.body.rectangle((x - wide * 0.1, y - high * 1.16, x + wide * 0.1, y - high), fill=SOLID)
    pane = wide * 0.17
    for row in range(int(high / (pane * 3))):
        for column in range(4):
            if chance.random() < 0.42:
                left, upper = x - wide * 0.78 + column * wide * 0.42, y - high + pane * (1.2 + 3 * row)
                masks.shine.rectangle((left, upper, left + pane, upper + pane * 1.3), fill=chance.randint(110, 240))


def castle(masks: Masks, x: float, y: float, high: float, chance: Random) -> None:
    wide = high * 0.6
    masks.body.rectangle((x - wide, y - high * 0.36, x + wide, y + high * 0.2), fill=SOLID)
    for at, size in ((-1.0, 0.62), (-0.35, 0.85), (0.3, 1.0), (1.0, 0.56)):
        middle, half, top = x + wide * at, high * 0.1, y - high * size * 0.8
        masks.body.rectangle((middle - half, top, middle + half, y + high * 0.2), fill=SOLID)
        masks.body.polygon(
            [(middle - half * 1.35, top), (middle, top - high * 0.24), (middle + half * 1.35, top)], fill=SOLID
        )
        if chance.random() < 0.8:
            slit = half * 0.25
            masks.shine.rectangle((middle - slit, top + half * 0.8, middle + slit, top + half * 1.9), fill=220)


def boat(masks: Masks, x: float, y: float, high: float, chance: Random) -> None:
    long, side = high * 0.36, chance.choice((-1, 1))
    masks.body.polygon(
        [(x - long, y - high * 0.1), (x + long, y - high * 0.1), (x + long * 0.7, y), (x - long * 0.7, y)], fill=SOLID
    )
    masks.body.rectangle((x - high * 0.012, y - high, x + high * 0.012, y), fill=SOLID)
    low, gap = y - high * 0.17, side * high * 0.03
    masks.body.polygon([(x + gap, y - high * 0.95), (x + gap + side * long * 1.05, low), (x + gap, low)], fill=SOLID)
    masks.shine.polygon([(x - gap, y - high * 0.85), (x - side * long * 0.75, low), (x - gap, low)], fill=120)


def balloon(masks: Masks, x: float, y: float, high: float, chance: Random) -> None:
    wide, top = high * 0.36, y - high * chance.uniform(0.98, 1.02)
    masks.body.ellipse((x - wide, top, x + wide, top + 2 * wide), fill=SOLID)
    upper, lower = top + wide * 1.5, y - high * 0.16
    envelope = [(-0.86, upper), (-0.2, lower), (0.2, lower), (0.86, upper)]
    masks.body.polygon([(x + wide * across, down) for across, down in envelope], fill=SOLID)
    masks.body.rectangle((x - wide * 0.2, y - high * 0.1, x + wide * 0.2, y), fill=SOLID)
    for stripe in (-0.55, 0.0, 0.55):
        middle, half = x + wide * stripe, wide * 0.13
        masks.shine.ellipse((middle - half, top + wide * 0.1, middle + half, top + wide * 2.0), fill=150)


def bird(masks: Masks, x: float, y: float, high: float, chance: Random) -> None:
    wing, thick = high * 0.5, max(1, round(high * 0.09))
    lift = high * chance.uniform(0.2, 0.45)
    for side in (-1, 1):
        points = [
            (x + side * wing * part, y - lift * math.sin(math.pi * part * 0.62)) for part in (0, 0.25, 0.5, 0.75, 1)
        ]
        masks.body.line(points, fill=SOLID, width=thick, joint="curve")


class Kind(NamedTuple):
    """A kind of thing: how it is drawn, how many of it, how high for the height of the picture, and where it stands."""

    draw: Callable[[Masks, float, float, float, Random], None]
    many: tuple[int, int]
    high: tuple[float, float]
    stands: str
    """On the `hill` that is nearest, on the `shore`, on the `water`, or in the `sky`."""
    gather: float = 1.0
    """Over which share of the width they are strewn."""


KINDS = {
    "lighthouse": Kind(lighthouse, (1, 1), (0.42, 0.5), "shore"),
    "city": Kind(skyscraper, (22, 30), (0.34, 0.46), "shore"),
    "castle": Kind(castle, (1, 1), (0.3, 0.38), "hill"),
    "houses": Kind(house, (3, 6), (0.07, 0.1), "hill", 0.45),
    "pines": Kind(pine, (16, 30), (0.13, 0.3), "hill"),
    "boats": Kind(boat, (1, 3), (0.1, 0.2), "water"),
    "balloon": Kind(balloon, (1, 3), (0.14, 0.34), "sky"),
    "birds": Kind(bird, (5, 9), (0.02, 0.045), "sky", 0.5),
}
