"""The account: its points, and its jobs that run at once."""

from __future__ import annotations

from collections import Counter, defaultdict
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
        self.running: Counter[str] = Counter()
        self._waiting: defaultdict[str, dict[Job, None]] = defaultdict(dict)
        """By key, in order of arrival; a dict, because a job can leave from the middle."""

    def is_full(self, key: str) -> bool:
        """Return whether another job must be refused."""
        return not self._queues and not self._has_room(key)

    def entered(self, job: Job) -> bool:
        """Add an accepted job; return whether it runs now or is queued."""
        runs = self._has_room(job.key)
        self.restore(job, queued=not runs)
        return runs

    def restore(self, job: Job, *, queued: bool) -> None:
        """Add a running or queued job, whatever the limit."""
        if queued:
            self._waiting[job.key][job] = None
        else:
            self.running[job.key] += 1

    def is_queued(self, job: Job) -> bool:
        return job in self._waiting[job.key]

    def left(self, job: Job) -> Job | None:
        """Remove an ended job; return the queued job that starts instead."""
        waiting = self._waiting[job.key]
        if job in waiting:  # ended by hand while queued
            del waiting[job]
            return None
        if waiting:
            first = next(iter(waiting))
            del waiting[first]
            return first
        self.running[job.key] -= 1
        return None

    def _has_room(self, key: str) -> bool:
        return self._limit is None or self.running[key] < self._limit
