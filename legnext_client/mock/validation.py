"""Validation by JSON schemas, in the words of jsonschema_rs: of requests, and of what programs and files hand in."""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import sys
from typing import TYPE_CHECKING, Any

from .refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .schemas import Json

LARGEST = sys.float_info.max
TEXT = {"type": "string", "minLength": 1}
YES_OR_NO = {"type": "boolean"}
_MOST = 8
_LONGEST = 200
# Formats that only describe a value; dates and UUIDs, which programs parse, are checked.
_DESCRIPTIVE = (
    *("uri", "uri-reference", "uri-template", "iri", "iri-reference", "email", "idn-email", "hostname", "idn-hostname"),
    *("ipv4", "ipv6", "regex", "json-pointer", "relative-json-pointer"),
)


class MissingExtra(ImportError):
    """A package of the `mock` extra is not installed."""


@contextlib.contextmanager
def extra() -> Generator[None]:
    """Name the extra if a package that only the server needs is not installed, or does not fit this Python."""
    try:
        yield
    except ImportError as error:
        is_missing = isinstance(error, ModuleNotFoundError)
        raise MissingExtra(
            f"The mock server needs {str(error.name).partition('.')[0]}, which "
            f"{'is not installed' if is_missing else f'cannot be imported ({error})'}. "
            "Run: pip install 'legnext-client[mock]'"
        ) from error


class EvenLength:
    """The `even_length` rule of `x-legnext`, as a keyword for the validator."""

    def __init__(self, _parent: object, value: Json, _path: object) -> None:
        self._applies = value.get("even_length", False)

    def validate(self, instance: object) -> None:
        if self._applies and isinstance(instance, list) and len(instance) % 2:  # pyright: ignore[reportUnknownArgumentType]
            raise ValueError("must have an even number of items")


def validator(schema: Json) -> Any:
    """Return a validator of a self-contained schema."""
    with extra():
        import jsonschema_rs

    keywords: dict[str, Any] = {"x-legnext": EvenLength}
    return jsonschema_rs.Draft202012Validator(
        schema,
        keywords=keywords,
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
    given = ""
    if error.kind.name in ("enum", "not"):
        given = json.dumps(error.instance, ensure_ascii=False)
        given = given if len(given) <= _LONGEST else f"{given[:60]}…"
    if error.kind.name == "enum":  # the validator's own message lists two values
        *others, last = [json.dumps(value, ensure_ascii=False) for value in error.kind.options]
        allowed = f"{', '.join(others)} or {last}" if others else last
        message = f"{given} is not one of {allowed}"
    elif error.kind.name == "not":  # the validator's own message shows a schema
        message = f"{given} is not allowed here"
    elif len(message) > _LONGEST:  # the value is long; the bound is at the end
        message = f"{message[:60]}…{message[-80:]}"
    return {"field": field, "message": f"{field or 'the body'}: {message}"}


def check_body(validator: Any, body: object) -> None:
    """Refuse (400) a body that violates its schema."""
    if found := problems(validator, body):
        raise Refusal(400, "; ".join(each["message"] for each in found) + ".", found)


def check_fields(name: str, validator: Any, fields: Json) -> None:
    """Raise a ValueError for fields that the body `name` cannot have; required fields may be missing."""
    for error in validator.iter_errors(fields):
        if error.instance_path or error.kind.name == "additionalProperties":
            raise ValueError(f"{problem(error, name)['message']}.")


def check(name: str, value: object, schema: Json) -> None:
    """Raise a ValueError, with the name, the value and the bound, unless a value that was handed in fits its schema."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} has half of a surrogate pair; got {shown(value)}. Send whole characters.") from None
    except (TypeError, ValueError, RecursionError):
        raise ValueError(f"{name} must be JSON-compatible, and finite; got {shown(value)}.") from None
    if isinstance(value, float) and "integer" in schema.get("type", ""):
        raise ValueError(f"{name}: {value} is not a whole number.")
    if found := problems(_compiled(json.dumps(schema)), value, name):
        raise ValueError(f"{found[0]['message']}.")


@functools.lru_cache(256)
def _compiled(schema: str) -> Any:
    return validator(json.loads(schema))


def an_object(name: str, value: object) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be an object with fields; got {shown(value)}.")


def call(function: Callable[..., Any], /, *given: object, **fields: Any) -> Any:
    """Call a function with fields that were handed in. Raises a ValueError for a missing or an unknown one."""
    signature = inspect.signature(function)
    try:
        signature.bind(*given, **fields)
    except TypeError as error:
        known = [*signature.parameters][len(given) :]
        unknown = next((name for name in fields if name not in known), None)
        what = error if unknown is None else f"{shown(unknown)} is not a field here"
        raise ValueError(f"{what}; the fields are {', '.join(known) or 'none'}.") from None
    return function(*given, **fields)


def shown(value: object) -> str:
    """Format a value for a message: surrogates are escaped, long values are cut."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested too deeply, or thousands of digits
        text = f"some {type(value).__name__}"
    return text if len(text) <= _LONGEST else f"{text[:60]}…"
