"""Right values for the fields of bodies, from the document: on every bound, and written as callers do.

A value has two forms: what the caller hands over (a member of an enum, a model, a tuple, a float that is whole), and
the plain JSON that it stands for.
"""

from __future__ import annotations

import enum
import json
from datetime import date, datetime
from functools import cache
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hypothesis import strategies as st

from legnext_client.generated import models
from tests.contract.values import alternatives, fits, right

from .expected import python_name

if TYPE_CHECKING:
    from tests.contract.description import Schema

Value = tuple[Any, Any]
"""What is handed over, and the plain JSON that it stands for."""

ADDRESSES = [
    "https://example.com/a.png",
    "http://a",
    "HTTPS://EXAMPLE.com:443/A.PNG?B=c&d=%2f#Frag/",
    "https://ü.example/ä\u00a0ö.png",
    "https://[::1]:8080/x//y/../z/",
    "http://user@example.com/%7Efox;a=b,c/",
]
PIXELS = [0, 1, -1, -4096, 1024, 2**53 + 1, 2**63 - 1, -(2**63) + 1]
_READ: dict[str, Any] = {"date-time": datetime.fromisoformat, "date": date.fromisoformat, "uuid": UUID}
SCALES = [1.25, 2, 2.0, 1.2345678901234567]


def listed(schema: Schema) -> list[Value]:
    """Every sort of right value for a schema, each bound among them, and the ways to write each."""
    return _known(json.dumps(schema, sort_keys=True))


@cache
def _known(written: str) -> list[Value]:
    schema: Schema = json.loads(written)
    found = [value for one in alternatives(schema) for value in _listed(one)]
    return [value for value in found if fits(schema, value[1])]


def _listed(schema: Schema) -> list[Value]:
    if "enum" in schema:
        return [(way, value) for value in schema["enum"] for way in ways_to_write(schema, value)]
    match schema.get("type"):
        case "object" if schema.get("properties"):
            return _objects(schema)
        case "array":
            return _lists(schema)
        case "string" if fits(schema, ADDRESSES[0]) and "pattern" in schema:
            longest = [] if "maxLength" not in schema else ["https://example.com/".ljust(schema["maxLength"], "a")]
            return [(text, text) for text in [*ADDRESSES, *longest]]
        case "string" if schema.get("format") in _READ:
            read = [(text, _READ[schema["format"]](text)) for text in right(schema)]
            return [(way, _written(meant)) for text, meant in read for way in (text, meant)]
        case "string" if not {"pattern", "const"} & schema.keys():
            high = schema.get("maxLength", 9000)
            return [(text, text) for text in ("", "a", " A fox\n", "🦊" * high, "--v 7", *right(schema))]
        case "integer":
            numbers = PIXELS if "minimum" not in schema else []
            numbers = [number for number in (*numbers, *right(schema)) if type(number) is int]
            whole = [(float(number), number) for number in numbers if int(float(number)) == number]
            return [*((number, number) for number in numbers), *whole]
        case "number":
            return [(number, number) for number in (*right(schema), *SCALES)]
        case _:
            return [(value, value) for value in right(schema)]


def _written(meant: Any) -> str:
    """How a time or an id is on the line, however it was given."""
    return meant.isoformat() if isinstance(meant, date) else str(meant)


def drawn(schema: Schema) -> st.SearchStrategy[Value]:
    """The same, and others between the bounds."""
    alone = alternatives(schema)
    if len(alone) == 1 and not {"enum", "multipleOf"} & alone[0].keys():
        (one,) = alone
        low, high = one.get("minimum"), one.get("maximum")
        if one.get("type") == "number" and low is not None and high is not None:
            return st.floats(low, high).map(lambda number: (number, number))
        if one.get("type") == "integer" and low is None and high is None:
            return st.integers(-(2**63) + 1, 2**63 - 1).map(lambda number: (number, number))
        if one.get("type") == "array" and "uniqueItems" not in one:
            return st.sampled_from(_sizes(one)).flatmap(lambda size: _drawn_list(one, size))
    return st.sampled_from(listed(schema))


def _drawn_list(schema: Schema, size: int) -> st.SearchStrategy[Value]:
    items = st.lists(drawn(schema.get("items", {})), min_size=size, max_size=size)
    return items.map(lambda pairs: ([given for given, _ in pairs], [plain for _, plain in pairs]))


def _sizes(schema: Schema) -> list[int]:
    low = schema.get("minItems", 0)
    even = schema.get("x-legnext", {}).get("even_length")
    return list(range(low, schema.get("maxItems", low + 4) + 1, 2 if even else 1))


def _lists(schema: Schema) -> list[Value]:
    """Lists of each size, until every item has stood in one; some are tuples."""
    items = listed(schema.get("items", {}))
    ring = cycle(items)
    made: list[Value] = []
    taken = 0
    for number, size in enumerate(cycle(_sizes(schema))):
        if number >= len(_sizes(schema)) and taken >= len(items):
            return made
        chosen = list(islice(ring, size))
        taken += size
        made.append(((list, tuple)[number % 2](given for given, _ in chosen), [plain for _, plain in chosen]))
    return made


def _objects(schema: Schema) -> list[Value]:
    """Objects in which every value of every field stands once, by turns as a dict and as a model."""
    parts = {name: listed(inner) for name, inner in schema["properties"].items()}
    if "maxProperties" in schema:
        chosen = [{name: value} for name, values in parts.items() for value in values]
    else:
        most = max(len(values) for values in parts.values())
        chosen = [{name: values[turn % len(values)] for name, values in parts.items()} for turn in range(most)]
    return [_object(schema, values, as_model=turn % 2 == 1) for turn, values in enumerate(chosen)]


def _object(schema: Schema, values: dict[str, Value], *, as_model: bool) -> Value:
    given = {python_name(name): value for name, (value, _) in values.items()}
    plain = {name: value for name, (_, value) in values.items()}
    kind = model_of(schema)
    return (kind(**given) if as_model and kind is not None else given), plain


def ways_to_write(schema: Schema, value: Any) -> list[Any]:
    """The ways to write a choice: as it is, as the member of the enum that names the choices, as a whole float."""
    named = dict(zip(schema.get("x-enum-varnames", ()), schema["enum"], strict=False))
    kinds = [kind for kind in _classes() if issubclass(kind, enum.Enum)]
    kind = next((each for each in kinds if named and {one.name: one.value for one in each} == named), None)
    return [value, *([kind(value)] if kind else []), *([float(value)] if type(value) is int else [])]


def model_of(schema: Schema) -> Any:
    """The model of an object inside a body; None when it has none."""
    names = {python_name(name) for name in schema["properties"]}
    parts = ((kind, {part.name for part in getattr(kind, "__attrs_attrs__", ())}) for kind in _classes())
    return next((kind for kind, known in parts if known == names), None)


@cache
def _classes() -> list[Any]:
    return [getattr(models, name) for name in models.__all__]
