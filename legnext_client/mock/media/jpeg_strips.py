"""A large JPEG from a small picture, a strip at a time.

Pillow holds a whole image in memory, four bytes a pixel. A JPEG needs no more than one strip of it: between two
restart markers the data stands for itself, so strips that were encoded alone can be joined behind one header.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

from legnext_client.mock.media.painting import resized

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

_STRIP = (
    256  # A multiple of 16, the height of a coded block; a strip of 12,288 pixels has 12,288 blocks (at most 65,535).
)
_BLOCK = 16
_START_OF_FRAME, _START_OF_SCAN, _RESTART_INTERVAL = 0xC0, 0xDA, 0xDD


def enlarged_jpeg(picture: Image.Image, size: tuple[int, int], **options: Any) -> bytes:
    """`picture` enlarged to `size`, as a baseline JPEG file."""
    width, height = size
    blocks = -(-width // _BLOCK) * (_STRIP // _BLOCK)
    file = io.BytesIO()
    for index, strip in enumerate(_strips(picture, size)):
        encoded = io.BytesIO()
        strip.save(encoded, "JPEG", subsampling="4:2:0", **options)
        header, data = _split(encoded.getvalue())
        if index == 0:
            file.write(_joint_header(header, height, blocks))
        else:
            file.write(bytes([0xFF, 0xD0 + (index - 1) % 8]))
        file.write(data)
    file.write(b"\xff\xd9")
    return file.getvalue()


def _strips(picture: Image.Image, size: tuple[int, int]) -> Iterator[Image.Image]:
    from PIL import Image

    width, height = size
    for top in range(0, height, _STRIP):
        rows = min(_STRIP, height - top)
        box = (0, top * picture.height / height, picture.width, (top + rows) * picture.height / height)
        yield resized(picture, (width, rows), Image.Resampling.BILINEAR, box)


def _segments(file: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment of a JPEG's header."""
    at = 2
    while True:
        end = at + 2 + int.from_bytes(file[at + 2 : at + 4])
        yield file[at + 1], at, end
        if file[at + 1] == _START_OF_SCAN:
            return
        at = end


def _split(file: bytes) -> tuple[bytes, bytes]:
    *_, (_, _, end) = _segments(file)
    return file[:end], file[end:-2]


def _joint_header(header: bytes, height: int, blocks: int) -> bytes:
    """A strip's header with the whole height in it, and the number of blocks between two restarts."""
    joint = bytearray(header)
    for marker, start, _ in _segments(header):
        if marker == _START_OF_FRAME:
            struct.pack_into(">H", joint, start + 5, height)
        if marker == _START_OF_SCAN:
            joint[start:start] = struct.pack(">BBHH", 0xFF, _RESTART_INTERVAL, 4, blocks)
    return bytes(joint)
