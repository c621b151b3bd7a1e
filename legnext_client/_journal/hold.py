"""Hold a journal for writing: mark it as open, and check that its files stay in place.

Writes go to SQLite's log, `-wal`, first, so a renamed or copied journal may lack the latest ones. The mark records that
a log belongs to the journal. The log is merged into the journal before a request is sent, so even a lost log does not
lead to paying twice.
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
    """The lock, the mark and the files of a journal."""

    def __init__(self, path: str, lock: files.Lock, connection: sqlite3.Connection) -> None:
        self._path, self._lock, self._connection = os.path.abspath(path), lock, connection
        self._mark(open_now=True)
        self._files = dict(self._standing())

    def check(self) -> None:
        """Raise `JournalError` if a file was moved, deleted or replaced, because writes would be lost."""
        standing = dict(self._standing())
        gone = [place for place, identity in self._files.items() if standing[place] != identity]
        if gone:
            raise JournalError(
                f"{gone[0]} was moved, deleted or replaced during the run, so nothing more is sent. Put it back, with "
                f"{self._path}-wal, and run again.",
                journal=self._path,
            )

    def bring_in(self) -> None:
        """Merge the log into the journal, unless a reader blocks it."""
        self._connection.execute("PRAGMA busy_timeout = 0")
        with contextlib.suppress(sqlite3.OperationalError):  # the data stays in the log, which is durable too
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._connection.execute(f"PRAGMA busy_timeout = {files.PATIENCE * 1000:.0f}")

    def release(self) -> None:
        """Remove the mark, close the connection and release the lock."""
        with contextlib.suppress(sqlite3.Error):
            if not self._connection.in_transaction:
                self._mark(open_now=False)
        self._connection.close()
        with contextlib.suppress(OSError, JournalError):
            if files.is_open(self._path):  # the mark could not be removed, but SQLite has deleted the log
                with open(files.beside(self._path, "wal"), "ab"):
                    pass
        self._lock.release()

    def _mark(self, *, open_now: bool) -> None:
        with contextlib.suppress(sqlite3.OperationalError):  # on a full disk, paid jobs can still be waited for
            self._connection.execute("UPDATE about SET value = ? WHERE name = 'open'", (str(int(open_now)),))
        self.bring_in()

    def _standing(self) -> Iterator[tuple[str, tuple[int, int] | None]]:
        for place in (os.path.realpath(self._path), *(files.beside(self._path, what) for what in ("wal", "lock"))):
            yield place, _identity(place)


def _identity(place: str) -> tuple[int, int] | None:
    try:
        info = os.stat(place)
    except OSError:
        return None
    return info.st_dev, info.st_ino
