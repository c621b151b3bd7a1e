"""`x-legnext`: what an operation costs, takes and makes; and models, their prompt parameters and factors of prices.

A price that rises breaks no program, but somebody pays it: such changes are marked, and the report begins with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spec_changes.change import (
    ADDED,
    INFINITE,
    NARROWED,
    NOTED,
    REMOVED,
    UNDECIDED,
    UNNOTICED,
    WIDENED,
    Change,
    Finding,
    Json,
    Rule,
    always,
    appearing,
    became,
    bounded,
    each,
    ignored,
    keyed,
    members,
    shown,
    switch,
    typed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Case = tuple[tuple[str, Any], ...]
_REJECTED: Json = {"use": "rejected"}


def _parameter(old: Json | None, new: Json | None) -> Iterable[Finding]:
    """A flag that no model takes has no entry, like one that is not known: both are refused."""
    before, after = old or _REJECTED, new or _REJECTED
    uses = (before.get("use", "supported"), after.get("use", "supported"))
    if uses[0] == uses[1]:
        return keyed(before, after, _PARAMETER) if uses[0] != "rejected" else ()
    effect = REMOVED if uses[1] == "rejected" else ADDED if uses[0] == "rejected" else NOTED
    return [Finding(effect, became("use", *uses))]


def _values(key: str, old: Any, new: Any) -> Iterable[Finding]:
    rule = appearing(NARROWED, WIDENED, UNDECIDED)
    if old is not None and new is not None:
        rule = members((ADDED, "value {1} added"), (REMOVED, "value {1} removed"))
    return rule(key, old, new)


def _range(key: str, old: list[float] | None, new: list[float] | None) -> Iterable[Finding]:
    low, high = zip(old or (-INFINITE, INFINITE), new or (-INFINITE, INFINITE), strict=True)
    text = became(key, *(span and f"{span[0]}–{span[1]}" for span in (old, new)))
    if low[1] > low[0] or high[1] < high[0]:
        yield Finding(NARROWED, text)
    if low[1] < low[0] or high[1] > high[0]:
        yield Finding(WIDENED, text)


def _chain(_: str, old: Json | None, new: Json | None) -> Iterable[Finding]:
    if old is not None and new is not None:
        rules = {"at_most": bounded(-1, INFINITE, "times that it may be repeated")}
        return keyed(old, new, rules, other=always(NOTED, "chain, {}:"))
    return [Finding(WIDENED, "makes a chain longer now") if new else Finding(REMOVED, "no longer makes a chain longer")]


_SOURCE: dict[str, Rule] = {
    **dict.fromkeys(
        ("not_models", "not_flags"),
        members(
            (NARROWED, "a source made with {1} is refused now"), (WIDENED, "a source made with {1} is admitted now")
        ),
    ),
    "flag": appearing(NARROWED, WIDENED, NARROWED, "flag that the source must have"),
}
_OPERATION: dict[str, Rule] = {
    "alias": appearing(WIDENED, REMOVED, REMOVED),
    **dict.fromkeys(("takes", "makes", "unwrap", "paging"), always(UNDECIDED)),
    "source": lambda _, old, new: keyed(old, new, _SOURCE, other=always(NOTED, "source, {}:")),
    "chain": _chain,
    "seconds": always(UNNOTICED, "typical {}"),
    **dict.fromkeys(("price", "role"), ignored),
}
_PARAMETER: dict[str, Rule] = {
    "takes": lambda key, old, new: (typed if old and new else always(UNDECIDED))(key, old, new),
    "range": _range,
    "values": _values,
    "optional": switch((WIDENED, "its value may be left out now"), (NARROWED, "needs a value now")),
    "at_most": bounded(-1, INFINITE, "values at most"),
    "excludes": members((NARROWED, "excludes --{0} now"), (WIDENED, "goes with --{0} now")),
    **dict.fromkeys(("short", "long"), appearing(ADDED, REMOVED, REMOVED, "{} spelling")),
    "default": always(NOTED),
}
_MODEL: dict[str, Rule] = dict.fromkeys(("flag", "value"), always(UNDECIDED))
_ROOT: dict[str, Rule] = {
    "duration_factors": lambda _, _old, _new: [Finding(UNNOTICED, "duration factors changed")],
    **dict.fromkeys(("models", "parameters", "price_factors"), ignored),
}


def own_data(old: Json, new: Json, before: Callable[[str], Json | None]) -> Iterator[Finding]:
    """`x-legnext` of an operation; `before` says what a field of the body could be in the older version."""
    yield from _prices(old.get("price"), new.get("price"), before)
    yield from keyed(old, new, _OPERATION, other=always(NOTED))


def roles(old: dict[str, str], new: dict[str, str]) -> Iterator[Change]:
    """By role, the name of the operation that plays it, operations being named as they are now."""
    for role, finding in each(old, new, "role"):
        if finding:
            yield finding.at(old.get(role) or new[role])
        elif old[role] != new[role]:
            text = f"plays the role {shown(role)} now; before, {shown(old[role])} did"
            yield Finding(NOTED, text).at(new[role])


def _risen(what: str, old: float | None, new: float | None) -> Finding:
    """A price, or a factor of prices, that is another now."""
    up = (new or 0) > (old or 0)
    text = f"{what} {'raised' if up else 'lowered'}: {shown(old)} → {shown(new)}"
    return Finding(NOTED if up else UNNOTICED, text, price=True)


def _prices(old: Json | None, new: Json | None, was: Callable[[str], Json | None]) -> Iterator[Finding]:
    """Case by case: what a case that only one version names costs in the other is that version's plain price."""
    before, after = _cases(old), _cases(new)
    for case in {**before, **after}:
        points = (before.get(case, before[()]), after.get(case, after[()]))
        what = f"price{''.join(f' with {field} {shown(value)}' for field, value in case)} in points"
        if points[0] == points[1]:
            continue
        if case in before or all(field == "source" or _could_be(value, was(field)) for field, value in case):
            yield _risen(what, *points)
        else:
            yield Finding(ADDED, became(what, None, points[1]))


