"""What a run is asked to do: items, each of one or several paid calls. Who makes or runs them stands elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from legnext_client._protocol.state import State
    from legnext_client.errors import InvalidRequest
    from legnext_client.generated.operations import Operation

CHAIN = "chain"
"""Under which a chain stands in what was asked for."""

Choose = Callable[[Any], int | Awaitable[int]]
"""Chooses a number by a finished job; what is awaited works where there is a loop."""


class Call(NamedTuple):
    """One paid request to come; `fields` are what `core.checks.prepare` takes."""

    operation: Operation
    fields: Mapping[str, Any]
    choices: Mapping[str, Choose] = {}
    """Fields that a function of the finished job before fills."""
    source: str | None = None
    """The size of the source video (`480p`), where it is known."""
    title: str = ""
    """What to call it while it runs: `extension 2`."""

    def __repr__(self) -> str:
        fields = {**self.fields, **self.choices}
        return f"<Call {' '.join(filter(None, (self.title, self.operation.name)))} {fields}>"


class Cost(Protocol):
    """What a call will probably cost, and what a budget should count for it."""

    @property
    def points(self) -> int: ...
    @property
    def reserve(self) -> int: ...


class Item(Protocol):
    """A single request, or a chain of several. Two that ask for the same have the same digest."""

    @property
    def key(self) -> str:
        """Its name, unique in its run."""
        ...

    @property
    def digest(self) -> str:
        """Changes when what is asked for changes."""
        ...

    @property
    def steps(self) -> int:
        """How many calls it takes."""
        ...

    @property
    def wrong(self) -> InvalidRequest | None:
        """Why nothing can be sent for it; it has no steps then."""
        ...

    def call(self, step: int, finished: Sequence[State]) -> Call:
        """The call of a step, counted from 0, when the steps before have finished in these states."""
        ...

    def price(self, step: int) -> Cost:
        """What the call of a step will cost."""
        ...

    def described(self) -> Mapping[str, Any]:
        """What is asked for, as JSON."""
        ...


def digest_of(calls: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """A digest of calls, each an operation's name and fields: the same for equal values, however they are ordered."""
    text = json.dumps(_canonical(calls), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _canonical(value: Any) -> Any:
    # 2 and 2.0 are the same number to JSON, and to the service.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(name): _canonical(inner) for name, inner in value.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return [_canonical(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType]
    return value
