"""Read and write a journal's file; SQLite's errors become `JournalError`."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from legnext_client._journal import files
from legnext_client._journal.disk_reserve import DiskReserve
from legnext_client._journal.hold import Hold
from legnext_client._journal.seals import seal_writes
from legnext_client.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    StrPath = str | os.PathLike[str]

MEMORY = ":memory:"


class Store:
    """An existing file, readable; writable once it is held."""

    def __init__(self, path: StrPath, *, now: Callable[[], datetime] | None = None) -> None:
        self.path = os.fspath(path)
        self._now = now or _utc_now
        self._mutex = threading.RLock()
        self._hold: Hold | None = None
        self._reserve: DiskReserve | None = None
        if self.path == MEMORY:
            self._connection = sqlite3.connect(MEMORY, isolation_level=None, check_same_thread=False)
            return
        if not files.is_there(self.path):
            raise JournalError(f"there is no journal {self.path}.", journal=self.path)
        files.examine(self.path)
        self._connection = files.reader(self.path)

    # ---- SQLite -------------------------------------------------------------------------------------------------

    def _take(self, lock: files.Lock) -> None:
        """Open for writing under this lock."""
        self._connection.close()
        self._connection = files.writer(self.path)
        with self._translated_errors():
            seal_writes(self._connection)
            self._hold = Hold(self.path, lock, self._connection)
        self._reserve = DiskReserve(files.beside(self.path, "reserve"))

    def _let_go(self) -> None:
        """Close the connection and release the lock."""
        if self._reserve is not None:
            self._reserve.drop()
            self._reserve = None
        if self._hold is not None:
            self._hold.release()
            self._hold = None
        self._connection.close()

    def _time(self) -> str:
        return timestamp(self._now())

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._mutex, self._translated_errors():
            return self._connection.execute(query, _sound(values)).fetchall()

    def _run(self, statement: str, *values: Any) -> None:
        self._connection.execute(statement, _sound(values))

    @contextlib.contextmanager
    def _transaction(self) -> Generator[None]:
        with self._mutex, self._translated_errors():
            self._run("BEGIN IMMEDIATE")
            try:
                yield
                self._run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._run("ROLLBACK")
                raise

    def _write(self, statement: str, *values: Any) -> None:
        """Run one statement; if the disk is full, use up the reserve and repeat it."""
        with self._mutex, self._translated_errors():
            try:
                self._run(statement, *values)
            except sqlite3.OperationalError:
                if self._reserve is None or not self._reserve.drop():
                    raise
                self._run(statement, *values)

    @contextlib.contextmanager
    def _translated_errors(self) -> Generator[None]:
        """Raise SQLite's errors as `JournalError`."""
        try:
            yield
        except sqlite3.ProgrammingError as error:
            raise JournalError(f"{self.path} is closed.", journal=self.path) from error
        except sqlite3.OperationalError as error:
            if not hasattr(error, "sqlite_errorcode"):  # raised by Python: a text is not valid
                raise files.damaged(self.path, "a text is not UTF-8") from error
            raise JournalError(f"{self.path} could not be written or read: {error}.", journal=self.path) from error
        except (sqlite3.Error, UnicodeError) as error:
            raise files.damaged(self.path, str(error)) from error
        except OverflowError as error:
            raise JournalError(f"{self.path} could not be written: {error}.", journal=self.path) from error

    @contextlib.contextmanager
    def _sound(self) -> Generator[None]:
        """Report values that cannot be decoded as damage."""
        try:
            yield
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise files.damaged(self.path, str(error)) from error


def _sound(values: tuple[Any, ...]) -> list[Any]:
    """Replace lone surrogates, which the service may send but no file can hold."""
    return [value.encode(errors="replace").decode() if isinstance(value, str) else value for value in values]


def timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _utc_now() -> datetime:
    return datetime.now(UTC)
