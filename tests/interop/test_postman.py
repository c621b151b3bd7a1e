"""The Postman collection is what the service's documents say of it, and the same for the same document."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import npm_tools
import pytest
import yaml
from fields import resolve
from postman_before import FEATURES, laid_out, titles
from table import HTTP_METHODS

import postman
from tests.documents import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

SPEC: Json = yaml.load((npm_tools.ROOT / "openapi.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
COMMITTED: Json = json.loads((npm_tools.ROOT / postman.PLACE).read_text(encoding="utf-8"))
OPERATIONS: dict[str, Json] = {
    titles(SPEC)[operation["operationId"]]: operation for _, _, operation in operations(SPEC)
}
"""By what the collection calls them."""
NEW_ENDPOINT: Json = {
    "post": {
        "operationId": "colour",
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


# ---- how it is made ---------------------------------------------------------------------------------------------


def test_the_converter_is_shown_the_document_with_nothing_left_to_draw() -> None:
    document = laid_out(with_new_endpoint())
    colour = document["paths"]["/v1/colour"]["post"]
    sent = colour["requestBody"]["content"]["application/json"]["examples"]["sent"]["value"]
    assert sent == {"jobId": "{{image_job_id}}", "imageNo": 1, "type": 0, "hue": "red", "points": [1, 2]}
    answer = colour["responses"]["200"]["content"]["application/json"]["examples"]["first"]["value"]
    jsonschema_rs.validate({"$ref": "#/components/schemas/TaskResponse", "components": SPEC["components"]}, answer)
    for item in document["paths"].values():
        for method in HTTP_METHODS:
            for content in item.get(method, {}).get("requestBody", {}).get("content", {}).values():
                assert len(content["examples"]) == 1


def test_what_has_no_folder_of_its_own_gets_one_at_the_end() -> None:
    document = laid_out(with_new_endpoint())
    assert document["tags"][-1] == {"name": "Sculptures"}
    assert list(document["paths"])[-1] == "/v1/colour"


def test_the_document_is_left_as_it_is() -> None:
    before = copy.deepcopy(SPEC)
    laid_out(SPEC)
    assert before == SPEC


# ---- with the converter -----------------------------------------------------------------------------------------


def test_a_new_endpoint_is_in_it() -> None:
    """That the same document gives the same bytes is asked by `make drift`."""
    if missing := npm_tools.missing():
        told = f"{', '.join(missing)} not in .tools; `make interop` installs"
        (pytest.fail if npm_tools.in_ci() else pytest.skip)(told)
    colour = items(json.loads(postman.collection(with_new_endpoint())))["Colour a sketch"]
    assert colour["request"]["url"]["path"] == ["v1", "colour"]
    assert 'to.equal("colour")' in script(colour, "test")
