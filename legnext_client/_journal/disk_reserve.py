"""Disk space kept free for the ids of accepted jobs.

The id of an accepted job must not be lost to a full disk. A reserve file is created beside the journal before a request
is sent. If a write finds the disk full, the file is deleted and the write is repeated.
"""

from __future__ import annotations

import os
from contextlib import suppress

ENOUGH = 256 * 1024
"""Enough for about twenty concurrent writes of ids, which take a few pages each in SQLite's log."""


class DiskReserve:
    """A file that occupies `size` bytes on disk."""

    def __init__(self, path: str, size: int = ENOUGH) -> None:
        self._path = path
        self._size = size
        self._exists = False

    def load(self) -> None:
        """Create the file; raise `OSError` if there is no space for it."""
        if self._exists:
            return
        # Random bytes, because file systems may not allocate zeros or holes.
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
        self._exists = True

    def drop(self) -> bool:
        """Delete the file; return whether there was one."""
        self._exists, was = False, self._exists
        with suppress(OSError):
            os.unlink(self._path)
        return was
