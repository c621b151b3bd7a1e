"""Slots for the jobs of a run. Whoever waits for one does so in order; `grant` gives out what is free."""

from __future__ import annotations

import heapq
import math
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._runs.reports import Stopped
from legnext_client.errors import BudgetExceeded

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from legnext_client._runs.rate import RateController


class _Applicant(NamedTuple):
    row: object
    attempt: Callable[[], Any]
    granted: asyncio.Future[Any]


class Slots:
    """Slots for the jobs that the service runs, or may be running. The rate says how many there are."""

    def __init__(self, rate: RateController, now: Callable[[], float]) -> None:
        self._rate, self._now = rate, now
        self._held: set[object] = set()
        self._reserved_until: list[float] = []
        self._starting: set[object] = set()
        self._applicants: deque[_Applicant] = deque()
        self._waiting_for_budget = False

    @property
    def occupied(self) -> int:
        """How many are taken."""
        now = self._now()
        while self._reserved_until and self._reserved_until[0] <= now:
            heapq.heappop(self._reserved_until)
            self._waiting_for_budget = False
        return len(self._held) + len(self._reserved_until)

    @property
    def _limit(self) -> int:
        """How many there are. After refusals, unknown jobs leave one slot free: maybe none of them is running."""
        return min(self._rate.most_jobs, max(self._rate.jobs, len(self._reserved_until) + 1))

    @property
    def have_room(self) -> bool:
        """Whether another row may start: it would find a slot at once."""
        return not self._applicants and self.occupied + len(self._starting) < self._limit

    def start(self, row: object) -> None:
        """Count a row that has started and will want a slot."""
        self._starting.add(row)

    def started(self, row: object) -> None:
        """The row has a slot, waits for one, or wants none."""
        self._starting.discard(row)

    def apply(self, row: object, attempt: Callable[[], Any], granted: asyncio.Future[Any]) -> None:
        """Ask for a slot; the attempt is made with it, and what it returns is the answer."""
        self.release(row)
        self._applicants.append(_Applicant(row, attempt, granted))

    def hold(self, row: object) -> None:
        """Take a slot, free or not: the service runs the job already."""
        self.started(row)
        self._held.add(row)

    def release(self, row: object, until: float | None = None) -> None:
        """Give the slot back; with `until`, only at that moment: the service may be running an unknown job."""
        self.started(row)
        self._waiting_for_budget = False
        if row in self._held:
            self._held.remove(row)
            if until is not None:
                heapq.heappush(self._reserved_until, until)

    def grant(self, stop: Callable[[BaseException], object]) -> None:
        """Give out what is free.

        An attempt that would pass the budget is made again when a slot was given back: its job may have cost less
        than was held for it. Where no job runs, nothing will be given back, and the run stops.
        """
        while self._applicants and not self._waiting_for_budget:
            if self.occupied >= self._limit or self._rate.next_submission > self._now():
                return
            row, attempt, granted = applicant = self._applicants.popleft()
            if granted.done():
                continue
            try:
                found = attempt()
            except BudgetExceeded as error:
                if self._held:
                    self._applicants.appendleft(applicant)
                    self._waiting_for_budget = True
                    return
                stop(error)
                granted.set_exception(Stopped())
            except Exception as error:
                granted.set_exception(error)
            else:
                self.hold(row)
                granted.set_result(found)

    @property
    def next_chance(self) -> float:
        """When time alone may free a slot, or let a submission begin."""
        if self.occupied >= self._limit or self._waiting_for_budget:
            return self._reserved_until[0] if self._reserved_until else math.inf
        return self._rate.next_submission if self._applicants else math.inf
