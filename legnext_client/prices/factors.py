"""Which rows of a factor table hold for a request: what its prompt and its model do to a price or a duration."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol

from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS, Operation
from legnext_client.prompts.flags import DEFAULT_MODEL, IMAGE_MODELS, MODEL_FLAGS
from legnext_client.prompts.reading import Flag, first_word, model_of, read
from legnext_client.prompts.values import same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from legnext_client.generated.rules import Factor


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
    unknown = set(given) - {name for field in operation.fields for name in (field.name, field.wire)}
    if unknown:
        known = ", ".join(field.name for field in operation.fields)
        raise InvalidRequest(f"{operation.name} has no field {', '.join(sorted(unknown))}; it has {known}.")
    return operation, {
        field.wire: _plain(given.get(field.wire, given.get(field.name)), field.default) for field in operation.fields
    }


def factors(
    table: tuple[Factor, ...], operation: Operation, values: Mapping[str, object]
) -> tuple[list[Factor], list[list[Factor]]]:
    """The rows that hold, and the same for each model that it could be.

    A follow-up is worked on by the model of its source job, which the request does not tell unless its prompt does.
    """
    if operation.prompt is None:
        return [], [[]]
    kind = operation.prompt.kind
    text = values.get(operation.prompt.field)
    flags = read(text).flags if isinstance(text, str) else ()
    model = model_of(flags, kind)
    likely = list(_holding(table, flags, model or DEFAULT_MODEL))
    follows = operation.takes in ("image", "images") and not any(flag.name in MODEL_FLAGS for flag in flags)
    if model is None or (follows and model in IMAGE_MODELS):
        return likely, [list(_holding(table, flags, possible)) for possible in IMAGE_MODELS]
    return likely, [likely]


def _holding(table: tuple[Factor, ...], flags: tuple[Flag, ...], model: str) -> Iterator[Factor]:
    tiers: set[str] = set()
    for row in sorted(table, key=lambda row: -row.factor):
        if model not in row.models or row.tier in tiers:
            continue
        if row.flag is None or any(_asks(flag, row) for flag in flags):
            tiers.update((row.tier,) if row.tier else ())
            yield row


def _asks(flag: Flag, row: Factor) -> bool:
    return flag.name == row.flag and (row.value is None or same(first_word(flag.value), row.value))


def _attributes(operation: Operation, request: object) -> dict[str, object]:
    """The fields of a request model as they stand there. Its own `to_dict` fails on an integer in an enum's place."""
    return {
        field.wire: getattr(request, field.name, getattr(request, f"{field.name}_", None)) for field in operation.fields
    }


def _plain(value: object, default: object) -> object:
    """The value as it goes over the wire. Only plain values matter to a price; anything else counts as not given."""
    if isinstance(value, Enum):
        return value.value
    return value if isinstance(value, (str, int, float)) else default
