"""`Budget`: points that may be spent, counted across calls, threads and tasks."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from legnext_client.errors import BudgetExceeded, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Hashable


class Budget:
    """Points that may be spent. A call that could pass them is refused before it is sent.

    Each call has a key of its own and goes through up to three steps: `reserve` its price before it is sent, `freeze`
    what the service then holds for it, `settle` what it cost in the end; `release` if it costs nothing. Until the job
    has ended, the larger of the price and what the service holds is counted. A call whose outcome is unknown stays
    reserved. So at any moment what is spent, frozen, and on its way stays within the budget, however many jobs are in
    flight; only a service that takes more than was announced can pass it, and then `left` is negative.

    Every step may be repeated. One budget can be shared by clients, threads and tasks.
    """

    def __init__(self, points: int) -> None:
        self.points = _counted(points)
        self._lock = Lock()
        self._held: dict[Hashable, int] = {}
        self._settled: dict[Hashable, int] = {}
        self._reserved = 0
        self._spent = 0

    @property
    def spent(self) -> int:
        """What finished jobs have cost."""
        return self._spent

    @property
    def reserved(self) -> int:
        """What is held for jobs that are not finished, or whose outcome is unknown."""
        return self._reserved

    @property
    def left(self) -> int:
        """What may still be spent."""
        with self._lock:
            return self.points - self._spent - self._reserved

    def reserve(self, key: Hashable, points: int) -> None:
        """Hold a call's price before it is sent; `BudgetExceeded` if it would pass the budget."""
        points = _counted(points)
        with self._lock:
            if key in self._settled:
                raise ValueError(f"{key!r} is settled already; a new call needs a key of its own")
            counted = self._spent + self._reserved - self._held.get(key, 0)
            if counted + points > self.points:
                raise BudgetExceeded(
                    f"{points} points would pass the budget of {self.points}: {counted} are counted already "
                    f"({self._spent} spent, {counted - self._spent} reserved).",
                    budget=self.points,
                    counted=counted,
                    price=points,
                )
            self._hold(key, points)

    def freeze(self, key: Hashable, frozen: int) -> int:
        """Hold what the service holds for the job; returns how much more that is than was reserved, 0 if it is not.

        It is counted even if it passes the budget, because the service has it. If the service holds less than was
        reserved, the reservation stands: the job may still cost its whole price. A job that this budget has not seen,
        such as one of an earlier run, is counted from now on.
        """
        frozen = _counted(frozen)
        with self._lock:
            more = frozen - self._held.get(key, 0)
            if key in self._settled or more <= 0:
                return 0
            self._hold(key, frozen)
            return more

    def settle(self, key: Hashable, consumed: int) -> None:
        """Count what a finished job has cost, instead of what was held for it."""
        consumed = _counted(consumed)
        with self._lock:
            self._reserved -= self._held.pop(key, 0)
            self._spent += consumed - self._settled.get(key, 0)
            self._settled[key] = consumed

    def release(self, key: Hashable) -> None:
        """Hold nothing for this call any more: it was not accepted, or its job has failed."""
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
    # An infinite number, or one that is none, has no remainder that is 0.
    if not isinstance(points, int | float) or points < 0 or points % 1:
        raise InvalidRequest(f"points must be a whole number from 0; got {points!r}.")
    return int(points)
