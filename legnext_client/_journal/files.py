"""The file of a journal: making it, telling it from any other file, and holding it so that one process writes.

A file that is not a sound journal of this version is never changed: it is looked at through a connection that cannot
write before it is opened by one that can.
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

CHAIN, BATCH = "chain", "batch"
APPLICATION, VERSION = 0x4C474E58, 2
"""What SQLite keeps in the head of the file: that it is a journal, and of which version."""

SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE items (
    key TEXT PRIMARY KEY,        -- the row of the batch, or 'chain'
    digest TEXT NOT NULL,        -- changes when what is asked for changes
    described TEXT NOT NULL,     -- what is asked for, as JSON
    seal TEXT                    -- a checksum of the row
);
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,           -- the item's key, and for a chain the number of the step: 'chain/2'
    item TEXT NOT NULL,
    step INTEGER NOT NULL,       -- from 0
    digest TEXT NOT NULL,        -- the item's, when this was sent
    current INTEGER NOT NULL DEFAULT 1,  -- 0: another request has taken its place; what it cost still counts
    operation TEXT NOT NULL,
    body TEXT NOT NULL,          -- what is sent, as JSON
    state TEXT NOT NULL CHECK (state IN ('new', 'submitting', 'submitted', 'done', 'failed', 'unknown')),
    token TEXT,                  -- the last part of its callback's address
    price INTEGER NOT NULL,      -- what it was thought to cost, in points
    job_id TEXT,
    status TEXT,                 -- the job's, in the service's word
    frozen INTEGER NOT NULL DEFAULT 0,   -- points held for it; of what was given up, what may be
    points INTEGER NOT NULL DEFAULT 0,   -- points charged for it
    output TEXT,                 -- the job as the service last told of it, as JSON
    error TEXT,
    files TEXT,                  -- paths of what was downloaded, as JSON
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
"""For so many seconds, what another process holds for a moment is waited for."""


class Lock:
    """Held by the one process that may write. The system gives it back when that process ends, however it ends."""

    def __init__(self, path: str) -> None:
        self._path = path
        check_place(path)
        _refuse_other_names(path)
        self.is_new = not os.path.lexists(beside(path, "lock"))
        """Whether nobody has held a journal here before."""
        try:
            # SQLite locks the same way on every system; the journal itself stays open to readers.
            self._held = sqlite3.connect(beside(path, "lock"), timeout=0, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise JournalError(f"{path} cannot be made: {error}.", journal=path) from error
        try:
            self._held.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self._held.close()
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                raise JournalError(f"{path} cannot be held: {beside(path, 'lock')}: {error}.", journal=path) from error
            raise JournalError(
                f"{path} is in use: another run writes to it. Wait for it, stop it, or use another journal.",
                journal=path,
            ) from error

    def release(self) -> None:
        self._held.close()


class About(NamedTuple):
    """What a journal says of itself."""

    id: str
    kind: str


def create(path: str, kind: str, *, anew: bool) -> None:
    """Make a journal where there is none; it is there as a whole or not at all. The lock must be held.

    `anew`: there was none before either, so that an empty file is one that was made for it.
    """
    log = beside(path, "wal")
    if os.path.exists(log) and os.path.getsize(log):
        raise JournalError(
            f"{path} is gone, and its {log} is still there. Put the journal back beside it. To begin a new one, which "
            "pays for everything again, delete it.",
            journal=path,
        )
    if os.path.exists(path) and not anew:
        raise JournalError(
            f"{path} is empty, and was a journal. Put a copy of it back. To begin a new one, which pays for everything "
            "again, delete it.",
            journal=path,
        )
    unfinished = beside(path, "new")
    for leftover in (unfinished, f"{unfinished}-wal", f"{unfinished}-shm", f"{unfinished}-journal"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(leftover)
    with contextlib.closing(sqlite3.connect(unfinished, isolation_level=None)) as made:
        mode = made.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise JournalError(f"{path} is on a disk that cannot hold a journal; use a local one.", journal=path)
        fill(made, kind)
        # Closing would do this too, but not say so when it fails; and what is in the log does not come along below.
        made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(unfinished, "r+b") as file:
        os.fsync(file.fileno())
    os.replace(unfinished, os.path.realpath(path))
    _sync_directory(os.path.realpath(path))


def fill(made: sqlite3.Connection, kind: str) -> None:
    """Write the tables of a new journal."""
    made.executescript(SCHEMA)
    about = {"id": uuid.uuid4().hex, "kind": kind, "made_by": f"legnext-client {__version__}"}
    about |= {"open": "0"}  # "1": a run writes to it, or was killed, and a log belongs to it
    about["made_at"] = datetime.now(UTC).isoformat(timespec="seconds")
    made.executemany("INSERT INTO about VALUES (?, ?)", about.items())
    made.execute(f"PRAGMA application_id = {APPLICATION}")
    made.execute(f"PRAGMA user_version = {VERSION}")


def beside(path: str, what: str) -> str:
    """The path of what stands beside a journal: one for all names that links give it."""
    return f"{os.path.realpath(path)}-{what}"


def is_there(path: str) -> bool:
    """Whether there is something at this path; an empty file is nothing yet."""
    if os.path.isdir(path):
        raise JournalError(f"{path} is a directory: give the path of a file.", journal=path)
    try:
        return os.path.getsize(path) > 0
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise JournalError(f"{path} cannot be looked at: {error.strerror}.", journal=path) from error


def check_place(path: str) -> None:
    """Refuse a path where there is no journal and none can be made. SQLite says only that it cannot open the file."""
    if is_there(path):
        return
    directory = os.path.dirname(os.path.realpath(path) if os.path.islink(path) else path) or os.curdir
    if not os.path.lexists(directory):
        why = f"the directory {directory} does not exist"
    elif not os.path.isdir(directory):
        why = f"{directory} is no directory"
    elif not os.access(directory, os.W_OK | os.X_OK):
        why = f"the directory {directory} cannot be written"
    else:
        return
    raise JournalError(f"{path} cannot be made: {why}.", journal=path)


def _refuse_other_names(path: str) -> None:
    """Refuse a file with hard links: by another name it would have another lock and another log."""
    try:
        names = os.stat(path).st_nlink
    except OSError:
        return
    if names > 1:
        raise JournalError(
            f"{path} has {names} names (hard links), and two runs could write to it at once. Delete the others, or "
            "copy it and use the copy.",
            journal=path,
        )


def refuse_without_log(path: str) -> None:
    """Refuse a journal that is marked as open and whose log is not beside it."""
    log = beside(path, "wal")
    # A run may begin or end meanwhile: looked at before and after.
    if not os.path.lexists(log) and is_open(path) and not os.path.lexists(log):
        raise JournalError(
            f"{path} is the journal of a run that was killed or is running, and its {log} is not beside it: the last "
            "of what was paid may stand only there. Copy or rename both. If it is lost, or another program has brought "
            f"it into the journal, make an empty file {log}; the jobs that it had are then told as unknown.",
            journal=path,
        )


def is_open(path: str) -> bool:
    """Whether the journal alone, without its log, says that a run writes to it."""
    # An immutable file is read without a log, and none is made.
    with contextlib.closing(_connect(f"file:{quote(os.path.realpath(path))}?mode=ro&immutable=1", path)) as looked:
        try:
            return looked.execute("SELECT value FROM about WHERE name = 'open'").fetchall() != [("0",)]
        except (sqlite3.Error, UnicodeError):
            return False  # it is no journal, which others tell


def examine(path: str) -> None:
    """Refuse what is not a sound journal of this version, without changing a byte of it."""
    refuse_without_log(path)
    # By SQLite alone: when a process closes a file, it loses all the locks that it has on it, a writer's too.
    with contextlib.closing(reader(path)) as looked:
        try:
            [(application,)] = looked.execute("PRAGMA application_id").fetchall()
            [(version,)] = looked.execute("PRAGMA user_version").fetchall()
        except sqlite3.OperationalError as error:
            raise JournalError(f"{path} cannot be read: {error}.", journal=path) from error
        except (sqlite3.Error, UnicodeError):
            application = version = 0
    if application != APPLICATION:
        raise JournalError(f"{path} is no journal of legnext-client: give another path.", journal=path)
    if version != VERSION:
        age, advice = ("a newer", "update it") if version > VERSION else ("an older", "go on with that one")
        raise JournalError(
            f"{path} was written by {age} version of legnext-client (format {version}, this one reads {VERSION}): "
            f"{advice}.",
            journal=path,
        )
    with contextlib.closing(reader(path)) as looked:
        try:
            found = looked.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.OperationalError as error:
            raise JournalError(f"{path} cannot be read: {error}.", journal=path) from error
        except (sqlite3.Error, UnicodeError) as error:
            raise damaged(path, str(error)) from error
    if found != "ok":
        raise damaged(path, str(found).replace("\n", " "))


def damaged(path: str, why: str) -> JournalError:
    return JournalError(
        f"{path} is damaged ({why}). Keep a copy; `sqlite3 {path} .recover` may save what is in it.", journal=path
    )


def reader(path: str) -> sqlite3.Connection:
    """A connection that cannot write."""
    # Readers share a file beside the journal. Where none can be made, nobody writes either, and none is needed.
    place = os.path.realpath(path)
    alone = not any(os.path.lexists(beside(path, what)) for what in ("wal", "shm"))
    still = alone and not os.access(os.path.dirname(place), os.W_OK)
    return _connect(f"file:{quote(place)}?mode=ro{'&immutable=1' if still else ''}", path)


def tidy(path: str) -> None:
    """Have SQLite take away what reading has left beside a journal that nobody writes to.

    The last connection to close does so, if it might have written. What a writer has not brought into the journal yet
    stays for the next one.
    """
    with contextlib.suppress(OSError, sqlite3.Error, JournalError):
        if os.path.getsize(beside(path, "wal")) == 0 and not is_open(path):
            with contextlib.closing(writer(path)) as last:
                last.execute("SELECT count(*) FROM about").fetchone()


def writer(path: str) -> sqlite3.Connection:
    """A connection whose commits survive the loss of power."""
    opened = _connect(f"file:{quote(os.path.abspath(path))}?mode=rw", path)
    opened.execute("PRAGMA synchronous = FULL")
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
