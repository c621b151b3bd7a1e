"""The account: points available, held for running jobs, and spent. Their sum never changes."""

from __future__ import annotations

from typing import NamedTuple


class Hold(NamedTuple):
    """Points held for one job, by source."""

    points: int
    credits: int


class Account:
    """The account's points. Bonus points are spent before credits."""

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
