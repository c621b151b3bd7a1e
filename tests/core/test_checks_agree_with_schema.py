"""The checks before sending and the spec's own schemas are two readings of one document: they accept the same bodies.

The other reading is the `jsonschema` library, on the request schemas of the spec. What the client refuses on purpose
and a schema does not (NUL, half surrogates, integers beyond 64 bits) is kept out here and tested in
`test_checks_before_sending.py`.
"""

from __future__ import annotations

import copy
import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]

from legnext_client._protocol.checks import prepare
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS, Condition, Field, Operation
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]

SPEC: Json = json.loads(Path(__file__).parents[2].joinpath("legnext_client/openapi.json").read_text(encoding="utf-8"))
WITH_BODY = [operation for operation in OPERATIONS.values() if operation.fields]


def even_length(_: Any, own: Json, value: Any, __: Json) -> Iterator[ValidationError]:
    if own.get("even_length") and is_list(value) and len(value) % 2:
        yield ValidationError("not of even length")


def pattern(_: Any, expression: str, value: Any, __: Json) -> Iterator[ValidationError]:
    # In a schema's dialect `$` is the end; in Python's it also stands before a last newline.
    if isinstance(value, str) and not re.search(expression.replace("$", r"\Z"), value):
        yield ValidationError("does not match")


Validator: Any = extend(Draft202012Validator, {"x-legnext": even_length, "pattern": pattern})  # pyright: ignore[reportUnknownVariableType]