def _could_be(value: Any, schema: Json | None) -> bool:
    """Whether a caller could send this before: what nobody could ask for has not become dearer."""
    if schema is None:
        return False
    return value in schema.get("enum", (value,)) and value == schema.get("const", value)


def _cases(price: Json | None) -> dict[Case, float | None]:
    if price is None:
        return {(): None}
    rows: dict[Case, float | None] = {
        (("source", row["source"]),) if "source" in row else ((row["field"], row["is"]),): row["points"]
        for row in price.get("when", ())
    }
    return {(): price["points"], **rows}


# ---- the root: prompts ---------------------------------------------------------------------------------------------


def prompts(old: Json, new: Json) -> Iterator[Change]:
    before, after = _by_model(old), _by_model(new)
    for model, finding in each(before, after, "model"):
        if finding:
            yield finding.at("prompts")
        else:
            found = keyed(before[model], after[model], _MODEL, other=always(NOTED))
            yield from (one.at(f"model {model}") for one in found)
    flags = [_by_flag_and_model(own) for own in (old, new)]
    for flag, model in {**flags[0], **flags[1]}:
        rows = [by_flag.get((flag, model)) for by_flag in flags]
        yield from (one.at(f"--{flag} on {model}") for one in _parameter(*rows))
    yield from _factors(old, new)
    yield from (one.at("the whole") for one in keyed(old, new, _ROOT, other=always(NOTED)))


def _by_model(own: Json) -> dict[str, Json]:
    return {row["model"]: row for row in own.get("models", ())}


def _by_flag_and_model(own: Json) -> dict[tuple[str, str], Json]:
    return {(row["flag"], model): row for row in own.get("parameters", ()) for model in row["models"]}


def _factors(old: Json, new: Json) -> Iterator[Change]:
    before, after = (
        {
            (row.get("flag"), row.get("value"), model): row
            for row in own.get("price_factors", ())
            for model in row["models"]
        }
        for own in (old, new)
    )
    for case in {**before, **after}:
        flag, value, model = case
        where = f"{f'--{flag} ' if flag else ''}{'' if value is None else f'{value} '}on {model}"
        if not _could_ask(old, *case) or not _could_ask(new, *case):
            # What nobody can ask for in one of the versions has become neither dearer nor cheaper.
            if case not in before:
                yield Finding(ADDED, became("price factor", None, after[case]["factor"])).at(where)
            continue
        one, other = before.get(case, {"factor": 1}), after.get(case, {"factor": 1})
        if one["factor"] != other["factor"]:
            yield _risen("price factor", one["factor"], other["factor"]).at(where)
        if case in before and case in after:
            more: dict[str, Rule] = dict.fromkeys(("reserve", "tier"), always(NOTED, "price factor: {}"))
            yield from (finding.at(where) for finding in keyed(one, other, more))


def _could_ask(own: Json, flag: str | None, value: Any, model: str) -> bool:
    """Whether a prompt could have this flag, with this value, on this model."""
    if model not in _by_model(own):
        return False
    row = _by_flag_and_model(own).get((flag, model), _REJECTED) if flag else {}
    values = row.get("values")
    return row.get("use") != "rejected" and (value is None or values is None or value in values)
