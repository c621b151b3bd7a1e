"""The progress and the result that a row reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from legnext_client._calls.items import Row
    from legnext_client._protocol.state import State
    from legnext_client.errors import LegnextError


class RowProgress(NamedTuple):
    """The current step of a row, and its job as last reported by the service."""

    row: Row
    step: int
    title: str
    state: State


class RowResult(NamedTuple):
    """The jobs of a row's finished steps, and the reason if steps are missing."""

    row: Row
    state: str
    jobs: tuple[tuple[State, Any], ...]
    error: LegnextError | None
    files: tuple[str, ...]
    points: int
    earlier: bool
    """Whether an earlier run had brought the row to this state."""


class RowEnded(Exception):
    """Ends a row before its last step."""

    def __init__(self, state: str, error: LegnextError) -> None:
        super().__init__(state)
        self.state, self.error = state, error


class Stopped(Exception):
    """Raised in a row that waits to begin something once the run begins nothing more."""


def key_of(row: Row, step: int) -> str:
    """The key of a step in the journal."""
    return row.key if row.steps == 1 else f"{row.key}/{step + 1}"
