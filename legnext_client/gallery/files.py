"""The files of a journal: where each is, a link to it, and its aspect ratio."""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from legnext_client._downloads.file_types import WEBP, boxes, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HEAD = 64
_NO_FRAME = frozenset((0xC4, 0xC8, 0xCC))
_MOST_PARTS = 256


def locate(path: str, beside: str) -> str | None:
    """Return where a file of a journal is; None if it is missing.

    A relative path is resolved against the working directory, then against `beside`, the journal's directory.
    """
    candidates = (os.path.abspath(path), os.path.join(beside, path))
    return next((one for one in candidates if os.path.isfile(one)), None)


def common_directory(located: Iterable[str | None], otherwise: str) -> str:
    """Return the common directory of the files, or `otherwise` if they have none."""
    directories = {os.path.dirname(path) for path in located if path is not None}
    try:
        common = os.path.commonpath(directories) if directories else otherwise
    except ValueError:  # several drives
        return otherwise
    return otherwise if common == os.path.dirname(common) else common


def links(paths: Sequence[str], directory: str, beside: str) -> dict[str, Any]:
    """Return links relative to a directory, the numbers of missing files, and the first known aspect ratio."""
    located = [locate(path, beside) for path in paths]
    gone = [number for number, place in enumerate(located) if place is None]
    shape = next(filter(None, (shape_of(path) for path in located if path is not None)), None)
    return {
        "files": [_link(place or path, directory) for path, place in zip(paths, located, strict=True)],
        **({"gone": gone} if gone else {}),
        **({"shape": shape} if shape else {}),
    }


def _link(path: str, directory: str) -> str:
    try:
        relative = os.path.relpath(path, directory)
    except ValueError:  # another drive
        return Path(path).as_uri()
    # As bytes, because a name may not be valid text. Colons are escaped, or they would be read as a URL scheme.
    return quote(os.fsencode(relative.replace(os.sep, "/")), safe="/")


def shape_of(path: str) -> float | None:
    """Return width divided by height, to reserve space before a file is loaded; None if it cannot be read."""
    with suppress(OSError, StopIteration, struct.error, ValueError, ZeroDivisionError), open(path, "rb") as file:
        width, height = _size(file)
        return round(width / height, 3) or None
    return None


def _size(file: BinaryIO) -> tuple[float, float]:
    head = file.read(_HEAD)
    kind = kind_of(head)
    if head.startswith(b"\x89PNG"):
        return _two(">II", head[16:24])
    if head.startswith(b"GIF8"):
        return _two("<HH", head[6:10])
    if head.startswith(b"\xff\xd8"):
        return _jpeg(file)
    if kind is WEBP:
        return _webp(head)
    return _mp4(file)


def _two(form: str, data: bytes) -> tuple[int, int]:
    first, second = struct.unpack(form, data)
    return first, second


def _jpeg(file: BinaryIO) -> tuple[int, int]:
    at = 2
    for _ in range(_MOST_PARTS):
        file.seek(at)
        marker, length = struct.unpack(">HH", file.read(4))
        if 0xFFC0 <= marker <= 0xFFCF and marker & 0xFF not in _NO_FRAME:
            height, width = _two(">HH", file.read(5)[1:])
            return width, height
        at += 2 + length
    raise ValueError


def _webp(head: bytes) -> tuple[int, int]:
    form = head[12:16]
    if form == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = _two("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _mp4(file: BinaryIO) -> tuple[float, float]:
    def read(at: int, count: int) -> bytes:
        file.seek(at)
        return file.read(count)

    parts = [(0, file.seek(0, 2))]
    for wanted in (b"moov", b"trak", b"tkhd"):
        parts = [(at, end) for part in parts for name, at, end in boxes(read, *part) if name == wanted]
    # An audio track has none.
    return next(size for _, end in parts if all(size := _two(">II", read(end - 8, 8))))
