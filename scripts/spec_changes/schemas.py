"""Two versions of a schema: fields, types, enum values, bounds and rules, all the way down.

Whether a value is written by callers or by the service plays no part here: a finding says `narrowed`, and the place of
use decides whom that breaks.
"""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from spec_changes.change import (
    ADDED,
    DEMANDED,
    FILLED_IN,
    INFINITE,
    NARROWED,
    NOTED,
    OPENED,
    REMOVED,
    UNDECIDED,
    VALUE_ADDED_TO_CLOSED,
    WIDENED,
    Finding,
    Json,
    Rule,
    Schema,
    Side,
    always,
    appearing,
    became,
    bounded,
    flag,
    ignored,
    keyed,
    required,
    shown,
    typed,
)
from spec_changes.shapes import ANNOTATIONS, Alternative, Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Pair = tuple[Alternative, Alternative]

_PYTHON_TYPES = {"binary", "byte", "date", "date-time", "uuid"}
"""Formats that change the type of a Python argument; the others are a hint."""


def _multiple(key: str, old: float | None, new: float | None) -> Iterable[Finding]:
    wider = new is None or (old is not None and old % new == 0)
    narrower = old is None or (new is not None and new % old == 0)
    yield Finding(WIDENED if wider else NARROWED if narrower else UNDECIDED, became(key, old, new))


def _format(key: str, old: str | None, new: str | None) -> Iterable[Finding]:
    effect = UNDECIDED if {old, new} & _PYTHON_TYPES else WIDENED if new is None else NARROWED
    yield Finding(UNDECIDED if old and new else effect, became(key, old, new))


def _own(_: str, old: Json | None, new: Json | None) -> Iterable[Finding]:
    """`x-legnext` of a schema: what is not prose forbids something."""
    before, after = ({key: one for key, one in (own or {}).items() if one} for own in (old, new))
    return keyed(before, after, {"means": ignored}, other=appearing(NARROWED, WIDENED, UNDECIDED))


def _unknown(key: str, old: Any, new: Any) -> Iterable[Finding]:
    """Another keyword can only forbid; another extension is worth a look."""
    return (always(NOTED) if key.startswith("x-") else appearing(NARROWED, WIDENED, UNDECIDED))(key, old, new)


_NOTES: dict[str, Rule] = {
    "default": always(NOTED),
    "discriminator": always(NOTED),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly"), flag),
}
"""What forbids nothing, yet changes what a call means or whether it should be made."""
_BOUNDS: dict[str, Rule] = {
    "type": typed,
    **dict.fromkeys(("minLength", "minItems", "minProperties", "minContains"), bounded(1, 0)),
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties", "maxContains"), bounded(-1, INFINITE)),
    "multipleOf": _multiple,
    "format": _format,
    "uniqueItems": bounded(1, False),
    "x-legnext": _own,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), ignored),
    **dict.fromkeys(("const", "enum", "x-enum-varnames", "items", "properties", "required"), ignored),
    **dict.fromkeys(("additionalProperties", "dependentRequired", "if", "then", "else", *ANNOTATIONS), ignored),
}


