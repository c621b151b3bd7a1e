"""The Postman collection is what the service's documents say of it, and the same for the same document."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import npm_tools
import pytest
from fields import resolve
from samples import FEATURES

import postman
from tests.documents import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

SPEC: Json = json.loads((npm_tools.ROOT / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))
COMMITTED: Json = json.loads((npm_tools.ROOT / postman.PLACE).read_text(encoding="utf-8"))
OPERATIONS: dict[str, Json] = {operation["summary"]: operation for _, _, operation in operations(SPEC)}
"""By what the collection calls them."""
NEW_ENDPOINT: Json = {
    "post": {
        "operationId": "colour",
        "description": "Colours it.",
        "tags": ["midjourney"],
        "summary": "Colour a sketch",
        "x-legnext": {"task_type": "colour", "takes": "image", "makes": "sculptures"},
        "requestBody": {
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["jobId", "imageNo", "type", "hue", "points"],
                        "properties": {
                            "jobId": {"$ref": "#/components/schemas/JobId"},
                            "imageNo": {"$ref": "#/components/schemas/ImageNo"},
                            "type": {"$ref": "#/components/schemas/UpscaleType"},
                            "hue": {"type": "string", "default": "red"},
                            "points": {"type": "array", "minItems": 2, "items": {"type": "integer"}},
                            "callback": {"$ref": "#/components/schemas/Callback"},
                        },
                    }
                }
            }
        },
        "callbacks": {"ended": {"{$request.body#/callback}": {}}},
        "responses": {
            "200": {
                "description": "Accepted.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TaskResponse"}}},
            }
        },
    }
}
"""As short as it can be: without an example of its body or its answer."""


def items(collection: Json) -> dict[str, Json]:
    return {item["name"]: item for folder in collection["item"] for item in folder["item"]}


def script(holder: Json, listen: str) -> str:
    return "\n".join(line for event in holder["event"] if event["listen"] == listen for line in event["script"]["exec"])


def sent(item: Json) -> Json:
    """The JSON object that a request sends."""
    body = item["request"].get("body", {})
    is_json = body.get("options", {}).get("raw", {}).get("language") == "json"
    found = json.loads(body["raw"]) if is_json else {}
    return found if isinstance(found, dict) else {}


def told(operation: Json, code: str) -> Json:
    found: Json = resolve(SPEC, operation["responses"][code]).get("content", {})
    return found


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def with_new_endpoint() -> Json:
    return {**copy.deepcopy(SPEC), "paths": {**copy.deepcopy(SPEC["paths"]), "/v1/colour": copy.deepcopy(NEW_ENDPOINT)}}


# ---- the collection that is committed ---------------------------------------------------------------------------


def test_it_has_the_documented_variables_and_no_key() -> None:
    variables = {variable["key"]: variable["value"] for variable in COMMITTED["variable"]}
    ids = {"job_id", "image_job_id", "draft_job_id", "video_job_id"}
    settings = {"base_url": SPEC["servers"][0]["url"], "api_key": "", "poll_seconds": "5", "wait": "true"}
    assert variables == settings | dict.fromkeys(ids, "")
    assert {"key": "value", "type": "any", "value": "{{api_key}}"} in COMMITTED["auth"]["apikey"]
    used = {name for text in strings(COMMITTED) for name in re.findall(r"\{\{(\w+)\}\}", text)}
    assert used == {"base_url", "api_key", *ids}


def test_its_folders_are_the_documented_features_and_then_one_for_each_other_tag() -> None:
    features = list(dict.fromkeys(FEATURES.values()))
    folders = [folder["name"] for folder in COMMITTED["item"]]
    assert folders[: len(features)] == features
    assert set(folders[len(features) :]) <= {tag["name"].capitalize() for tag in SPEC["tags"]}


def test_a_follow_up_builds_on_the_saved_job_and_nobody_else_is_called_back() -> None:
    known = items(COMMITTED)
    bodies = {name: sent(item) for name, item in known.items()}
    sources = {name: body["jobId"] for name, body in bodies.items() if "jobId" in body}
    assert set(sources.values()) == {"{{image_job_id}}", "{{draft_job_id}}", "{{video_job_id}}"}
    assert sources["Finish a draft"] == "{{draft_job_id}}"
    assert sources["Make a video longer"] == sources["Enlarge a video"] == "{{video_job_id}}"
    assert [name for name, body in bodies.items() if "callback" in body] == []
    for name in known:
        saves = "pm.collectionVariables.set" in script(known[name], "test")
        makes = "task_type" in OPERATIONS[name].get("x-legnext", {})
        assert saves == makes, "whatever makes a job saves its id, and nothing else does"


def test_every_request_has_a_test_and_an_example_of_success_and_of_failure() -> None:
    for item in items(COMMITTED).values():
        operation = OPERATIONS[item["name"]]
        codes = [str(example.get("code")) for example in item["response"]]
        documented = [code for code in map(str, operation["responses"]) if "application/json" in told(operation, code)]
        assert {code for code in documented if code.startswith("2") or code in ("401", "429")} <= set(codes)
        assert all(json.loads(example["body"]) is not None for example in item["response"])
        good = [code for code in documented if code.startswith("2")]
        assert ("pm.test(" in script(item, "test")) == bool(good)


def test_every_id_is_one_of_a_kind() -> None:
    ids = [COMMITTED["info"]["_postman_id"]]
    for folder in COMMITTED["item"]:
        ids.append(folder["id"])
        for item in folder["item"]:
            ids += [item["id"], *(example["id"] for example in item["response"])]
    assert len(set(ids)) == len(ids)


# ---- what follows from a new endpoint ---------------------------------------------------------------------------


def test_a_new_endpoint_is_in_it_and_nothing_of_it_is_drawn() -> None:
    folder = json.loads(postman.collection(with_new_endpoint()))["item"][-1]
    [colour] = folder["item"]
    assert (folder["name"], colour["name"]) == ("Sculptures", "Colour a sketch")
    assert colour["request"]["url"]["path"] == ["v1", "colour"]
    assert sent(colour) == {"jobId": "{{image_job_id}}", "imageNo": 1, "type": 0, "hue": "red", "points": [1, 2]}
    answer = json.loads(colour["response"][0]["body"])
    jsonschema_rs.validate({"$ref": "#/components/schemas/TaskResponse", "components": SPEC["components"]}, answer)
    assert 'const kind = "colour";' in script(colour, "test")


@pytest.mark.parametrize(
    ("media", "schema", "body"),
    [
        ("application/x-www-form-urlencoded", {"a": {"type": "integer", "default": 3}}, {"urlencoded": [("a", "3")]}),
        ("multipart/form-data", {"a": {"type": "string", "format": "binary"}}, {"formdata": [("a", None)]}),
        ("text/plain", None, {"raw": "hello"}),
        ("image/png", None, {"file": {}}),
    ],
)
def test_a_body_of_another_kind_is_sent_as_such(media: str, schema: Json | None, body: Json) -> None:
    spec = with_new_endpoint()
    whole = (
        {"type": "string", "default": "hello"} if media.startswith("text/") else {"type": "string", "format": "binary"}
    )
    content = {"schema": {"type": "object", "properties": schema, "required": [*schema]} if schema else whole}
    spec["paths"]["/v1/colour"]["post"]["requestBody"] = {"content": {media: content}}
    found = json.loads(postman.collection(spec))["item"][-1]["item"][0]["request"]["body"]
    [(mode, value)] = body.items()
    assert found["mode"] == mode
    assert (([(each["key"], each.get("value")) for each in found[mode]]) if schema else found[mode]) == value


def test_parameters_stand_in_their_places() -> None:
    spec = with_new_endpoint()
    item = spec["paths"].pop("/v1/colour")
    places = {"job_id": "path", "name": "path", "tags": "query", "x-trace": "header"}
    item["post"]["parameters"] = [
        {"name": name, "in": place, "required": True, "example": name, "schema": {"type": "string"}}
        for name, place in places.items()
    ]
    del item["post"]["requestBody"]
    spec["paths"]["/v1/{job_id}/{name}.zip"] = item
    made = json.loads(postman.collection(spec))["item"][-1]["item"][0]["request"]
    assert made["url"]["path"] == ["v1", ":job_id", "name.zip"]
    assert [(each["key"], each["value"]) for each in made["url"]["variable"]] == [("job_id", "{{job_id}}")]
    assert [(each["key"], each["value"]) for each in made["url"]["query"]] == [("tags", "tags")]
    assert ("x-trace", "x-trace") in [(each["key"], each["value"]) for each in made["header"]]
    assert "body" not in made


def test_the_document_is_left_as_it_is() -> None:
    before = copy.deepcopy(SPEC)
    postman.collection(SPEC)
    assert before == SPEC
