"""Slots for the jobs of a run, granted in order of request."""

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
    """Slots for jobs that are or may be running. The rate controller sets their number."""

    def __init__(self, rate: RateController, now: Callable[[], float]) -> None:
        self._rate, self._now = rate, now
        self._held: set[object] = set()
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
        self._held.add(row)

    def release(self, row: object, until: float | None = None) -> None:
        """Release the slot; with `until`, only at that time, because an unknown job may be running."""
        self.started(row)
        self._waiting_for_budget = False
        if row in self._held:
            self._held.remove(row)
            if until is not None:
                heapq.heappush(self._reserved_until, until)

    def grant(self, stop: Callable[[BaseException], object]) -> None:
        """Grant the free slots.

        An attempt that exceeds the budget is repeated when a slot is released, because that job may have cost less
        than was held for it. If no job is running, no points will be released, so the run stops.
        """
        while self._applicants and not self._waiting_for_budget:
            if self.occupied >= self._limit or self._rate.next_submission > self._now():
                return
            row, attempt, granted = applicant = self._applicants.popleft()
            if granted.done():
                continue
            try:
                result = attempt()
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
                granted.set_result(result)

    @property
    def next_chance(self) -> float:
        """The time at which a slot may be free, or a submission allowed."""
        if self.occupied >= self._limit or self._waiting_for_budget:
            return self._reserved_until[0] if self._reserved_until else math.inf
        return self._rate.next_submission if self._applicants else math.inf
