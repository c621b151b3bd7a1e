"""The small print of a picture: what was asked for, and which of a job's pictures it is."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageFont

_SHOWN_CHARACTERS = 160
_FLAGS = re.compile(r"\s(?:--|—)[A-Za-z]")


def write(text: str, number: int, size: tuple[int, int]) -> Image.Image:
    """A mask of this size: the words of a prompt at the lower left, the number at the lower right."""
    from PIL import Image, ImageDraw

    width, height = size
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    letters = max(7, min(width, height) // 40)
    margin = letters * 1.4
    columns = max(6, int((width - 2 * margin) / (letters * 0.55)) - 6)
    lines = textwrap.wrap(_printable(_FLAGS.split(text, maxsplit=1)[0]), columns)[:2]
    at = (margin, height - margin)
    draw.multiline_text(at, "\n".join(lines), fill=205, font=_font(letters), anchor="ld")
    draw.text((width - margin, height - margin), str(number), fill=235, font=_font(letters * 2), anchor="rd")
    return mask


def _printable(text: str) -> str:
    shown = "".join(mark if not unicodedata.category(mark).startswith("C") else " " for mark in text[:4000])
    shown = " ".join(shown.split())
    return shown if len(shown) <= _SHOWN_CHARACTERS else shown[: _SHOWN_CHARACTERS - 1].rstrip() + "…"


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)
