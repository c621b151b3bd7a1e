"""Fields that the spec has not yet, but may have tomorrow: every type and bound is checked and told in words."""

from __future__ import annotations

from typing import Any

import pytest

from legnext_client._protocol.bounds import shown, wrong_value
from legnext_client._protocol.checks import prepare
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS, Field, Operation
from tests.tables import for_each

PLAIN = Field("field", "field", "string")


def field(kind: str, **bounds: Any) -> Field:
    return PLAIN._replace(type=kind, **bounds)


def operation(*fields: Field, **more: Any) -> Operation:
    return Operation(name="trial", namespace="midjourney", method="POST", path="/trial", fields=fields, **more)


def refused(trial: Operation, given: dict[str, Any]) -> str:
    with pytest.raises(InvalidRequest) as caught:
        prepare(trial, given)
    return caught.value.message


INNER = (PLAIN._replace(name="width", wire="width"), PLAIN._replace(name="url", wire="url"))

NO_FILE = ", not the contents of a file. Pass its URL"
WRONG: list[tuple[Field, Any, str, str]] = [
    (field("string"), None, "must be a string", "None"),
    (field("boolean"), 1, "must be true or false", "1"),
    (field("object"), 3, "must be an object", "3"),
    (field("object", fields=INNER), 3, "must be an object with width, url", "3"),
    (field("object", fields=INNER), b"png", "must be an object with width, url" + NO_FILE, "3 bytes"),
    (field("string", pattern="^https://"), b"png", "must be a string" + NO_FILE, "3 bytes"),
    (field("string"), b"png", "must be a string", "3 bytes"),
    (field("integer", enum=(1, 2)), 3, "must be one of 1, 2", "3"),
    (field("integer", enum=(1, 2), enum_names=("ONE", "TWO")), 3, "must be one of 1 (ONE), 2 (TWO)", "3"),
    (field("string", pattern="^a+$"), "a\n", "must match ^a+$", "'a\\n'"),
    (field("string", pattern="^a+"), "ba", "must match ^a+", "'ba'"),
    (field("string", pattern="a+$"), "ab", "must match a+$", "'ab'"),
    (field("string", pattern="^a+$", means="be a row of a"), "b", "must be a row of a", "'b'"),
    (field("integer"), 2**63, "must fit in 64 bits", str(2**63)),
    (field("integer"), -(2**63), "must fit in 64 bits", str(-(2**63))),
    (field("integer"), 1e300, "must fit in 64 bits", "1e+300"),
    (field("number"), 2**63, "must fit in 64 bits", str(2**63)),
    (field("number"), float("nan"), "must be a number", "nan"),
    (field("number", maximum=3), 4, "must be at most 3", "4"),
    (field("number", minimum=3), 2, "must be at least 3", "2"),
    (field("number", minimum=3), "2", "must be a number, at least 3", "'2'"),
    (field("array", even_length=True), [1, 2, 3], "must have an even number of items", "3"),
    (field("array", min_items=1), [], "must have at least 1 item", "0"),
]  # fmt: skip


@for_each(("one", "value", "must", "got"), WRONG)
def test_what_is_wrong_is_told_with_the_bound_and_the_value(one: Field, value: Any, must: str, got: str) -> None:
    assert wrong_value(one, value) == (must, got)


@for_each(
    ("one", "value"),
    [
        (field("string", nullable=True), None),
        (field("boolean"), False),
        (field("integer"), 2**63 - 1),
        (field("integer"), 4.0),
        (field("number"), 4),
        (field("number"), 1e300),
        (field("string", pattern="^a+"), "ab"),
        (field("string", pattern="a+$"), "ba"),
        (field("string", pattern="^a+$"), "aa"),
        (field("array", even_length=True), [1, 2, 3, 4]),
        (field("array", even_length=True), []),
    ],
)
def test_what_is_right_passes(one: Field, value: Any) -> None:
    assert wrong_value(one, value) is None


