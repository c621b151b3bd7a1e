"""Create, validate and lock a journal's file.

A file that is not a valid journal of this version is never changed. It is examined through a read-only connection
before a writable one is opened.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import uuid
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote

from legnext_client._version import __version__
from legnext_client.errors import JournalError

CHAIN, BATCH, LEDGER = "chain", "batch", "ledger"
APPLICATION, VERSION = 0x4C474E58, 2
"""SQLite's application id and user version, stored in the file's header."""

SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE items (
    key TEXT PRIMARY KEY,        -- the row of the batch, or 'chain'
    digest TEXT NOT NULL,        -- changes with the request
    described TEXT NOT NULL,     -- the request, as JSON
    seal TEXT                    -- a checksum of the row
);
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,           -- the item's key; for a chain, with the step's number: 'chain/2'
    item TEXT NOT NULL,
    step INTEGER NOT NULL,       -- from 0
    digest TEXT NOT NULL,        -- the item's, at submission
    current INTEGER NOT NULL DEFAULT 1,  -- 0: replaced by another request; its cost still counts
    operation TEXT NOT NULL,
    body TEXT NOT NULL,          -- the request body, as JSON
    state TEXT NOT NULL CHECK (state IN ('new', 'submitting', 'submitted', 'done', 'failed', 'unknown')),
    token TEXT,                  -- the last part of its callback URL
    price INTEGER NOT NULL,      -- the estimated cost, in points
    job_id TEXT,
    status TEXT,                 -- the job's, as reported by the service
    frozen INTEGER NOT NULL DEFAULT 0,   -- points held for it; if given up, points that may be charged
    points INTEGER NOT NULL DEFAULT 0,   -- points charged for it
    output TEXT,                 -- the job as last reported by the service, as JSON
    error TEXT,
    files TEXT,                  -- paths of the downloaded files, as JSON
    submitting_at TEXT, submitted_at TEXT, ended_at TEXT,
    seal TEXT                    -- a checksum of the row
);
CREATE UNIQUE INDEX requests_current ON requests (key) WHERE current;
CREATE INDEX requests_replaced ON requests (key) WHERE NOT current;
CREATE INDEX requests_job ON requests (job_id);
CREATE INDEX requests_item ON requests (item);
CREATE INDEX requests_state ON requests (state);
"""

PATIENCE = 10.0
"""Seconds to wait for a lock held by another process."""


