"""Whether the tables under the root's `x-legnext` refer to something: models to flags, and factors to both."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Any

from references import choice, number, one_of

from legnext_client.mock.settings import PLANS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Json = dict[str, Any]

TAKES = ("switch", "integer", "number", "choice", "ratio", "urls", "words", "code", "model")
"""What a flag can take, as the document says above its table."""
USES = ("supported", "ignored", "rejected")


def problems(rules: Json) -> Iterator[str]:
    """What refers to nothing in the tables."""
    yield from _models(rules)
    named = [(row["flag"], model) for row in rules["parameters"] for model in row["models"]]
    for (flag, model), times in Counter(named).items():
        if times > 1:
            yield f"x-legnext: parameters: {flag}: model {model} must be named once; got it {times} times"
    for row in rules["parameters"]:
        yield from _parameter(f"x-legnext: parameters: {row['flag']}", row, rules)
    for name in ("price_factors", "duration_factors"):
        for row in rules[name]:
            yield from _factor(f"x-legnext: {name}: {row.get('flag', row['models'])}", row, rules)


def _models(rules: Json) -> Iterator[str]:
    naming = [row["flag"] for row in rules["parameters"] if row.get("takes") == "model"]
    for row in rules["models"]:
        where = f"x-legnext: models: {row['model']}"
        if ("flag" in row) != ("value" in row):
            yield f"{where} must have flag and value, or neither"
        if "flag" in row:
            yield from one_of(f"{where}: flag", row["flag"], naming)
        if "sunset" in row:
            yield from one_of(f"{where}: sunset", row["sunset"], _named(rules))
        if "plan" in row:
            yield from one_of(f"{where}: plan", row["plan"], PLANS)
    for (what, name), times in Counter(_names(rules)).items():
        if times > 1:
            yield f"x-legnext: models: {what} {name} must be there once; got it {times} times"
    defaults = [row["model"] for row in rules["models"] if row.get("default")]
    if len(defaults) != 1:
        yield f"x-legnext: models: one must be the default; got {', '.join(defaults) or 'none'}"


def _names(rules: Json) -> Iterator[tuple[str, str]]:
    """What models are called in this document, and how they are named in prompts."""
    for row in rules["models"]:
        yield "model", row["model"]
        if "flag" in row and "value" in row:
            yield "flag and value", f"{row['flag']} {row['value']}"


def _parameter(where: str, row: Json, rules: Json) -> Iterator[str]:
    for model in row["models"]:
        yield from one_of(f"{where}: models", model, _named(rules))
    if "takes" in row:
        yield from one_of(f"{where}: takes", row["takes"], TAKES)
    if "use" in row:
        yield from one_of(f"{where}: use", row["use"], USES)
    if "default" in row:
        yield from _value(f"{where}: default", row["default"], row, rules)
    if "at_most" in row:
        yield from number(f"{where}: at_most", row["at_most"], int)
    for words in row.get("excludes", ()):
        flag, _, value = words.partition(" ")
        yield from _flag(f"{where}: excludes {words}", flag, _read(value), row["models"], rules)


def _factor(where: str, row: Json, rules: Json) -> Iterator[str]:
    yield from number(f"{where}: factor", row["factor"], int, float)
    if "reserve" in row:
        yield from number(f"{where}: reserve", row["reserve"], int, float)
    for model in row["models"]:
        yield from one_of(f"{where}: models", model, _named(rules))
    if "flag" not in row:
        if "value" in row:
            yield f"{where}: value must have a flag beside it; got {row['value']!r} alone"
        return
    yield from _flag(where, row["flag"], row.get("value"), row["models"], rules)


def _flag(where: str, flag: str, value: Any, models: Sequence[str], rules: Json) -> Iterator[str]:
    """Whether these models take a flag, and can take it with this value."""
    parameters = [each for each in rules["parameters"] if each["flag"] == flag]
    yield from one_of(f"{where}: flag", flag, [each["flag"] for each in rules["parameters"]])
    for model in models if parameters else ():
        taken = next((each for each in parameters if model in each["models"]), {"use": "rejected"})
        if taken.get("use") == "rejected":
            able = [name for each in parameters if each.get("use") != "rejected" for name in each["models"]]
            yield from one_of(f"{where}: models", model, able)
        elif value is not None:
            yield from _value(f"{where}: value with model {model}", value, taken, rules)


def _value(where: str, given: Any, parameter: Json, rules: Json) -> Iterator[str]:
    """Whether a flag can have a value."""
    match parameter.get("takes"):
        case "choice":
            known = parameter.get("values", ())
        case "model":
            known = [row["value"] for row in rules["models"] if row.get("flag") == parameter["flag"] and "value" in row]
            given = str(given)  # prompts are read so: 8 is '8'
        case "integer" | "number" as kind:
            low, high = parameter.get("range", (-inf, inf))
            kinds = (int,) if kind == "integer" else (int, float)
            if type(given) not in kinds or not low <= given <= high:
                bounds = f" from {low} to {high}" if "range" in parameter else ""
                yield f"{where} must be {'an integer' if kind == 'integer' else 'a number'}{bounds}; got {given!r}"
            return
        case "switch" | None:
            known = ()
        case _:
            return  # words, addresses and codes can be anything
    if isinstance(given, bool) or given not in known:
        yield f"{where} must be {choice(known)}; got {given!r}"


def _read(value: str) -> str | float | None:
    """A value that stands behind a flag."""
    with suppress(ValueError):
        return int(value)
    with suppress(ValueError):
        return float(value)
    return value or None


def _named(rules: Json) -> list[str]:
    return [row["model"] for row in rules["models"]]
