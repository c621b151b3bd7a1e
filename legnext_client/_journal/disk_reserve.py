"""Room on the disk that is kept for what must still be written when the disk is full.

The id of an accepted job is worth money. So before a request goes out, a file of ballast stands beside the journal;
when a write finds the disk full, the ballast is thrown off and the write is tried again.
"""

from __future__ import annotations

import os
from contextlib import suppress

ENOUGH = 256 * 1024
"""For some twenty ids written at the same time: each takes a few pages in SQLite's log."""


class DiskReserve:
    """A file of so many bytes that are really there."""

    def __init__(self, path: str, size: int = ENOUGH) -> None:
        self._path = path
        self._size = size
        self._aboard = False

    def load(self) -> None:
        """See that it is there; `OSError` when there is no room for it."""
        if self._aboard:
            return
        # Not zeros and not a hole: file systems would store neither.
        block = os.urandom(4096)
        try:
            with open(self._path, "wb") as file:
                for _ in range(-(-self._size // len(block))):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self.drop()
            raise
        self._aboard = True

    def drop(self) -> bool:
        """Give the room back; whether there was any to give."""
        self._aboard, was = False, self._aboard
        with suppress(OSError):
            os.unlink(self._path)
        return was
