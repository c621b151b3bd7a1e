"""`Ledger`: the paid calls of any number of clients and processes, each sent once under its key, and all counted."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._journal import files
from legnext_client._journal.journal import Journal
from legnext_client._journal.store import MEMORY, DiskReserve, timestamp
from legnext_client._journal.submit import NEW, SUBMITTED, SUBMITTING, UNKNOWN, Begun
from legnext_client._protocol.numbers import is_whole
from legnext_client.errors import BudgetExceeded, ConfigurationError, InvalidRequest, JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from legnext_client._journal.store import StrPath
    from legnext_client._journal.submit import SubmissionIntent
    from legnext_client._protocol.state import State

logger = logging.getLogger("legnext_client")

IN_FLIGHT = timedelta(minutes=15)
"""A request that is still being sent after this time is unknown: its process was killed, or its answer is lost."""


class Limit(NamedTuple):
    """A limit of a ledger, and the points that are counted against it."""

    span: str
    """`per day`, `per month` or `in all`."""
    points: int
    counted: int
    since: datetime | None

    @property
    def left(self) -> int:
        return max(0, self.points - self.counted)


class Ledger(Journal):
    """A journal of paid calls that many clients and processes share: `Client(ledger=Ledger("legnext.db"))`.

    A call is recorded before it is sent, and its job afterwards. A call with a `key` is sent at most once: asked again,
    it returns the job that exists. `per_day`, `per_month` and `in_all` limit the points spent by all processes since
    midnight, since the first of the month (UTC), and ever, by single calls, batches and chains together.
    """

    def __init__(
        self,
        path: StrPath,
        *,
        per_day: int | None = None,
        per_month: int | None = None,
        in_all: int | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        limits: dict[str, Any] = {"per_day": per_day, "per_month": per_month, "in_all": in_all}
        for name, points in limits.items():
            if points is not None and not (is_whole(points) and points >= 0):
                raise ConfigurationError(f"{name} must be a whole number of points, 0 or more; got {points!r}.")
        self.per_day, self.per_month, self.in_all = per_day, per_month, in_all
        place = os.fspath(path)
        if not place or place == MEMORY:
            raise ConfigurationError(f"ledger must be the path of a file; got {place!r}.")
        files.check_place(place)
        lock = files.Lock(place, files.PATIENCE)
        try:
            if not files.is_there(place):
                files.create(place, files.LEDGER, anew=lock.is_new)
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"{place} cannot be created: {error}.", journal=place) from error
        finally:
            lock.release()
        super().__init__(place, now=now)
        self._connection.close()  # none is open between two operations, so a fork inherits none
        self._kept = DiskReserve(files.beside(place, "reserve"))
        self._must_be(files.LEDGER, None)

    def begin(self, intent: SubmissionIntent) -> Begun:
        """Record a call before it is sent, unless its key has a job or is being sent.

        A request that the service refused, and did not charge, is sent again. Raises `BudgetExceeded` beyond a limit.
        """
        with self._session(writing=True):
            self.cut_short()
            before = self.entry(intent.key)
            if before is not None and before.digest != intent.digest:
                raise InvalidRequest(
                    f"key {intent.key!r} belongs to another request, {before.operation} of "
                    f"{before.submitting_at:%Y-%m-%d %H:%M} UTC. Use a new key for a new request."
                )
            if before is not None and before.may_be_retried and before.job_id is None:
                self.retire(before.id)
                before = None
            if before is None or before.state == NEW:
                self.check_limits(intent.price)
            return super().begin(intent)

    def count(self, intent: SubmissionIntent) -> int:
        """Record a request of another journal, which decides whether it is sent; return its number here.

        It is asked for only if it was not sent, even if a killed process left it here as being sent. Raises
        `BudgetExceeded` beyond a limit.
        """
        with self._session(writing=True):
            before = self.entry(intent.key)
            if before is not None and before.state in (SUBMITTING, UNKNOWN):
                self.mark_not_sent(before.id)
            return self.begin(intent).entry.id

    def settle(self, key: str, state: State, points: int) -> None:
        """Record the end of a job of another journal, if its request is recorded here."""
        with self._session(writing=True):
            entry = self.entry(key)
            if entry is not None and entry.state in (SUBMITTING, SUBMITTED, UNKNOWN):
                if entry.job_id is None:
                    self.accepted(entry.id, state)
                self.ended(entry.id, state, points)

    def saw(self, state: State) -> None:
        """Record the outcome of a job, if the ledger has it."""
        if not state.done:
            return
        rows = self._rows(f"SELECT id, price FROM requests WHERE job_id = ? AND state = '{SUBMITTED}'", state.job_id)
        for number, price in rows:
            self.ended(number, state, state.cost(price))

    def counted(self, since: datetime | None = None) -> int:
        """Return the points spent, held or perhaps charged for all calls, or for those since a time."""
        [(points,)] = self._rows(
            "SELECT total(CASE state WHEN 'new' THEN 0 WHEN 'done' THEN points WHEN 'failed' THEN max(points, frozen) "
            "ELSE max(price, frozen) END) FROM requests WHERE submitting_at >= ?",
            "" if since is None else timestamp(since),
        )
        return int(points)

    def limits(self) -> list[Limit]:
        """Return the limits that are set, with what is counted against each."""
        midnight = self._now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        spans = (
            ("per day", self.per_day, midnight),
            ("per month", self.per_month, midnight.replace(day=1)),
            ("in all", self.in_all, None),
        )
        return [Limit(span, points, self.counted(since), since) for span, points, since in spans if points is not None]

    def check_limits(self, price: int) -> None:
        """Raise `BudgetExceeded` if a call of this price would exceed a limit now."""
        for span, points, counted, since in self.limits():
            if counted + price > points:
                begun = "" if since is None else f" since {since:%Y-%m-%d} UTC"
                raise BudgetExceeded(
                    f"{price} points would exceed the {points} {span} of {self.path}: {counted} are already counted"
                    f"{begun}.",
                    budget=points,
                    counted=counted,
                    price=price,
                )

    def cut_short(self) -> None:
        """Mark requests of processes that ended before they read the answer as unknown, since they may have arrived."""
        self._write(
            "UPDATE requests SET state = 'unknown', error = 'no answer was recorded' "
            f"WHERE state = '{SUBMITTING}' AND submitting_at < ?",
            timestamp(self._now() - IN_FLIGHT),
        )

    # ---- one operation at a time, in any process ----------------------------------------------------------------

    @contextlib.contextmanager
    def _session(self, *, writing: bool) -> Generator[None]:
        """Open the file for one operation, and if it writes, hold the file, waiting for other processes."""
        with self._mutex, contextlib.ExitStack() as stack:
            if self._hold is None and writing:
                files.refuse_without_log(self.path)
                lock = files.Lock(self.path, files.PATIENCE)
                stack.callback(lock.release)
                stack.callback(self._let_go)
                self._take(lock)
            elif self._hold is None:
                self._connection = files.reader(self.path)
                stack.callback(self._connection.close)
            with super()._session(writing=writing):
                yield

    def _take(self, lock: files.Lock) -> None:
        super()._take(lock)
        self._reserve = self._kept

    def _let_go(self) -> None:
        self._reserve = None  # it stays: a job may be accepted by the time the disk is full
        super()._let_go()

    @contextlib.contextmanager
    def settling(self) -> Generator[None]:
        with self._session(writing=True):
            yield

    def close(self) -> None:
        """Do nothing: no file is open between two operations."""


class CountedJournal(Journal):
    """A run's journal whose requests a ledger counts, so that its limits hold for all calls alike.

    The journal decides whether a request is sent. The ledger counts it before, and learns afterwards what the journal
    knows. A process that is killed in between leaves points counted that were not spent, never the other way round.
    """

    ledger: Ledger

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._counted: dict[int, tuple[str, int]] = {}
        """The ledger's keys and numbers of this run's requests, by their own numbers."""

    def begin(self, intent: SubmissionIntent) -> Begun:
        """Count the request, then begin it. Raises `BudgetExceeded` beyond a limit."""
        name = self._name(intent.key)
        counted = name, self.ledger.count(intent._replace(key=name, item=name))
        try:
            begun = super().begin(intent)
        except BaseException:
            self._tell(counted, Ledger.mark_not_sent)
            raise
        if begun.acquired:
            self._counted[begun.entry.id] = counted
        else:
            self._tell(counted, Ledger.mark_not_sent)
        return begun

    def mark_not_sent(self, number: int) -> None:
        super().mark_not_sent(number)
        self._tell(self._counted[number], Ledger.mark_not_sent)

    def accepted(self, number: int, state: State) -> None:
        super().accepted(number, state)
        self._tell(self._counted[number], Ledger.accepted, state)

    def refused(self, number: int, reason: str, job_id: str | None) -> None:
        super().refused(number, reason, job_id)
        self._tell(self._counted[number], Ledger.refused, reason, job_id)

    def mark_unknown(self, number: int, reason: str, job_id: str | None = None) -> None:
        super().mark_unknown(number, reason, job_id)
        if number in self._counted:  # otherwise an earlier run sent it
            self._tell(self._counted[number], Ledger.mark_unknown, reason, job_id)

    def ended(self, number: int, state: State, points: int, at: datetime | None = None) -> None:
        """Record a finished job, first in the ledger: what is done in the journal is not polled again."""
        [(key,)] = self._rows("SELECT key FROM requests WHERE id = ?", number)
        name = self._name(key)
        self._tell((name, name), Ledger.settle, state, points)
        super().ended(number, state, points, at)

    def _name(self, key: str) -> str:
        """Return a key of a request that no other journal has."""
        return f"{self.about.id}/{key}/{self.attempts(key)}"

    def _tell(self, counted: tuple[str, Any], record: Callable[..., None], *what: Any) -> None:
        """Go on if the ledger cannot be written: the journal has the request, and the ledger counts its price."""
        name, number = counted
        try:
            record(self.ledger, number, *what)
        except (JournalError, OSError) as error:
            logger.warning("%s: the ledger could not be written: %s", name, error)
