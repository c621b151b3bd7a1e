"""How much a run does at once: slots for its jobs, and a rate that adapts to the service."""

from __future__ import annotations

import heapq
import logging
import math
from contextlib import contextmanager
from typing import TYPE_CHECKING

from legnext_client._calls.queue import Place
from legnext_client._journal.submit import NOT_ITS_FAULT
from legnext_client.errors import ConnectionError, RateLimitError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from legnext_client._calls.queue import JobQueue
    from legnext_client._protocol.retries import Retries
    from legnext_client.errors import LegnextError


logger = logging.getLogger("legnext_client")

SLOWEST = 0.1
"""Requests per second that are always allowed."""
WARN_AFTER = 60.0
"""Seconds of continuous trouble before a warning is logged."""
TOO_MANY = 1800.0
"""Seconds of rate-limited submissions after which a run ends."""
UNREACHABLE = 600.0
"""Seconds without a network after which a run ends; also the most by which it prolongs a wait."""


class Slots:
    """Slots for jobs that run or may run, each with a place in the client's queue. The rate sets their number."""

    def __init__(
        self, rate: RateController, queue: JobQueue, now: Callable[[], float], released: Callable[[], object]
    ) -> None:
        """`released` is called when a slot is released, or will be."""
        self._rate, self._queue, self._now, self._released = rate, queue, now, released
        self._held: dict[object, Place] = {}
        self._reserved_until: list[float] = []
        self._starting: set[object] = set()
        self._applicants = 0
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

    @property
    def next_release(self) -> float:
        """The time at which the next slot falls free by itself."""
        return self._reserved_until[0] if self._reserved_until else math.inf

    @property
    def next_chance(self) -> float:
        """The time at which a slot may be free, and a submission allowed."""
        closed = self.occupied >= self._limit or self._waiting_for_budget
        return self.next_release if closed else self._rate.next_submission

    def start(self, row: object) -> None:
        """Count a row that has started and will need a slot."""
        self._starting.add(row)

    def started(self, row: object) -> None:
        """Stop counting a row that has a slot, waits for one, or needs none."""
        self._starting.discard(row)

    @contextmanager
    def applying(self, row: object) -> Generator[Place]:
        """Count a row that waits for a slot; leave its place to others if it does not get one."""
        self.release(row)
        place = Place()
        self._applicants += 1
        try:
            yield place
        finally:
            self._applicants -= 1
            if row not in self._held:
                self._queue.leave(place)

    def wait_for_budget(self) -> bool:
        """Apply again when a slot is released, because its job may cost less than was held; False if none is taken."""
        self._waiting_for_budget = bool(self._held)
        return self._waiting_for_budget

    def take(self, row: object, place: Place) -> None:
        """Take a slot, with a place that was granted."""
        self._held[row] = place

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
        if place is not None and until is not None:
            heapq.heappush(self._reserved_until, until)
            self._queue.keep(place, None, until)
        elif place is not None:
            self._queue.leave(place)
        self._released()

    def close(self) -> None:
        """Leave all places to the jobs that run."""
        for row in list(self._held):
            self.release(row)


class _Trouble:
    """A repeated failure, until the next success."""

    def __init__(self, warning: str) -> None:
        self._warning = warning
        self.over()

    def over(self) -> None:
        self.times = 0
        self._since: float | None = None
        self._warned = False

    def again(self, now: float) -> float:
        """Note a failure; return for how many seconds it has lasted."""
        self._since = now if self._since is None else self._since
        lasts = now - self._since
        if lasts >= WARN_AFTER and not self._warned:
            self._warned = True
            logger.warning(self._warning, lasts)
        return lasts


class RateController:
    """The number of concurrent jobs and requests per second that the service takes now.

    A rate limit response halves the limit, and each round of acceptances raises it by one. The caller's limits are
    never exceeded. All times are those of one clock.
    """

    def __init__(
        self, jobs: int, per_second: float, retries: Retries, *, clock: Callable[[], float], chance: Callable[[], float]
    ) -> None:
        self.most_jobs, self._most_per_second = jobs, per_second
        self._jobs, self._per_second = float(jobs), per_second
        self._retries, self._clock, self._chance = retries, clock, chance
        self.next_request = self.next_submission = clock()
        """The earliest times of the next request, and of the next submission, which then waits for its turn."""
        self._slowed = float("-inf")
        self._refusals = _Trouble("The service has refused jobs as too many for %.0f seconds. Retrying.")
        self._failures = _Trouble("The service has been unreachable for %.0f seconds. Retrying.")

    @property
    def jobs(self) -> int:
        """Maximum concurrent jobs."""
        return int(self._jobs)

    def began(self) -> None:
        """Count a request that is sent now."""
        self.next_request = max(self._clock(), self.next_request) + 1.0 / self._per_second

    def accepted(self) -> None:
        """Note an accepted submission."""
        self._refusals.over()
        self._jobs = min(self.most_jobs, self._jobs + 1.0 / self._jobs)
        self.answered()

    def answered(self) -> None:
        """Note a response to any request."""
        self._failures.over()
        self._per_second = min(self._most_per_second, self._per_second * 1.02)

    def may_retry(self, error: LegnextError, *, not_sent: bool) -> bool:
        """Return whether a submission that was not accepted may be repeated; raise if no row can be sent."""
        if isinstance(error, RateLimitError):
            lasts = self._refused(error.retry_after)
            if lasts > TOO_MANY or (error.retry_after or 0.0) > self._retries.longest_wait:
                raise error
            return True
        if isinstance(error, ConnectionError):
            if not not_sent or self._unreachable() > UNREACHABLE:
                raise error
            return True
        if isinstance(error, NOT_ITS_FAULT):
            raise error
        return False

    def _refused(self, after: float | None) -> float:
        """Slow down after a rate-limited submission; return for how many seconds none was accepted."""
        now, trouble = self._clock(), self._refusals
        if not trouble.times or now >= self.next_submission:  # those sent together count once
            trouble.times += 1
            self._jobs = max(1.0, self._jobs / 2)
            self.slower(after)
        self._put_off(trouble.times, after)
        return trouble.again(now)

    def _unreachable(self) -> float:
        """Put off submissions for lack of a network; return for how many seconds it has lasted."""
        self._failures.times += 1
        self._put_off(self._failures.times, None)
        return self._failures.again(self._clock())

    def slower(self, after: float | None, sent: float = float("inf")) -> None:
        """Note that a request sent at this time was rate-limited."""
        if sent > self._slowed:  # those sent before the last slowdown count once
            self._slowed = self._clock()
            self._per_second = max(min(SLOWEST, self._most_per_second), self._per_second / 2)
        if after is not None:
            self.next_request = max(self.next_request, self._clock() + min(after, self._retries.longest_wait))

    def _put_off(self, times: int, after: float | None) -> None:
        if after is None:
            longest = min(self._retries.longest_pause, self._retries.first_pause * 2.0 ** min(times, 64))
            after = longest * (0.5 + 0.5 * self._chance())
        self.next_submission = max(self.next_submission, self._clock() + after)
