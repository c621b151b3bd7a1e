"""`x-legnext` of the root: models, the prompt parameters of each, and the factors of prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spec_changes.change import (
    ADDED,
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
from spec_changes.prices import risen

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUBJECT = "prompts"
_TABLES = {"models", "parameters", "price_factors", "duration_factors"}


def prompts(old: Json, new: Json) -> Iterator[Change]:
    yield from _models(_by_model(old), _by_model(new))
    yield from _parameters(_by_flag_and_model(old), _by_flag_and_model(new))
    yield from _factors(old, new)
    if old.get("duration_factors") != new.get("duration_factors"):
        yield Change(Verdict.HARMLESS, "changed", _SUBJECT, "", "", "duration factors changed")
    for key in sorted({*old, *new} - _TABLES):
        if old.get(key) != new.get(key):
            yield _told("", NOTED, became(key, old.get(key), new.get(key)))


def _by_model(own: Json) -> dict[str, Json]:
    return {row["model"]: row for row in own.get("models", ())}


def _models(old: dict[str, Json], new: dict[str, Json]) -> Iterator[Change]:
    for model in {**old, **new}:
        where = f"model {model}"
        if model not in new:
            yield _told(where, REMOVED, "model removed")
        elif model not in old:
            yield _told(where, ADDED, "model added")
        else:
            for key in sorted({*old[model], *new[model]}):
                if old[model].get(key) != new[model].get(key):
                    effect = UNDECIDED if key in ("flag", "value") else NOTED
                    yield _told(where, effect, became(key, old[model].get(key), new[model].get(key)))


def _by_flag_and_model(own: Json) -> dict[tuple[str, str], Json]:
    """A flag that no model takes has no entry, like one that is not known: both are refused."""
    return {(row["flag"], model): row for row in own.get("parameters", ()) for model in row["models"]}


def _parameters(old: dict[tuple[str, str], Json], new: dict[tuple[str, str], Json]) -> Iterator[Change]:
    for flag, model in {**old, **new}:
        before, after = old.get((flag, model), {"use": "rejected"}), new.get((flag, model), {"use": "rejected"})
        uses = (before.get("use", "supported"), after.get("use", "supported"))
        where = f"--{flag} on {model}"
        if uses[0] != uses[1]:
            yield _told(where, _use(*uses), became("use", *uses))
        elif uses[0] != "rejected":
            for effect, text in _parameter(before, after):
                yield _told(where, effect, text)


def _use(old: str, new: str) -> Effect:
    if new == "rejected":
        return REMOVED
    return ADDED if old == "rejected" else NOTED


def _parameter(old: Json, new: Json) -> Iterator[tuple[Effect, str]]:
    if old.get("takes") != new.get("takes"):
        wider = (old.get("takes"), new.get("takes")) == ("integer", "number")
        yield WIDENED if wider else UNDECIDED, became("takes", old.get("takes"), new.get("takes"))
    yield from _range(old.get("range"), new.get("range"))
    before, after = (row.get("values") for row in (old, new))
    if before is not None and after is not None:
        yield from ((REMOVED, f"value {shown(value)} removed") for value in before if value not in after)
        yield from ((ADDED, f"value {shown(value)} added") for value in after if value not in before)
    elif before != after:
        yield WIDENED if after is None else NARROWED, became("values", before or "any", after or "any")
    if bool(old.get("optional")) != bool(new.get("optional")):
        yield (WIDENED, "its value may be left out now") if new.get("optional") else (NARROWED, "needs a value now")
    most = [row.get("at_most", float("inf")) for row in (old, new)]
    if most[0] != most[1]:
        yield NARROWED if most[1] < most[0] else WIDENED, became("values at most", *most)
    for flag in sorted({*old.get("excludes", ()), *new.get("excludes", ())}):
        if (flag in old.get("excludes", ())) != (flag in new.get("excludes", ())):
            excluded = flag in new.get("excludes", ())
            yield (NARROWED, f"excludes --{flag} now") if excluded else (WIDENED, f"goes with --{flag} now")
    for spelling in ("short", "long"):
        if old.get(spelling) != new.get(spelling):
            effect = ADDED if spelling not in old else REMOVED
            yield effect, became(f"{spelling} spelling", old.get(spelling), new.get(spelling))
    if old.get("default") != new.get("default"):
        yield NOTED, became("default", old.get("default"), new.get("default"))


def _range(old: list[float] | None, new: list[float] | None) -> Iterator[tuple[Effect, str]]:
    if old == new:
        return
    everything = [float("-inf"), float("inf")]
    low, high = zip(old or everything, new or everything, strict=True)
    text = became("range", _span(old), _span(new))
    if low[1] > low[0] or high[1] < high[0]:
        yield NARROWED, text
    if low[1] < low[0] or high[1] > high[0]:
        yield WIDENED, text


def _span(bounds: list[float] | None) -> str:
    return f"{bounds[0]}–{bounds[1]}" if bounds else "any"


def _factors(old: Json, new: Json) -> Iterator[Change]:
    before, after = (_by_case(own.get("price_factors", ())) for own in (old, new))
    for case in {**before, **after}:
        flag, value, model = case
        where = f"{f'--{flag} ' if flag else ''}{'' if value is None else f'{value} '}on {model}"
        if not _could_ask(old, *case) or not _could_ask(new, *case):
            # What nobody can ask for in one of the versions has become neither dearer nor cheaper.
            if case not in before:
                yield _told(where, ADDED, became("price factor", None, after[case]["factor"]))
            continue
        one, other = before.get(case, {"factor": 1}), after.get(case, {"factor": 1})
        if one["factor"] != other["factor"]:
            yield risen(where, "price factor", one["factor"], other["factor"])
        for key in ("reserve", "tier"):
            if one.get(key) != other.get(key) and case in before and case in after:
                yield _told(where, NOTED, became(f"price factor: {key}", one.get(key), other.get(key)))


def _could_ask(own: Json, flag: str | None, value: Any, model: str) -> bool:
    """Whether a prompt could have this flag, with this value, on this model."""
    if model not in _by_model(own):
        return False
    row = _by_flag_and_model(own).get((flag, model), {"use": "rejected"}) if flag else {}
    values = row.get("values")
    return row.get("use") != "rejected" and (value is None or values is None or value in values)


def _by_case(rows: Any) -> dict[tuple[str | None, Any, str], Json]:
    return {(row.get("flag"), row.get("value"), model): row for row in rows for model in row["models"]}


def _told(where: str, effect: Effect, text: str) -> Change:
    return Change(effect.in_request, effect.kind, where or "the whole", "", "", text)
