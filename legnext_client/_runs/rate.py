"""How many jobs at once and how many requests in a second, by what the service takes.

Down fast and up slowly: a refusal for being too many halves what is allowed, and each round of acceptances gives one
back. What the caller has set is never passed.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client._protocol.retries import Retries

logger = logging.getLogger("legnext_client")

SLOWEST = 0.1
"""Requests per second that are always tried."""
WORTH_A_WORD = 60.0
"""What goes wrong for so many seconds on end is told of."""


class _Trouble:
    """What goes wrong time after time, until it goes well once."""

    def __init__(self, said: str) -> None:
        self._said = said
        self.over()

    def over(self) -> None:
        self.times = 0
        self._since: float | None = None
        self._told = False

    def again(self, now: float) -> float:
        """It has gone wrong; for how many seconds that is so."""
        self._since = now if self._since is None else self._since
        lasts = now - self._since
        if lasts >= WORTH_A_WORD and not self._told:
            self._told = True
            logger.warning(self._said, lasts)
        return lasts


class RateController:
    """What is allowed at this moment. Times are those of one clock."""

    def __init__(
        self, jobs: int, per_second: float, retries: Retries, *, clock: Callable[[], float], chance: Callable[[], float]
    ) -> None:
        self._most_jobs, self._most_per_second = jobs, per_second
        self._jobs, self._per_second = float(jobs), per_second
        self._retries, self._clock, self._chance = retries, clock, chance
        self._next_request = self._next_submission = clock()
        self._slowed = float("-inf")
        self._refusals = _Trouble("The service has taken no job for %.0f seconds, it has too many; it is asked on.")
        self._failures = _Trouble("The service has not been reached for %.0f seconds; it is tried on.")

    @property
    def jobs(self) -> int:
        """How many jobs may run at once."""
        return int(self._jobs)

    @property
    def most_jobs(self) -> int:
        """How many jobs the caller allows at once."""
        return self._most_jobs

    @property
    def per_second(self) -> float:
        """How many requests may begin in a second."""
        return self._per_second

    @property
    def next_request(self) -> float:
        """From when on another request may begin."""
        return self._next_request

    @property
    def next_submission(self) -> float:
        """From when on another job may be asked for."""
        return max(self._next_request, self._next_submission)

    def began(self) -> None:
        """A request goes out now."""
        self._next_request = max(self._clock(), self._next_request) + 1.0 / self._per_second

    def accepted(self) -> None:
        """A submission was accepted."""
        self._refusals.over()
        self._jobs = min(self._most_jobs, self._jobs + 1.0 / self._jobs)
        self.answered()

    def answered(self) -> None:
        """Any request was answered."""
        self._failures.over()
        self._per_second = min(self._most_per_second, self._per_second * 1.02)

    def refused(self, after: float | None) -> float:
        """A submission was refused for being too many. Returns for how many seconds none was accepted."""
        now, trouble = self._clock(), self._refusals
        if not trouble.times or now >= self._next_submission:  # those sent with it tell the same thing again
            trouble.times += 1
            self._jobs = max(1.0, self._jobs / 2)
            self.slower(after)
        self._put_off(trouble.times, after)
        return trouble.again(now)

    def slower(self, after: float | None, sent: float = float("inf")) -> None:
        """A request that was sent at this moment was refused for being too many."""
        if sent > self._slowed:  # those sent before tell the same thing again
            self._slowed = self._clock()
            self._per_second = max(min(SLOWEST, self._most_per_second), self._per_second / 2)
        if after is not None:
            self._next_request = max(self._next_request, self._clock() + min(after, self._retries.longest_wait))

    def unreachable(self) -> float:
        """A submission was not sent: there is no network. Returns for how many seconds that has been so."""
        self._failures.times += 1
        self._put_off(self._failures.times, None)
        return self._failures.again(self._clock())

    def _put_off(self, times: int, after: float | None) -> None:
        if after is None:
            longest = min(self._retries.longest_pause, self._retries.first_pause * 2.0 ** min(times, 64))
            after = longest * (0.5 + 0.5 * self._chance())
        self._next_submission = max(self._next_submission, self._clock() + after)
