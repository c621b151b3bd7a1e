"""Items of a run, each of one or more paid calls."""

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
"""Key of a chain in the description of an item."""

Choose = Callable[[Any], int | Awaitable[int]]
"""Function that picks an index from a finished job; may be async in an async client."""


class Call(NamedTuple):
    """A paid request to be sent. `fields` are the arguments of `checks.prepare`."""

    operation: Operation
    fields: Mapping[str, Any]
    choices: Mapping[str, Choose] = {}
    """Fields computed from the previous finished job."""
    source: str | None = None
    """Size of the source video (`480p`), if known."""
    title: str = ""
    """Display name: `extension 2`."""

    def __repr__(self) -> str:
        fields = {**self.fields, **self.choices}
        return f"<Call {' '.join(filter(None, (self.title, self.operation.name)))} {fields}>"


class Cost(Protocol):
    """Estimated cost of a call, and the points that a budget should reserve."""

    @property
    def points(self) -> int: ...
    @property
    def reserve(self) -> int: ...


class Item(Protocol):
    """A single request or a chain. Equal requests have equal digests."""

    @property
    def key(self) -> str:
        """Name, unique in its run."""
        ...

    @property
    def digest(self) -> str:
        """Digest of the requests."""
        ...

    @property
    def steps(self) -> int:
        """Number of calls."""
        ...

    @property
    def wrong(self) -> InvalidRequest | None:
        """Error if the item is invalid; it then has no steps."""
        ...

    def call(self, step: int, finished: Sequence[State]) -> Call:
        """Return the call of a step, counted from 0, given the states of the finished steps before it."""
        ...

    def price(self, step: int) -> Cost:
        """Return the cost of a step's call."""
        ...

    def described(self) -> Mapping[str, Any]:
        """Describe the requests as JSON."""
        ...


def digest_of(calls: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Return a digest of calls, each an operation name and fields, independent of the order of fields."""
    text = json.dumps(_canonical(calls), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _canonical(value: Any) -> Any:
    # 2 and 2.0 are the same number in JSON and to the service.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(name): _canonical(inner) for name, inner in value.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return [_canonical(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType]
    return value
