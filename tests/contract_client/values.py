"""Right values for the fields of bodies, from the table of operations: on every bound, and written as callers do.

A value has two forms: what the caller hands over (a member of an enum, a model, a tuple, a float that is whole), and
the plain JSON that it stands for.
"""

from __future__ import annotations

import enum
from functools import cache
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from legnext_client.generated import models

if TYPE_CHECKING:
    from legnext_client.generated.operations import Field

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
SCALES = [1.25, 2, 2.0, 1.2345678901234567]


def listed(field: Field) -> list[Value]:
    """Every sort of right value for a field, each bound among them."""
    if field.enum:
        return [(way, value) for value in field.enum for way in ways_to_write(field, value)]
    match field.type:
        case "object":
            return _objects(field)
        case "array":
            return _lists(field)
        case "string":
            return [(text, text) for text in _texts(field)]
        case "integer":
            low, high = int(field.minimum or 0), int(field.maximum or 0)
            numbers = PIXELS if field.minimum is None else sorted({low, low + 1, high - 1, high})
            whole = [(float(number), number) for number in numbers if int(float(number)) == number]
            return [*((number, number) for number in numbers), *whole]
        case "number":
            return [(number, number) for number in (field.minimum, field.maximum, *SCALES)]
        case other:
            raise AssertionError(f"there are no values for {other} yet, the type of {field.wire}")


def drawn(field: Field) -> st.SearchStrategy[Value]:
    """The same, and others between the bounds."""
    if not field.enum:
        if field.type == "number":
            return st.floats(field.minimum, field.maximum).map(lambda number: (number, number))
        if field.type == "integer" and field.minimum is None:
            return st.integers(-(2**63) + 1, 2**63 - 1).map(lambda number: (number, number))
        if field.type == "array" and field.items is not None:
            return st.sampled_from(_sizes(field)).flatmap(lambda size: _drawn_list(field, size))
    return st.sampled_from(listed(field))


def _drawn_list(field: Field, size: int) -> st.SearchStrategy[Value]:
    assert field.items is not None
    items = st.lists(drawn(field.items), min_size=size, max_size=size)
    return items.map(lambda pairs: ([given for given, _ in pairs], [plain for _, plain in pairs]))


def _texts(field: Field) -> list[str]:
    if field.pattern:
        return ADDRESSES + ([] if field.max_length is None else ["https://example.com/".ljust(field.max_length, "a")])
    low, high = field.min_length or 0, field.max_length or 9000
    return [text for text in ("", "a", " A fox\n", "🦊" * high, "--v 7") if len(text) >= low]


def _sizes(field: Field) -> list[int]:
    low = field.min_items or 0
    return list(range(low, (field.max_items or low + 4) + 1, 2 if field.even_length else 1))


def _lists(field: Field) -> list[Value]:
    """Lists of each size, until every item has stood in one; some are tuples."""
    assert field.items is not None
    items = listed(field.items)
    ring = cycle(items)
    made: list[Value] = []
    taken = 0
    for number, size in enumerate(cycle(_sizes(field))):
        if number >= len(_sizes(field)) and taken >= len(items):
            return made
        chosen = list(islice(ring, size))
        taken += size
        made.append(((list, tuple)[number % 2](given for given, _ in chosen), [plain for _, plain in chosen]))
    return made


def _objects(field: Field) -> list[Value]:
    """Objects in which every value of every field stands once, by turns as a dict and as a model."""
    parts = {inner: listed(inner) for inner in field.fields}
    if field.max_properties is not None:
        chosen = [{inner: value} for inner, values in parts.items() for value in values]
    else:
        most = max(len(values) for values in parts.values())
        chosen = [{inner: values[turn % len(values)] for inner, values in parts.items()} for turn in range(most)]
    return [_object(field, values, as_model=turn % 2 == 1) for turn, values in enumerate(chosen)]


def _object(field: Field, values: dict[Field, Value], *, as_model: bool) -> Value:
    given = {inner.name: value for inner, (value, _) in values.items()}
    plain = {inner.wire: value for inner, (_, value) in values.items()}
    kind = model_of(field)
    return (kind(**given) if as_model and kind is not None else given), plain


def ways_to_write(field: Field, value: Any) -> list[Any]:
    """The ways to write a choice: as it is, as the member of the enum that names the choices, as a whole float."""
    named = dict(zip(field.enum_names, field.enum, strict=True)) if field.enum_names else {}
    kinds = [kind for kind in _classes() if issubclass(kind, enum.Enum)]
    kind = next((each for each in kinds if {one.name: one.value for one in each} == named), None)
    return [value, *([kind(value)] if kind else []), *([float(value)] if type(value) is int else [])]


def model_of(field: Field) -> Any:
    """The model of an object inside a body; None when it has none."""
    names = {inner.name for inner in field.fields}
    parts = ((kind, {part.name for part in getattr(kind, "__attrs_attrs__", ())}) for kind in _classes())
    return next((kind for kind, known in parts if known == names), None)


@cache
def _classes() -> list[Any]:
    return [getattr(models, name) for name in models.__all__]
