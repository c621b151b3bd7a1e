"""Image files: painted small for speed, enlarged to the requested size."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

from legnext_client.mock.media.scenes import Scene, resized

if TYPE_CHECKING:
    from PIL import Image

_OPTIONS: dict[str, dict[str, Any]] = {
    "PNG": {"compress_level": 1},
    "JPEG": {"quality": 85},
    "TIFF": {"compression": "tiff_lzw"},
}
_NAMES = {"png": "PNG", "jpeg": "JPEG", "jpg": "JPEG", "tiff": "TIFF", "tif": "TIFF"}
_LONGEST_PAINTED = 2048
"""Larger images are painted at this size and enlarged: in full colour, 12K takes 600 MB of memory."""
_STRIP = 256
"""Rows of a JPEG encoded at a time: a multiple of 16, the height of a coded block."""


def render_image(*, text: str, number: int | None, width: int, height: int, format: str = "png") -> bytes:
    """Render one image of a job, or the grid of its four if `number` is None.

    `format` is one of the API's values: png, jpeg, jpg, tiff, tif.
    """
    name, size = _NAMES[format], (width, height)
    scale = min(1.0, _LONGEST_PAINTED / max(size))
    painted = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = _grid(text, painted) if number is None else Scene(text, number, painted).frame()
    if painted == size:
        return _saved(picture, name)
    if name == "JPEG":
        return _enlarged_jpeg(picture, size)
    few_colours = picture.quantize(256, method=2)  # an octree: a byte for each pixel instead of four
    return _saved(resized(few_colours, size, 0), name)


def _grid(text: str, size: tuple[int, int]) -> Image.Image:
    from PIL import Image

    width, height = size
    grid = Image.new("RGB", size)
    for number in range(4):
        left, top = (width // 2) * (number % 2), (height // 2) * (number // 2)
        quarter = (max(1, width - left if left else width // 2), max(1, height - top if top else height // 2))
        grid.paste(Scene(text, number, quarter).frame(), (left, top))
    return grid


def _saved(picture: Image.Image, name: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, name, **_OPTIONS[name])
    return file.getvalue()


def _enlarged_jpeg(picture: Image.Image, size: tuple[int, int]) -> bytes:
    """Encode strips on their own and join them by restart markers, so that only one strip is in memory."""
    width, height = size
    blocks = -(-width // 16) * (_STRIP // 16)
    joined = bytearray()
    for index, top in enumerate(range(0, height, _STRIP)):
        rows = min(_STRIP, height - top)
        box = (0, top * picture.height / height, picture.width, (top + rows) * picture.height / height)
        strip = _saved(resized(picture, (width, rows), 2, box), "JPEG")
        frame, scan = strip.index(b"\xff\xc0"), strip.index(b"\xff\xda")
        data = scan + 2 + int.from_bytes(strip[scan + 2 : scan + 4])
        if index == 0:
            joined += strip[:data]
            struct.pack_into(">H", joined, frame + 5, height)
            joined[scan:scan] = struct.pack(">HHH", 0xFFDD, 4, blocks)
        else:
            joined += bytes([0xFF, 0xD0 + (index - 1) % 8])
        joined += strip[data:-2]
    return bytes(joined + b"\xff\xd9")
