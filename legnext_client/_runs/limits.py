"""Slots for the jobs of a run, granted in order of request."""

from __future__ import annotations

import heapq
import math
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._calls.queue import Place
from legnext_client._runs.reports import Stopped
from legnext_client.errors import BudgetExceeded

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from legnext_client._calls.queue import JobQueue
    from legnext_client._runs.rate import RateController


class _Applicant(NamedTuple):
    row: object
    attempt: Callable[[], Any]
    granted: asyncio.Future[Any]


class Slots:
    """Slots for jobs that are or may be running. The rate controller sets their number.

    Each also takes a place in the client's queue, for which one row at a time waits.
    """

    def __init__(
        self, rate: RateController, queue: JobQueue, wait: Callable[[Place], object], now: Callable[[], float]
    ) -> None:
        """`wait` is called with a place that is not free."""
        self._rate, self._queue, self._wait, self._now = rate, queue, wait, now
        self._held: dict[object, Place] = {}
        self._next: Place | None = None
        """A place that is waited for, or granted and not used yet."""
        self._reserved_until: list[float] = []
        self._starting: set[object] = set()
        self._applicants: deque[_Applicant] = deque()
        self._waiting_for_budget = False

    @property
    def occupied(self) -> int:
        """The number of slots taken."""
        now = self._now()
        while self._reserved_until and self._reserved_until[0] <= now:
            heapq.heappop(self._reserved_until)
            self._waiting_for_budget = False
        return len(self._held) + len(self._reserved_until)

    @property
    def _limit(self) -> int:
        """The number of slots. After refusals, one stays free besides unknown jobs, which may not be running."""
        return min(self._rate.most_jobs, max(self._rate.jobs, len(self._reserved_until) + 1))

    @property
    def have_room(self) -> bool:
        """Whether another row could start and get a slot at once."""
        return not self._applicants and self.occupied + len(self._starting) < self._limit

    def start(self, row: object) -> None:
        """Count a row that has started and will need a slot."""
        self._starting.add(row)

    def started(self, row: object) -> None:
        """Stop counting a row that has a slot, waits for one, or needs none."""
        self._starting.discard(row)

    def apply(self, row: object, attempt: Callable[[], Any], granted: asyncio.Future[Any]) -> None:
        """Request a slot; `granted` gets the result of `attempt`."""
        self.release(row)
        self._applicants.append(_Applicant(row, attempt, granted))

    def hold(self, row: object) -> None:
        """Take a slot, even if none is free, because the service already runs the job."""
        self.started(row)
        if row not in self._held:
            self._queue.take(self._held.setdefault(row, Place()))

    def place(self, row: object) -> Place:
        """Return the place of a row that has a slot."""
        return self._held[row]

    def release(self, row: object, until: float | None = None) -> None:
        """Release the slot; with `until`, only at that time, because an unknown job may be running."""
        self.started(row)
        self._waiting_for_budget = False
        place = self._held.pop(row, None)
        if place is None:
            return
        if until is None:
            self._queue.leave(place)
        else:
            heapq.heappush(self._reserved_until, until)
            self._queue.keep(place, None, until)

    def grant(self, stop: Callable[[BaseException], object]) -> None:
        """Grant the free slots.

        An attempt that exceeds the budget is repeated when a slot is released, because that job may have cost less
        than was held for it. If no job is running, no points will be released, so the run stops.
        """
        while self._applicants and not self._waiting_for_budget:
            row, attempt, granted = applicant = self._applicants[0]
            if granted.done():
                self._applicants.popleft()
                continue
            if self.occupied >= self._limit or self._rate.next_submission > self._now():
                break
            if (place := self._place_for_next()) is None:
                return
            self._applicants.popleft()
            try:
                result = attempt()
            except BudgetExceeded as error:
                if self._held:
                    self._applicants.appendleft(applicant)
                    self._waiting_for_budget = True
                    break
                stop(error)
                granted.set_exception(Stopped())
            except Exception as error:
                granted.set_exception(error)
            else:
                self._held[row], self._next = place, None
                self.started(row)
                granted.set_result(result)
        self.step_back()

    def _place_for_next(self) -> Place | None:
        """Return a place in the client's queue, or None while it must be waited for."""
        if self._next is None:
            self._next = Place()
            if not self._queue.enter(self._next):
                self._wait(self._next)
        return self._next if self._next.granted else None

    def step_back(self, *, waits_on: bool = False) -> None:
        """Give up a place that is not used now; with `waits_on`, only one that was granted."""
        place = self._next
        if place is not None and (place.granted or not waits_on):
            self._next = None
            self._queue.leave(place)

    def close(self) -> None:
        """Leave all places to the jobs that run."""
        self.step_back()
        for row in list(self._held):
            self.release(row)

    @property
    def next_chance(self) -> float:
        """The time at which a slot may be free, or a submission allowed."""
        if self.occupied >= self._limit or self._waiting_for_budget:
            return self._reserved_until[0] if self._reserved_until else math.inf
        if self._next is not None:
            return math.inf
        return self._rate.next_submission if self._applicants else math.inf
