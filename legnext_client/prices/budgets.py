"""Count points across calls, threads and tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legnext_client._forks import ForkSafeLock
from legnext_client.errors import BudgetExceeded, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Hashable


class Budget:
    """A limit on the points spent. A call that could exceed it is refused before it is sent.

    Each call has its own key and goes through up to three steps: `reserve` its price before it is sent, `freeze` the
    points that the service holds for it, and `settle` its final cost. `release` a call that costs nothing. Until a job
    ends, the larger of its price and the points held by the service counts. A call with an unknown outcome stays
    reserved. Spent and reserved points together therefore stay within the budget, however many jobs are in flight.
    `left` is negative only if the service takes more than it announced.

    Every step may be repeated. Clients, threads and tasks can share one budget.
    """

    def __init__(self, points: int) -> None:
        self.points = _counted(points)
        self._lock = ForkSafeLock()
        self._held: dict[Hashable, int] = {}
        self._settled: dict[Hashable, int] = {}
        self._reserved = 0
        self._spent = 0

    @property
    def spent(self) -> int:
        """Points that finished jobs have cost."""
        return self._spent

    @property
    def reserved(self) -> int:
        """Points held for jobs that are unfinished or have an unknown outcome."""
        return self._reserved

    @property
    def left(self) -> int:
        """Points that may still be spent."""
        with self._lock:
            return self.points - self._spent - self._reserved

    def reserve(self, key: Hashable, points: int) -> None:
        """Hold a call's price before it is sent; raise `BudgetExceeded` if it exceeds the budget."""
        points = _counted(points)
        with self._lock:
            if key in self._settled:
                raise ValueError(f"{key!r} is already settled; use a new key for each call")
            counted = self._spent + self._reserved - self._held.get(key, 0)
            if counted + points > self.points:
                raise BudgetExceeded(
                    f"{points} points would exceed the budget of {self.points}: {counted} are already counted "
                    f"({self._spent} spent, {counted - self._spent} reserved).",
                    budget=self.points,
                    counted=counted,
                    price=points,
                )
            self._hold(key, points)

    def freeze(self, key: Hashable, frozen: int) -> int:
        """Hold what the service holds for the job; return the points beyond the reservation, or 0.

        The points count even if they exceed the budget, because the service already holds them. If the service holds
        less than was reserved, the reservation stands, since the job may still cost its whole price. A job new to this
        budget, such as one of an earlier run, counts from now on.
        """
        frozen = _counted(frozen)
        with self._lock:
            more = frozen - self._held.get(key, 0)
            if key in self._settled or more <= 0:
                return 0
            self._hold(key, frozen)
            return more

    def settle(self, key: Hashable, consumed: int) -> None:
        """Replace the points held for a finished job with its actual cost."""
        consumed = _counted(consumed)
        with self._lock:
            self._reserved -= self._held.pop(key, 0)
            self._spent += consumed - self._settled.get(key, 0)
            self._settled[key] = consumed

    def release(self, key: Hashable) -> None:
        """Stop holding points for a call that was not accepted, or whose job failed."""
        with self._lock:
            self._reserved -= self._held.pop(key, 0)

    def _hold(self, key: Hashable, points: int) -> None:
        self._reserved += points - self._held.get(key, 0)
        self._held[key] = points

    def __repr__(self) -> str:
        with self._lock:
            left = self.points - self._spent - self._reserved
            return f"<Budget of {self.points}: {self._spent} spent, {self._reserved} reserved, {left} left>"


def _counted(points: object) -> int:
    # `% 1` is nan for infinity and nan, so it is truthy.
    if not isinstance(points, int | float) or points < 0 or points % 1:
        raise InvalidRequest(f"points must be a whole number, 0 or more; got {points!r}.")
    return int(points)
