"""The table says what the spec says: every name, bound and condition, in the words that the checks read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import table
from fields import SpecError, conditions, snake_case
from fields import field as field_of
from hypothesis import given, settings
from hypothesis import strategies as st

from legnext_client.generated.operations import OPERATIONS, ROLES, Field
from tests.documents import operations
from tests.tables import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

SPEC: Json = json.loads(Path(__file__).parents[2].joinpath("legnext_client/openapi.json").read_text(encoding="utf-8"))
CALLS = {data["operationId"]: (method, path, data) for path, method, data in operations(SPEC)}


@for_each(
    ("wire", "name"),
    [
        ("text", "text"),
        ("jobId", "job_id"),
        ("imgUrls", "img_urls"),
        ("aspect_ratio", "aspect_ratio"),
        ("videoURL", "video_url"),
        ("HTTPPort", "http_port"),
        ("size2x", "size2x"),
        ("x-odd", "x_odd"),
        ("type", "type"),
        ("from", "from_"),
        ("class", "class_"),
    ],
)
def test_a_wire_name_becomes_a_python_name(wire: str, name: str) -> None:
    assert snake_case(wire) == name


@settings(deadline=None)
@given(st.from_regex(r"[a-z][A-Za-z0-9]{0,12}", fullmatch=True))
def test_every_python_name_is_one_and_stays_as_it_is(wire: str) -> None:
    name = snake_case(wire)
    assert name.isidentifier()
    assert name == name.lower()
    assert snake_case(name.rstrip("_")) == name


def test_each_operation_is_as_in_the_spec() -> None:
    assert list(OPERATIONS) == list(CALLS)
    for name, (method, path, data) in CALLS.items():
        operation = OPERATIONS[name]
        own = data.get("x-legnext", {})
        assert (operation.name, operation.method, operation.path) == (name, method.upper(), path)
        assert [operation.namespace] == data["tags"]
        assert (operation.role, operation.alias, operation.task_type) == tuple(
            own.get(key) for key in ("role", "alias", "task_type")
        )
        assert (operation.takes, operation.makes) == (own.get("takes"), own.get("makes"))
        assert (operation.price and operation.price.points) == own.get("price", {}).get("points")
        assert [(row.points, row.value) for row in (operation.price.when if operation.price else ())] == [
            (row["points"], row.get("is")) for row in own.get("price", {}).get("when", [])
        ]
        assert (operation.seconds and operation.seconds._asdict()) == own.get("seconds")


def test_every_paid_operation_has_a_price_a_time_and_what_it_makes() -> None:
    for operation in OPERATIONS.values():
        paid = operation.makes_job
        prices = [operation.price.points, *(row.points for row in operation.price.when)] if operation.price else []
        assert any(points > 0 for points in prices) == paid
        assert bool(operation.seconds and operation.seconds.median > 0) == paid
        assert bool(operation.makes and operation.takes and operation.task_type) == paid


def test_the_roles_that_code_needs_are_there() -> None:
    assert {"job", "balance", "chain.start", "chain.extend", "chain.upscale"} <= set(ROLES)


WORDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
    "minProperties": "min_properties",
    "maxProperties": "max_properties",
    "pattern": "pattern",
    "default": "default",
}


def followed(schema: Json) -> Json:
    """A schema with its references and the `allOf` around a default resolved; written anew, for a second opinion."""
    if "$ref" in schema:
        return {**followed(SPEC["components"]["schemas"][schema["$ref"].split("/")[-1]]), **schema}
    return {**followed(schema["allOf"][0]), **schema} if "allOf" in schema else schema


def pairs(fields: tuple[Field, ...], schema: Json, where: str) -> Iterator[tuple[str, Field, Json, bool]]:
    schema = followed(schema)
    needed = schema.get("required", ())
    in_order = sorted(schema.get("properties", {}), key=lambda name: name not in needed)
    assert [field.wire for field in fields] == in_order, where
    for field in fields:
        inner = followed(schema["properties"][field.wire])
        at = f"{where}.{field.wire}"
        yield at, field, inner, field.wire in schema.get("required", ())
        if field.items is not None:
            items = followed(inner["items"])
            yield f"{at}[]", field.items, items, True
            yield from pairs(field.items.fields, items, f"{at}[]")
        if field.type == "object":
            yield from pairs(field.fields, inner, at)


def kinds_of(schema: Json) -> list[str]:
    """The types of a value besides null; none if the schema has a choice of others, or takes anything."""
    given = schema.get("type", [])
    return [kind for kind in ([given] if isinstance(given, str) else given) if kind != "null"]


PAIRS = [
    pair
    for name, (_, _, data) in CALLS.items()
    if "application/json" in data.get("requestBody", {}).get("content", {})
    if not OPERATIONS[name].whole
    for pair in pairs(OPERATIONS[name].fields, data["requestBody"]["content"]["application/json"]["schema"], name)
]


@for_each(("field", "schema", "required"), [pair[1:] for pair in PAIRS])
def test_a_field_has_every_bound_of_its_schema(field: Field, schema: Json, required: bool) -> None:
    assert kinds_of(schema) in ([field.type], [])
    assert field.required == required
    assert field.description == " ".join(schema.get("description", "").split())
    for keyword, word in WORDS.items():
        assert getattr(field, word) == schema.get(keyword), keyword
    assert list(field.enum) == schema.get("enum", [schema["const"]] if "const" in schema else [])
    assert list(field.enum_names) == schema.get("x-enum-varnames", [])
    assert field.even_length == schema.get("x-legnext", {}).get("even_length", False)
    assert (field.items is not None) == ("items" in schema)
    if field.type == "object":
        assert field.closed == (schema.get("additionalProperties") is False)
    assert field.deprecated == schema.get("deprecated", False)


def test_the_fields_of_the_spec_are_all_compared() -> None:
    assert len(PAIRS) > 100
    assert {"inpaint.mask.areas[].points[]", "edit.imgPos.x", "blend.imgUrls[]"} <= {pair[0] for pair in PAIRS}


def test_conditions_become_rows() -> None:
    rows = [rule._asdict() for rule in OPERATIONS["enhance_upscale"].rules]
    assert [{key: value for key, value in row.items() if value} for row in rows] == [
        {"present": ("jobId",), "require": ("imageNo",)},
        {"present": ("imageNo",), "require": ("jobId",)},
        {"present": ("jobId",), "forbid": ("image_url",)},
        {"absent": ("jobId",), "require": ("image_url",)},
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"if": {"required": ["a", "b"]}, "then": {"required": ["c"]}},
        {"if": {"properties": {"a": {"const": 1}}}, "then": {"required": ["c"]}},
        {"if": {"required": ["a"]}, "then": {"properties": {"c": {"maximum": 3}}}},
        {"if": {"required": ["a"]}, "else": {"minProperties": 3}},
    ],
)
def test_a_condition_that_has_no_row_is_refused(schema: Json) -> None:
    with pytest.raises(SpecError, match=r"^trial: "):
        conditions("trial", schema)


def test_a_null_beside_one_type_makes_a_nullable_field() -> None:
    for schema in (
        {"type": ["integer", "null"], "minimum": 1},
        {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
    ):
        row = field_of({}, "styleNo", schema, required=False)
        assert (row["type"], row["nullable"], row["minimum"]) == ("integer", True, 1)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string", "pattern": r"^\p{L}+$"}, "pattern must be one that Python's re can read, too: bad escape"),
        ({"const": None}, "a field that can only be null says nothing"),
        ({"type": "string", "x-legnexts": {}}, "nothing here checks x-legnexts"),
    ],
)
def test_a_field_that_cannot_be_checked_is_refused(schema: Json, said: str) -> None:
    with pytest.raises(SpecError, match=re.escape(f"trial: {said}")):
        field_of({}, "trial", schema, required=False)


def test_a_follow_up_has_the_fields_that_the_job_leaves_open() -> None:
    rows = {row["name"]: row for row in table.operations(SPEC)}
    left = {
        name: {field["wire"]: field["required"] for field in table.follow_up_fields(rows[name] | {"parameters": ()})}
        for name in ("enhance_upscale", "video_diffusion", "reroll")
    }
    assert "image_url" not in left["enhance_upscale"]
    assert left["enhance_upscale"]["imageNo"]
    assert not left["enhance_upscale"]["target_resolution"]
    assert left["video_diffusion"] == {"prompt": False, "imageNo": True, "videoType": False, "callback": False}
    assert left["reroll"] == {"callback": False}
