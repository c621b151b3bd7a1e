"""Select the rows of a factor table that apply to a request, given its prompt and model."""

from __future__ import annotations

import re
from enum import Enum
from math import prod
from typing import TYPE_CHECKING, NamedTuple, Protocol

from legnext_client._protocol.literals import fields_by_name, worded
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS, Operation
from legnext_client.generated.types import Unset
from legnext_client.prompts.flags import IMAGE_MODELS, MODEL_FLAGS, NAMES, model_named
from legnext_client.prompts.reading import NUMBER, Flag, first_word, model_of, read
from legnext_client.prompts.values import same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from legnext_client.generated.operations import Field
    from legnext_client.generated.rules import Factor

_MAY_BE_FLAG = re.compile(r"(?<!\S)(?:--|[—–])-*([A-Za-z]+)(\S*)(?:(?=\s+(?!--|[—–])(\S+)))?")
"""Matches a flag, the text attached to it, and the next word unless that is a flag too."""


class RequestModel(Protocol):
    """A generated request model."""

    def to_dict(self) -> dict[str, object]: ...


def request_of(
    subject: Operation | str | RequestModel, fields: Mapping[str, object] | None
) -> tuple[Operation, dict[str, object]]:
    """Return the operation, and its body's values by wire name, including defaults."""
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
        raise InvalidRequest(f"operation must be one of {', '.join(OPERATIONS)}, or a request model; got {subject!r}.")
    if unknown := given.keys() - fields_by_name((*operation.fields, *operation.parameters)).keys():
        known = ", ".join(field.name for field in operation.fields)
        raise InvalidRequest(f"{operation.name} has no field {', '.join(sorted(unknown))}; it has {known}.")
    return operation, {
        field.wire: _plain(field, given.get(field.wire, given.get(field.name))) for field in operation.fields
    }


class FactorMatch:
    """The flags and model of a request, matched against factor tables.

    A follow-up uses the model of its source job, which is unknown unless the prompt names it. Prompts with
    undocumented spellings (a repeated flag, two models, `--q4`) are ambiguous. In the worst case, every possible
    surcharge counts, and only certain discounts do.
    """

    def __init__(self, operation: Operation, values: Mapping[str, object]) -> None:
        given = values.get(operation.prompt.field) if operation.prompt is not None else None
        self._operation = operation
        self._text = given if isinstance(given, str) else ""
        self._flags = {flag.name: flag for flag in read(self._text).flags}  # the last one of a name wins
        self._kind = operation.prompt.kind if operation.prompt is not None else None
        self._model = model_of(tuple(self._flags.values()), self._kind) if self._kind is not None else None

    def likely(self, table: tuple[Factor, ...]) -> list[Factor]:
        """Return the rows that probably apply."""
        if self._kind is None:
            return []
        # A version newer than the table counts as whichever known model is the dearest, or the slowest.
        models = IMAGE_MODELS if self._model is None else (self._model,)
        rows = [list(_holding(table, model, lambda row: _asks(self._flags, row))) for model in models]
        return max(rows, key=lambda holding: prod(row.factor for row in holding))

    def at_worst(self, table: tuple[Factor, ...]) -> list[list[Factor]]:
        """Return the rows that may apply, for each possible model."""
        if self._kind is None:
            return [[]]
        mentions = list(_mentions(self._text))
        models = {self._kind} if self._model == self._kind else _models(mentions, self._model, self._operation)
        return [list(_holding(table, model, lambda row: _may_ask(mentions, row))) for model in models]


def _models(mentions: list[_Mention], likely: str | None, operation: Operation) -> set[str]:
    """Return the models that may make an image."""
    named = {model_named(one.name, value) for one in mentions if one.name in MODEL_FLAGS for value in one.values[:1]}
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


class _Mention(NamedTuple):
    """A flag in any spelling, and its possible values."""

    name: str
    values: tuple[str, ...]


def _mentions(text: str) -> Iterator[_Mention]:
    for match in _MAY_BE_FLAG.finditer(text):
        written, attached, following = match.groups(default="")
        if written.lower() in NAMES:
            yield _Mention(NAMES[written.lower()], (attached.lstrip("=:"), following) if attached else (following,))


def _may_ask(mentions: list[_Mention], row: Factor) -> bool:
    matching = [one for one in mentions if one.name == row.flag]
    if (row.factor if row.reserve is None else row.reserve) < 1:
        return bool(matching) and all(row.value is None or same(one.values[0], row.value) for one in matching)
    return any(row.value is None or any(_begins(value, row.value) for value in one.values) for one in matching)


def _begins(value: str, listed: str | float) -> bool:
    number = NUMBER.match(value)
    return same(value, listed) or (number is not None and same(number[0], listed))


def _attributes(operation: Operation, request: object) -> dict[str, object]:
    """Read a request model's fields directly, because its `to_dict` fails on an integer in place of an enum."""
    return {
        field.wire: getattr(request, field.name, getattr(request, f"{field.name}_", None)) for field in operation.fields
    }


def _plain(field: Field, value: object) -> object:
    """Convert a value to its wire form."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str) and field.enum:
        return worded(field, value)
    return field.default if value is None or isinstance(value, Unset) else value
