"""The portable document: what it says is in the words that generators of every language read."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import portable
import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator

from tests.documents import operations

from .edits import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
NOT_IN_3_0 = {"if", "then", "else", "dependentRequired", "const", "links", "callbacks", "x-legnext", "anyOf", "oneOf"}


@cache
def text() -> str:
    return portable.portable(SPEC)


@cache
def document() -> Json:
    found: Json = yaml.load(text(), Loader=yaml.CSafeLoader)
    return found


def schemas() -> Json:
    found: Json = document()["components"]["schemas"]
    return found


def objects(part: Any, *, examples: bool = False) -> Iterator[Json]:
    """Every object of the document; examples are values and no part of its language."""
    if isinstance(part, dict):
        yield part
        for key, value in part.items():
            if examples or key not in ("example", "examples"):
                yield from objects(value)
    elif isinstance(part, list):
        for each in part:
            yield from objects(each)


def test_it_is_a_document_of_3_0() -> None:
    assert document()["openapi"] == "3.0.3"
    assert [error.message for error in OpenAPIV30SpecValidator(document()).iter_errors()] == []


def test_it_has_every_operation_and_path() -> None:

    def names(spec: Json) -> set[str]:
        return {each["operationId"] for _, _, each in operations(spec)}

    assert names(document()) == names(SPEC)
    assert list(document()["paths"]) == list(SPEC["paths"])


def test_it_uses_no_word_that_3_0_does_not_know_or_generators_stumble_over() -> None:
    for each in objects(document()):
        assert not NOT_IN_3_0 & set(each)
        assert not isinstance(each.get("type"), list)
        if "$ref" in each:
            assert set(each) == {"$ref"}


def test_what_can_be_null_is_nullable_and_what_is_open_is_a_string() -> None:
    job = schemas()["TaskResponse"]["properties"]
    assert job["status"]["type"] == "string"
    assert "enum" not in job["status"]
    assert (job["task_type"]["type"], job["task_type"]["nullable"]) == ("string", True)
    assert (job["output"]["allOf"], job["output"]["nullable"]) == ([{"$ref": "#/components/schemas/TaskOutput"}], True)
    assert (job["model"]["type"], job["model"]["nullable"]) == ("string", True)


def test_optional_integers_can_be_null() -> None:
    video = schemas()["VideoDiffusionRequest"]["properties"]
    assert video["imageNo"]["nullable"] is True
    assert video["videoType"]["nullable"] is True
    assert "nullable" not in schemas()["UpscaleRequest"]["properties"]["imageNo"]


def test_the_names_of_enum_values_are_unique_in_the_document() -> None:
    names = Counter(name for schema in schemas().values() for name in schema.get("x-enum-varnames", ()))
    assert names["UPSCALE_TYPE_SUBTLE"] == names["VARIATION_TYPE_STRONG"] == 1
    assert set(names.values()) == {1}


def test_every_number_is_a_double() -> None:
    assert {each.get("format") for each in objects(document()) if each.get("type") == "number"} == {"double"}


def said_of(schema: Json) -> Json:
    """What becomes of a schema that an operation answers with."""
    answer = {"description": "It.", "content": {"application/json": {"schema": schema}}}
    looks = next(path for path, _, each in operations(SPEC) if each.get("x-legnext", {}).get("role") == "job")
    probe = {"get": {"operationId": "probe", "responses": {"200": answer}}}
    small = {**SPEC, "paths": {looks: SPEC["paths"][looks], "/probe": probe}}
    made: Json = yaml.load(portable.portable(small), Loader=yaml.CSafeLoader)
    found: Json = made["paths"]["/probe"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return found


NEW_IN_3_1: list[tuple[Json, Json]] = [
    (
        {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 2},
        {
            "type": "number",
            "nullable": True,
            "format": "double",
            "minimum": 0,
            "exclusiveMinimum": True,
            "maximum": 2,
        },
    ),
    (
        {"type": "integer", "exclusiveMaximum": 9, "maximum": 3},
        {"type": "integer", "maximum": 3, "exclusiveMaximum": False},
    ),
    ({"type": ["string", "integer"]}, {}),
]


@pytest.mark.parametrize(("schema", "said"), NEW_IN_3_1)
def test_what_is_new_in_3_1_is_said_in_words_of_3_0(schema: Json, said: Json) -> None:
    assert said_of(schema) == said


def test_a_choice_by_a_discriminator_is_one_object_with_the_values_of_all() -> None:
    def one(kind: str) -> Json:
        return {"type": "object", "properties": {"kind": {"type": "string", "const": kind}, kind: {"type": "string"}}}

    said = said_of({"oneOf": [one("a"), one("b")], "discriminator": {"propertyName": "kind"}})
    assert sorted(said["properties"]) == ["a", "b", "kind"]
    assert sorted(said["properties"]["kind"]["enum"]) == ["a", "b"]
    assert "discriminator" not in said


def test_the_examples_of_bodies_fit() -> None:
    tried = 0
    for _, _, operation in operations(document()):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for name, example in body.get("examples", {}).items():
            validator = jsonschema_rs.Draft4Validator({**body["schema"], "components": document()["components"]})
            given = {field: value for field, value in example["value"].items() if value is not None}  # nullable
            problems = [error.message for error in validator.iter_errors(given)]
            assert problems == [], f"{operation['operationId']}, {name}"
            tried += 1
    assert tried > 20
