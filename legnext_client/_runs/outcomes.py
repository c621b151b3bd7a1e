"""What a life tells of its row: how far it is, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from legnext_client._calls.items import Item
    from legnext_client._protocol.state import State
    from legnext_client.errors import LegnextError


class Step(NamedTuple):
    """How far a life is: which step of how many, and the job as it was last heard of."""

    item: Item
    number: int
    title: str
    state: State


class Outcome(NamedTuple):
    """What came of a row: the jobs of its finished steps, and why there are no more, if there are not."""

    item: Item
    state: str
    jobs: tuple[tuple[State, Any], ...]
    error: LegnextError | None
    files: tuple[str, ...]
    points: int
    earlier: bool
    """All of it was there before this run began."""


class Over(Exception):
    """This life ends here."""

    def __init__(self, state: str, error: LegnextError) -> None:
        super().__init__(state)
        self.state, self.error = state, error


def key_of(item: Item, number: int) -> str:
    """The key of a step in the records."""
    return item.key if item.steps == 1 else f"{item.key}/{number + 1}"
