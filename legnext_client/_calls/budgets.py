"""What a call holds in budgets, from before it is sent until its job has ended."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from legnext_client.errors import LegnextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from legnext_client._protocol.state import State
    from legnext_client.prices import Budget

Holds: TypeAlias = "tuple[tuple[Budget, object], ...]"
"""Budgets that hold the price of a call, each with the key it is held under."""


def hold(budgets: Sequence[Budget], points: int, key: object) -> Holds:
    """Hold these points in every open budget, or in none."""
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
    """Give back what is held for a call that makes no job."""
    for budget, key in holds:
        budget.release(key)


def book(state: State, holds: Holds) -> None:
    """Bring the budgets that hold a job's price up to what the service says of it."""
    for budget, key in holds:
        points = math.ceil(state.points)
        if (state.ok and state.charge_is_told) or (state.done and points):
            budget.settle(key, points)
        elif state.failed:
            budget.release(key)
        else:
            budget.freeze(key, points)
