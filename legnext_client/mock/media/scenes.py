"""What is to be seen: a landscape in the light and with the things that a prompt speaks of, layer upon layer.

The same text gives the same picture everywhere; other texts, and other numbers, give other ones. In a video the sun
moves, and the camera past the layers, the near ones faster.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

from legnext_client.mock.media.captions import write
from legnext_client.mock.media.moods import mixed, mood_of
from legnext_client.mock.media.painting import POINTS, Layer, gradient, layer, resized, ridge
from legnext_client.mock.media.things import KINDS, SOLID, Masks

if TYPE_CHECKING:
    from PIL import Image

    from legnext_client.mock.media.moods import Colour
    from legnext_client.mock.media.things import Kind

_LARGE = 1600
_PAN = 0.1
"""What is nearest moves by so much of the width while a video lasts."""
_HORIZON = 0.6
_LOWEST_FOOT = 0.97
"""Below, nothing stands: it would be out of the picture."""


class Scene:
    """One picture in the making: everything that a text and a number decide."""

    def __init__(self, text: str, number: int, size: tuple[int, int]) -> None:
        self.text, self.number, self.size = text, number, size
        seed = hashlib.sha256(text.encode("utf-8", "replace")).digest()
        mood = mood_of(text, Random(seed))
        self._mood = mood._replace(light=mood.light.turned((number - 1.5) * 0.012))
        self._chance = Random(seed + bytes([number & 0xFF]))
        # Outlines are drawn larger, and so come out smooth; in a large picture nobody sees that they are not.
        self._fine = 2 if max(size) < _LARGE else 1
        self._sun_at = self._chance.uniform(0.2, 0.8)
        self._sun_high = self._chance.uniform(0.24, 0.42)
        # Each part has a seed of its own, so that one that is drawn otherwise does not change the next.
        self._seeds = (self._chance.getrandbits(64) for _ in itertools.count())

    def frame(self, at: float | None = None) -> Image.Image:
        """The picture, or a moment of a video: 0 is its beginning, 1 its end."""
        from PIL import ImageDraw

        picture = self._sky.copy()
        width, height = self.size
        moved = 0.5 if at is None else at
        sun = self._sun_at if at is None else 0.12 + 0.76 * at
        x, y = width * sun, height * (self._sun_high if at is None else 0.46 - 0.24 * math.sin(math.pi * sun))
        self._shine(picture, x, y)
        for part in self._layers:
            left = part.left - round(width * _PAN * part.near * moved)
            box = (left, part.top, left + part.mask.width, part.top + part.mask.height)
            picture.paste(part.paint, box, part.mask)
            if part is self._water:
                self._glitter(ImageDraw.Draw(picture, "RGBA"), x, moved)
        return picture

    # ---- the sky ------------------------------------------------------------------------------------------------

    @cached_property
    def _sky(self) -> Image.Image:
        from PIL import ImageDraw

        light, (width, height) = self._mood.light, self.size
        picture = gradient([light.top, light.middle, light.horizon, light.horizon], self.size)
        draw, chance = ImageDraw.Draw(picture), Random(next(self._seeds))
        for _ in range(light.stars):
            x, y, bright = width * chance.random(), height * _HORIZON * chance.random() ** 1.4, chance.uniform(0.3, 1)
            radius = min(width, height) * chance.uniform(0.0006, 0.0018)
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=mixed(light.top, light.sun, bright))
        self._clouds(picture, chance)
        return picture

    def _clouds(self, picture: Image.Image, chance: Random) -> None:
        from PIL import Image, ImageDraw, ImageFilter

        small = Image.new("L", (96, 96))
        draw = ImageDraw.Draw(small)
        for _ in range(chance.randint(2, 5)):
            x, y, wide = chance.uniform(-10, 106), chance.uniform(8, 50), chance.uniform(12, 34)
            for _ in range(7):
                across, high = wide * chance.uniform(0.3, 0.8), chance.uniform(0.8, 2.6)
                left, top = x + wide * chance.uniform(-1, 1), y + chance.uniform(-2.5, 2.5)
                draw.ellipse((left - across, top - high, left + across, top + high), fill=chance.randint(40, 105))
        mask = resized(small.filter(ImageFilter.GaussianBlur(1.6)), self.size, Image.Resampling.BICUBIC)
        picture.paste(mixed(self._mood.light.horizon, self._mood.light.sun, 0.4), (0, 0), mask)

    def _shine(self, picture: Image.Image, x: float, y: float) -> None:
        radius = min(self.size) * 0.07
        left, top = round(x - radius * 6), round(y - radius * 6)
        picture.paste(self._mood.light.sun, (left, top), self._glow)
        left, top = round(x - radius), round(y - radius)
        picture.paste(self._mood.light.sun, (left, top), self._disk)

    @cached_property
    def _glow(self) -> Image.Image:
        from PIL import Image

        edge = max(1, round(min(self.size) * 0.84))
        rings: Any = Image.radial_gradient("L")
        faint = rings.point([round(0.55 * max(0, 255 - 2 * tone) ** 2 / 255) for tone in range(256)])
        return resized(faint, (edge, edge), Image.Resampling.BICUBIC)

    @cached_property
    def _disk(self) -> Image.Image:
        from PIL import Image, ImageDraw

        edge = max(1, round(min(self.size) * 0.14))
        large = Image.new("L", (edge * 4, edge * 4))
        ImageDraw.Draw(large).ellipse((0, 0, edge * 4 - 1, edge * 4 - 1), fill=SOLID)
        return large.reduce(4)

    # ---- the land -----------------------------------------------------------------------------------------------

    @cached_property
    def _layers(self) -> list[Layer]:
        mood, light = self._mood, self._mood.light
        layers: list[Layer] = []
        ridges = 2 if mood.water else 4
        for number in range(ridges):
            share = number / (ridges - 1)
            high = (0.3 if mood.peaks else 0.17) * (1 - 0.5 * share)
            base = _HORIZON if mood.water else _HORIZON + 0.32 * share
            outline = ridge(Random(next(self._seeds)), 0.62 if mood.peaks and not share else 0.42, sharp=mood.peaks)
            line = [base - high * (0.25 + 0.75 * tone) * (0.75 if mood.water and share else 1) for tone in outline]
            colour = mixed(light.far, light.near, share * (0.45 if mood.water else 1))
            colour = mixed(light.horizon, colour, 0.55 + 0.45 * share)
            if share == 1 and not mood.water:  # before the hill, which hides their feet
                layers += self._standing("hill", line, 0.7) + self._standing("shore", line, 0.7)
            layers += self._land(line, colour, base, 0.15 + 0.55 * share)
            if share == 0:
                layers += self._standing("sky", [_HORIZON * 0.55] * POINTS, 0.5)
        if mood.water:
            layers += self._standing("shore", [_HORIZON + 0.012] * POINTS, 0.4)
            layers += [self._sea(), *self._standing("water", [_HORIZON + 0.16] * POINTS, 0.75)]
            layers += self._bank()
        caption = write(self.text, self.number, self.size)
        return [*layers, *self._weather(), *layer((255, 255, 255), caption, 0, 0.0)]

    def _land(self, line: list[float], colour: Colour, base: float, near: float) -> list[Layer]:
        from PIL import Image, ImageDraw

        width, height = self._wide
        top = max(0, math.floor(min(line) * height))
        mask = Image.new("L", (width * self._fine, max(1, height - top) * self._fine))
        points = [
            (width * self._fine * step / (POINTS - 1), (tone * height - top) * self._fine)
            for step, tone in enumerate(line)
        ]
        ImageDraw.Draw(mask).polygon([*points, (mask.width, mask.height), (0, mask.height)], fill=SOLID)
        mask = mask.reduce(self._fine)
        haze = mixed(colour, self._mood.light.horizon, 0.45 if near < 0.6 else 0.0)
        deep = min(1.0, (base - top / height + 0.08) / max(1 - top / height, 0.01))
        return [Layer(gradient([colour, mixed(colour, haze, deep), haze], mask.size), mask, 0, top, near)]

    def _standing(self, where: str, line: list[float], near: float) -> list[Layer]:
        """The things of this mood that stand there, along a line."""
        kinds = [KINDS[thing] for thing in self._mood.things if KINDS[thing].stands == where]
        if where == "hill" and not self._mood.water:
            kinds += [KINDS[thing] for thing in self._mood.things if KINDS[thing].stands == "water"]
        return [part for kind in kinds for part in self._things(kind, line, near)]

    def _things(self, kind: Kind, line: list[float], near: float) -> list[Layer]:
        from PIL import Image, ImageDraw

        width, height = self._wide
        fine = (width * self._fine, height * self._fine)
        body, shine = Image.new("L", fine), Image.new("L", fine)
        masks, chance = Masks(ImageDraw.Draw(body), ImageDraw.Draw(shine)), Random(next(self._seeds))
        middle = chance.choice((0.3, 0.7)) if kind.many[1] < 4 or kind.gather < 1 else 0.5
        count = chance.randint(*kind.many)
        ground = [step for step, tone in enumerate(line) if tone < _LOWEST_FOOT] or [0]
        for number in range(count):
            strewn = (number + chance.random()) / count - 0.5 if count > 1 else chance.uniform(-0.1, 0.1)
            step = ground[round(min(0.98, max(0.02, middle + strewn * kind.gather)) * (len(ground) - 1))]
            across, foot = step / (POINTS - 1), line[step]
            if kind.stands in ("sky", "water"):
                foot += chance.uniform(-0.12, 0.16)
            high = chance.uniform(*kind.high) * min(height, width * 1.2) * self._fine
            kind.draw(masks, across * fine[0], (foot + 0.006) * fine[1], high, chance)
        light = self._mood.light
        colour = mixed(light.things, light.horizon, 0.35 if kind.stands == "sky" else 0.08)
        bright = mixed(light.sun, light.horizon, 0.25)
        return [*layer(colour, body.reduce(self._fine), 0, near), *layer(bright, shine.reduce(self._fine), 0, near)]

    # ---- water and weather --------------------------------------------------------------------------------------

    _water: Layer | None = None

    def _sea(self) -> Layer:
        from PIL import Image

        width, height = self._wide
        top, light = round(height * _HORIZON), self._mood.light
        size = (width, max(1, height - top))
        colours = [
            mixed(light.horizon, light.middle, 0.35),
            mixed(light.middle, light.top, 0.5),
            mixed(light.top, light.near, 0.6),
        ]
        self._water = Layer(gradient(colours, size), Image.new("L", size, SOLID), 0, top, 0.0)
        return self._water

    def _glitter(self, draw: Any, x: float, moved: float) -> None:
        """The way of light on the water, under the sun; it trembles."""
        width, height = self.size
        chance = Random(self.number * 1000 + round(moved * 997))
        for row in range(26):
            deep = (row / 26) ** 1.5
            y = height * (_HORIZON + 0.005 + deep * 0.36)
            spread, long = width * (0.012 + 0.07 * deep), width * chance.uniform(0.006, 0.03) * (0.6 + 1.6 * deep)
            middle, thick = x + chance.uniform(-spread, spread), max(1.0, height * 0.0035 * (0.5 + deep))
            draw.ellipse(
                (middle - long, y, middle + long, y + thick), fill=(*self._mood.light.sun, round(170 - 90 * deep))
            )

    def _bank(self) -> list[Layer]:
        """The ground on which one stands, in a corner."""
        chance, light = Random(next(self._seeds)), self._mood.light
        flip, outline = chance.random() < 0.5, ridge(chance, 0.5)
        slope = [max(0.0, 1 - step / (POINTS * chance.uniform(0.52, 0.56))) for step in range(POINTS)]
        line = [1.02 - 0.2 * part**1.3 * (0.75 + 0.5 * tone) for part, tone in zip(slope, outline, strict=True)]
        line = line[::-1] if flip else line
        layers = self._land(line, mixed(light.near, light.things, 0.5), 1.0, 1.0)
        return layers + self._standing("hill", line, 1.0)

    def _weather(self) -> list[Layer]:
        from PIL import Image, ImageDraw

        if not self._mood.falling:
            return []
        width, height = self._wide
        mask, chance = Image.new("L", (width, height)), Random(next(self._seeds))
        draw, edge = ImageDraw.Draw(mask), min(width, height)
        for _ in range(220):
            x, y, near = width * chance.random(), height * chance.random(), chance.random()
            if self._mood.falling == "rain":
                long = edge * (0.02 + 0.05 * near)
                draw.line((x, y, x - long * 0.25, y + long), fill=round(30 + 60 * near), width=max(1, edge // 500))
            else:
                radius = edge * (0.001 + 0.0035 * near)
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=round(120 + 120 * near))
        return layer((255, 255, 255), mask, 0, 1.0)

    @property
    def _wide(self) -> tuple[int, int]:
        """The size of a layer: wider than the picture, for the camera moves past it."""
        return math.ceil(self.size[0] * (1 + _PAN)), self.size[1]
