"""Decompression of bodies. Some servers send gzip although it is not requested."""

from __future__ import annotations

import zlib
from typing import Protocol

CODINGS = ("", "gzip", "x-gzip")

_WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS


class Body(Protocol):
    """Incremental decoder of a body."""

    @property
    def ended(self) -> bool:
        """Whether the body is complete at this point."""
        ...

    def unpacked(self, part: bytes, most: int) -> bytes | None:
        """Decode `part` to at most `most` bytes; None if it is corrupt."""
        ...


class Plain:
    """Decoder of an uncompressed body."""

    ended = True

    def unpacked(self, part: bytes, most: int) -> bytes | None:
        return part[:most]


class Gzip:
    """Decoder of a gzip body with one or more members."""

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
    """Return the decoder for a content coding."""
    return Gzip() if "gzip" in coding else Plain()
