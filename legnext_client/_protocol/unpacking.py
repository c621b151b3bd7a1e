"""Unpacking what comes packed: gzip is not asked for, but some servers send it all the same."""

from __future__ import annotations

import zlib
from typing import Protocol

CODINGS = ("", "gzip", "x-gzip")

_WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS


class Body(Protocol):
    """Takes the bytes of a body as they come."""

    @property
    def ended(self) -> bool:
        """Whether the body may end here."""
        ...

    def unpacked(self, part: bytes, most: int) -> bytes | None:
        """The next bytes of the file, `most` at most; None when they cannot be unpacked."""
        ...


class Plain:
    """A body that is the file."""

    ended = True

    def unpacked(self, part: bytes, most: int) -> bytes | None:
        return part[:most]


class Gzip:
    """A body that is the file, packed, in one piece or several."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(_WITH_GZIP_HEADER)

    @property
    def ended(self) -> bool:
        return self._unpacker.eof

    def unpacked(self, part: bytes, most: int) -> bytes | None:
        out = bytearray()
        try:
            while part and len(out) < most:
                if self._unpacker.eof:
                    self._unpacker = zlib.decompressobj(_WITH_GZIP_HEADER)
                out += self._unpacker.decompress(part, most - len(out))
                part = self._unpacker.unused_data
        except zlib.error:
            return None
        return bytes(out)


def body_of(coding: str) -> Body:
    """What takes a body of this coding."""
    return Gzip() if "gzip" in coding else Plain()
