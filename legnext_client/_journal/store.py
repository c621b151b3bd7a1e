"""Read and write a journal's file; SQLite's errors become `JournalError`."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from legnext_client._forks import ForkSafeLock
from legnext_client._journal import files
from legnext_client.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    StrPath = str | os.PathLike[str]

MEMORY = ":memory:"
REQUEST_COLUMNS = (
    "id, key, item, step, digest, operation, body, state, price, token, job_id, status, frozen, points, output, error, "
    "files, current, submitting_at, submitted_at, ended_at"
)
ITEM_COLUMNS = "key, digest, described"
RESERVED = 256 * 1024
"""Bytes for about twenty concurrent writes of ids, which take a few pages each in SQLite's log."""


class Store:
    """An existing file, readable; writable once it is held."""

    def __init__(self, path: StrPath, *, now: Callable[[], datetime] | None = None) -> None:
        self.path = os.fspath(path)
        self._now = now or partial(datetime.now, UTC)
        self._mutex = ForkSafeLock()
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

    @contextlib.contextmanager
    def _session(self, *, writing: bool) -> Generator[None]:  # noqa: ARG002  # a ledger is opened for each operation
        """Use the connection for one operation, in one thread at a time."""
        with self._mutex, self._translated_errors():
            yield

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._session(writing=False):
            return self._connection.execute(query, _sound(values)).fetchall()

    def _paged(self, query: str, *values: Any, by: str = "id") -> Iterator[Any]:
        """Iterate over the rows of a query that selects `by` first, in pages: no reader blocks the writer for long."""
        last = 0
        while page := self._rows(f"{query} AND {by} > ? ORDER BY {by} LIMIT 200", *values, last):
            yield from page
            last = page[-1][0]

    def _run(self, statement: str, *values: Any) -> None:
        self._connection.execute(statement, _sound(values))

    @contextlib.contextmanager
    def _transaction(self) -> Generator[None]:
        with self._session(writing=True):
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
        with self._session(writing=True):
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


class Hold:
    """A journal held for writing: its lock, its mark as open, and its files, which must stay in place.

    Writes go to SQLite's log, `-wal`, first, so a renamed or copied journal may lack the latest ones. The mark records
    that a log belongs to the journal. The log is merged into the journal before a request is sent, so even a lost log
    does not lead to paying twice.
    """

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


class DiskReserve:
    """A file that keeps disk space free for the ids of accepted jobs, which must not be lost to a full disk.

    It is created next to the journal before a request is sent. If a write finds the disk full, the file is deleted and
    the write is repeated.
    """

    def __init__(self, path: str, size: int = RESERVED) -> None:
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
        with contextlib.suppress(OSError):
            os.unlink(self._path)
        return was


# ---- seals ----------------------------------------------------------------------------------------------------------


def seal(*values: Any) -> str:
    """Return the checksum of a row's values, so that a damaged row is refused instead of misread.

    SQLite checks the structure of a file and its indexes, but not every value. A flipped bit in a digest, for example,
    would make a finished row look new, and it would be paid for again.
    """
    return hashlib.blake2b(repr(values).encode(errors="surrogatepass"), digest_size=8).hexdigest()


def opened(row: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a row without its seal, the last column; raise `ValueError` if the row is damaged."""
    *values, sealed = row
    if seal(*values) != sealed:
        raise ValueError("a row does not match its checksum")
    return values


def seal_writes(connection: sqlite3.Connection) -> None:
    """Seal each row that this connection writes."""
    connection.create_function("seal", -1, seal, deterministic=True)
    connection.execute("PRAGMA temp_store = MEMORY")  # the disk may be full
    for table, columns in (("requests", REQUEST_COLUMNS), ("items", ITEM_COLUMNS)):
        values = ", ".join(f"NEW.{column}" for column in columns.split(", "))
        for when in ("INSERT", f"UPDATE OF {columns}"):
            connection.execute(
                f"CREATE TEMP TRIGGER seal_{table}_{when[:6]} AFTER {when} ON main.{table} BEGIN "
                f"UPDATE {table} SET seal = seal({values}) WHERE rowid = NEW.rowid; END"
            )
