"""`x-legnext` of an operation: what it costs, its role, what it takes and makes.

A price that rises breaks no program, but somebody pays it: such changes are marked, and the report begins with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spec_changes.change import (
    NARROWED,
    NOTED,
    REMOVED,
    UNDECIDED,
    WIDENED,
    Change,
    Effect,
    Json,
    Verdict,
    became,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Case = tuple[tuple[str, Any], ...]

_PARTS = {
    "alias": REMOVED,
    "takes": UNDECIDED,
    "makes": UNDECIDED,
    "unwrap": UNDECIDED,
    "paging": UNDECIDED,
    "task_type": NOTED,
    "prompt": NOTED,
}
"""What a change of the plain keys means; an alias that comes where there was none is welcome."""


def own_data(name: str, old: Json, new: Json, before: Callable[[str], Json | None]) -> Iterator[Change]:
    """`before` says what a field of the body could be in the older version."""
    yield from _prices(name, old.get("price"), new.get("price"), before)
    for key, effect in _PARTS.items():
        if old.get(key) != new.get(key):
            text = became(key, _plain(old.get(key)), _plain(new.get(key)))
            yield _told(name, WIDENED if key == "alias" and key not in old else effect, text)
    for effect, text in (*_source(old.get("source", {}), new.get("source", {})), *_chain(old, new)):
        yield _told(name, effect, text)
    if old.get("seconds") != new.get("seconds"):
        text = became("typical seconds", _plain(old.get("seconds")), _plain(new.get("seconds")))
        yield Change(Verdict.HARMLESS, "changed", name, "", "", text)
    known = {*_PARTS, "price", "role", "seconds", "source", "chain"}
    for key in sorted({*old, *new} - known):
        if old.get(key) != new.get(key):
            yield _told(name, NOTED, became(key, _plain(old.get(key)), _plain(new.get(key))))


def roles(old: dict[str, str], new: dict[str, str]) -> Iterator[Change]:
    """By role, the name of the operation that plays it, operations being named as they are now."""
    for role in sorted({*old, *new}):
        if role not in new:
            yield _told(old[role], REMOVED, f"role {shown(role)} removed, and no operation has it now")
        elif role not in old:
            yield Change(Verdict.HARMLESS, "added", new[role], "", "", f"role {shown(role)} added")
        elif old[role] != new[role]:
            yield _told(new[role], NOTED, f"plays the role {shown(role)} now; before, {shown(old[role])} did")


def risen(subject: str, what: str, old: float | None, new: float | None) -> Change:
    """A price, or a factor of prices, that is another now."""
    up = (new or 0) > (old or 0)
    verdict = Verdict.WORTH_READING if up else Verdict.HARMLESS
    text = f"{what} {'raised' if up else 'lowered'}: {shown(old)} → {shown(new)}"
    return Change(verdict, "changed", subject, "", "", text, price=True)


def _prices(name: str, old: Json | None, new: Json | None, was: Callable[[str], Json | None]) -> Iterator[Change]:
    """Case by case: what a case that only one version names costs in the other is that version's plain price."""
    before, after = _cases(old), _cases(new)
    for case in {**before, **after}:
        points = (before.get(case, before[()]), after.get(case, after[()]))
        when = "".join(f" with {field} {shown(value)}" for field, value in case)
        if points[0] == points[1]:
            continue
        if case in before or all(field == "source" or _could_be(value, was(field)) for field, value in case):
            yield risen(name, f"price{when} in points", *points)
        else:
            yield Change(Verdict.HARMLESS, "added", name, "", "", became(f"price{when} in points", None, points[1]))


def _could_be(value: Any, schema: Json | None) -> bool:
    """Whether a caller could send this before: what nobody could ask for has not become dearer."""
    if schema is None:
        return False
    return value in schema.get("enum", (value,)) and value == schema.get("const", value)


def _cases(price: Json | None) -> dict[Case, float | None]:
    if price is None:
        return {(): None}
    rows = price.get("when", ())
    return {
        (): price["points"],
        **{
            (("source", row["source"]),) if "source" in row else ((row["field"], row["is"]),): row["points"]
            for row in rows
        },
    }


def _source(old: Json, new: Json) -> Iterator[tuple[Effect, str]]:
    """What the source job must be."""
    for key in ("not_models", "not_flags"):
        before, after = (set(source.get(key, ())) for source in (old, new))
        if after - before:
            yield NARROWED, f"a source made with {shown(after - before)} is refused now"
        if before - after:
            yield WIDENED, f"a source made with {shown(before - after)} is admitted now"
    if old.get("flag") != new.get("flag"):
        effect = WIDENED if not new.get("flag") else NARROWED
        yield effect, became("flag that the source must have", old.get("flag"), new.get("flag"))


def _chain(old: Json, new: Json) -> Iterator[tuple[Effect, str]]:
    before, after = old.get("chain"), new.get("chain")
    if before == after:
        return
    if before is None or after is None:
        yield (WIDENED, "makes a chain longer now") if before is None else (REMOVED, "no longer makes a chain longer")
        return
    times = [chain.get("at_most", float("inf")) for chain in (before, after)]
    if times[0] != times[1]:
        yield NARROWED if times[1] < times[0] else WIDENED, became("times that it may be repeated", *times)
    for word in sorted({*before, *after} - {"at_most"}):
        if before.get(word) != after.get(word):
            yield NOTED, became(f"chain, {word}:", before.get(word), after.get(word))


def _told(name: str, effect: Effect, text: str) -> Change:
    return Change(effect.in_request, effect.kind, name, "", "", text)


def _plain(value: Any) -> object:
    """An object of few keys in one line."""
    return " ".join(f"{key}={part}" for key, part in value.items()) if isinstance(value, dict) else value  # pyright: ignore
