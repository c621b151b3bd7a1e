"""Points held in budgets, from before a call is sent until its job ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from legnext_client.errors import LegnextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from legnext_client._protocol.state import State
    from legnext_client.prices import Budget

Holds: TypeAlias = "tuple[tuple[Budget, object], ...]"
"""Budgets that hold the price of a call, each with the key of the hold."""


def hold(budgets: Sequence[Budget], points: int, key: object) -> Holds:
    """Hold points in all budgets, or in none if one refuses."""
    held: list[tuple[Budget, object]] = []
    key = object() if key is None else key
    for budget in budgets:
        try:
            budget.reserve(key, points)
        except LegnextError:
            release(held)
            raise
        held.append((budget, key))
    return tuple(held)


def release(holds: Iterable[tuple[Budget, object]]) -> None:
    """Release the points held for a call that created no job."""
    for budget, key in holds:
        budget.release(key)


def book(state: State, holds: Holds) -> None:
    """Update the budgets that hold a job's price with the service's figures."""
    for budget, key in holds:
        points = math.ceil(state.points)
        if (state.ok and state.charge_is_known) or (state.done and points):
            budget.settle(key, points)
        elif state.failed:
            budget.release(key)
        else:
            budget.freeze(key, points)
