"""`Journal`: the requests of a chain or a batch, and their outcomes. One process writes, any number read."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from legnext_client._journal import files
from legnext_client._journal.records import COLUMNS, Records
from legnext_client._journal.store import ITEM_COLUMNS, MEMORY, REQUEST_COLUMNS, opened, seal_writes
from legnext_client._journal.submit import FAILED, STATES, SUBMITTED, SUBMITTING, UNKNOWN, Entry
from legnext_client._protocol.responses import is_job_id
from legnext_client.errors import InvalidRequest, JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from datetime import datetime
    from types import TracebackType

    from legnext_client._journal.store import StrPath
    from legnext_client._journal.submit import RequestState


class Summary(NamedTuple):
    """Number of requests by state, and their cost."""

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
    """The account's balance at some time, and the points that the journal accounted for by then."""

    available: float
    accounted: int


_BEFORE, _AFTER = "before", "after"


class Journal(Records):
    """An existing journal, for reading and for resolving unknown requests: `with Journal("run.db") as journal: …`

    Reading is always possible. `resubmit`, `adopt` and `give_up` write, so no run may hold the journal.
    """

    @classmethod
    def open(
        cls, path: StrPath | None, kind: str, *, only: str | None = None, now: Callable[[], datetime] | None = None
    ) -> Self:
        """Hold a journal for writing; created if missing. Without a path, it is kept in memory.

        `only` is the digest that all its items must have.
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
            raise JournalError(f"{place} cannot be opened: {error}.", journal=place) from error
        except BaseException:
            lock.release()
            raise
        return journal

    def _must_be(self, kind: str, only: str | None) -> None:
        actual = self.about.kind
        if actual != kind:
            raise JournalError(f"{self.path} is the journal of a {actual}, not of a {kind}.", journal=self.path)
        if only is not None and any(digest != only for _, digest, _ in self.items()):
            raise JournalError(
                f"{self.path} is the journal of another {kind}. Use a separate journal for this one.", journal=self.path
            )

    def close(self) -> None:
        """Close the file and let other processes write."""
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
        """The journal's id and kind."""
        values = dict(self._rows("SELECT name, value FROM about"))
        with self._sound():
            return files.About(values["id"], values["kind"])

    def entries(self, *states: RequestState, history: bool = False) -> Iterator[Entry]:
        """Iterate over the requests in these states, or over all, oldest first.

        With `history`, replaced requests are included.
        """
        for state in states:
            if state not in STATES:
                raise InvalidRequest(f"state must be one of {', '.join(STATES)}; got {state!r}.")
        wanted = f"state IN ({', '.join('?' * len(states))})" if states else "1"
        current = "1" if history else "current"
        query = f"SELECT {COLUMNS} FROM requests WHERE {wanted} AND {current}"
        return map(self._entry_of, self._paged(query, *states))

    def described(self, item: str) -> dict[str, Any] | None:
        """Return the description of a batch row or a chain; None if it is not in the journal."""
        rows = self._rows(f"SELECT {ITEM_COLUMNS}, seal FROM items WHERE key = ?", item)
        with self._sound():
            return json.loads(opened(rows[0])[-1]) if rows else None

    def items(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Iterate over the key, digest and description of each row."""
        for _, *row in self._paged(f"SELECT rowid, {ITEM_COLUMNS}, seal FROM items WHERE 1", by="rowid"):
            with self._sound():
                key, digest, described = opened(row)
                read = json.loads(described)
            yield key, digest, read

    def files(self) -> Iterator[str]:
        """Iterate over the paths of all downloaded files."""
        for _, written in self._paged("SELECT id, files FROM requests WHERE files IS NOT NULL AND current"):
            with self._sound():
                paths: list[str] = json.loads(written)
            yield from paths

    def busy_seconds(self) -> float:
        """Return the total time during which any request was running; pauses between runs do not count."""
        [(days,)] = self._rows(
            "SELECT total(max(0, ended - max(begun, coalesce(until, begun)))) FROM (SELECT begun, ended, max(ended) "
            "OVER (ORDER BY begun ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until FROM "
            "(SELECT julianday(submitting_at) AS begun, julianday(ended_at) AS ended FROM requests) "
            "WHERE begun IS NOT NULL AND ended IS NOT NULL)"
        )
        return round(float(days) * 86_400, 2)

    def probably_accepted(self, available: float | None = None) -> int | None:
        """Estimate how many unknown requests were accepted; None if that cannot be determined.

        A run records the account's balance before its first submission and at its end. Points that are gone but not
        in the journal were charged for unknown requests, unless the account was used or topped up meanwhile.
        `available` is the current balance, if known.
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
        """Record the current balance: as before the run if no request is unknown, otherwise as after it."""
        unknown = next(iter(self.entries(UNKNOWN, SUBMITTING)), None) is not None
        noted = {_AFTER if unknown else _BEFORE: Balance(available, self._accounted())}
        if unknown:
            noted = self._balances() | noted
        self._write("INSERT OR REPLACE INTO about VALUES ('balances', ?)", json.dumps(noted))

    def _balances(self) -> dict[str, Balance]:
        rows = self._rows("SELECT value FROM about WHERE name = 'balances'")
        with self._sound():
            return {name: Balance(*values) for name, values in json.loads(rows[0][0]).items()} if rows else {}

    def _accounted(self) -> int:
        """Return the points charged or held for the requests in the journal."""
        [(points,)] = self._rows(
            "SELECT total(points) + total(CASE WHEN state = 'submitted' THEN coalesce(nullif(frozen, 0), price) END) "
            "FROM requests"
        )
        return int(points)

    def _check_rows(self) -> None:
        """Refuse a journal with a damaged row before it is used."""
        for table, columns in (("requests", REQUEST_COLUMNS), ("items", ITEM_COLUMNS)):
            with self._sound():
                for _, *row in self._paged(f"SELECT rowid, {columns}, seal FROM {table} WHERE 1", by="rowid"):
                    opened(row)

    def summary(self) -> Summary:
        """Count the requests by state, and sum up their cost."""
        states = dict(self._rows("SELECT state, count(*) FROM requests WHERE current GROUP BY state"))
        [(points, frozen, uncertain)] = self._rows(
            "SELECT total(points), total(CASE WHEN state = 'submitted' THEN max(frozen, price) END), "
            "total(CASE WHEN state IN ('submitting', 'unknown') THEN price WHEN state = 'failed' THEN frozen END) "
            "FROM requests"
        )
        return Summary(states, int(points), int(frozen), int(uncertain))

    # ---- resolving unknown requests -----------------------------------------------------------------------------

    def resubmit(self, key: str) -> None:
        """Allow an unknown or failed request to be sent again. It may be paid twice, so the decision is yours."""
        with self.settling():
            self._update(self._to_resolve(key, UNKNOWN, FAILED).id, current=0)

    def adopt(self, key: str, job_id: str, *, check: Callable[[Entry], object] = lambda _: None) -> None:
        """Name the job that an unknown request became; the next run waits for it.

        `check` is called with the request before anything is written. It raises an error to reject the job.
        """
        if not is_job_id(job_id):
            raise InvalidRequest(f"job_id must be the id of a job; got {job_id!r}.")
        with self.settling():
            entry = self._to_resolve(key, UNKNOWN)
            check(entry)
            if not self.claim(entry.id, job_id):
                raise InvalidRequest(f"job {job_id} already belongs to another request in this journal.")

    def give_up(self, key: str) -> None:
        """Count an unknown request as failed. Budgets keep counting its price, because it may have been charged."""
        with self.settling():
            entry = self._to_resolve(key, UNKNOWN, SUBMITTED)
            frozen = max(entry.frozen, entry.price)
            self._update(entry.id, state=FAILED, error="given up", frozen=frozen, ended_at=self._time())

    def _to_resolve(self, key: str, *states: str) -> Entry:
        """Return the request to resolve, which must be in one of these states."""
        entry = self.entry(key)
        if entry is None:
            raise InvalidRequest(f"{self.path} has no request {key!r}.")
        if entry.state not in states:
            raise InvalidRequest(f"request {key!r} must be {' or '.join(states)} for this; it is {entry.state}.")
        return entry

    @contextlib.contextmanager
    def settling(self) -> Generator[None]:
        """Hold the journal once while many requests are resolved."""
        if self._hold is not None or self.path == MEMORY:
            yield
            return
        lock = files.Lock(self.path)
        with self._mutex:
            try:
                self._check_rows()
                self._take(lock)
                self.cut_short()
                yield
            finally:
                self._let_go()
                lock.release()
                self._connection = files.reader(self.path)
