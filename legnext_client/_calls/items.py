"""Rows of a run, each of one or more paid calls."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import Factory, define

from legnext_client._protocol.callbacks import CLAIM_MARK
from legnext_client.generated.operations import OPERATIONS
from legnext_client.prices import price, typical_seconds

if TYPE_CHECKING:
    from legnext_client._protocol.state import State
    from legnext_client.errors import InvalidRequest
    from legnext_client.generated.operations import Operation

CHAIN, OPERATION = "chain", "operation"
"""Keys of a chain, and of a request's operation, in the description of a row."""
CALLBACK = "callback"
"""The field for the callback URL, which does not change the job itself."""

_FLAG = re.compile(r"(?<!\S)(?:--|[—–])")

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

    def called_back(self, callback: str | None, token: str) -> Call:
        """Return the call with the URL of its callback, which ends with `token`, if it takes one and has none."""
        takes = any(field.name == CALLBACK for field in self.operation.fields)
        if callback is None or not takes or CALLBACK in self.fields:
            return self
        return self._replace(fields={**self.fields, CALLBACK: f"{callback}{CLAIM_MARK}{token}"})

    def __repr__(self) -> str:
        fields = {**self.fields, **self.choices}
        return f"<Call {' '.join(filter(None, (self.title, self.operation.name)))} {fields}>"


class Cost(NamedTuple):
    """Estimated cost of a call."""

    points: int
    reserve: int
    """Points that a budget should hold, which may be more."""
    seconds: float
    """Usual duration of the job."""


@define(eq=False, repr=False)
class Row:
    """A single request or a chain, read, checked and priced once. Equal requests have equal digests."""

    key: str
    """Name, unique in its run."""
    digest: str
    calls: tuple[Call, ...] = ()
    """The calls, in order; none if the row is invalid, or is no longer requested."""
    description: Mapping[str, Any] | None = None
    begins_with: str = ""
    """Id of the job that a chain continues."""
    wrong: InvalidRequest | None = None
    """Error if the row is invalid."""
    steps: int = Factory(lambda self: len(self.calls), takes_self=True)
    _costs: tuple[Cost, ...] | None = None

    def call(self, step: int, finished: Sequence[State]) -> Call:
        """Return the call of a step, counted from 0, given the states of the finished steps before it."""
        call, job_id = self.calls[step], finished[-1].job_id if finished else self.begins_with
        return call._replace(fields={"job_id": job_id, **call.fields}) if job_id else call

    def cost(self, step: int) -> Cost:
        """Return the cost of a step's call."""
        if self._costs is None:
            self._costs = tuple(map(_cost_of, self.calls))
        return self._costs[step]

    def described(self) -> Mapping[str, Any]:
        """Describe the requests as JSON."""
        if self.description is not None:
            return self.description
        [call] = self.calls
        return {OPERATION: call.operation.name, **call.fields}

    def __repr__(self) -> str:
        return f"<Row {self.key}: {self.wrong or ', '.join(call.title or call.operation.name for call in self.calls)}>"


def _cost_of(call: Call) -> Cost:
    """Estimate a call by what sets its cost; the words of the prompt, which differ most, do not."""
    fields = tuple(
        (name, _without_words(call.fields[name]) if is_prompt else call.fields[name])
        for name, is_prompt in _cost_fields(call.operation.name)
        if name in call.fields
    )
    return _estimated(call.operation.name, fields, call.source)


@functools.lru_cache(1024)
def _estimated(name: str, fields: tuple[tuple[str, Any], ...], source: str | None) -> Cost:
    operation, given = OPERATIONS[name], dict(fields)
    estimate = price(operation, given, source=source)
    return Cost(estimate.points, estimate.reserve, typical_seconds(operation, given))


@functools.cache
def _cost_fields(name: str) -> tuple[tuple[str, bool], ...]:
    """Return both names of each field that sets the cost of an operation, and whether it is the prompt."""
    operation = OPERATIONS[name]
    prompt = operation.prompt.field if operation.prompt else None
    wires = {prompt, *(row.field for row in (operation.price.when if operation.price else ()))}
    fields = [field for field in operation.fields if field.wire in wires]
    return tuple((name, field.wire == prompt) for field in fields for name in {field.name, field.wire})


def _without_words(prompt: str) -> str:
    """Return the prompt from its first possible flag on."""
    flag = _FLAG.search(prompt)
    return prompt[flag.start() :] if flag else ""


def digest_of(calls: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Return a digest of calls, each an operation name and fields, independent of the order of fields."""
    text = json.dumps(_canonical(calls), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _canonical(value: Any) -> Any:
    if isinstance(value, str):  # first, because most values are
        return value
    # 2 and 2.0 are the same number in JSON and to the service.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(name): _canonical(inner) for name, inner in value.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return [_canonical(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType]
    return value
