"""Bodies that were right, with a change or two in them: one step beyond a bound, of another type, dropped, added.

What comes out may still be right; whether it is, is for others to say.
"""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from .drawing import calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.generated.operations import Field, Operation

Json = dict[str, Any]
ANYTHING: list[Any] = [True, False, 0, 1, -1, 1.0, 1.5, "", "1", "a", [], [1], {}, {"a": 1}, [None], -0.0, 1e30]
NO_ADDRESSES = [
    *("", "https://", "http:///a", "ftp://a", "javascript:alert(1)", " https://a", "https://a b", "https://a\n"),
    *("https://a\tb", "https:/a", "https//a", "https://?a", "https://#a", "xhttps://a", "//a", "https://\x00"),
]


@st.composite
def spoiled(draw: st.DrawFn, operation: Operation) -> Json:
    """A body by its names on the wire."""
    call = draw(calls(operation))
    wires = {field.name: field.wire for field in operation.fields}
    body = {wires[name]: copy.deepcopy(value) for name, value in call.plain.items()}
    for change in draw(st.lists(st.sampled_from(["near", "near", "type", "drop", "add"]), min_size=1, max_size=2)):
        at = list(places(operation.fields, body))
        holder, key, field = draw(st.sampled_from(at)) if at else (body, "unheard_of", operation.fields[0])
        if change == "near" and at:
            holder[key] = draw(st.sampled_from(beside(field)))
        elif change == "type":
            holder[key] = draw(st.sampled_from(ANYTHING))
        elif change == "drop" and at:
            del holder[key]
        elif isinstance(holder, dict):
            others = [one.wire for one in operation.fields if one.wire not in holder]
            holder[draw(st.sampled_from(["unheard_of", "jobID", "Text", *others]))] = draw(st.sampled_from(ANYTHING))
    return copy.deepcopy(body)


def each_spoiled(operation: Operation, bodies: list[Json]) -> Iterator[Json]:
    """These bodies with one thing changed, for each field in them and each value beside its bounds, once."""
    tried: set[tuple[str, str, str]] = set()
    for body in bodies:
        for number, (_, _, field) in enumerate(places(operation.fields, body)):
            for value in beside(field):
                case = (field.wire, field.type, repr(value))
                if case not in tried:
                    tried.add(case)
                    changed = copy.deepcopy(body)
                    holder, key, _ = list(places(operation.fields, changed))[number]
                    holder[key] = value
                    yield changed


def places(fields: tuple[Field, ...], body: Json) -> Iterator[tuple[Any, Any, Field]]:
    """Every value in a body, at every depth: what holds it, where, and its field."""
    for field in fields:
        if field.wire in body:
            yield from _at(body, field.wire, field)


def _at(holder: Any, key: Any, field: Field) -> Iterator[tuple[Any, Any, Field]]:
    yield holder, key, field
    value = holder[key]
    if isinstance(value, dict):
        yield from places(field.fields, value)
    elif isinstance(value, list) and field.items is not None:
        for index in range(len(value)):
            yield from _at(value, index, field.items)


def beside(field: Field) -> list[Any]:
    """Values of the right type on both sides of each bound of a field."""
    if field.enum:
        if field.type == "string":
            return [*(word.swapcase() for word in field.enum), *(f"{word} " for word in field.enum), ""]
        return [*map(float, field.enum), *(number + 0.5 for number in field.enum), min(field.enum) - 1, len(field.enum)]
    match field.type:
        case "object":
            return [{}, {inner.wire: 1 for inner in field.fields}]
        case "array":
            items = [0, "https://a", None]
            sizes = [size for size in steps(field.min_items, field.max_items) if size >= 0]
            return [*([item] * size for item in items for size in sizes), {"https://a": 0, "https://b": 0}, "https://a"]
        case "string" if field.pattern:
            longest = [] if field.max_length is None else steps(None, field.max_length)
            return [*NO_ADDRESSES, *("https://a/".ljust(size, "ü") for size in longest)]
        case "string":
            return ["é" * max(0, size) for size in steps(field.min_length, field.max_length)] + ["a\0b", "a\ud800"]
        case "integer":
            whole = [*steps(field.minimum, field.maximum), 2**63, -(2**63), 2**64]
            return [*whole, *(number + 0.5 for number in whole[:6]), *map(float, whole[:6])]
        case _:
            bounds = [bound for bound in (field.minimum, field.maximum) if bound is not None]
            return [*bounds, *(math.nextafter(bound, end) for bound in bounds for end in (-math.inf, math.inf)), 2, 4]


def steps(low: float | None, high: float | None) -> list[int]:
    """Each bound, and a step to either side."""
    return [int(bound) + step for bound in (low, high) if bound is not None for step in (-1, 0, 1)] or [0, 1, 9000]
