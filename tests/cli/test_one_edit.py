"""One edit: operations that are new in the spec are commands, with no other edit.

The package is copied, generated anew from an edited spec, and tried through the real entry point, mock server included.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

from tests.packages import generated
from tests.promises.one_edit.edits import EDITS

from .commands import DOCUMENT, LEGNEXT, Begun, Ended

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
            "description": "Which light.",
        },
        "spots": {
            "type": "array",
            "maxItems": 2,
            "description": "Where lamps stand.",
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
                    "schema": {"$ref": "#/components/schemas/Plan"},
                    "examples": {"pro": {"value": {"name": "pro", "renews_itself": True}}},
                }
            },
        }
    },
}


def edited() -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(json.dumps(DOCUMENT))
    neighbour = json.loads(json.dumps(spec["paths"]["/v1/upscale"]["post"]))
    neighbour |= {
        "operationId": "relight_image",
        "summary": "Light an image",
        "description": "With `lampText` and **care**.",
    }
    neighbour["x-legnext"] |= {
        "task_type": "relight_image",
        "alias": "illuminate",
        "price": {"points": 90, "when": [{"field": "mood", "is": 1, "points": 130}]},
    }
    example = {"jobId": "a-job", "imageNo": 0, "lampText": "small", "mood": 0, "spots": [{"x": 1}]}
    neighbour["requestBody"]["content"]["application/json"] = {
        "schema": {"$ref": "#/components/schemas/RelightRequest"},
        "examples": {"small": {"summary": "A small lamp", "value": example}},
    }
    spec["paths"] |= {"/v1/relight-image": {"post": neighbour}, "/account/plan": {"get": PLAN}}
    spec["components"]["schemas"] |= {
        "RelightRequest": REQUEST,
        "Plan": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "renews_itself": {"type": "boolean"}},
        },
    }
    for name in ("a list with a query, and pages by cursor", "an upload that makes a job"):
        spec = EDITS[name].of(spec)
    return spec


def test_new_operations_are_commands(tmp_path: Path) -> None:
    folder = generated(tmp_path, edited()).parent
    environment = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    environment |= {"PYTHONPATH": str(folder), "HOME": str(folder), "LEGNEXT_API_KEY": "mock-key"}
    mock = Begun(environment, folder, "mock", "--port", "0", "--time-scale", "1000")
    try:
        address = re.search(r"http://\S+", mock.line())
        assert address is not None
        environment["LEGNEXT_BASE_URL"] = address[0]

        def legnext(*words: str) -> Ended:
            done = subprocess.run(
                [str(LEGNEXT), *words], env=environment, cwd=folder, capture_output=True, text=True, check=False
            )
            return Ended(done.returncode, done.stdout, done.stderr)

        shown = [line.strip().split("  ")[0] for line in legnext("--help").lines]
        assert {"relight-image", "illuminate", "plan"} <= set(shown)

        told = " ".join(legnext("relight-image", "--help").out.split())
        for part in (
            "Light an image. With `LAMP_TEXT` and care.",
            "What the lamp looks like. At most 20 characters.",
            "first-light|neon Which light. [required]",
            "--timeout-field NUMBER When the lamp goes out. At least 1.",
            "--flicker / --no-flicker Whether it flickers.",
        ):
            assert part in told

        job = legnext("diffusion", "a fox --v 7", "--wait", "--json").values[-1]["job_id"]
        words = (
            job,
            "a small lamp",
            "--image-no",
            "1",
            "--mood",
            "neon",
            "--spots",
            "x=1,far=true",
            "--spots",
            '{"x": 2}',
        )
        wishes = ("--timeout-field", "2.5", "--no-flicker")
        assert legnext("price", "relight-image", *words).out.startswith("130 points")
        accepted, ended = legnext("illuminate", *words, *wishes, "--wait", "--json").values
        assert (accepted["task_type"], ended["status"]) == ("relight_image", "completed")
        assert ended["meta"]["usage"]["consume"] == 130

        refused = legnext("relight-image", job, "a lamp of more than twenty letters", "--spots", "y=1")
        assert refused.code == 2
        for part in (
            "--image-no is required",
            "--mood is required",
            "LAMP_TEXT must have at most 20",
            "--spots[0].y is not",
        ):
            assert part in refused.err

        assert legnext("plan", "--json").values == [{"name": "pro", "renews_itself": True}]
        (page,) = legnext("probe-list", "--limit", "1", "--tag", "a", "--tag", "b", "--json").values
        assert page["next_cursor"]
        (items,) = legnext("probe-list", "--all", "--json").values
        assert len(items) > len(page["data"]) >= 1
        assert all(item["id"] for item in items)
        assert legnext("probe-list", "--all", "--at-most", "1", "--json").values == [items[:1]]
        assert legnext("probe-list", "--at-most", "1", "--json").values == [items[:1]]

        (folder / "a.png").write_bytes(b"picture")
        sent = legnext("probe", "a fox", "--file", "a.png", "--wait", "--json").values[-1]
        assert sent["status"] == "completed"
        row = {"operation": "probe", "text": "a fox", "file": "a.png"}
        (folder / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
        ran = legnext("batch", "run", "rows.jsonl")
        assert ran.code == 2
        said = "probe uploads a file, which a row cannot do. Call client.midjourney.probe(...)"
        assert said in " ".join(ran.err.split())

        assert [line.split() for line in legnext("plan").lines] == [["Name", "pro"], ["Renews", "itself", "yes"]]
    finally:
        mock.interrupt()
