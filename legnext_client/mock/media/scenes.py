"""What is to be seen: a sky, a sun and hills in the colours of a prompt, with the prompt written over them.

The same text gives the same picture everywhere; other texts, and other numbers, give other ones.
"""

from __future__ import annotations

import colorsys
import hashlib
import math
import textwrap
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image, ImageFont

Colour = tuple[int, int, int]

_SHOWN_CHARACTERS = 160


class Scene:
    """One picture in the making: everything that a text and a number decide, drawn layer by layer."""

    def __init__(self, text: str, number: int, size: tuple[int, int]) -> None:
        self.text, self.number, self.size = _printable(text), number, size
        seed = hashlib.sha256(text.encode("utf-8", "replace")).digest()
        self._hue = seed[0] / 256 + number * 0.045
        self._turn = 0.12 + seed[1] / 256 * 0.3
        self._sun_at = 0.2 + ((seed[2] + number * 67) % 256) / 256 * 0.6
        self._hills = [(seed[3 + row] / 256 + number * 0.21, 1.2 + seed[6 + row] / 128) for row in range(3)]

    def sky(self) -> Image.Image:
        """The gradient behind everything."""
        from PIL import Image

        corners = [
            self._colour(0, 0.45, 0.62),
            self._colour(self._turn / 2, 0.5, 0.55),
            self._colour(self._turn, 0.75, 0.95),
            self._colour(self._turn * 1.5, 0.65, 0.9),
        ]
        small = Image.frombytes("RGB", (2, 2), bytes(channel for corner in corners for channel in corner))
        return resized(small, self.size, Image.Resampling.BICUBIC)

    def sun(self, at: float | None = None) -> tuple[tuple[float, float, float, float], Colour]:
        """The box and the colour of the sun; `at` is its way from the left edge (0) to the right (1)."""
        width, height = self.size
        way = self._sun_at if at is None else at
        radius = min(width, height) * 0.11
        x, y = width * way, height * (0.46 - 0.2 * math.sin(math.pi * way))
        return (x - radius, y - radius, x + radius, y + radius), self._colour(self._turn + 0.08, 0.25, 1.0)

    def foreground(self) -> Image.Image:
        """The hills and the writing, on a transparent ground."""
        from PIL import Image, ImageDraw

        layer = Image.new("RGBA", self.size)
        draw = ImageDraw.Draw(layer)
        width, height = self.size
        steps = 48
        for row, (phase, waves) in enumerate(self._hills):
            base = height * (0.62 + 0.12 * row)
            line = [
                (width * step / steps, base + height * 0.05 * math.sin(math.tau * (phase + waves * step / steps)))
                for step in range(steps + 1)
            ]
            draw.polygon([*line, (width, height), (0, height)], fill=self._colour(0.03 * row, 0.55, 0.5 - 0.13 * row))
        self._write(layer)
        return layer

    def _write(self, layer: Image.Image) -> None:
        from PIL import ImageDraw

        draw = ImageDraw.Draw(layer)
        width, height = self.size
        letters = max(8, min(width, height) // 22)
        margin = letters
        columns = max(6, int((width - 2 * margin) / (letters * 0.55)))
        lines = textwrap.wrap(self.text, columns)[: max(1, height // (letters * 4))]
        draw.multiline_text(
            (margin, margin),
            "\n".join(lines),
            fill=(255, 255, 255),
            font=_font(letters),
            stroke_width=max(1, letters // 14),
            stroke_fill=self._colour(0, 0.7, 0.25),
        )
        draw.text(
            (width - margin, height - margin),
            str(self.number),
            fill=(255, 255, 255),
            font=_font(letters * 3),
            anchor="rs",
        )

    def _colour(self, turn: float, saturation: float, value: float) -> Colour:
        red, green, blue = colorsys.hsv_to_rgb((self._hue + turn) % 1, saturation, value)
        return round(red * 255), round(green * 255), round(blue * 255)


def draw(scene: Scene, sun_at: float | None = None) -> Image.Image:
    """The whole picture, sun and all."""
    from PIL import ImageDraw

    picture = scene.sky()
    box, colour = scene.sun(sun_at)
    ImageDraw.Draw(picture).ellipse(box, fill=colour)
    front = scene.foreground()
    picture.paste(front, mask=front)
    return picture


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


def _printable(text: str) -> str:
    shown = "".join(mark if not unicodedata.category(mark).startswith("C") else " " for mark in text[:4000])
    shown = " ".join(shown.split())
    return shown if len(shown) <= _SHOWN_CHARACTERS else shown[: _SHOWN_CHARACTERS - 1].rstrip() + "…"


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)
