"""One edit: operations that are new in the spec are commands, with no other edit.

The package is copied, generated anew from an edited spec, and its commands are run, with its mock server.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from tests.packages import generated, run
from tests.promises.one_edit.edits import EDITS

from .commands import DOCUMENT, Ended

if TYPE_CHECKING:
    from pathlib import Path

REQUEST: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["jobId", "imageNo", "lampText", "mood", "spots"],
    "properties": {
        "jobId": {"$ref": "#/components/schemas/JobId"},
        "imageNo": {"$ref": "#/components/schemas/ImageNo"},
        "lampText": {"type": "string", "maxLength": 20, "description": "What the lamp looks like."},
        "mood": {
            "type": "integer",
            "enum": [0, 1],
            "x-enum-varnames": ["FIRST_LIGHT", "NEON"],
            "description": "Light.",
        },
        "spots": {
            "type": "array",
            "maxItems": 2,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["x"],
                "properties": {"x": {"type": "integer", "minimum": 0}, "far": {"type": "boolean"}},
            },
        },
        "timeout": {"type": "number", "minimum": 1, "description": "When the lamp goes out."},
        "flicker": {"type": "boolean", "description": "Whether it flickers."},
    },
}
PLAN: dict[str, Any] = {
    "operationId": "plan",
    "tags": ["account"],
    "summary": "See the plan",
    "description": "The plan of the account.",
    "responses": {
        "200": {
            "description": "The plan.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {"name": {"type": "string"}, "renews_itself": {"type": "boolean"}},
                    },
                    "examples": {"pro": {"value": {"name": "pro", "renews_itself": True}}},
                }
            },
        }
    },
}
COMMANDS = """
import io, json, os, shlex, sys
from contextlib import redirect_stderr, redirect_stdout
from legnext_client.cli.app import run
from legnext_client.testing import MockServer

with MockServer(time_scale=10_000) as server:
    os.environ |= {"LEGNEXT_BASE_URL": server.base_url, "LEGNEXT_API_KEY": server.api_key}
    server.jobs.add("fox")
    for line in sys.argv[1:]:
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            code = run(shlex.split(line))
        print(json.dumps([int(code), out.getvalue(), err.getvalue()]))
"""


def edited() -> dict[str, Any]:
    spec = copy.deepcopy(DOCUMENT)
    neighbour = copy.deepcopy(spec["paths"]["/v1/upscale"]["post"])
    neighbour |= {
        "operationId": "relight_image",
        "summary": "Light an image",
        "description": "With `lampText`, **well**.",
    }
    neighbour["x-legnext"] |= {
        "task_type": "relight_image",
        "alias": "illuminate",
        "price": {"points": 90, "when": [{"field": "mood", "is": 1, "points": 130}]},
    }
    neighbour["requestBody"]["content"]["application/json"] = {
        "schema": {"$ref": "#/components/schemas/RelightRequest"},
        "examples": {},
    }
    spec["paths"] |= {"/v1/relight-image": {"post": neighbour}, "/account/plan": {"get": PLAN}}
    spec["components"]["schemas"]["RelightRequest"] = REQUEST
    for name in ("a list with a query, and pages by cursor", "an upload that makes a job"):
        spec = EDITS[name].of(spec)
    return spec


def test_new_operations_are_commands(tmp_path: Path) -> None:
    generated(tmp_path, edited())
    (tmp_path / "a.png").write_bytes(b"picture")
    row = {"operation": "probe", "text": "a fox", "file": "a.png"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    lamp = "fox 'a small lamp' --image-no 1 --mood neon --spots x=1,far=true --spots '{\"x\": 2}'"
    lines = {
        "list": "--help",
        "help": "relight-image --help",
        "price": f"price relight-image {lamp}",
        "paid": f"illuminate {lamp} --timeout-field 2.5 --no-flicker --wait --json",
        "refused": "relight-image fox 'a lamp of more than twenty letters' --spots y=1",
        "plan": "plan",
        "plan for machines": "plan --json",
        "page": "probe-list --limit 1 --tag a --tag b --json",
        "items": "probe-list --all --json",
        "some of all": "probe-list --all --at-most 1 --json",
        "some": "probe-list --at-most 1 --json",
        "file": "probe 'a fox' --file a.png --wait --json",
        "rows": "batch run rows.jsonl",
    }
    printed = run(tmp_path, "-c", COMMANDS, *lines.values()).splitlines()
    ended = {name: Ended(*json.loads(line)) for name, line in zip(lines, printed, strict=True)}
    assert {name for name, each in ended.items() if each.code} == {"refused", "rows"}

    shown = [line.strip().split("  ")[0] for line in ended["list"].lines]
    assert {"relight-image", "illuminate", "plan"} <= set(shown)
    told = " ".join(ended["help"].out.split())
    for part in (
        "Light an image. With `LAMP_TEXT`, well.",
        "What the lamp looks like. At most 20 characters.",
        "first-light|neon Light. [required]",
        "--timeout-field NUMBER When the lamp goes out. At least 1.",
        "--flicker / --no-flicker Whether it flickers.",
    ):
        assert part in told

    assert ended["price"].out.startswith("130 points")
    accepted, done = ended["paid"].values
    assert (accepted["task_type"], done["status"]) == ("relight_image", "completed")
    assert done["meta"]["usage"]["consume"] == 130
    needed = ("--image-no is required", "--mood is required", "LAMP_TEXT must have at most 20", "--spots[0].y is not")
    assert [part for part in needed if part not in ended["refused"].err] == []

    assert ended["plan for machines"].values == [{"name": "pro", "renews_itself": True}]
    assert [line.split() for line in ended["plan"].lines] == [["Name", "pro"], ["Renews", "itself", "yes"]]
    (page,) = ended["page"].values
    (items,) = ended["items"].values
    assert page["next_cursor"]
    assert len(items) > len(page["data"]) >= 1
    assert ended["some of all"].values == ended["some"].values == [items[:1]]

    assert ended["file"].values[-1]["status"] == "completed"
    said = "probe uploads a file, which a row cannot do. Call client.midjourney.probe(...)"
    assert said in " ".join(ended["rows"].err.split())
