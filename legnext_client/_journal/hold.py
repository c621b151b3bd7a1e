"""A journal that this process writes to: it is marked as open, and its files must stay where they are.

What is written goes to SQLite's log, `-wal`, first. So the journal alone, renamed or copied, may lack the last of it.
The mark in the journal says that a log belongs to it. Before a request goes out, what is written of it is brought from
the log into the journal: whatever happens to the log, nothing is paid for twice.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING

from legnext_client._journal import files
from legnext_client.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Hold:
    """The lock, the mark and the files of a journal; let go of by `release`."""

    def __init__(self, path: str, lock: files.Lock, connection: sqlite3.Connection) -> None:
        self._path, self._lock, self._connection = os.path.abspath(path), lock, connection
        self._mark(open_now=True)
        self._files = dict(self._standing())

    def check(self) -> None:
        """Raise `JournalError` if a file was moved, deleted or replaced: what is written now would be lost."""
        standing = dict(self._standing())
        gone = [place for place, identity in self._files.items() if standing[place] != identity]
        if gone:
            raise JournalError(
                f"{gone[0]} was moved, deleted or replaced while a run writes to it; nothing more is sent. Put it back "
                f"where it was, with {self._path}-wal, and run again.",
                journal=self._path,
            )

    def bring_in(self) -> None:
        """Bring what stands in the log into the journal, unless a reader is in the way at this moment."""
        self._connection.execute("PRAGMA busy_timeout = 0")
        with contextlib.suppress(sqlite3.OperationalError):  # it stays in the log, from which it is not lost either
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._connection.execute(f"PRAGMA busy_timeout = {files.PATIENCE * 1000:.0f}")

    def release(self) -> None:
        """Take the mark away, close the connection and let another process write."""
        with contextlib.suppress(sqlite3.Error):
            if not self._connection.in_transaction:
                self._mark(open_now=False)
        self._connection.close()
        with contextlib.suppress(OSError, JournalError):
            if files.is_open(self._path):  # the mark could not be taken away, and SQLite has taken away the log
                with open(files.beside(self._path, "wal"), "ab"):
                    pass
        self._lock.release()

    def _mark(self, *, open_now: bool) -> None:
        with contextlib.suppress(
            sqlite3.OperationalError
        ):  # on a full disk, what is paid can be waited for all the same
            self._connection.execute("UPDATE about SET value = ? WHERE name = 'open'", (str(int(open_now)),))
        self.bring_in()

    def _standing(self) -> Iterator[tuple[str, tuple[int, int] | None]]:
        for place in (os.path.realpath(self._path), *(files.beside(self._path, what) for what in ("wal", "lock"))):
            yield place, _identity(place)


def _identity(place: str) -> tuple[int, int] | None:
    try:
        found = os.stat(place)
    except OSError:
        return None
    return found.st_dev, found.st_ino
