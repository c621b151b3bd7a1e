"""Validation against JSON schemas, in the words of jsonschema_rs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .extras import needed
from .refusals import Refusal

if TYPE_CHECKING:
    from .schemas import Json

_MOST = 8
_LONGEST = 200
# Formats that only describe a value; dates and UUIDs, which programs parse, are checked.
_DESCRIPTIVE = (
    *("uri", "uri-reference", "uri-template", "iri", "iri-reference", "email", "idn-email", "hostname", "idn-hostname"),
    *("ipv4", "ipv6", "regex", "json-pointer", "relative-json-pointer"),
)


class EvenLength:
    """The `even_length` rule of `x-legnext`, as a keyword for the validator."""

    def __init__(self, _parent: object, value: Json, _path: object) -> None:
        self._applies = value.get("even_length", False)

    def validate(self, instance: object) -> None:
        if self._applies and isinstance(instance, list) and len(instance) % 2:  # pyright: ignore[reportUnknownArgumentType]
            raise ValueError("must have an even number of items")


def validator(schema: Json) -> Any:
    """Return a validator of a self-contained schema."""
    return needed("jsonschema_rs").Draft202012Validator(
        schema,
        keywords={"x-legnext": EvenLength},
        validate_formats=True,
        formats=dict.fromkeys(_DESCRIPTIVE, _anything),
    )


def _anything(_text: str) -> bool:
    return True


def problems(validator: Any, value: object, name: str = "") -> list[dict[str, str]]:
    """Return the violations of a schema, each with its field; `name` is the parameter's, empty for a body."""
    try:
        errors = [] if validator.is_valid(value) else list(validator.iter_errors(value))
    except ValueError as error:
        raise Refusal(400, f"{name or 'The body'} cannot be checked: {error}.") from None
    return [problem(error, name) for error in errors[:_MOST]]


def problem(error: Any, name: str = "") -> dict[str, str]:
    """Return one violation with its field."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
    field = name + path if name else path.removeprefix(".")
    message: str = error.message
    if error.kind.name == "enum":  # the validator's own message lists two values
        given = json.dumps(error.instance, ensure_ascii=False)
        *others, last = [json.dumps(value, ensure_ascii=False) for value in error.kind.options]
        allowed = f"{', '.join(others)} or {last}" if others else last
        message = f"{given if len(given) <= _LONGEST else f'{given[:60]}…'} is not one of {allowed}"
    elif len(message) > _LONGEST:  # the value is long; the bound is at the end
        message = f"{message[:60]}…{message[-80:]}"
    return {"field": field, "message": f"{field or 'the body'}: {message}"}


def check_body(validator: Any, body: object) -> None:
    """Refuse (400) a body that violates its schema."""
    if found := problems(validator, body):
        raise Refusal(400, "; ".join(each["message"] for each in found) + ".", found)


def check_fields(validator: Any, fields: Json) -> None:
    """Refuse (400) fields that the body cannot have; required fields may be missing."""
    for error in validator.iter_errors(fields):
        if error.instance_path or error.kind.name == "additionalProperties":
            raise Refusal(400, f"{problem(error)['message']}.")
