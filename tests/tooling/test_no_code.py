"""What n8n and Make import: every operation, nothing empty, and each way in which a job can end."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import no_code
import pytest
from table import operations

from legnext_client.generated.service import API_KEY_HEADER
from tests.contract.description import paid

from .edits import SPEC

Json = dict[str, Any]

FILES = no_code.files(SPEC)
WORKFLOWS = {name: json.loads(text) for name, text in FILES.items() if "/workflows/" in name}
BLUEPRINT: Json = json.loads(FILES["make/image.blueprint.json"])


def description(files: dict[str, str]) -> Json:
    """The description in the node's class, whose literal is JSON."""
    text = files["n8n/nodes/Legnext/Legnext.node.ts"]
    found: Json = json.loads(text.partition("description: INodeTypeDescription = ")[2].rpartition(";\n}")[0])
    return found


NODE = description(FILES)


def chosen(node: Json) -> dict[str, Json]:
    """Each operation that can be chosen, with its fields."""
    found: dict[str, Json] = {}
    for choice in (each for each in node["properties"] if each["name"] == "operation"):
        for option in choice["options"]:
            shown = {**choice["displayOptions"]["show"], "operation": [option["value"]]}
            fields = [each for each in node["properties"] if each.get("displayOptions", {}).get("show") == shown]
            found[option["value"]] = {**option, "fields": fields}
    return found


def inputs(operation: Json) -> list[Json]:
    added = [part for each in operation["fields"] for part in each.get("options", ()) if each["type"] == "collection"]
    return [*(each for each in operation["fields"] if each["type"] != "collection"), *added]


def test_the_node_has_every_operation_with_every_field() -> None:
    rows = {row["name"]: row for row in operations(SPEC) if "media" not in row}
    node = chosen(NODE)
    assert set(node) == set(rows)
    for name, row in rows.items():
        sends = [each["routing"]["send"] for each in inputs(node[name]) if "send" in each.get("routing", {})]
        sent = {each["property"].split(".")[0] for each in sends if each["type"] == "body"}
        assert sent == {field["wire"] for field in row["fields"]}
        assert node[name]["routing"]["request"]["method"] == row["method"]


def test_the_node_leaves_empty_fields_out() -> None:
    values = {
        each["type"]: each["routing"]["send"]["value"]
        for op in chosen(NODE).values()
        for each in inputs(op)
        if "send" in each.get("routing", {})
    }
    assert values["string"] != values["json"]
    for value in values.values():
        assert "undefined" in value or "filter" in value


def test_the_node_follows_a_new_endpoint_with_parameters() -> None:
    spec = copy.deepcopy(SPEC)
    parameter = {"name": "after", "in": "query", "schema": {"type": "string"}}
    label = {"name": "x-label", "in": "header", "required": True, "schema": {"type": "string"}}
    data = {
        "operationId": "gallery",
        "tags": ["tasks"],
        "summary": "List",
        "description": "Lists.",
        "responses": {"204": {"description": "."}},
    }
    spec["paths"]["/v1/gallery"] = {"get": {**data, "parameters": [parameter, label]}}
    found = chosen(description(no_code.files(spec)))["gallery"]
    label_, more = found["fields"]
    assert list(label_["routing"]["request"]["headers"]) == ["x-label"]
    sent = more["options"][0]["routing"]["send"]
    assert (sent["type"], sent["property"]) == ("query", "after")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_way_of_a_workflow_leads_somewhere(name: str) -> None:
    workflow = WORKFLOWS[name]
    nodes = {node["name"]: node for node in workflow["nodes"]}
    targets = {
        link["node"] for outputs in workflow["connections"].values() for output in outputs["main"] for link in output
    }
    assert targets | {"Start", "Note"} == set(nodes)
    for node in nodes.values():
        if node["type"].endswith(".switch"):
            ways = [[link["node"] for link in output] for output in workflow["connections"][node["name"]]["main"]]
            assert [len(way) for way in ways] == [1, 1, 1, 1]
            kinds = [nodes[way[0]]["type"].rpartition(".")[2] for way in ways[1:]]
            assert kinds == ["stopAndError", "stopAndError", "wait"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_sends_what_costs_once_and_holds_no_key(name: str) -> None:
    made = [node for node in WORKFLOWS[name]["nodes"] if node["parameters"].get("method") == "POST"]
    paths = {operation.path for operation in paid()}
    assert made
    for node in made:
        assert not node.keys() & {"retryOnFail", "onError", "credentials"}
        assert node["parameters"]["url"].rpartition("}}")[2] in paths


def test_the_blueprint_looks_until_the_job_ends_and_holds_no_key() -> None:
    modules = {module["id"]: module for module in BLUEPRINT["flow"]}
    routes = [route["flow"][0] for route in modules[6]["routes"]]
    asked = [[test[0]["b"] for test in route["filter"]["conditions"]] for route in routes]
    assert asked == [["completed"], ["failed", *(row["ends"] for row in operations(SPEC) if row["ends"])]]
    text = json.dumps(BLUEPRINT)
    assert {int(number) for number in re.findall(r"\{\{(?:encodeURL\()?(\d+)\.", text)} <= set(modules)
    assert API_KEY_HEADER not in text
    assert json.loads(modules[1]["mapper"]["jsonStringBodyContent"])
