"""Which rows of a factor table hold for a request: what its prompt and its model do to a price or a duration."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS, Operation
from legnext_client.generated.types import Unset
from legnext_client.prompts.flags import DEFAULT_MODEL, IMAGE_MODELS, MODEL_FLAGS, NAMES, model_named
from legnext_client.prompts.reading import NUMBER, Flag, first_word, model_of, read
from legnext_client.prompts.values import same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from legnext_client.generated.rules import Factor

_MAY_BE_FLAG = re.compile(r"(?<!\S)(?:--|[—–])-*([A-Za-z]+)(\S*)(?:(?=\s+(?!--|[—–])(\S+)))?")
"""A flag, what is stuck to it, and the word behind it if that is no flag itself."""


class RequestModel(Protocol):
    """A request model of the generated client."""

    def to_dict(self) -> dict[str, object]: ...


def request_of(
    subject: Operation | str | RequestModel, fields: Mapping[str, object] | None
) -> tuple[Operation, dict[str, object]]:
    """The operation that is meant, and its body's values by wire name, defaults included."""
    given = dict(fields or {})
    if isinstance(subject, Operation):
        operation: Operation | None = subject
    elif isinstance(subject, str):
        operation = OPERATIONS.get(subject) or next((one for one in OPERATIONS.values() if one.alias == subject), None)
    else:
        name = type(subject).__name__
        operation = next((one for one in OPERATIONS.values() if one.request_model == name), None)
        given = {**_attributes(operation, subject), **given} if operation else given
    if operation is None:
        raise InvalidRequest(f"operation must be one of {', '.join(OPERATIONS)}, or a request; got {subject!r}.")
    unknown = set(given) - {
        name for field in (*operation.fields, *operation.parameters) for name in (field.name, field.wire)
    }
    if unknown:
        known = ", ".join(field.name for field in operation.fields)
        raise InvalidRequest(f"{operation.name} has no field {', '.join(sorted(unknown))}; it has {known}.")
    return operation, {
        field.wire: _plain(given.get(field.wire, given.get(field.name)), field.default) for field in operation.fields
    }


class Asked:
    """What a request asks for in its prompt, and which rows of a table hold for it.

    A follow-up is worked on by the model of its source job, which the request does not tell unless its prompt does. And
    what a prompt means that is not written as the documents say (a flag twice, two models, `--q4`), only the service
    knows: at the worst, each surcharge counts that could be meant, and no discount but one that can only be meant.
    """

    def __init__(self, operation: Operation, values: Mapping[str, object]) -> None:
        given = values.get(operation.prompt.field) if operation.prompt is not None else None
        self._operation = operation
        self._text = given if isinstance(given, str) else ""
        self._flags = {flag.name: flag for flag in read(self._text).flags}  # of several of a name, the last
        self._kind = operation.prompt.kind if operation.prompt is not None else None
        self._model = model_of(tuple(self._flags.values()), self._kind) if self._kind is not None else None

    def likely(self, table: tuple[Factor, ...]) -> list[Factor]:
        """The rows that probably hold."""
        if self._kind is None:
            return []
        return list(_holding(table, self._model or DEFAULT_MODEL, lambda row: _asks(self._flags, row)))

    def at_worst(self, table: tuple[Factor, ...]) -> list[list[Factor]]:
        """For each model that it could be, the rows that may hold."""
        if self._kind is None:
            return [[]]
        said = list(_all_said(self._text))
        models = {self._kind} if self._model == self._kind else _models(said, self._model, self._operation)
        return [list(_holding(table, model, lambda row: _may_ask(said, row))) for model in models]


def _models(said: list[_Said], likely: str | None, operation: Operation) -> set[str]:
    """Which models may work on an image."""
    named = {model_named(each.name, value) for each in said if each.name in MODEL_FLAGS for value in each.values[:1]}
    if likely is None or None in named or (not named and operation.takes in ("image", "images")):
        return set(IMAGE_MODELS)
    return {likely, *filter(None, named)}


def _holding(table: tuple[Factor, ...], model: str, asks: Callable[[Factor], bool]) -> Iterator[Factor]:
    tiers: set[str] = set()
    for row in sorted(table, key=lambda row: -row.factor):
        if model not in row.models or row.tier in tiers:
            continue
        if row.flag is None or asks(row):
            tiers.update((row.tier,) if row.tier else ())
            yield row


def _asks(flags: Mapping[str, Flag], row: Factor) -> bool:
    flag = flags.get(row.flag or "")
    return flag is not None and (row.value is None or same(first_word(flag.value), row.value))


class _Said(NamedTuple):
    """A flag, however it is written, and what may be its value."""

    name: str
    values: tuple[str, ...]


def _all_said(text: str) -> Iterator[_Said]:
    for found in _MAY_BE_FLAG.finditer(text):
        written, stuck, behind = found.groups(default="")
        if written.lower() in NAMES:
            yield _Said(NAMES[written.lower()], (stuck.lstrip("=:"), behind) if stuck else (behind,))


def _may_ask(said: list[_Said], row: Factor) -> bool:
    ways = [each for each in said if each.name == row.flag]
    if (row.factor if row.reserve is None else row.reserve) < 1:
        return bool(ways) and all(row.value is None or same(way.values[0], row.value) for way in ways)
    return any(row.value is None or any(_begins(value, row.value) for value in way.values) for way in ways)


def _begins(value: str, listed: str | float) -> bool:
    number = NUMBER.match(value)
    return same(value, listed) or (number is not None and same(number[0], listed))


def _attributes(operation: Operation, request: object) -> dict[str, object]:
    """The fields of a request model as they stand there. Its own `to_dict` fails on an integer in an enum's place."""
    return {
        field.wire: getattr(request, field.name, getattr(request, f"{field.name}_", None)) for field in operation.fields
    }


def _plain(value: object, default: object) -> object:
    """The value as it goes over the wire."""
    if isinstance(value, Enum):
        return value.value
    return default if value is None or isinstance(value, Unset) else value
