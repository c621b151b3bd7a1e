"""Checking a body against its schema, and saying what is wrong with it: field, bound, and what was given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from .schemas import Schemas
    from .spec import Operation, Spec

_AT_MOST_TOLD = 8


def check_body(spec: Spec, schema: dict[str, Any], validator: Any, body: object) -> None:
    """Refuse (400) a body that breaks its schema."""
    if told := problems(spec, schema, validator, body):
        raise Refusal(400, "; ".join(each["message"] for each in told) + ".", told)


def problems(
    spec: Schemas, schema: dict[str, Any], validator: Any, value: object, name: str = ""
) -> list[dict[str, str]]:
    """What is wrong with a value by its schema; `name` is that of a parameter, nothing that of a body."""
    try:
        if validator.is_valid(value):
            return []
        errors = list(validator.iter_errors(value))
    except ValueError as error:
        raise Refusal(400, f"{name or 'The body'} cannot be checked: {error}.") from None
    return [
        {"field": name + _place(error.instance_path, name), "message": _message(spec, schema, value, error, name)}
        for error in errors[:_AT_MOST_TOLD]
    ]


def check_fields(spec: Spec, operation: Operation, fields: dict[str, Any]) -> None:
    """Refuse (400) fields that no body of the operation could have, though not all that one must have are there."""
    for error in operation.validator.iter_errors(fields):
        if error.instance_path or error.kind.name == "additionalProperties":
            raise Refusal(400, f"{_message(spec, operation.schema, fields, error, '')}.")


def _message(spec: Schemas, schema: dict[str, Any], value: object, error: Any, name: str) -> str:
    found = _schema_at(spec, schema, error.instance_path)
    kind: str = error.kind.name
    writer = _WRITERS.get(kind)
    place = name + _place(error.instance_path, name) or "the body"
    if writer is None or (kind in _BOUNDS and kind not in found):  # the bound stands in one of several schemas
        return f"{place}: {error.message}"
    return writer(place, found, error.kind.as_dict(), _at(value, error.instance_path))


def _schema_at(spec: Schemas, schema: dict[str, Any], path: list[str | int]) -> dict[str, Any]:
    found = spec.flat(schema)
    for step in path:
        inner = found.get("items", {}) if isinstance(step, int) else found.get("properties", {}).get(step, {})
        found = spec.flat(inner)
    return found


def _at(body: Any, path: list[str | int]) -> Any:
    for step in path:
        body = body[step]
    return body


def _place(path: list[str | int], name: str = "") -> str:
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return written if name else written.removeprefix(".")


def _given(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _bounds(schema: dict[str, Any], low: str, high: str) -> str:
    least, most = schema.get(low), schema.get(high)
    if least is not None and most is not None:
        return f"{least} to {most}" if least != most else f"exactly {least}"
    return f"at least {least}" if most is None else f"at most {most}"


def _range(place: str, schema: dict[str, Any], _kind: dict[str, Any], value: Any) -> str:
    return f"{place} must be {_bounds(schema, 'minimum', 'maximum')}; got {_given(value)}"


def _length(place: str, schema: dict[str, Any], _kind: dict[str, Any], value: Any) -> str:
    return f"{place} must have {_bounds(schema, 'minLength', 'maxLength')} characters; got {len(value)}"


def _items(place: str, schema: dict[str, Any], _kind: dict[str, Any], value: Any) -> str:
    return f"{place} must have {_bounds(schema, 'minItems', 'maxItems')} items; got {len(value)}"


def _fields(place: str, schema: dict[str, Any], _kind: dict[str, Any], value: Any) -> str:
    wanted = " or ".join(schema.get("properties", {}))
    return f"{place} must have {_bounds(schema, 'minProperties', 'maxProperties')} of {wanted}; got {len(value)}"


def _type(place: str, _schema: dict[str, Any], kind: dict[str, Any], value: Any) -> str:
    wanted = " or ".join(f"an {each}" if each[0] in "aio" else f"a {each}" for each in kind["types"])
    return f"{place} must be {wanted}; got {_given(value)}"


def _enum(place: str, schema: dict[str, Any], _kind: dict[str, Any], value: Any) -> str:
    names = schema.get("x-enum-varnames", [])
    numbers = all(isinstance(each, int) for each in schema.get("enum", []))
    words = [
        f"{each} ({names[at]})" if numbers and at < len(names) else str(each)
        for at, each in enumerate(schema.get("enum", []))
    ]
    return f"{place} must be one of {', '.join(words)}; got {_given(value)}"


def _pattern(place: str, schema: dict[str, Any], kind: dict[str, Any], value: Any) -> str:
    means = schema.get("x-legnext", {}).get("means") or f"match {kind['pattern']}"
    return f"{place} must {means}; got {_given(value)}"


def _required(place: str, _schema: dict[str, Any], kind: dict[str, Any], _value: Any) -> str:
    return f"{kind['property'] if place == 'the body' else place + '.' + kind['property']} is required"


def _unexpected(place: str, schema: dict[str, Any], kind: dict[str, Any], _value: Any) -> str:
    unknown = ", ".join(_given(each) for each in kind["unexpected"][:3])
    return f"{place} has no field {unknown}; it takes {', '.join(schema.get('properties', {}))}"


def _excluded(place: str, _schema: dict[str, Any], _kind: dict[str, Any], _value: Any) -> str:
    return f"{place} cannot be given together with the other fields; give the one or the other"


def _even(place: str, _schema: dict[str, Any], _kind: dict[str, Any], value: Any) -> str:
    return f"{place} must have an even number of items (x, y, x, y …); got {len(value)}"


_BOUNDS = {
    *("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "enum")
}
_WRITERS: dict[str, Callable[[str, dict[str, Any], dict[str, Any], Any], str]] = {
    "minimum": _range,
    "maximum": _range,
    "minLength": _length,
    "maxLength": _length,
    "minItems": _items,
    "maxItems": _items,
    "minProperties": _fields,
    "maxProperties": _fields,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "required": _required,
    "additionalProperties": _unexpected,
    "falseSchema": _excluded,
    "x-legnext": _even,
}
