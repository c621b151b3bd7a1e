"""What one key may do at once: jobs on their way, and requests per second."""

from __future__ import annotations

import heapq
from collections import deque


class JobsAtOnce:
    """How many jobs of each key are on their way, and when the next place is free.

    Without a limit everything begins at once. With one, a further job is refused, or waits where `queues` is set: when
    it begins is known as soon as it is accepted, because every job's end is.
    """

    def __init__(self, limit: int | None, *, queues: bool) -> None:
        self._limit = limit
        self._queues = queues
        self._running: dict[str, int] = {}
        self._places: dict[str, list[float]] = {}

    def running(self, key: str) -> int:
        return self._running.get(key, 0)

    def is_full(self, key: str) -> bool:
        """Whether another job has to be refused."""
        return self._limit is not None and not self._queues and self.running(key) >= self._limit

    def begins(self, key: str, now: float) -> float:
        """When a job that is accepted now is taken up."""
        places = self._places.get(key, [])
        if self._limit is None or not self._queues or len(places) < self._limit:
            return now
        return max(now, places[0])

    def entered(self, key: str, ends: float) -> None:
        self._running[key] = self.running(key) + 1
        if self._limit is not None and self._queues:
            places = self._places.setdefault(key, [])
            if len(places) < self._limit:
                heapq.heappush(places, ends)
            else:
                heapq.heapreplace(places, ends)

    def left(self, key: str) -> None:
        self._running[key] -= 1


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
