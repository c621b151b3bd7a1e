"""Conversion between values and text, for command lines, tables and chain files.

Unrecognized text is kept unchanged; the check before sending reports it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from legnext_client._protocol.bounds import shown
from legnext_client.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from legnext_client.generated.operations import Field

    Read = Callable[[Field, str], Any]

_NUMBER = re.compile(r"[+-]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:[eE][+-]?\d{1,3})?", re.ASCII)

NULL = "null"
"""Text for a null value. On the command line, a literal string `null` can be given in a file."""


def fields_by_name(fields: Iterable[Field]) -> dict[str, Field]:
    """Return fields by each name that a caller may write: the one in Python and the one that is sent."""
    return {name: field for field in fields for name in (field.name, field.wire)}


def names_of(field: Field) -> tuple[str, ...]:
    """Return the texts of an enum's values."""
    return tuple(name_of(field, value) for value in field.enum)


def name_of(field: Field, value: Any) -> str:
    """Return the text of a value: its name if it is a named number, else the value itself."""
    named = field.enum_names and value in field.enum and not isinstance(value, str)
    return _folded(field.enum_names[field.enum.index(value)]) if named else str(value)


def words_of(values: Sequence[Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the words that stand for an enum's values: each name, and each part that only one name has."""
    named = [(_folded(name), value) for value, name in zip(values, names, strict=False)]
    parts = [part for name, _ in named for part in set(name.split("-"))]
    unique = {part: value for name, value in named for part in name.split("-") if parts.count(part) == 1}
    return unique | dict(named)


def worded(field: Field, given: str) -> Any:
    """Return the number that a word stands for in an enum; anything else unchanged."""
    return given if field.type == "string" else words_of(field.enum, field.enum_names).get(_folded(given), given)


def chosen(field: Field, given: str) -> Any:
    """Return the enum value that a text stands for: the value itself as text, or one of its words."""
    exact = {str(value): value for value in field.enum}
    loose = words_of(field.enum, field.enum_names) | {_folded(text): value for text, value in exact.items()}
    return exact.get(given, loose.get(_folded(given), given))


def understood(fields: Iterable[Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields read from a file, with enum names replaced by their values."""
    known = fields_by_name(fields)
    return {
        name: chosen(known[name], value) if name in known and isinstance(value, str) else value
        for name, value in given.items()
    }


def pairs_of(field: Field, text: str) -> list[tuple[str, str]]:
    """Split an object written as `name=value,name=value` into pairs; empty if it is not in this form."""
    if not field.fields or "=" not in text or text.lstrip().startswith("{"):
        return []
    inside = fields_by_name(field.fields)
    # A URL may contain commas, so only a comma before a known name separates.
    pieces = re.split(rf",(?=(?:{'|'.join(map(re.escape, inside))})=)", text)
    return [pair for piece in pieces for pair in _pairs(piece, inside)]


def _pairs(piece: str, inside: Mapping[str, Field]) -> Iterator[tuple[str, str]]:
    """Yield the pair in `piece`, and any unknown names after a non-text value, for the check to report."""
    name, _, written = piece.partition("=")
    field = inside.get(name.strip())
    if field is not None and field.type not in ("string", "array", "object"):
        written, *unknown = re.split(r",(?=[A-Za-z_]\w*=)", written)
        yield from ((other, value) for other, _, value in (each.partition("=") for each in unknown))
    yield name.strip(), written


def _folded(name: str) -> str:
    return name.lower().replace("_", "-")


# ---- values in texts ----------------------------------------------------------------------------------------------


def values_of(fields: Iterable[Field], texts: Mapping[str, str], read: Read | None = None) -> dict[str, Any]:
    """Convert the texts for their fields, each by `read`."""
    named = fields_by_name(fields)
    return {name: (read or value_of)(named[name], text) if name in named else text for name, text in texts.items()}


def value_of(field: Field, text: str, read: Read | None = None) -> Any:
    """Convert a text for its field; if that fails, return the text. `read` converts the fields of an object."""
    word = text.strip()
    if field.nullable and word == NULL:
        return None
    if field.enum and (value := chosen(field, word)) in field.enum:
        return value
    match field.type:
        case "integer" | "number" if _NUMBER.fullmatch(word):
            return float(word) if set(word) & set(".eE") else int(word)
        case "boolean":
            return {"true": True, "false": False}.get(word.casefold(), text)
        case "array" | "object":
            value = json_or_text(text)
            if value is not text:
                return value
            return values_of(field.fields, dict(pairs_of(field, text)), read) or _NotJson(text)
        case "union" | "any":
            return json_or_text(text)
        case _:
            return text


class _NotJson(str):
    """A string that should have been JSON; its repr says so."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"invalid JSON: {super().__repr__()}"


def json_or_text(text: str) -> Any:
    """Parse JSON; return the text itself if it is invalid."""
    try:
        return from_json(text)
    except InvalidRequest:
        return text


def from_json(text: str) -> Any:
    """Parse JSON; raise `InvalidRequest` if it is invalid."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise InvalidRequest(f"must be JSON; got {shown(text.strip())} ({error.msg} at {error.pos + 1}).") from None
    except RecursionError:
        raise InvalidRequest("must be JSON; got JSON that is nested too deeply.") from None
    except ValueError as error:
        if isinstance(error, InvalidRequest):
            raise
        raise InvalidRequest("must be JSON; got a number with too many digits.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidRequest(f"{twice} must be given once; got it {names.count(twice)} times.")
    return values


def _no_number(name: str) -> NoReturn:
    raise InvalidRequest(f"must be JSON, which has no {name}.")
