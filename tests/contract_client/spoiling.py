"""Bodies that were right, with a change or two in them: one step beyond a bound, of another type, dropped, added.

What comes out may still be right; whether it is, is for others to say.
"""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.contract.description import resolved
from tests.contract.values import URL, alternatives, fits, near

from .drawing import calls
from .expected import counterpart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.generated.operations import Operation
    from tests.contract.description import Schema

Json = dict[str, Any]
ANYTHING: list[Any] = [True, False, 0, 1, -1, 1.0, 1.5, "", "1", "a", [], [1], {}, {"a": 1}, [None], -0.0, 1e30]
_LONG = 200
NO_ADDRESSES = [
    *("", "https://", "http:///a", "ftp://a", "javascript:alert(1)", " https://a", "https://a b", "https://a\n"),
    *("https://a\tb", "https:/a", "https//a", "https://?a", "https://#a", "xhttps://a", "//a", "https://\x00"),
]


@st.composite
def spoiled(draw: st.DrawFn, operation: Operation) -> Json:
    """A body by its names on the wire."""
    schema = counterpart(operation.name).body
    body: Json = copy.deepcopy(draw(calls(operation)).body)
    for change in draw(st.lists(st.sampled_from(["near", "near", "type", "drop", "add"]), min_size=1, max_size=2)):
        at = list(places(schema, body))
        holder, key, inner = draw(st.sampled_from(at)) if at else (body, "unheard_of", {})
        if change == "near" and at:
            holder[key] = draw(st.sampled_from(beside(inner)))
        elif change == "type":
            holder[key] = draw(st.sampled_from(ANYTHING))
        elif change == "drop" and at:
            del holder[key]
        elif isinstance(holder, dict):
            others = [wire for wire in schema["properties"] if wire not in holder]
            holder[draw(st.sampled_from(["unheard_of", "jobID", "Text", *others]))] = draw(st.sampled_from(ANYTHING))
    return copy.deepcopy(body)


def each_spoiled(operation: Operation, bodies: list[Json]) -> Iterator[Json]:
    """These bodies with one thing changed, for each field in them and each value beside its bounds, once."""
    schema = counterpart(operation.name).body
    tried: set[tuple[str, str]] = set()
    for body in bodies:
        for number, (_, key, inner) in enumerate(places(schema, body)):
            for value in beside(inner):
                case = (str(key), repr(value))
                if case not in tried:
                    tried.add(case)
                    changed = copy.deepcopy(body)
                    holder, key, _ = list(places(schema, changed))[number]
                    holder[key] = value
                    yield changed


def places(schema: Schema, body: Json) -> Iterator[tuple[Any, Any, Schema]]:
    """Every value in a body, at every depth: what holds it, where, and its schema."""
    for name, inner in resolved(schema).get("properties", {}).items():
        if name in body:
            yield from _at(body, name, inner)


def _at(holder: Any, key: Any, schema: Schema) -> Iterator[tuple[Any, Any, Schema]]:
    yield holder, key, schema
    value = holder[key]
    if isinstance(value, dict):
        yield from places(schema, value)
    elif isinstance(value, list) and "items" in resolved(schema):
        for index in range(len(value)):
            yield from _at(value, index, resolved(schema)["items"])


def beside(schema: Schema) -> list[Any]:
    """Values of the right type on both sides of each bound of a field."""
    return [value for one in alternatives(schema) for value in _beside(one)]


def _beside(schema: Schema) -> list[Any]:
    if "enum" in schema:
        choices = [choice for choice in schema["enum"] if choice is not None]
        if schema.get("type") == "string":
            return [*(word.swapcase() for word in choices), *(f"{word} " for word in choices), ""]
        return [*map(float, choices), *(number + 0.5 for number in choices), min(choices) - 1, len(choices)]
    low, high = schema.get("minimum"), schema.get("maximum")
    match schema.get("type"):
        case "object" if "properties" in schema:
            return [{}, dict.fromkeys(schema["properties"], 1)]
        case "array" if not {"uniqueItems"} & schema.keys():
            items = [0, "https://a", None]
            sizes = [size for size in steps(schema.get("minItems"), schema.get("maxItems")) if 0 <= size < _LONG]
            return [*([item] * size for item in items for size in sizes), {"https://a": 0, "https://b": 0}, "https://a"]
        case "string" if "pattern" in schema and fits(schema, URL):
            longest = [] if "maxLength" not in schema else steps(None, schema["maxLength"])
            return [*NO_ADDRESSES, *("https://a/".ljust(size, "ü") for size in longest)]
        case "string" if not {"pattern", "format", "const"} & schema.keys():
            bounds = steps(schema.get("minLength"), schema.get("maxLength"))
            return ["é" * max(0, size) for size in bounds] + ["a\0b", "a\ud800"]
        case "integer":
            whole = [*steps(low, high), 2**63, -(2**63), 2**64]
            return [*whole, *(number + 0.5 for number in whole[:6]), *map(float, whole[:6])]
        case "number":
            bounds = [bound for bound in (low, high) if bound is not None]
            return [*bounds, *(math.nextafter(bound, end) for bound in bounds for end in (-math.inf, math.inf)), 2, 4]
        case _:
            return near(schema)


def steps(low: float | None, high: float | None) -> list[int]:
    """Each bound, and a step to either side."""
    return [int(bound) + step for bound in (low, high) if bound is not None for step in (-1, 0, 1)] or [0, 1, 9000]