class Schemas:
    """Compares schemas of two documents; what was compared once is remembered, and a cycle ends where it began."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self._known: dict[str, list[Finding]] = {}

    def compare(self, old: Schema, new: Schema) -> list[Finding]:
        key = json.dumps([old, new], sort_keys=True, default=str)
        if key not in self._known:
            self._known[key] = []
            self._known[key] = list(dict.fromkeys(self._compare(old, new)))
        return self._known[key]

    def _compare(self, old: Schema, new: Schema) -> Iterator[Finding]:
        yield from keyed(self.old.flat(old), self.new.flat(new), _NOTES)
        before, after = self.old.alternatives(old), self.new.alternatives(new)
        pairs, gone, come = _matched(before, after)
        for effect, text, these, those in (
            (NARROWED, "can no longer be", gone, after),
            (WIDENED, "can also be", come, before),
        ):
            for one in these:
                if not any(other.covers(one) for other in those):
                    yield Finding(effect, f"{text} {shown(one.schema.get('type') or one.label)}")
        for one, other in pairs:
            is_open = any(third.covers(other) for third in after if third is not other)
            yield from self._values(one.schema, other.schema, is_open=is_open)

    def _values(self, old: Json, new: Json, *, is_open: bool) -> Iterator[Finding]:
        yield from _enums(old, new, is_open=is_open)
        yield from _limit("minimum", "exclusiveMinimum", 1, old, new)
        yield from _limit("maximum", "exclusiveMaximum", -1, old, new)
        yield from keyed(old, new, _BOUNDS, other=_unknown)
        yield from _conditions(old, new)
        yield from self._fields(old, new)
        yield from self._others(old, new)
        for finding in self.compare(old.get("items", {}), new.get("items", {})):
            yield finding.under("[]")

    def _fields(self, old: Json, new: Json) -> Iterator[Finding]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed: list[set[str]] = [set(schema.get("required", ())) for schema in (old, new)]
        for name in {**before, **after, **dict.fromkeys(sorted(needed[0] ^ needed[1]))}:
            flat: list[Json] = [
                document.flat(fields[name])
                for document, fields in ((self.old, before), (self.new, after))
                if name in fields
            ]
            found: list[Finding] = self._field(name, before, after, (name in needed[0], name in needed[1]))
            for side, word in ((Side.REQUEST, "readOnly"), (Side.ANSWER, "writeOnly")):
                if flat and all(schema.get(word) for schema in flat):
                    found = [finding.harmless_on(side) for finding in found]
            yield from (finding.under(name) for finding in found)

    def _field(self, name: str, old: Json, new: Json, needed: tuple[bool, bool]) -> list[Finding]:
        if name not in old and name in new:
            return [added("field", self.new.flat(new[name]), required=needed[1])]
        if name in old and name not in new:
            return [Finding(REMOVED, "field removed")]
        one, other = old.get(name, {}), new.get(name, {})
        return [*demand(*needed, self.old.flat(one), self.new.flat(other)), *self.compare(one, other)]

    def _others(self, old: Json, new: Json) -> Iterator[Finding]:
        """Fields that have no name in the schema."""
        before, after = (schema.get("additionalProperties", True) for schema in (old, new))
        if before is after or (before in (True, {}) and after in (True, {})):
            return
        if after is False:
            yield Finding(NARROWED, "unknown fields refused now")
        elif before is False:
            yield Finding(OPENED, "unknown fields admitted now")
        else:
            yield from (found.under("*") for found in self.compare(before, after))


def added(what: str, schema: Json, *, required: bool) -> Finding:
    if required and "default" in schema:
        return Finding(FILLED_IN, f"{what} added, required, with default {shown(schema['default'])}")
    return Finding(DEMANDED if required else ADDED, f"{what} added{', required' * required}")


def demand(before: bool, after: bool, old: Json, new: Json) -> Iterable[Finding]:
    """Whether a value must be there: the client sends the default for what is left out."""
    if after and not before and "default" in new:
        return [Finding(FILLED_IN, f"required now, with default {shown(new['default'])}")]
    if before and after and "default" in old and "default" not in new:
        return [Finding(NARROWED, "required, and no default any more")]
    return required("", before, after)


def _matched(old: list[Alternative], new: list[Alternative]) -> tuple[list[Pair], list[Alternative], list[Alternative]]:
    """Which alternative became which: by label, else by type, else the last of each."""
    pairs: list[Pair] = []
    gone, come = list(old), list(new)
    for by_type in (False, True):
        for one in list(gone):
            other = next((other for other in come if _likeness(one, by_type) == _likeness(other, by_type)), None)
            if other is not None:
                pairs.append((one, other))
                gone.remove(one)
                come.remove(other)
    if len(gone) == len(come) == 1:
        pairs.append((gone.pop(), come.pop()))
    return pairs, gone, come


def _likeness(one: Alternative, by_type: bool) -> Any:
    return one.schema.get("type") if by_type else one.label


def _limit(plain: str, exclusive: str, inwards: int, old: Json, new: Json) -> Iterator[Finding]:
    """A bound may be spelled inclusive or exclusive; the tighter of the two counts."""
    before, after = (_tightest(plain, exclusive, inwards, schema) for schema in (old, new))
    if before != after:
        words = [word for word in (plain, exclusive) if old.get(word) != new.get(word)]
        text = ", ".join(became(word, old.get(word), new.get(word)) for word in words)
        yield Finding(NARROWED if after > before else WIDENED, text)


def _tightest(plain: str, exclusive: str, inwards: int, schema: Json) -> tuple[float, int]:
    found: list[tuple[float, int]] = [(-INFINITE, 0)]
    if exclusive in schema and not isinstance(schema[exclusive], bool):
        found.append((inwards * schema[exclusive], 1))
    if plain in schema:
        # OpenAPI 3.0 spells exclusiveness as a switch beside the bound.
        found.append((inwards * schema[plain], int(schema.get(exclusive) is True)))
    return max(found)


def _enums(old: Json, new: Json, *, is_open: bool) -> Iterator[Finding]:
    before, after = _names(old), _names(new)
    if before is None or after is None:
        if after is not None:
            yield Finding(NARROWED, f"only {shown([value for value, _ in after.values()])} admitted now")
        elif before is not None:
            yield Finding(WIDENED, f"no longer only {shown([value for value, _ in before.values()])}")
        return
    for key, (value, name) in before.items():
        if key not in after:
            yield Finding(REMOVED, f"value {shown(value)} removed")
        elif name != after[key][1]:
            yield Finding(UNDECIDED, f"value {shown(value)} has another name: {shown(after[key][1])}")
    for key, (value, _) in after.items():
        if key not in before:
            yield Finding(ADDED if is_open else VALUE_ADDED_TO_CLOSED, f"value {shown(value)} added")


def _names(schema: Json) -> dict[str, tuple[Any, str | None]] | None:
    """The values of an enum or a const by their JSON, each with the name that the Python class gives it."""
    if "const" not in schema and "enum" not in schema:
        return None
    values, names = (
        ([schema["const"]], ()) if "const" in schema else (schema["enum"], schema.get("x-enum-varnames", ()))
    )
    named = zip_longest(values, names[: len(values)])
    return {json.dumps(value, sort_keys=True, default=str): (value, name) for value, name in named}


# ---- rules between the fields of one object: `dependentRequired`, and `if` … `then` … `else` -----------------------


_NOTHING: tuple[Schema, ...] = (False, {"not": {}})


def _conditions(old: Json, new: Json) -> Iterator[Finding]:
    before, after = (schema.get("dependentRequired", {}) for schema in (old, new))
    for field in sorted({*before, *after}):
        yield from _sets(f"with {shown(field)}", "required", before.get(field, ()), after.get(field, ()))
    one: Json = {word: old[word] for word in ("if", "then", "else") if word in old}
    other: Json = {word: new[word] for word in ("if", "then", "else") if word in new}
    if one == other:
        return
    if "if" not in one:
        yield Finding(NARROWED, f"a condition on {_asked(other)}, where there was none")
    elif "if" not in other:
        yield Finding(WIDENED, f"no condition on {_asked(one)} any more")
    elif one["if"] != other["if"]:
        yield Finding(UNDECIDED, f"the condition asks for {_asked(other)}, before for {_asked(one)}")
    else:
        for word, when in (("then", "with"), ("else", "without")):
            yield from _branch(f"{when} {_asked(other)}", one.get(word, {}), other.get(word, {}))


def _sets(when: str, what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Finding]:
    if come := set(new) - set(old):
        yield Finding(NARROWED, f"{when}, {shown(come)} {what} now")
    if gone := set(old) - set(new):
        yield Finding(WIDENED, f"{when}, {shown(gone)} no longer {what}")


def _asked(choice: Json) -> str:
    return shown(choice["if"]["required"]) if choice["if"].get("required") else "other things"


def _branch(when: str, old: Any, new: Any) -> Iterator[Finding]:
    """A branch requires fields and forbids others (`false`); whatever else it says is compared as one thing."""
    if not isinstance(old, bool) and not isinstance(new, bool):
        yield from _sets(when, "required", old.get("required", ()), new.get("required", ()))
        yield from _sets(when, "forbidden", _forbidden(old), _forbidden(new))
        old, new = _rest(old), _rest(new)
    if old != new:
        yield Finding(UNDECIDED, f"{when}, another rule")


def _forbidden(branch: Json) -> set[str]:
    return {name for name, verdict in branch.get("properties", {}).items() if verdict in _NOTHING}


def _rest(branch: Json) -> Json:
    properties = {
        name: rule for name, rule in branch.get("properties", {}).items() if rule not in (True, {}, *_NOTHING)
    }
    rest = {key: value for key, value in branch.items() if key not in ("required", "properties")}
    # A branch is open whether it says so or not.
    if rest.get("additionalProperties") in (True, {}):
        del rest["additionalProperties"]
    return {**rest, "properties": properties}
