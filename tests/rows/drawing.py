"""Requests drawn from the table of operations: any operation, fields that go together, values within their bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from hypothesis import assume
from hypothesis import strategies as st

from legnext_client._calls.planning import PAID
from legnext_client._protocol.checks import prepare
from legnext_client.errors import InvalidRequest

if TYPE_CHECKING:
    from legnext_client.generated.operations import Field, Operation

Json = dict[str, Any]

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
ODD = st.sampled_from(["a,b", 'say "x"', "one\ntwo", "one\r\ntwo\rthree", " x ", "1", "true", "{}", "\ufeffx", "#x"])
ADDRESSES = st.sampled_from(["https://a", "HTTP://b.test/c,d.png?e=f#g", "https://ü.test/\u00a0"])
AREA = {"width": 500, "height": 600, "points": [0, 0, 1, 0, -7, 10**6]}
OBJECTS: dict[str, list[Json]] = {
    "mask": [{"areas": [AREA]}, {"url": "https://a/mask.png"}],
    "area": [AREA],
    "canvas": [{"width": 1024, "height": 2048}],
    "img_pos": [{"width": 512, "height": 512, "x": -3, "y": 0}],
}


FORMATS = {"date-time": "2026-01-02T03:04:05+00:00", "date": "2026-01-02", "uuid": str(UUID(int=1))}


def values(field: Field) -> st.SearchStrategy[Any]:
    if field.enum:
        return st.sampled_from(field.enum)
    if field.choices:
        return st.one_of(*map(values, field.choices))
    match field.type:
        case "boolean":
            return st.booleans()
        case "integer":
            step = int(field.multiple_of or 1)
            least, most = int(field.minimum or 0) // step, int(field.maximum or 9 * step) // step
            return st.integers(least, most).map(lambda number: number * step)
        case "number":
            return st.floats(field.minimum or 0, field.maximum or 9) | st.just(field.maximum or 9)
        case "string" if field.format in FORMATS:
            return st.just(FORMATS[field.format])
        case "string":
            return ADDRESSES if field.pattern else TEXT | ODD
        case "array" if field.items is not None:
            apart = repr if field.unique else None
            return st.lists(
                values(field.items), min_size=field.min_items or 0, max_size=field.max_items, unique_by=apart
            )
        case _ if field.name in OBJECTS:
            return st.sampled_from(OBJECTS[field.name])
        case _:
            optional = {each.wire: values(each) for each in field.fields if not each.required}
            return st.fixed_dictionaries(
                {each.wire: values(each) for each in field.fields if each.required}, optional=optional
            )


@st.composite
def requests(draw: st.DrawFn) -> tuple[Operation, Json]:
    """An operation, and fields that it takes, by their names in Python or on the wire."""
    operation = draw(st.sampled_from(list(PAID.values())))
    fields: Json = {}
    for field in operation.fields:
        if field.required or draw(st.booleans()):
            fields[draw(st.sampled_from([field.name, field.wire]))] = draw(values(field))
    try:
        prepare(operation, fields)
    except InvalidRequest:
        assume(False)  # optional fields that exclude one another
    return operation, fields
