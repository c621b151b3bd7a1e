"""Two versions of a schema: fields, types, enum values, bounds and rules, all the way down.

Whether a value is written by callers or by the service plays no part here: a finding says `narrowed`, and the place of
use decides whom that breaks.
"""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from spec_changes.bounds import bounds, notes
from spec_changes.change import (
    ADDED,
    DEMANDED,
    FILLED_IN,
    NARROWED,
    OPENED,
    REMOVED,
    UNDECIDED,
    VALUE_ADDED_TO_CLOSED,
    WIDENED,
    Finding,
    Json,
    Schema,
    Side,
    became,
    shown,
)
from spec_changes.conditions import conditions
from spec_changes.shapes import Alternative, Document

if TYPE_CHECKING:
    from collections.abc import Iterator

Pair = tuple[Alternative, Alternative]


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
        yield from notes(self.old.flat(old), self.new.flat(new))
        before, after = self.old.alternatives(old), self.new.alternatives(new)
        pairs, gone, come = _matched(before, after)
        for one in gone:
            if not any(other.covers(one) for other in after):
                yield Finding(NARROWED, (), f"can no longer be {_named(one)}")
        for one in come:
            if not any(other.covers(one) for other in before):
                yield Finding(WIDENED, (), f"can also be {_named(one)}")
        for one, other in pairs:
            is_open = any(third.covers(other) for third in after if third is not other)
            yield from self._values(one.schema, other.schema, is_open=is_open)

    def _values(self, old: Json, new: Json, *, is_open: bool) -> Iterator[Finding]:
        yield from _types(old.get("type"), new.get("type"))
        yield from _enums(old, new, is_open=is_open)
        yield from bounds(old, new)
        yield from conditions(old, new)
        if {"properties", "required"} & {*old, *new}:
            yield from self._fields(old, new)
        yield from self._others(old, new)
        for finding in self.compare(old.get("items", {}), new.get("items", {})):
            yield finding.under("[]")

    def _fields(self, old: Json, new: Json) -> Iterator[Finding]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in (*before, *(name for name in after if name not in before)):
            flat = (self.old.flat(before.get(name, {})), self.new.flat(after.get(name, {})))
            unwritten = [
                side
                for side, word in ((Side.REQUEST, "readOnly"), (Side.ANSWER, "writeOnly"))
                if all(schema.get(word) for schema, fields in zip(flat, (before, after), strict=True) if name in fields)
            ]
            needed = (name in needed_before, name in needed_after)
            for finding in self._field(name, before, after, needed, flat):
                for side in unwritten:
                    finding = finding.harmless_on(side)
                yield finding
        for name in sorted((needed_before ^ needed_after) - {*before, *after}):
            demanded = name in needed_after
            text = "required now" if demanded else "no longer required"
            yield Finding(NARROWED if demanded else WIDENED, (name,), text)

    def _field(
        self, name: str, old: Json, new: Json, needed: tuple[bool, bool], flat: tuple[Json, Json]
    ) -> Iterator[Finding]:
        """One field of an object: come, gone, required or not; `flat` are its schemas, references followed."""
        if name not in new:
            yield Finding(REMOVED, (name,), "field removed")
        elif name not in old:
            yield added("field", flat[1], required=needed[1]).under(name)
        else:
            yield from (found.under(name) for found in demand(*needed, *flat))
            yield from (found.under(name) for found in self.compare(old[name], new[name]))

    def _others(self, old: Json, new: Json) -> Iterator[Finding]:
        """Fields that have no name in the schema."""
        before, after = (schema.get("additionalProperties", True) for schema in (old, new))
        if before is after or (before in (True, {}) and after in (True, {})):
            return
        if after is False:
            yield Finding(NARROWED, (), "unknown fields refused now")
        elif before is False:
            yield Finding(OPENED, (), "unknown fields admitted now")
        else:
            yield from (found.under("*") for found in self.compare(before, after))


def added(what: str, schema: Json, *, required: bool) -> Finding:
    if required and "default" in schema:
        return Finding(FILLED_IN, (), f"{what} added, required, with default {shown(schema['default'])}")
    return Finding(DEMANDED if required else ADDED, (), f"{what} added{', required' * required}")


def demand(before: bool, after: bool, old: Json, new: Json) -> Iterator[Finding]:
    """Whether a value must be there: the client sends the default for what is left out."""
    if after and not before and "default" in new:
        yield Finding(FILLED_IN, (), f"required now, with default {shown(new['default'])}")
    elif after != before:
        yield Finding(NARROWED if after else WIDENED, (), "required now" if after else "no longer required")
    elif after and "default" in old and "default" not in new:
        yield Finding(NARROWED, (), "required, and no default any more")


def _matched(old: list[Alternative], new: list[Alternative]) -> tuple[list[Pair], list[Alternative], list[Alternative]]:
    """Which alternative became which: by label, else by type, else the last of each."""
    pairs: list[Pair] = []
    gone, come = list(old), list(new)
    for likeness in ("label", "type"):
        for one in list(gone):
            other = next((other for other in come if _likeness(one, likeness) == _likeness(other, likeness)), None)
            if other is not None:
                pairs.append((one, other))
                gone.remove(one)
                come.remove(other)
    if len(gone) == len(come) == 1:
        pairs.append((gone.pop(), come.pop()))
    return pairs, gone, come


def _likeness(one: Alternative, likeness: str) -> Any:
    return one.label if likeness == "label" else one.schema.get("type")


def _named(one: Alternative) -> str:
    return shown(one.schema.get("type") or one.label)


def _types(old: str | None, new: str | None) -> Iterator[Finding]:
    if old == new:
        return
    effect = UNDECIDED
    if new is None or (old, new) == ("integer", "number"):
        effect = WIDENED
    elif old is None or (old, new) == ("number", "integer"):
        effect = NARROWED
    yield Finding(effect, (), became("type", old or "anything", new or "anything"))


def _enums(old: Json, new: Json, *, is_open: bool) -> Iterator[Finding]:
    before, after = _names(old), _names(new)
    if before is None or after is None:
        if after is not None:
            yield Finding(NARROWED, (), f"only {shown(_values(after))} admitted now")
        elif before is not None:
            yield Finding(WIDENED, (), f"no longer only {shown(_values(before))}")
        return
    for key, (value, name) in before.items():
        if key not in after:
            yield Finding(REMOVED, (), f"value {shown(value)} removed")
        elif name != after[key][1]:
            yield Finding(UNDECIDED, (), f"value {shown(value)} has another name: {shown(after[key][1])}")
    for key, (value, _) in after.items():
        if key not in before:
            yield Finding(ADDED if is_open else VALUE_ADDED_TO_CLOSED, (), f"value {shown(value)} added")


def _names(schema: Json) -> dict[str, tuple[Any, str | None]] | None:
    """The values of an enum or a const by their JSON, each with the name that the Python class gives it."""
    if "const" not in schema and "enum" not in schema:
        return None
    values, names = (
        ([schema["const"]], ()) if "const" in schema else (schema["enum"], schema.get("x-enum-varnames", ()))
    )
    named = zip_longest(values, names[: len(values)])
    return {json.dumps(value, sort_keys=True, default=str): (value, name) for value, name in named}


def _values(names: dict[str, tuple[Any, str | None]]) -> list[Any]:
    return [value for value, _ in names.values()]