def schema_of(operation: Operation) -> Any:
    content = SPEC["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
    return Validator({**content["application/json"]["schema"], "components": SPEC["components"]})


SCHEMAS = {operation.name: schema_of(operation) for operation in WITH_BODY}

ADDRESSES = [
    "https://a",
    "HTTP://example.com/a.png?b=c#d",
    "http://[::1]:8080/x",
    "https://é.example/ü",
    "https://a\u00a0b",
]
NO_ADDRESSES = [
    *("", "https://", "http:///a", "ftp://a", "javascript:alert(1)", " https://a", "https://a b", "https://a\n"),
    *("https://a\tb", "https:/a", "https//a", "https://?a", "https://#a", "xhttps://a", "data:image/png;base64,AAAA"),
]
OF_ANY_TYPE: list[Any] = [True, False, 0, 1, 1.0, 0.0, -1, 1.5, 2.0, "", "1", "a", [], [1], {}, {"a": 1}, -0.0, 3, 4]
TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


def right(field: Field) -> st.SearchStrategy[Any]:
    """A value that keeps the bounds of its field, on them or between them."""
    if field.enum:
        return st.sampled_from(field.enum)
    match field.type:
        case "object":
            return objects(field.fields, field.rules, field.max_properties)
        case "array":
            low = field.min_items or 0
            sizes = range(low, (field.max_items or low + 3) + 1, 2 if field.even_length else 1)
            items = right(field.items) if field.items else st.nothing()
            return st.sampled_from(sizes).flatmap(lambda size: st.lists(items, min_size=size, max_size=size))
        case "string" if field.pattern:
            return st.sampled_from(ADDRESSES)
        case "string":
            return st.text(TEXT, min_size=field.min_length or 0, max_size=20)
        case "integer":
            return st.integers(int(field.minimum or -5), int(field.maximum or 5000))
        case _:
            return st.floats(field.minimum, field.maximum)


@st.composite
def objects(draw: st.DrawFn, fields: tuple[Field, ...], rules: tuple[Condition, ...], at_most: int | None) -> Json:
    """An object of right values. Where fields exclude or demand each other, any combination, right or not."""
    entangled = {wire for rule in rules for group in rule for wire in group}
    if at_most is not None:
        chosen = draw(st.sets(st.sampled_from(fields), min_size=1, max_size=at_most))
    else:
        chosen = {one for one in fields if (one.required and one.wire not in entangled) or draw(st.booleans())}
    return {one.wire: draw(right(one)) for one in fields if one in chosen}


def beside(field: Field) -> list[Any]:
    """Values of the right type on both sides of each bound of a field, right ones and wrong ones."""
    if field.enum and field.type == "string":
        return [*(word.upper() for word in field.enum), "", " ", f"{field.enum[0]} "]
    if field.enum:
        return [*map(float, field.enum), min(field.enum) - 1, max(field.enum) + 1, 0.5]
    match field.type:
        case "object":
            return [{}, {inner.wire: 1 for inner in field.fields}]
        case "array":
            sizes = steps(field.min_items, field.max_items) or [0, 1]
            return [[0] * size for size in sizes] + [["https://a"] * size for size in sizes]
        case "string" if field.pattern:
            long = ["https://a/" + "a" * (size - 10) for size in steps(field.min_length, field.max_length) if size > 10]
            return [*NO_ADDRESSES, *long]
        case "string":
            return ["é" * size for size in steps(field.min_length, field.max_length) or [0, 9000] if size >= 0]
        case "integer":
            whole = steps(field.minimum, field.maximum) or [-(2**63) + 1, -1, 0, 2**63 - 1]
            return [*whole, *(float(number) for number in whole if abs(number) < 2**53), 0.5]
        case _:
            bounds = [bound for bound in (field.minimum, field.maximum) if bound is not None]
            return [*bounds, *(math.nextafter(bound, end) for bound in bounds for end in (-math.inf, math.inf)), 1, 2]


def steps(low: float | None, high: float | None) -> list[int]:
    return [int(bound) + step for bound in (low, high) if bound is not None for step in (-1, 0, 1)]


def places(fields: tuple[Field, ...], body: Json) -> Iterator[tuple[Any, Any, Field]]:
    """Every value in a body, at every depth: what holds it, under which key, and its field."""
    for field in fields:
        if field.wire in body:
            yield body, field.wire, field
            inside = body[field.wire]
            if field.type == "object" and is_object(inside):
                yield from places(field.fields, inside)
            if field.items is not None and is_list(inside):
                for index, item in enumerate(inside):
                    yield inside, index, field.items
                    if field.items.fields and is_object(item):
                        yield from places(field.items.fields, item)


@st.composite
def bodies(draw: st.DrawFn, operation: Operation) -> Json:
    """A right body, then up to two changes: near a bound, of another type, dropped, or with something unknown."""
    body = draw(objects(operation.fields, operation.rules, None))
    for change in draw(st.lists(st.sampled_from(["near", "near", "type", "drop", "add"]), max_size=2)):
        at = list(places(operation.fields, body))
        holder, key, field = draw(st.sampled_from(at)) if at else (body, "extra", operation.fields[0])
        if change == "near":
            holder[key] = draw(st.sampled_from(beside(field)))
        elif change == "type":
            holder[key] = draw(st.sampled_from(OF_ANY_TYPE))
        elif change == "drop":
            holder.pop(key, None) if is_object(holder) else holder.pop(key)
        elif is_object(holder):
            holder[draw(st.sampled_from(["extra", "jobID", "Text", "additionalProperties"]))] = 1
    return copy.deepcopy(body)


def in_python_names(draw: Callable[[st.SearchStrategy[Any]], Any], fields: tuple[Field, ...], body: Any) -> Any:
    """The same body as a caller may write it: fields by either name, lists as tuples, None for what is left out."""
    by_wire = {field.wire: field for field in fields}
    if not is_object(body):
        return body
    written: Json = {}
    for wire, given_value in body.items():
        field = by_wire.get(wire)
        if field is None:
            written[wire] = given_value
            continue
        inner = field.items if field.type == "array" and field.items else field
        again = (
            tuple(in_python_names(draw, inner.fields, item) for item in given_value)
            if is_list(given_value)
            else in_python_names(draw, inner.fields, given_value)
        )
        written[field.name if draw(st.booleans()) else wire] = again
    for field in fields:
        if field.wire not in body and draw(st.booleans()):
            written[field.name] = None
    return written


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_a_body_is_accepted_exactly_when_the_schema_accepts_it(operation: Operation, data: st.DataObject) -> None:
    schema = SCHEMAS[operation.name]
    body = data.draw(bodies(operation), label="body")
    written = in_python_names(data.draw, operation.fields, body)
    if schema.is_valid(body):
        event("right")
        prepared = prepare(operation, written)
        assert prepared.parameters == {}
        assert prepared.body == body
        assert schema.is_valid(json.loads(json.dumps(prepared.body)))
    else:
        event("wrong")
        with pytest.raises(InvalidRequest) as refusal:
            prepare(operation, written)
        assert refusal.value.problems


def test_the_bodies_drawn_are_right_and_wrong_in_turn() -> None:
    """The test above would show nothing if nearly all bodies were wrong."""
    right = dict.fromkeys(SCHEMAS, 0)

    @settings(deadline=None, max_examples=120, database=None, derandomize=True)
    @given(data=st.data())
    def look(data: st.DataObject) -> None:
        for operation in WITH_BODY:
            right[operation.name] += SCHEMAS[operation.name].is_valid(data.draw(bodies(operation)))

    look()
    assert {name: count for name, count in right.items() if not 0 < count < 120} == {}
