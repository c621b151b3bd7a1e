"""`Journal`: what a chain or a batch has asked for, and what came of it. One process writes, any number read."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from legnext_client._journal import files
from legnext_client._journal.records import COLUMNS, Records
from legnext_client._journal.seals import ITEM_COLUMNS, REQUEST_COLUMNS, opened, seal_writes
from legnext_client._journal.store import MEMORY
from legnext_client._journal.submit import FAILED, STATES, SUBMITTED, SUBMITTING, UNKNOWN, Entry
from legnext_client.errors import InvalidRequest, JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    from legnext_client._journal.store import StrPath
    from legnext_client._journal.submit import RequestState


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


class Balance(NamedTuple):
    """What the account had at some time, and what was taken from it till then, by the journal."""

    available: float
    accounted: int


_BEFORE, _AFTER = "before", "after"


class Journal(Records):
    """A journal that is there, to read or to settle what is unknown: `with Journal("run.db") as journal: …`

    Reading is possible at any time. `resubmit`, `adopt` and `give_up` write, and so only while no run does.
    """

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
            seal_writes(journal._connection)
            return journal
        place = os.fspath(path)
        lock = files.Lock(place)
        try:
            if not files.is_there(place):
                files.create(place, kind, anew=lock.is_new)
            journal = cls(place, now=now)
            try:
                journal._must_be(kind, only)
                journal._check_rows()
                journal._take(lock)
                journal.cut_short()
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
            reads = self._hold is None and self.path != MEMORY
            self._let_go()
            if reads:
                files.tidy(self.path)

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
        with self._sound():
            return files.About(found["id"], found["kind"])

    def entries(self, *states: RequestState, history: bool = False) -> Iterator[Entry]:
        """The requests in these states, or all, in the order in which they were begun.

        With `history`, also those in whose place another one was sent.
        """
        for state in states:
            if state not in STATES:
                raise InvalidRequest(f"a state must be one of {', '.join(STATES)}; got {state!r}.")
        return self._entries(states, history)

    def _entries(self, states: Sequence[str], history: bool) -> Iterator[Entry]:
        wanted = f"state IN ({', '.join('?' * len(states))})" if states else "1"
        current = "1" if history else "current"
        query = f"SELECT {COLUMNS} FROM requests WHERE {wanted} AND {current} AND id > ? ORDER BY id LIMIT 200"
        last = 0
        while page := self._rows(query, *states, last):  # in pages, so that no reader holds up the writer for long
            for row in page:
                yield self._entry_of(row)
            last = page[-1][0]

    def described(self, item: str) -> dict[str, Any] | None:
        """What was asked for by a row of a batch, or by a chain."""
        rows = self._rows(f"SELECT {ITEM_COLUMNS}, seal FROM items WHERE key = ?", item)
        with self._sound():
            return json.loads(opened(rows[0])[-1]) if rows else None

    def items(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Each row's key, digest and what was asked for."""
        for row in self._rows(f"SELECT {ITEM_COLUMNS}, seal FROM items ORDER BY rowid"):
            with self._sound():
                key, digest, described = opened(row)
                read = json.loads(described)
            yield key, digest, read

    def probably_accepted(self, available: float | None = None) -> int | None:
        """Say how many requests with unknown outcome were probably accepted; None if that cannot be told.

        A run notes the points that the account has before it submits anything, and in the end. What is gone and is not
        in the journal was taken for unknown requests, unless the account was used or topped up meanwhile. `available`
        is what the account has now, if that is known.
        """
        noted = self._balances()
        now = noted.get(_AFTER) if available is None else Balance(available, self._accounted())
        if now is None or _BEFORE not in noted:
            return None
        before, count = noted[_BEFORE], 0
        gone = (before.available - now.available) - (now.accounted - before.accounted)
        prices = sorted(entry.price for entry in self.entries(UNKNOWN, SUBMITTING))
        if prices and gone < -prices[0] / 2:  # topped up
            return None
        for price in prices:
            if gone < price / 2:
                break
            gone -= price
            count += 1
        return count

    def note_balance(self, available: float) -> None:
        """Remember what the account has now: as before the run if nothing is unknown, else as after it."""
        unknown = next(iter(self.entries(UNKNOWN, SUBMITTING)), None) is not None
        noted = {_AFTER if unknown else _BEFORE: Balance(available, self._accounted())}
        if unknown:
            noted = self._balances() | noted
        self._write("INSERT OR REPLACE INTO about VALUES ('balances', ?)", json.dumps(noted))

    def _balances(self) -> dict[str, Balance]:
        found = self._rows("SELECT value FROM about WHERE name = 'balances'")
        with self._sound():
            return {name: Balance(*values) for name, values in json.loads(found[0][0]).items()} if found else {}

    def _accounted(self) -> int:
        """The points that were taken for what the journal knows of."""
        [(points,)] = self._rows(
            "SELECT total(points) + total(CASE WHEN state = 'submitted' THEN coalesce(nullif(frozen, 0), price) END) "
            "FROM requests"
        )
        return int(points)

    def _check_rows(self) -> None:
        """Refuse a journal with a damaged row before anything is done by it."""
        for table, columns in (("requests", REQUEST_COLUMNS), ("items", ITEM_COLUMNS)):
            query = f"SELECT rowid, {columns}, seal FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT 200"
            last = 0
            while page := self._rows(query, last):
                with self._sound():
                    for row in page:
                        opened(row[1:])
                last = page[-1][0]

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
        with self._held() as found:
            entry = found(key, UNKNOWN, FAILED)
            self._write("UPDATE requests SET current = 0 WHERE id = ?", entry.id)

    def adopt(self, key: str, job_id: str, *, check: Callable[[Entry], object] = lambda _: None) -> None:
        """Say which job a request with unknown outcome has become; the next run waits for it.

        `check` is called with the request before anything is written, and may raise why it is not this job.
        """
        if not is_id(job_id):
            raise InvalidRequest(f"job_id must be the id of a job; got {job_id!r}.")
        with self._held() as found:
            entry = found(key, UNKNOWN)
            check(entry)
            self.claim(entry.id, job_id)

    def give_up(self, key: str) -> None:
        """Count a request as failed of which nothing is known. Budgets go on counting its price: it may be charged."""
        with self._held() as found:
            entry = found(key, UNKNOWN, SUBMITTED)
            self._write(
                "UPDATE requests SET state = 'failed', error = 'given up', frozen = max(frozen, price), ended_at = ? "
                "WHERE id = ?",
                self._time(),
                entry.id,
            )

    @contextlib.contextmanager
    def settling(self) -> Generator[None]:
        """Hold the journal while many requests are settled, instead of for each of them."""
        with self._held():
            yield

    @contextlib.contextmanager
    def _held(self) -> Generator[Callable[..., Entry]]:
        """Hold the journal for a moment; yields a way to find the entry that is to be settled."""

        def found(key: str, *states: str) -> Entry:
            entry = self.entry(key)
            if entry is None:
                raise InvalidRequest(f"{self.path} has no request {key!r}.")
            if entry.state not in states:
                raise InvalidRequest(f"request {key!r} must be {' or '.join(states)}; it is {entry.state}.")
            return entry

        if self._hold is not None or self.path == MEMORY:
            yield found
            return
        lock = files.Lock(self.path)
        with self._mutex:
            try:
                self._check_rows()
                self._take(lock)
                self.cut_short()
                yield found
            finally:
                self._let_go()
                lock.release()
                self._connection = files.reader(self.path)


def is_id(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
