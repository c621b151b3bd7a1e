"""Every bound of every field: the value on it passes, the first one beyond is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._protocol.bounds import bound_of
from legnext_client._protocol.checks import prepare
from legnext_client.errors import InvalidRequest, Problem
from legnext_client.generated.operations import OPERATIONS, Field, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

AREA = {"width": 500, "height": 500, "points": [0, 0, 0, 9, 9, 9]}


def alone(field: Field) -> Operation:
    """An operation with this one field."""
    return Operation(name="trial", namespace="midjourney", method="POST", path="/trial", fields=(field,))


def every_field(fields: tuple[Field, ...], where: str) -> Iterator[tuple[str, Field]]:
    for field in fields:
        yield f"{where}.{field.name}", field
        yield from every_field(field.fields, f"{where}.{field.name}")
        if field.items is not None:
            yield f"{where}.{field.name}[]", field.items
            yield from every_field(field.items.fields, f"{where}.{field.name}[]")


FIELDS = [
    one
    for operation in OPERATIONS.values()
    for one in every_field(operation.parameters + operation.fields, operation.name)
]


def sized(field: Field, size: int) -> Any:
    if field.type == "string":
        return "https://a/".ljust(size, "a")[:size] if field.pattern else "é" * size
    inner = field.items
    assert inner is not None
    one: Any = AREA if inner.type == "object" else "https://a" if inner.type == "string" else 1
    if inner.enum and not field.unique:
        return [inner.enum[0]] * size
    if inner.enum:
        return [*inner.enum, *inner.enum][:size]
    if field.unique:
        return [f"{one}{number}" if isinstance(one, str) else number for number in range(size)]
    return [one] * size


def edges() -> Iterator[Any]:
    """Each bound of each field: the values just within it, and the first beyond."""
    for name, field in FIELDS:
        step = 1 if field.type == "integer" else 1e-9
        by_pair = field.even_length + 1
        for bound, low, high in (
            ("value", field.minimum, field.maximum),
            ("length", field.min_length, field.max_length),
            ("items", field.min_items, field.max_items),
        ):
            for edge, direction in ((low, -1), (high, 1)):
                if edge is None:
                    continue
                within: Any = edge if bound == "value" else sized(field, int(edge))
                more = direction * (step if bound == "value" else by_pair)
                beyond: Any = edge + more if bound == "value" else sized(field, int(edge + more))
                yield pytest.param(field, within, beyond, id=f"{name}-{bound}-{edge}")
        if field.enum:
            other = max(field.enum) + 1 if field.type == "integer" else f"{field.enum[0]}x"
            for value in field.enum:
                yield pytest.param(field, value, other, id=f"{name}-enum-{value}")


EDGES = list(edges())


def test_there_is_a_case_for_every_kind_of_bound() -> None:
    kinds = {str(case.id).rsplit("-", 2)[1] for case in EDGES}
    assert kinds == {"value", "length", "items", "enum"}
    assert len(EDGES) > 120


@pytest.mark.parametrize(("field", "within", "beyond"), EDGES)
def test_a_value_on_the_bound_passes_and_one_beyond_is_refused(field: Field, within: Any, beyond: Any) -> None:
    assert prepare(alone(field), {field.name: within}).body == {field.wire: within}
    with pytest.raises(InvalidRequest) as caught:
        prepare(alone(field), {field.name: beyond})
    (problem,) = caught.value.problems
    assert isinstance(problem, Problem)
    assert problem.field == field.name
    assert problem.got


@pytest.mark.parametrize("field", [field for _, field in FIELDS], ids=[name for name, _ in FIELDS])
def test_a_value_of_any_other_type_is_refused(field: Field) -> None:
    kinds: dict[str, list[Any]] = {
        "string": ["1", "https://a"],
        "integer": [1, 1.0],
        "number": [1, 1.5],
        "boolean": [True, False],
        "array": [[], ()],
        "object": [{}],
    }
    others = {"integer": ("number",), "number": ("integer",)}
    for kind, values in kinds.items():
        for value in values if field.type in kinds and kind not in (field.type, *others.get(field.type, ())) else ():
            with pytest.raises(InvalidRequest, match=rf"^trial: {field.name}\S* (must be|is required) "):
                prepare(alone(field), {field.name: value})


def test_nothing_closed_takes_what_it_does_not_know() -> None:
    for operation in OPERATIONS.values():
        with pytest.raises(InvalidRequest, match="surely_unknown is not a field here"):
            prepare(operation, {"surely_unknown": 1})


def test_numbers_of_an_enum_are_told_with_their_names_and_words_by_themselves() -> None:
    numbers = Field(name="size", wire="size", type="integer", enum=(0, 1), enum_names=("SMALL", "LARGE"))
    words = Field(name="size", wire="size", type="string", enum=("2K", "4K"), enum_names=("TWO_K", "FOUR_K"))
    assert bound_of(numbers) == "one of 0 (SMALL), 1 (LARGE)"
    assert bound_of(words) == "one of 2K, 4K"
