"""The account and its limits: points, running jobs, and requests per second."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .jobs import Job


class Hold(NamedTuple):
    """Points held for one job, by source."""

    points: int
    credits: int


class Account:
    """Points available, held for running jobs, and spent; their sum never changes. Bonus points are spent first."""

    def __init__(self, *, credits: int, points: int = 0) -> None:
        self.available_credits = credits
        self.available_points = points
        self.frozen = 0
        self.consumed = 0

    @property
    def available(self) -> int:
        """Points available for a new job."""
        return self.available_credits + self.available_points

    def hold(self, amount: int) -> Hold | None:
        """Hold points for a job; returns None if there are not enough."""
        if amount > self.available:
            return None
        points = min(amount, self.available_points)
        held = Hold(points, amount - points)
        self.available_points -= held.points
        self.available_credits -= held.credits
        self.frozen += amount
        return held

    def settle(self, held: Hold, charged: int) -> None:
        """Charge part of the held points (none for a failed job) and release the rest."""
        from_points = min(charged, held.points)
        from_credits = charged - from_points
        self.frozen -= held.points + held.credits
        self.consumed += charged
        self.available_points += held.points - from_points
        self.available_credits += held.credits - from_credits


class JobsAtOnce:
    """The running and queued jobs of each key.

    Beyond the limit, a job is refused, or queued if `queues` is set. The waiting time is unknown in advance, because a
    job may be ended by hand or never.
    """

    def __init__(self, limit: int | None, *, queues: bool) -> None:
        self._limit = limit
        self._queues = queues
        self._running: dict[str, int] = {}
        # Ordered by arrival, with removal in constant time.
        self._waiting: dict[str, OrderedDict[Job, None]] = {}

    def running(self, key: str) -> int:
        return self._running.get(key, 0)

    def is_full(self, key: str) -> bool:
        """Return whether another job must be refused."""
        return not self._queues and not self._has_room(key)

    def entered(self, job: Job) -> bool:
        """Add an accepted job; return whether it runs now or is queued."""
        if not self._has_room(job.key):
            self._waiting.setdefault(job.key, OrderedDict())[job] = None
            return False
        self._running[job.key] = self.running(job.key) + 1
        return True

    def restore(self, job: Job, *, queued: bool) -> None:
        """Add a running or queued job of a saved state, whatever the limit."""
        if queued:
            self._waiting.setdefault(job.key, OrderedDict())[job] = None
        else:
            self._running[job.key] = self.running(job.key) + 1

    def is_queued(self, job: Job) -> bool:
        return job in self._waiting.get(job.key, ())

    def left(self, job: Job) -> Job | None:
        """Remove an ended job; return the queued job that starts instead."""
        waiting = self._waiting.get(job.key)
        if waiting and job in waiting:
            del waiting[job]  # ended by hand while queued
            return None
        if waiting:
            return waiting.popitem(last=False)[0]
        self._running[job.key] -= 1
        return None

    def _has_room(self, key: str) -> bool:
        return self._limit is None or self.running(key) < self._limit


class RequestsPerSecond:
    """Requests of each key within the last second."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._recent: dict[str, deque[float]] = {}

    def is_full(self, key: str, now: float) -> bool:
        """Count a request; return True if the limit is reached instead."""
        if self._limit is None:
            return False
        recent = self._recent.setdefault(key, deque())
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= self._limit:
            return True
        recent.append(now)
        return False
