"""How many jobs at once and how many requests in a second, by what the service takes.

Down fast and up slowly: a refusal for being too many halves what is allowed, and each round of acceptances gives one
back. What the caller has set is never passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client.core.retries import Retries

SLOWEST = 0.1
"""Requests per second that are always tried."""


class Pacing:
    """What is allowed at this moment. Times are those of one clock."""

    def __init__(
        self, jobs: int, per_second: float, retries: Retries, *, clock: Callable[[], float], chance: Callable[[], float]
    ) -> None:
        self._most_jobs, self._most_per_second = jobs, per_second
        self._jobs, self._per_second = float(jobs), per_second
        self._retries, self._clock, self._chance = retries, clock, chance
        self._next_request = self._next_submission = clock()
        self._refusals = 0
        self._failures = 0
        self._failing_since: float | None = None

    @property
    def jobs(self) -> int:
        """How many jobs may run at once."""
        return int(self._jobs)

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
        self._refusals = 0
        self._jobs = min(self._most_jobs, self._jobs + 1.0 / self._jobs)
        self.answered()

    def answered(self) -> None:
        """Any request was answered."""
        self._failures, self._failing_since = 0, None
        self._per_second = min(self._most_per_second, self._per_second * 1.02)

    def refused(self, after: float | None) -> None:
        """A submission was refused for being too many."""
        if not self._refusals or self._clock() >= self._next_submission:  # those sent with it tell the same thing again
            self._refusals += 1
            self._jobs = max(1.0, self._jobs / 2)
            self.slower(after)
        self._put_off(self._refusals, after)

    def slower(self, after: float | None) -> None:
        """A request was refused for being too many."""
        self._per_second = max(min(SLOWEST, self._most_per_second), self._per_second / 2)
        if after is not None:
            self._next_request = max(self._next_request, self._clock() + min(after, self._retries.longest_wait))

    def unreachable(self) -> float:
        """A submission was not sent: there is no network. Returns for how many seconds that has been so."""
        self._failures += 1
        self._put_off(self._failures, None)
        if self._failing_since is None:
            self._failing_since = self._clock()
        return self._clock() - self._failing_since

    def _put_off(self, times: int, after: float | None) -> None:
        if after is None:
            longest = min(self._retries.longest_pause, self._retries.first_pause * 2.0 ** min(times, 64))
            after = longest * (0.5 + 0.5 * self._chance())
        self._next_submission = max(self._next_submission, self._clock() + after)
