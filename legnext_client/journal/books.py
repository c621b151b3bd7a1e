"""`Journal`: what a film or a batch has asked for, and what came of it. One process writes, any number read."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from legnext_client.core.state import FAILED as JOB_FAILED
from legnext_client.core.state import failure
from legnext_client.core.submission import DONE, FAILED, NEW, UNKNOWN, Begun, Entry, Intent
from legnext_client.errors import InvalidRequest, JournalError
from legnext_client.journal import files
from legnext_client.journal.ballast import Ballast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
    from types import TracebackType

    from legnext_client.core.state import State

    StrPath = str | os.PathLike[str]

MEMORY = ":memory:"
_COLUMNS = (
    "id, key, item, step, digest, operation, body, state, price, token, job_id, status, frozen, points, output, error, "
    "files, current, submitting_at, submitted_at, ended_at"
)
_CUT_SHORT = "the process ended before the answer was read"


class Summary(NamedTuple):
    """How things stand: how many requests are in which state, and what they have cost."""

    states: Mapping[str, int]
    points: int
    frozen: int
    uncertain: int
    """What submissions with unknown outcome would cost if they were accepted."""

    def __str__(self) -> str:
        counted = ", ".join(f"{count} {state}" for state, count in self.states.items() if count)
        held = f", {self.frozen} held" if self.frozen else ""
        perhaps = f", {self.uncertain} uncertain" if self.uncertain else ""
        return f"{counted or 'nothing yet'}; {self.points} points charged{held}{perhaps}"


class Journal:
    """A journal that is there, to read or to settle what is unknown: `with Journal("run.db") as journal: …`

    Reading is possible at any time. `resubmit`, `adopt` and `give_up` write, and so only while no run does.
    """

    def __init__(self, path: StrPath, *, now: Callable[[], datetime] | None = None) -> None:
        self.path = os.fspath(path)
        self._now = now or _utc_now
        self._mutex = threading.RLock()
        self._lock: files.Lock | None = None
        self._ballast: Ballast | None = None
        if self.path == MEMORY:
            self._connection = sqlite3.connect(MEMORY, isolation_level=None, check_same_thread=False)
            return
        if not files.is_there(self.path):
            raise JournalError(f"there is no journal {self.path}.", journal=self.path)
        files.examine(self.path)
        self._connection = files.reader(self.path)

    @classmethod
    def open(
        cls, path: StrPath | None, kind: str, *, only: str | None = None, now: Callable[[], datetime] | None = None
    ) -> Self:
        """Hold a journal to write to it; it is made if it is not there. Without a path it is kept in memory.

        `only` is the digest of the one item that it may be of.
        """
        if path is None:
            journal = cls(MEMORY, now=now)
            files.fill(journal._connection, kind)
            return journal
        place = os.fspath(path)
        lock = files.Lock(place)
        try:
            if not files.is_there(place):
                files.create(place, kind)
            journal = cls(place, now=now)
            try:
                journal._must_be(kind, only)
                journal._take(lock)
                journal._cut_short()
            except BaseException:
                journal._connection.close()
                raise
        except (OSError, sqlite3.Error) as error:
            lock.release()
            raise JournalError(f"{place} cannot be used: {error}.", journal=place) from error
        except BaseException:
            lock.release()
            raise
        return journal

    def _must_be(self, kind: str, only: str | None) -> None:
        found = self.about.kind
        if found != kind:
            raise JournalError(f"{self.path} is the journal of a {found}, not of a {kind}.", journal=self.path)
        if only is not None and any(digest != only for _, digest, _ in self.items()):
            raise JournalError(
                f"{self.path} is the journal of another {kind}: give this one a journal of its own.", journal=self.path
            )

    def close(self) -> None:
        """Let go of the file."""
        with self._mutex:
            self._connection.close()
            if self._ballast is not None:
                self._ballast.drop()
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Journal {self.path}>"

    # ---- reading ------------------------------------------------------------------------------------------------

    @property
    def about(self) -> files.About:
        """Its id and what it is a journal of."""
        found = dict(self._rows("SELECT name, value FROM about"))
        return files.About(found["id"], found["kind"])

    def entries(self, *states: str, history: bool = False) -> Iterator[Entry]:
        """The requests in these states, or all, in the order in which they were begun.

        With `history`, also those in whose place another one was sent.
        """
        wanted = f"state IN ({', '.join('?' * len(states))})" if states else "1"
        current = "1" if history else "current"
        query = f"SELECT {_COLUMNS} FROM requests WHERE {wanted} AND {current} AND id > ? ORDER BY id LIMIT 200"
        last = 0
        while page := self._rows(query, *states, last):  # in pages, so that no reader holds up the writer for long
            for row in page:
                yield _entry(row)
            last = page[-1][0]

    def entry(self, key: str) -> Entry | None:
        """The request under this key."""
        rows = self._rows(f"SELECT {_COLUMNS} FROM requests WHERE key = ? AND current", key)
        return _entry(rows[0]) if rows else None

    def attempts(self, key: str) -> int:
        """How many requests under this key have given their place to another."""
        return int(self._rows("SELECT count(*) FROM requests WHERE key = ? AND NOT current", key)[0][0])

    def described(self, item: str) -> dict[str, Any] | None:
        """What was asked for by a row of a batch, or by a film."""
        rows = self._rows("SELECT described FROM items WHERE key = ?", item)
        return json.loads(rows[0][0]) if rows else None

    def items(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Each row's key, digest and what was asked for."""
        for key, digest, described in self._rows("SELECT key, digest, described FROM items ORDER BY rowid"):
            yield key, digest, json.loads(described)

    def summary(self) -> Summary:
        """How things stand."""
        states = dict(self._rows("SELECT state, count(*) FROM requests WHERE current GROUP BY state"))
        [(points, frozen, uncertain)] = self._rows(
            "SELECT total(points), total(CASE WHEN state = 'submitted' THEN max(frozen, price) END), "
            "total(CASE WHEN state IN ('submitting', 'unknown') THEN price WHEN state = 'failed' THEN frozen END) "
            "FROM requests"
        )
        return Summary(states, int(points), int(frozen), int(uncertain))

    # ---- settling what is unknown -------------------------------------------------------------------------------

    def resubmit(self, key: str) -> None:
        """Have a request sent again whose outcome is unknown, or that failed: it may be paid twice, and you say so."""
        with self._held() as entry_of:
            entry = entry_of(key, UNKNOWN, FAILED)
            self._write("UPDATE requests SET current = 0 WHERE id = ?", entry.id)

    def adopt(self, key: str, job_id: str) -> None:
        """Say which job a request with unknown outcome has become; the next run waits for it."""
        given: object = job_id
        if not isinstance(given, str) or not given.strip():
            raise InvalidRequest(f"job_id must be the id of a job; got {given!r}.")
        with self._held() as entry_of:
            self.claim(entry_of(key, UNKNOWN).id, job_id)

    def give_up(self, key: str) -> None:
        """Count a request with unknown outcome as failed. Budgets go on counting its price: it may be charged."""
        with self._held() as entry_of:
            entry = entry_of(key, UNKNOWN)
            self._write(
                "UPDATE requests SET state = 'failed', error = 'given up', frozen = price, ended_at = ? WHERE id = ?",
                self._time(),
                entry.id,
            )

    @contextlib.contextmanager
    def _held(self) -> Generator[Callable[..., Entry]]:
        """Hold the journal for a moment; yields a way to find the entry that is to be settled."""

        def entry_of(key: str, *states: str) -> Entry:
            entry = self.entry(key)
            if entry is None:
                raise InvalidRequest(f"{self.path} has no request {key!r}.")
            if entry.state not in states:
                raise InvalidRequest(f"request {key!r} must be {' or '.join(states)}; it is {entry.state}.")
            return entry

        if self._lock is not None or self.path == MEMORY:
            yield entry_of
            return
        lock = files.Lock(self.path)
        with self._mutex:
            try:
                self._take(lock)
                self._cut_short()
                yield entry_of
            finally:
                self._connection.close()
                self._connection = files.reader(self.path)
                self._lock, self._ballast = None, None
                lock.release()

    # ---- writing, as `core.submission.Records` wants it ---------------------------------------------------------

    def begin(self, intent: Intent) -> Begun:
        """Move a request from new, or from not being there, to submitting, unless someone has done so before."""
        if self._ballast is not None:
            try:
                self._ballast.load()
            except OSError as error:
                raise JournalError(
                    f"{self.path}: no room is left to write down what would come back ({error}); nothing was sent.",
                    journal=self.path,
                ) from error
        with self._transaction():
            before = self.entry(intent.key)
            if before is not None and before.state != NEW:
                return Begun(before, won=False)
            body = json.dumps(intent.body, ensure_ascii=False)
            values = (intent.item, intent.step, intent.digest, intent.operation, body, intent.price, intent.token)
            self._run(
                "INSERT INTO items VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, "
                "described = excluded.described",
                intent.item,
                intent.digest,
                json.dumps(intent.described, ensure_ascii=False),
            )
            self._run(
                "INSERT INTO requests (item, step, digest, operation, body, price, token, key, state, submitting_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'submitting', ?) ON CONFLICT (key) WHERE current DO UPDATE SET "
                "(item, step, digest, operation, body, price, token, state, error, submitting_at) = "
                "(excluded.item, excluded.step, excluded.digest, excluded.operation, excluded.body, excluded.price, "
                "excluded.token, 'submitting', NULL, excluded.submitting_at)",
                *values,
                intent.key,
                self._time(),
            )
            entry = self.entry(intent.key)
        if entry is None:
            raise files.damaged(self.path, f"what was written under {intent.key!r} is not there")
        return Begun(entry, won=True)

    def returned(self, number: int) -> None:
        """The request was provably not accepted."""
        self._write("UPDATE requests SET state = 'new' WHERE id = ?", number)

    def accepted(self, number: int, state: State) -> None:
        """The service has accepted it, as this job."""
        self._write(
            "UPDATE requests SET state = 'submitted', job_id = ?, status = ?, frozen = ?, error = NULL, "
            "submitted_at = ? WHERE id = ?",
            state.job_id,
            state.status,
            round(state.points),
            self._time(),
            number,
        )

    def refused(self, number: int, reason: str, job_id: str | None) -> None:
        """The service has refused it."""
        self._write(
            "UPDATE requests SET state = 'failed', error = ?, job_id = ?, ended_at = ? WHERE id = ?",
            reason,
            job_id,
            self._time(),
            number,
        )

    def lost(self, number: int, reason: str) -> None:
        """It was sent, and what became of it is not known."""
        self._write("UPDATE requests SET state = 'unknown', error = ? WHERE id = ?", reason, number)

    def claim(self, number: int, job_id: str) -> bool:
        """Give a request with unknown outcome its job; False when the job is another request's."""
        with self._transaction():
            if self._rows("SELECT 1 FROM requests WHERE job_id = ? AND id != ?", job_id, number):
                raise InvalidRequest(f"job {job_id} is another request's in this journal.")
            self._run(
                "UPDATE requests SET state = 'submitted', job_id = ?, error = NULL, submitted_at = ? "
                "WHERE id = ? AND state = 'unknown'",
                job_id,
                self._time(),
                number,
            )
        return True

    def disown(self, number: int, reason: str) -> None:
        """The job that was adopted is none of the account's: what became of the request is as unknown as before."""
        self._write("UPDATE requests SET state = 'unknown', job_id = NULL, error = ? WHERE id = ?", reason, number)

    def ended(self, number: int, state: State, points: int) -> None:
        """The job is done, and has cost these points."""
        failed = state.status == JOB_FAILED
        self._write(
            "UPDATE requests SET state = ?, status = ?, points = ?, frozen = 0, output = ?, error = ?, ended_at = ? "
            "WHERE id = ?",
            FAILED if failed else DONE,
            state.status,
            points,
            json.dumps(dict(state.raw), ensure_ascii=False),
            (failure(state, None).message if failed else None),
            self._time(),
            number,
        )

    def downloaded(self, number: int, paths: Iterable[str]) -> None:
        """What was made is on this machine, here."""
        self._write("UPDATE requests SET files = ? WHERE id = ?", json.dumps(list(paths)), number)

    def retire(self, number: int) -> None:
        """Another request takes the place of this one. It stays in the journal."""
        self._write("UPDATE requests SET current = 0 WHERE id = ?", number)

    def _cut_short(self) -> None:
        """What was being submitted when the last run ended: it may have arrived."""
        self._write("UPDATE requests SET state = 'unknown', error = ? WHERE state = 'submitting'", _CUT_SHORT)

    # ---- SQLite -------------------------------------------------------------------------------------------------

    def _take(self, lock: files.Lock) -> None:
        self._connection.close()
        self._connection = files.writer(self.path)
        self._lock, self._ballast = lock, Ballast(f"{self.path}-reserve")

    def _time(self) -> str:
        return self._now().isoformat(timespec="milliseconds")

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._mutex, self._speaking():
            return self._connection.execute(query, values).fetchall()

    def _run(self, statement: str, *values: Any) -> None:
        self._connection.execute(statement, values)

    @contextlib.contextmanager
    def _transaction(self) -> Generator[None]:
        with self._mutex, self._speaking():
            self._run("BEGIN IMMEDIATE")
            try:
                yield
                self._run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._run("ROLLBACK")
                raise

    def _write(self, statement: str, *values: Any) -> None:
        """Write one thing; where the disk is full, at the cost of the ballast."""
        with self._mutex, self._speaking():
            try:
                self._run(statement, *values)
            except sqlite3.OperationalError:
                if self._ballast is None or not self._ballast.drop():
                    raise
                self._run(statement, *values)

    @contextlib.contextmanager
    def _speaking(self) -> Generator[None]:
        """SQLite's errors as ours."""
        try:
            yield
        except sqlite3.ProgrammingError as error:
            raise JournalError(f"{self.path} is closed.", journal=self.path) from error
        except sqlite3.OperationalError as error:
            raise JournalError(f"{self.path} could not be written or read: {error}.", journal=self.path) from error
        except sqlite3.DatabaseError as error:
            raise files.damaged(self.path, str(error)) from error


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _entry(row: tuple[Any, ...]) -> Entry:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name in ("body", "output", "files"):
        values[name] = json.loads(values[name]) if values[name] else None
    for name in ("submitting_at", "submitted_at", "ended_at"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return Entry(**values | {"files": tuple(values["files"] or ()), "current": bool(values["current"])})
