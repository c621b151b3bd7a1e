"""The tools of a painter: layers, the line of hills, gradients, other sizes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from random import Random

    from PIL import Image

    from legnext_client.mock.media.moods import Colour

POINTS = 120
"""So many make the line of a hill."""


class Layer(NamedTuple):
    """A part of the picture: what it looks like, where it is to be seen, and how near it is."""

    paint: Image.Image | Colour
    mask: Image.Image
    left: int
    top: int
    near: float


def layer(paint: Colour, mask: Image.Image, top: int, near: float) -> list[Layer]:
    """A layer no larger than what is to be seen of it; none when that is nothing."""
    box = mask.getbbox()
    return [Layer(paint, mask.crop(box), box[0], top + box[1], near)] if box else []


def ridge(chance: Random, rough: float, *, sharp: bool = False) -> list[float]:
    """The height of hills along a line, from 0 to 1: slow waves with quicker ones upon them."""
    heights, reach, total = [0.0] * POINTS, 1.0, 0.0
    for octave in range(5):
        count = 3 * 2**octave
        knots = [chance.random() for _ in range(count + 2)]
        for step in range(POINTS):
            whole, part = divmod(step * count / POINTS, 1)
            smooth = (1 - math.cos(math.pi * part)) / 2
            tone = knots[int(whole)] * (1 - smooth) + knots[int(whole) + 1] * smooth
            heights[step] += reach * (1 - abs(2 * tone - 1) if sharp else tone)
        total += reach
        reach *= rough
    lowest, highest = min(heights), max(heights)
    return [(tone - lowest) / max(highest - lowest, total * 0.2) for tone in heights]


def gradient(colours: list[Colour], size: tuple[int, int]) -> Image.Image:
    """From the first colour at the top to the last at the bottom."""
    from PIL import Image

    column = Image.frombytes("RGB", (1, len(colours)), bytes(channel for colour in colours for channel in colour))
    return resized(resized(column, (1, size[1]), Image.Resampling.BICUBIC), size, Image.Resampling.NEAREST)


def resized(
    picture: Image.Image,
    size: tuple[int, int],
    resampling: Image.Resampling,
    box: tuple[float, float, float, float] | None = None,
) -> Image.Image:
    """`picture`, or what of it lies in the box, at another size."""
    untyped: Any = picture  # Pillow's own types lean on NumPy's, which need not be there.
    answer: Image.Image = untyped.resize(size, resampling, box=box)
    return answer
