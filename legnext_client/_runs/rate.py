"""Adapt the number of concurrent jobs and requests per second to the service.

A rate limit response halves the limit, and each round of acceptances raises it by one. The caller's limits are never
exceeded.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from legnext_client._journal.submit import NOT_ITS_FAULT
from legnext_client.errors import ConnectionError, RateLimitError

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """The limits at this moment. All times are those of one clock."""

    def __init__(
        self, jobs: int, per_second: float, retries: Retries, *, clock: Callable[[], float], chance: Callable[[], float]
    ) -> None:
        self._most_jobs, self._most_per_second = jobs, per_second
        self._jobs, self._per_second = float(jobs), per_second
        self._retries, self._clock, self._chance = retries, clock, chance
        self._next_request = self._next_submission = clock()
        self._slowed = float("-inf")
        self._refusals = _Trouble("The service has refused jobs as too many for %.0f seconds. Retrying.")
        self._failures = _Trouble("The service has been unreachable for %.0f seconds. Retrying.")

    @property
    def jobs(self) -> int:
        """Maximum concurrent jobs."""
        return int(self._jobs)

    @property
    def most_jobs(self) -> int:
        """How many jobs the caller allows at once."""
        return self._most_jobs

    @property
    def per_second(self) -> float:
        """Maximum requests per second."""
        return self._per_second

    @property
    def next_request(self) -> float:
        """The earliest time of the next request."""
        return self._next_request

    @property
    def next_submission(self) -> float:
        """The earliest time of the next submission; it then waits for its turn among all requests."""
        return self._next_submission

    def began(self) -> None:
        """Count a request that is sent now."""
        self._next_request = max(self._clock(), self._next_request) + 1.0 / self._per_second

    def accepted(self) -> None:
        """Note an accepted submission."""
        self._refusals.over()
        self._jobs = min(self._most_jobs, self._jobs + 1.0 / self._jobs)
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
        if not trouble.times or now >= self._next_submission:  # those sent together count once
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
            self._next_request = max(self._next_request, self._clock() + min(after, self._retries.longest_wait))

    def _put_off(self, times: int, after: float | None) -> None:
        if after is None:
            longest = min(self._retries.longest_pause, self._retries.first_pause * 2.0 ** min(times, 64))
            after = longest * (0.5 + 0.5 * self._chance())
        self._next_submission = max(self._next_submission, self._clock() + after)
