"""How values are written where there is only text: on a command line, in a table, in a chain's file.

Nothing is refused here: what is not understood stays as it was written, and is told by the check before sending.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from legnext_client.generated.operations import Field

NULL = "null"
"""How a null is written, where a field may be one. On the command line, the text of that word can come from a file."""


def names_of(field: Field) -> tuple[str, ...]:
    """How the values of an enum are written."""
    return tuple(name_of(field, value) for value in field.enum)


def name_of(field: Field, value: Any) -> str:
    """How a value is written: as it is, or by its name where it is the number of something that has one."""
    named = field.enum_names and value in field.enum and not isinstance(value, str)
    return _folded(field.enum_names[field.enum.index(value)]) if named else str(value)


def chosen(field: Field, given: str) -> Any:
    """The value of an enum, by itself, by its name, or by a word of one name only."""
    wanted = {given, _folded(given)}
    names = field.enum_names or ("",) * len(field.enum)
    pairs = [(value, _folded(name)) for value, name in zip(field.enum, names, strict=True)]
    for spellings in (
        [{str(value)} for value, _ in pairs],
        [{_folded(str(value)), name} for value, name in pairs],
        [set(name.split("-")) for _, name in pairs],
    ):
        found = [value for (value, _), spelt in zip(pairs, spellings, strict=True) if wanted & spelt]
        if len(found) == 1:
            return found[0]
    return given


def understood(fields: Iterable[Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """Fields whose values come from a file, with the words for values of enums replaced by these."""
    known = {name: field for field in fields for name in (field.name, field.wire)}
    return {
        name: chosen(known[name], value) if name in known and isinstance(value, str) else value
        for name, value in given.items()
    }


def pairs_of(field: Field, text: str) -> list[tuple[str, str]]:
    """An object that is written as `name=value,name=value`, taken apart; empty when it is not written so."""
    if not field.fields or "=" not in text or text.lstrip().startswith("{"):
        return []
    inside = {name: inner for inner in field.fields for name in (inner.name, inner.wire)}
    # Not at every comma: an address may hold some.
    pieces = re.split(rf",(?=(?:{'|'.join(map(re.escape, inside))})=)", text)
    return [pair for piece in pieces for pair in _pairs(piece, inside)]


def _pairs(piece: str, inside: Mapping[str, Field]) -> Iterator[tuple[str, str]]:
    """The pair that a piece is; where that is no text, a name that is unknown stands for itself, to be told."""
    name, _, written = piece.partition("=")
    field = inside.get(name.strip())
    if field is not None and field.type not in ("string", "array", "object"):
        written, *unknown = re.split(r",(?=[A-Za-z_]\w*=)", written)
        yield from ((other, value) for other, _, value in (each.partition("=") for each in unknown))
    yield name.strip(), written


def _folded(name: str) -> str:
    return name.lower().replace("_", "-")
