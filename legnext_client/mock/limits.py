"""What one key may do at once: jobs on their way, and requests per second."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .jobs import Job


class JobsAtOnce:
    """The jobs of each key that have a place, and those that wait for one.

    Without a limit every job has a place. With one, a further job is refused, or waits where `queues` is set. How long,
    nobody can say beforehand: a job may be ended by hand, or never.
    """

    def __init__(self, limit: int | None, *, queues: bool) -> None:
        self._limit = limit
        self._queues = queues
        self._running: dict[str, int] = {}
        # In the order in which they came, and any of them can be taken out without looking at the others.
        self._waiting: dict[str, OrderedDict[Job, None]] = {}

    def running(self, key: str) -> int:
        return self._running.get(key, 0)

    def is_full(self, key: str) -> bool:
        """Whether another job has to be refused."""
        return not self._queues and not self._has_room(key)

    def entered(self, job: Job) -> bool:
        """Whether a job that was accepted has a place; without one it waits."""
        if not self._has_room(job.key):
            self._waiting.setdefault(job.key, OrderedDict())[job] = None
            return False
        self._running[job.key] = self.running(job.key) + 1
        return True

    def left(self, job: Job) -> Job | None:
        """A job has ended; the one that has its place now."""
        waiting = self._waiting.get(job.key)
        if waiting and job in waiting:
            del waiting[job]  # it was ended by hand, and had no place to give
            return None
        if waiting:
            return waiting.popitem(last=False)[0]
        self._running[job.key] -= 1
        return None

    def _has_room(self, key: str) -> bool:
        return self._limit is None or self.running(key) < self._limit


class RequestsPerSecond:
    """How many requests of each key arrived within the last second."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._recent: dict[str, deque[float]] = {}

    def is_full(self, key: str, now: float) -> bool:
        """Count a request, unless it is one too many."""
        if self._limit is None:
            return False
        recent = self._recent.setdefault(key, deque())
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= self._limit:
            return True
        recent.append(now)
        return False
