"""Decompression of bodies. Some servers send gzip although it is not requested."""

from __future__ import annotations

import zlib

CODINGS = ("", "gzip", "x-gzip")

_WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS


class Decoder:
    """Incremental decoder of a body: unchanged, or gzip with one or more members."""

    def __init__(self, coding: str = "") -> None:
        self._unpacker = zlib.decompressobj(_WITH_GZIP_HEADER) if "gzip" in coding else None

    @property
    def ended(self) -> bool:
        """Whether the body is complete at this point."""
        return self._unpacker is None or self._unpacker.eof

    def unpacked(self, part: bytes, most: int) -> bytes | None:
        """Decode `part` to at most `most` bytes; None if it is corrupt."""
        if self._unpacker is None:
            return part[:most]
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