@for_each(
    ("one", "within", "beyond", "must"),
    [
        (field("integer", minimum=0, maximum=3), [0, 3, 3.0], [-1, 4], "must be 0 to 3"),
        (field("number", minimum=1.1, maximum=3), [1.1, 3], [1.1 - 1e-9, 3 + 1e-9], "must be 1.1 to 3"),
        (field("number", above=0, below=1), [0.5], [0, 1], "must be above 0 and below 1"),
        (field("number", multiple_of=0.1), [0.3], [0.35], "must be a multiple of 0.1"),
        (field("string", min_length=2, max_length=3), ["éé", "ééé"], ["é", "éééé"], "must have 2 to 3 characters"),
        (field("array", min_items=1, max_items=2), [[1], [1, 1]], [[], [1, 1, 1]], "must have 1 to 2 items"),
        (field("array", unique=True), [[1, 2]], [[1, 1], [1, 2, 1]], "must not repeat an item"),
        (field("string", enum=("2K", "4K"), enum_names=("TWO", "FOUR")), ["2K"], ["8K"], "must be one of 2K, 4K"),
    ],
)
def test_a_value_on_the_bound_passes_and_one_beyond_is_refused(
    one: Field, within: list[Any], beyond: list[Any], must: str
) -> None:
    for value in within:
        assert prepare(operation(one), {"field": value}).body == {"field": value}
    for value in beyond:
        assert refused(operation(one), {"field": value}).startswith(f"trial: field {must}; got ")


KINDS: dict[str, list[Any]] = {
    "string": ["1", "https://a"],
    "integer": [1, 1.0],
    "number": [1, 1.5],
    "boolean": [True, False],
    "array": [[], ()],
    "object": [{}],
}


@for_each("kind", KINDS)
def test_a_value_of_any_other_type_is_refused(kind: str) -> None:
    alike = {"integer": "number", "number": "integer"}
    for other in KINDS.keys() - {kind, alike.get(kind)}:
        for value in KINDS[other]:
            assert refused(operation(field(kind)), {"field": value}).startswith("trial: field must be ")


def test_nothing_closed_takes_what_it_does_not_know() -> None:
    for known in OPERATIONS.values():
        assert "surely_unknown is not a field here" in refused(known, {"surely_unknown": 1})


@for_each(
    ("value", "text"),
    [
        (10**59, "1" + "0" * 59),
        (10**60, "a number of more than 60 digits"),
        (-(10**60), "a number of more than 60 digits"),
        ("x" * 58, repr("x" * 58)),
        ("x" * 59, repr("x" * 59)[:59] + "…"),
        (bytearray(5), "5 bytes"),
        (True, "True"),
    ],
)
def test_a_value_is_shown_in_sixty_characters_at_most(value: Any, text: str) -> None:
    assert shown(value) == text
    assert len(shown(value)) <= 60


OPEN = field("object", closed=False, fields=INNER)
CLOSED = field("object", closed=True, fields=INNER)


def test_an_open_object_carries_what_is_not_known_and_a_closed_one_refuses_it() -> None:
    given = {"field": {"colour": "red", "url": "u"}}
    assert prepare(operation(OPEN), given).body == {"field": {"url": "u", "colour": "red"}}
    assert "field.colour is not a field here" in refused(operation(CLOSED), given)


@pytest.mark.parametrize(
    ("low", "high", "given", "said"),
    [
        (1, 1, {"width": "1", "url": "u"}, "must have exactly one of width, url; got width and url"),
        (2, 2, {"url": "u"}, "must have exactly 2 of width, url; got url"),
        (1, 2, {}, "must have 1 to 2 of width, url; got none of them"),
        (1, None, {}, "must have at least 1 of width, url; got none of them"),
        (None, 1, {"width": "1", "url": "u"}, "must have 0 to 1 of width, url; got width and url"),
    ],
)
def test_how_many_of_its_fields_an_object_may_have_is_told(
    low: int | None, high: int | None, given: dict[str, str], said: str
) -> None:
    trial = operation(CLOSED._replace(min_properties=low, max_properties=high))
    assert f"field {said}" in refused(trial, {"field": given})
