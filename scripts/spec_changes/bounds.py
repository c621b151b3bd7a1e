"""Single keywords of a schema: which values they admitted before, and which now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spec_changes.change import NARROWED, NOTED, UNDECIDED, WIDENED, Effect, Finding, Json, became, shown
from spec_changes.shapes import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAST = ("minLength", "minItems", "minProperties", "minContains")
_MOST = ("maxLength", "maxItems", "maxProperties", "maxContains")
_PYTHON_TYPES = {"binary", "byte", "date", "date-time", "uuid"}
"""Formats that change the type of a Python argument; the others are a hint."""

_PROSE = {"means"}
"""Keys of a schema's `x-legnext` that put a bound into words; the bound itself is compared."""

_ELSEWHERE = {
    *ANNOTATIONS,
    "additionalProperties",
    "const",
    "dependentRequired",
    "else",
    "enum",
    "format",
    "if",
    "items",
    "multipleOf",
    "properties",
    "required",
    "then",
    "type",
    *_LEAST,
    *_MOST,
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
"""Keywords that have a comparison of their own. Any other that stands in a schema can only forbid."""


def bounds(old: Json, new: Json) -> Iterator[Finding]:
    """Numbers, lengths, counts, formats, and every keyword for which there is nothing more exact."""
    yield from _limit("minimum", "exclusiveMinimum", 1, old, new)
    yield from _limit("maximum", "exclusiveMaximum", -1, old, new)
    for word in _LEAST:
        yield from _moved(word, old.get(word, 0), new.get(word, 0), old, new)
    for word in _MOST:
        yield from _moved(word, -old.get(word, float("inf")), -new.get(word, float("inf")), old, new)
    yield from _multiple(old.get("multipleOf"), new.get("multipleOf"))
    yield from _format(old.get("format"), new.get("format"))
    rest = {word for word in (*old, *new) if word not in _ELSEWHERE and not word.startswith("x-")}
    for word in sorted(rest):
        if old.get(word) != new.get(word):
            effect = WIDENED if word not in new else NARROWED if word not in old else UNDECIDED
            yield Finding(effect, (), _told(word, old, new))
    yield from _own_words(old, new)


def notes(old: Json, new: Json) -> Iterator[Finding]:
    """What forbids nothing, yet changes what a call means or whether it should be made."""
    if old.get("default") != new.get("default"):
        yield Finding(NOTED, (), became("default", old.get("default"), new.get("default")))
    if old.get("discriminator") != new.get("discriminator"):
        yield Finding(NOTED, (), "discriminator changed")
    for word in ("deprecated", "readOnly", "writeOnly"):
        if bool(old.get(word)) != bool(new.get(word)):
            yield Finding(NOTED, (), f"{word} now" if new.get(word) else f"no longer {word}")


def _limit(plain: str, exclusive: str, inwards: int, old: Json, new: Json) -> Iterator[Finding]:
    """A bound may be spelled inclusive or exclusive; the tighter of the two counts."""
    before, after = (_tightest(plain, exclusive, inwards, schema) for schema in (old, new))
    if before != after:
        yield Finding(NARROWED if after > before else WIDENED, (), _limits(plain, exclusive, old, new))


def _tightest(plain: str, exclusive: str, inwards: int, schema: Json) -> tuple[float, int]:
    found: list[tuple[float, int]] = [(float("-inf"), 0)]
    if exclusive in schema and not isinstance(schema[exclusive], bool):
        found.append((inwards * schema[exclusive], 1))
    if plain in schema:
        # OpenAPI 3.0 spells exclusiveness as a switch beside the bound.
        found.append((inwards * schema[plain], int(schema.get(exclusive) is True)))
    return max(found)


def _limits(plain: str, exclusive: str, old: Json, new: Json) -> str:
    words = [word for word in (plain, exclusive) if old.get(word) != new.get(word)]
    return ", ".join(_told(word, old, new) for word in words)


def _moved(word: str, before: float, after: float, old: Json, new: Json) -> Iterator[Finding]:
    """A bound as a number that grows as the bound tightens."""
    if before != after:
        yield Finding(NARROWED if after > before else WIDENED, (), _told(word, old, new))


def _multiple(old: float | None, new: float | None) -> Iterator[Finding]:
    if old == new:
        return
    effect = UNDECIDED
    if new is None or (old is not None and old % new == 0):
        effect = WIDENED
    elif old is None or new % old == 0:
        effect = NARROWED
    yield Finding(effect, (), _told("multipleOf", {"multipleOf": old}, {"multipleOf": new}))


def _format(old: str | None, new: str | None) -> Iterator[Finding]:
    if old == new:
        return
    effect: Effect = WIDENED if new is None else NARROWED if old is None else UNDECIDED
    if {old, new} & _PYTHON_TYPES:
        effect = UNDECIDED
    yield Finding(effect, (), became("format", old, new))


def _own_words(old: Json, new: Json) -> Iterator[Finding]:
    """`x-legnext` of a schema: what is not prose forbids something. Other extensions are worth a look."""
    before, after = (schema.get("x-legnext", {}) for schema in (old, new))
    for word in sorted({*before, *after} - _PROSE):
        if before.get(word) != after.get(word):
            effect = WIDENED if not after.get(word) else NARROWED if not before.get(word) else UNDECIDED
            yield Finding(effect, (), _told(word, before, after))
    for word in sorted({word for word in (*old, *new) if word.startswith("x-")} - {"x-legnext", "x-enum-varnames"}):
        if old.get(word) != new.get(word):
            yield Finding(NOTED, (), _told(word, old, new))


def _told(word: str, old: Json, new: Json) -> str:
    before, after = _short(old.get(word)), _short(new.get(word))
    if before is None:
        return f"{word} {after} (there was none)"
    return f"{word} {before} (there is none any more)" if after is None else f"{word} {before} → {after}"


def _short(value: Any) -> str | None:
    match value:
        case None:
            return None
        case dict() | list():
            return "(a rule)"
        case _:
            return shown(value)
