"""Images as files: drawn small enough to be quick, delivered as large as they are asked for."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from legnext_client.mock.media.jpeg_strips import enlarged_jpeg
from legnext_client.mock.media.painting import resized
from legnext_client.mock.media.scenes import Scene

if TYPE_CHECKING:
    from PIL import Image

_NAMES = {"png": "PNG", "jpeg": "JPEG", "jpg": "JPEG", "tiff": "TIFF", "tif": "TIFF"}
_OPTIONS: dict[str, dict[str, Any]] = {
    "PNG": {"compress_level": 1},
    "JPEG": {"quality": 85},
    "TIFF": {"compression": "tiff_lzw"},
}
# What is larger is drawn at this size and enlarged: in full colour, 12K would take 600 MB of memory.
_LONGEST_DRAWN = 2048


def render_image(*, text: str, number: int | None, width: int, height: int, format: str = "png") -> bytes:
    """An image file with the prompt and the number on it; without a number, the grid of a job's four images.

    `format` is one of the API's own words: png, jpeg, jpg, tiff, tif.
    """
    name = _NAMES[format]
    scale = min(1.0, _LONGEST_DRAWN / max(width, height))
    drawn = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = _grid(text, drawn) if number is None else Scene(text, number, drawn).frame()
    if drawn == (width, height):
        return _saved(picture, name)
    if name == "JPEG":
        return enlarged_jpeg(picture, (width, height), **_OPTIONS[name])
    return _saved(_enlarged(picture, (width, height)), name)


def _grid(text: str, size: tuple[int, int]) -> Image.Image:
    from PIL import Image

    width, height = size
    grid = Image.new("RGB", size)
    for number in range(4):
        left, top = (width // 2) * (number % 2), (height // 2) * (number // 2)
        quarter = (max(1, width - left if left else width // 2), max(1, height - top if top else height // 2))
        grid.paste(Scene(text, number, quarter).frame(), (left, top))
    return grid


def _enlarged(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """In 256 colours, a byte for each pixel instead of four."""
    from PIL import Image

    few_colours = picture.quantize(256, method=Image.Quantize.FASTOCTREE)
    return resized(few_colours, size, Image.Resampling.NEAREST)


def _saved(picture: Image.Image, name: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, name, **_OPTIONS[name])
    return file.getvalue()