class Lock:
    """The exclusive right of one process to write. The system releases it when the process ends."""

    def __init__(self, path: str, patience: float = 0.0) -> None:
        """Wait up to `patience` seconds for another process."""
        self._path = path
        check_place(path)
        _refuse_other_names(path)
        self.is_new = not os.path.lexists(beside(path, "lock"))
        """Whether no process has locked a journal here before."""
        try:
            # A lock file of SQLite's own works on every system, and leaves the journal itself readable.
            self._held = sqlite3.connect(
                beside(path, "lock"), timeout=patience, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise JournalError(f"{path} cannot be created: {error}.", journal=path) from error
        try:
            # Not BEGIN EXCLUSIVE, which fails while anyone reads: of two runs that open a journal at once, each could
            # refuse the other.
            self._held.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._held.close()
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                where = beside(path, "lock")
                raise JournalError(f"{path} cannot be locked: {where}: {error}.", journal=path) from error
            raise JournalError(
                f"{path} is in use: another run writes to it. Wait for it, stop it, or use another journal.",
                journal=path,
            ) from error

    def release(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._held.rollback()  # free-threaded Python may free what closing waits for much later
        self._held.close()


class About(NamedTuple):
    """The id of a journal, and the kind of its run."""

    id: str
    kind: str


def create(path: str, kind: str, *, anew: bool) -> None:
    """Create a journal atomically. The lock must be held.

    `anew`: there was no file when the lock was taken, so an empty one was created for this journal.
    """
    log = beside(path, "wal")
    if os.path.exists(log) and os.path.getsize(log):
        raise JournalError(
            f"{path} is missing, but its {log} exists. Put the journal back beside it. To start a new one, which pays "
            "for everything again, delete the log.",
            journal=path,
        )
    if os.path.exists(path) and not anew:
        raise JournalError(
            f"{path} is an empty file that used to be a journal. Restore a copy of it. To start a new one, which pays "
            "for everything again, delete the file.",
            journal=path,
        )
    unfinished = beside(path, "new")
    for leftover in (unfinished, f"{unfinished}-wal", f"{unfinished}-shm", f"{unfinished}-journal"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(leftover)
    with contextlib.closing(sqlite3.connect(unfinished, isolation_level=None)) as made:
        mode = made.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise JournalError(f"{path} is on a disk that does not support journals. Use a local disk.", journal=path)
        fill(made, kind)
        # Closing would do this too, but hide a failure, and the log is not moved along below.
        made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(unfinished, "r+b") as file:
        os.fsync(file.fileno())
    os.replace(unfinished, os.path.realpath(path))
    _sync_directory(os.path.realpath(path))


def fill(made: sqlite3.Connection, kind: str) -> None:
    """Create the tables of a new journal."""
    made.executescript(SCHEMA)
    about = {"id": uuid.uuid4().hex, "kind": kind, "made_by": f"legnext-client {__version__}"}
    about |= {"open": "0"}  # "1": a run is writing or was killed, and the log belongs to the journal
    about["made_at"] = datetime.now(UTC).isoformat(timespec="seconds")
    made.executemany("INSERT INTO about VALUES (?, ?)", about.items())
    made.execute(f"PRAGMA application_id = {APPLICATION}")
    made.execute(f"PRAGMA user_version = {VERSION}")


def beside(path: str, what: str) -> str:
    """Return the path of a file beside a journal, the same for all symbolic links to it."""
    return f"{os.path.realpath(path)}-{what}"


def is_there(path: str) -> bool:
    """Return whether there is a non-empty file at this path."""
    if os.path.isdir(path):
        raise JournalError(f"{path} is a directory. Pass the path of a file.", journal=path)
    try:
        return os.path.getsize(path) > 0
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise JournalError(f"{path} cannot be accessed: {error.strerror}.", journal=path) from error


def check_place(path: str) -> None:
    """Refuse a path where a journal can be neither read nor created. SQLite's own error gives no reason."""
    if is_there(path):
        return
    directory = os.path.dirname(os.path.realpath(path) if os.path.islink(path) else path) or os.curdir
    if not os.path.lexists(directory):
        why = f"the directory {directory} does not exist"
    elif not os.path.isdir(directory):
        why = f"{directory} is not a directory"
    elif not os.access(directory, os.W_OK | os.X_OK):
        why = f"the directory {directory} is not writable"
    else:
        return
    raise JournalError(f"{path} cannot be created: {why}.", journal=path)


def _refuse_other_names(path: str) -> None:
    """Refuse a file with hard links, because each name would have its own lock and log."""
    try:
        names = os.stat(path).st_nlink
    except OSError:
        return
    if names > 1:
        raise JournalError(
            f"{path} has {names} names (hard links), so two runs could write to it at once. Delete the others, or "
            "use a copy.",
            journal=path,
        )


def refuse_without_log(path: str) -> None:
    """Refuse a journal that is marked as open but has no log beside it."""
    log = beside(path, "wal")
    # Checked before and after, because a run may start or end meanwhile.
    if not os.path.lexists(log) and is_open(path) and not os.path.lexists(log):
        raise JournalError(
            f"{path} belongs to a run that was killed or is running, but its {log} is missing. The latest paid "
            "requests may be recorded only there. Copy or rename both files together. If the log is lost, or another "
            f"program has merged it, create an empty file {log}; its jobs are then reported as unknown.",
            journal=path,
        )


def is_open(path: str) -> bool:
    """Return whether the journal, without its log, is marked as open."""
    # An immutable file is read without a log, and none is created.
    with contextlib.closing(_connect(f"file:{quote(os.path.realpath(path))}?mode=ro&immutable=1", path)) as looked:
        try:
            return looked.execute("SELECT value FROM about WHERE name = 'open'").fetchall() != [("0",)]
        except (sqlite3.Error, UnicodeError):
            return False  # not a journal, which `examine` reports


def examine(path: str) -> None:
    """Refuse a file that is not a valid journal of this version, without changing it."""
    refuse_without_log(path)
    # Through SQLite only: a process that closes a file itself loses all its locks on it, including a writer's.
    with contextlib.closing(reader(path)) as looked:
        try:
            [(application,)] = looked.execute("PRAGMA application_id").fetchall()
            [(version,)] = looked.execute("PRAGMA user_version").fetchall()
        except sqlite3.OperationalError as error:
            raise JournalError(f"{path} cannot be read: {error}.", journal=path) from error
        except (sqlite3.Error, UnicodeError):
            application = version = 0
    if application != APPLICATION:
        raise JournalError(f"{path} is not a legnext journal. Choose another path.", journal=path)
    if version != VERSION:
        age, advice = ("a newer", "update it") if version > VERSION else ("an older", "keep using that version")
        raise JournalError(
            f"{path} was written by {age} version of legnext-client (format {version}, this one reads {VERSION}): "
            f"{advice}.",
            journal=path,
        )
    with contextlib.closing(reader(path)) as looked:
        try:
            result = looked.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.OperationalError as error:
            raise JournalError(f"{path} cannot be read: {error}.", journal=path) from error
        except (sqlite3.Error, UnicodeError) as error:
            raise damaged(path, str(error)) from error
    if result != "ok":
        raise damaged(path, str(result).replace("\n", " "))


def damaged(path: str, why: str) -> JournalError:
    return JournalError(
        f"{path} is damaged ({why}). Keep a copy; `sqlite3 {path} .recover` may recover its contents.", journal=path
    )


def reader(path: str) -> sqlite3.Connection:
    """Open a read-only connection."""
    # Readers share a file beside the journal. If it cannot be created, no process can write, so it is not needed.
    place = os.path.realpath(path)
    alone = not any(os.path.lexists(beside(path, what)) for what in ("wal", "shm"))
    still = alone and not os.access(os.path.dirname(place), os.W_OK)
    return _connect(f"file:{quote(place)}?mode=ro{'&immutable=1' if still else ''}", path)


def tidy(path: str) -> None:
    """Let SQLite remove the files that reading has left beside a journal without a writer.

    The last connection to close does so, if it is writable. Data in a writer's log stays for the next writer.
    """
    with contextlib.suppress(OSError, sqlite3.Error, JournalError):
        if os.path.getsize(beside(path, "wal")) == 0 and not is_open(path):
            with contextlib.closing(writer(path)) as last:
                last.execute("SELECT count(*) FROM about").fetchone()


def writer(path: str) -> sqlite3.Connection:
    """Open a connection whose commits survive a power failure."""
    opened = _connect(f"file:{quote(os.path.abspath(path))}?mode=rw", path)
    try:
        opened.execute("PRAGMA synchronous = FULL")  # reads the schema, and SQLite's message quotes a damaged one
        opened.execute("PRAGMA fullfsync = ON")  # on macOS, fsync alone leaves data in the disk's cache
    except (sqlite3.DatabaseError, UnicodeError) as error:
        opened.close()
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise damaged(path, str(error)) from error
    return opened


def _connect(uri: str, path: str) -> sqlite3.Connection:
    try:
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=PATIENCE)
    except sqlite3.Error as error:
        raise JournalError(f"{path} cannot be opened: {error}.", journal=path) from error


def _sync_directory(path: str) -> None:
    if os.name != "posix":
        return
    directory = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
