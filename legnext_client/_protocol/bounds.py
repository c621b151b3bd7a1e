"""Check one value against the bounds of its field."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from legnext_client._protocol.numbers import is_whole
from legnext_client.errors import InvalidRequest, LegnextError
from legnext_client.generated.types import is_file, to_json

if TYPE_CHECKING:
    from legnext_client.generated.operations import Field


class PendingUpload(str):
    """The place of a URL in a request whose file is uploaded before it is sent: a name for the contents."""

    __slots__ = ()


Wrong = tuple[str, str]
"""The expected and the given value, as text."""

UPLOAD = (
    "Upload it and pass its URL, or have it uploaded: Client(uploader=…), on the command line LEGNEXT_UPLOADER; "
    "see legnext_client.uploads"
)
"""Advice on a local file where a URL is expected."""

_SHOWN = 60
_SLACK = 1e-9
"""Tolerance for multiples: 0.3 is a multiple of 0.1, but not in floating point."""


def wrong_value(field: Field, value: Any) -> Wrong | None:
    """Return the error in a plain value, or None. The contents of objects and lists are not checked."""
    if value is None and field.nullable:
        return None
    must, fits = _TYPES[field.type]
    if field.file and is_file(value):
        return f"must be a URL, not a file. {UPLOAD}", shown(value)
    if not fits(value):
        return must + _hint(field) + _not_a_file(field, value), shown(value)
    if field.file and isinstance(value, PendingUpload):
        return None
    if field.enum and value not in field.enum:
        return "must be " + bound_of(field), shown(value)
    return _CHECKS[field.type](field, value) if field.type in _CHECKS else None


def bound_of(field: Field) -> str:
    """Describe the bounds of a field: `0 to 3`, `one of 0 (SUBTLE), 1 (STRONG)`, `1 to 8192 characters`."""
    if field.enum:
        names = field.enum_names or ("",) * len(field.enum)
        pairs = zip(field.enum, names, strict=True)
        values = (f"{value} ({name})" if name and not isinstance(value, str) else str(value) for value, name in pairs)
        return "one of " * (len(field.enum) > 1) + ", ".join(values)
    match field.type:
        case "string":
            return range_of(field.min_length, field.max_length, " characters")
        case "array":
            return range_of(field.min_items, field.max_items, " items")
        case _:
            return range_of(field.minimum, field.maximum) or _between(field)


def shown(value: Any) -> str:
    """Format a value for an error message: short, and never the contents of a file."""
    if isinstance(value, bytes | bytearray):
        return f"{len(value)} bytes"
    if isinstance(value, int) and abs(value) >= 10**_SHOWN:
        return "a number of more than 60 digits"
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def whole(name: str, value: object, least: int, error: type[LegnextError] = InvalidRequest) -> None:
    """Raise an error unless an argument is a whole number, and not too small."""
    if not is_whole(value) or value < least:
        raise error(f"{name} must be a whole number, {least} or more; got {shown(value)}.")


def _number(value: Any) -> bool:
    return _integer(value) or (isinstance(value, float) and math.isfinite(value))


def _integer(value: Any) -> bool:
    # JSON has one number type, in which 1.0 is an integer. True is not a number.
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) and not isinstance(value, bool)


def _serializable(value: Any) -> bool:
    try:
        to_json(value)
    except (TypeError, ValueError):
        return False
    return True


_TYPES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "string": ("must be a string", lambda value: isinstance(value, str)),
    "integer": ("must be an integer", _integer),
    "number": ("must be a number", _number),
    "boolean": ("must be true or false", lambda value: isinstance(value, bool)),
    "array": ("must be a list", lambda value: isinstance(value, list)),
    "object": ("must be an object", lambda value: isinstance(value, Mapping)),
    "file": ("must be a path, bytes or an open file", is_file),
    "any": ("must be JSON-serializable", _serializable),
}


def _hint(field: Field) -> str:
    if field.fields:
        return f" with {', '.join(inner.name for inner in field.fields)}"
    bound = bound_of(field)
    return f", {bound}" if bound else ""


def _not_a_file(field: Field, value: Any) -> str:
    # The service's Python docs pass the bytes of an image as a mask.
    takes_url = field.type == "object" or field.pattern
    return ", not the contents of a file. Pass its URL" if isinstance(value, bytes) and takes_url else ""


def _string(field: Field, value: str) -> Wrong | None:
    if not _within(len(value), field.min_length, field.max_length):
        return "must have " + range_of(field.min_length, field.max_length, " characters"), f"{len(value)} characters"
    if "\0" in value:
        return "must not contain the NUL character", shown(value)
    try:
        value.encode()
    except UnicodeEncodeError:
        return "must be valid Unicode, without half a surrogate pair", shown(value)
    if field.format and (wrong := _wrong_format(field.format, value)):
        return wrong, shown(value)
    if field.pattern and not _pattern(field.pattern)(value):
        return f"must {field.means or 'match ' + field.pattern}", shown(value)
    return None


_FORMATS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "date-time": ("be a date and time such as 2026-01-31T12:00:00Z", datetime.fromisoformat),
    "date": ("be a date such as 2026-01-31", date.fromisoformat),
    "uuid": ("be a UUID", re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch),
}


def _wrong_format(format_: str, value: str) -> str | None:
    must, read = _FORMATS[format_]
    try:
        return None if read(value) else f"must {must}"
    except ValueError:
        return f"must {must}"


def _in_range(field: Field, value: float) -> Wrong | None:
    if (isinstance(value, int) or field.type == "integer") and abs(value) >= 2**63:
        return "must fit in 64 bits", shown(value)
    if not _within(value, field.minimum, field.maximum):
        return "must be " + range_of(field.minimum, field.maximum), shown(value)
    if (field.above is not None and value <= field.above) or (field.below is not None and value >= field.below):
        return "must be " + _between(field), shown(value)
    if field.multiple_of and abs(value / field.multiple_of - round(value / field.multiple_of)) > _SLACK:
        return f"must be a multiple of {field.multiple_of}", shown(value)
    return None


def _between(field: Field) -> str:
    above, below = field.above, field.below
    return " and ".join([f"above {above}"] * (above is not None) + [f"below {below}"] * (below is not None))


def _list(field: Field, value: list[Any]) -> Wrong | None:
    if not _within(len(value), field.min_items, field.max_items):
        return "must have " + range_of(field.min_items, field.max_items, " items"), str(len(value))
    if field.even_length and len(value) % 2:
        return "must have an even number of items", str(len(value))
    if field.unique and any(value.index(item) < place for place, item in enumerate(value)):
        return "must not repeat an item", shown(value)
    return None


_CHECKS: Mapping[str, Callable[[Field, Any], Wrong | None]] = {
    "string": _string,
    "integer": _in_range,
    "number": _in_range,
    "array": _list,
}


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def range_of(low: float | None, high: float | None, unit: str = "") -> str:
    if low is not None and high is not None:
        return f"{low} to {high}{unit}"
    if low is not None:
        return f"at least {low}{unit.removesuffix('s') if low == 1 else unit}"
    return f"at most {high}{unit}" if high is not None else ""


@cache
def _pattern(pattern: str) -> Callable[[str], object]:
    # In Python `$` also matches before a final newline; in the spec it does not.
    compiled = re.compile(pattern)
    return compiled.fullmatch if pattern.startswith("^") and pattern.endswith("$") else compiled.search
