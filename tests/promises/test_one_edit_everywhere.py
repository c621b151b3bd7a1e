"""One edit, all the way: the client, the prices and the mock server of a copy of the package know new operations.

The copy is the package as it stands, generated anew from an edited spec; no other line of it is touched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

PROGRAM = """
import json, sys
from legnext_client import InvalidRequest, price
from legnext_client.testing import MockServer

report = {"home": sys.modules["legnext_client"].__file__}
report["prices"] = [int(price("relight", {"mood": mood}).points) for mood in ("dawn", "neon")]
with MockServer(in_process=True) as server, server.client() as client:
    source = client.midjourney.diffusion(text="a lighthouse").wait()
    before = client.account.balance().available_credits
    job = source.relight(image_no=1, mood="neon").wait()
    report["status"] = job.status
    report["images"] = len(job.image_urls)
    report["paid"] = before - client.account.balance().available_credits
    try:
        client.midjourney.relight(job_id=source.job_id, image_no=9, mood="noon")
    except InvalidRequest as error:
        report["refused"] = error.message
    plan = client.billing.plan()
    report["plan"] = [type(plan).__name__, plan.name]
print(json.dumps(report))
"""


def edited_spec() -> dict[str, Any]:
    """The spec with two operations more.

    One is as enlarging an image, but with another path, name, price and choice; the other, under a tag of its own,
    answers with an object that is no job.
    """
    text = (ROOT / "legnext_client" / "openapi.json").read_text(encoding="utf-8")
    spec: dict[str, Any] = json.loads(text)
    relight: dict[str, Any] = json.loads(text)["paths"]["/v1/upscale"]["post"]
    request: dict[str, Any] = json.loads(text)["components"]["schemas"]["UpscaleRequest"]
    relight["operationId"] = "relight"
    relight["x-legnext"] |= {
        "task_type": "relight",
        "price": {"points": 90, "when": [{"field": "mood", "is": "neon", "points": 130}]},
    }
    value = {"jobId": "a-job", "imageNo": 0, "mood": "dawn"}
    relight["requestBody"]["content"]["application/json"] = {
        "schema": {"$ref": "#/components/schemas/RelightRequest"},
        "examples": {"dawn": {"summary": "At dawn", "value": value}},
    }
    del request["properties"]["type"]
    request["properties"]["mood"] = {"type": "string", "enum": ["dawn", "neon"], "description": "Which light."}
    request["required"] = ["jobId", "imageNo", "mood"]
    spec["paths"]["/v1/relight"] = {"post": relight}
    spec["components"]["schemas"]["RelightRequest"] = request
    shown = {"schema": {"$ref": "#/components/schemas/Plan"}, "examples": {"pro": {"value": {"name": "pro"}}}}
    spec["tags"].append({"name": "billing", "description": "What one pays."})
    spec["paths"]["/account/plan"] = {
        "get": {
            "operationId": "plan",
            "tags": ["billing"],
            "summary": "See the plan",
            "description": "The plan of the account.",
            "responses": {"200": {"description": "The plan.", "content": {"application/json": shown}}},
        }
    }
    spec["components"]["schemas"]["Plan"] = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string", "description": "Its name."}},
    }
    return spec


def test_client_prices_and_mock_know_new_operations_with_no_other_edit(tmp_path: Path) -> None:
    package = tmp_path / "legnext_client"
    shutil.copytree(ROOT / "legnext_client", package, ignore=shutil.ignore_patterns("__pycache__"))
    source = tmp_path / "edited.yaml"
    source.write_text(json.dumps(edited_spec()), encoding="utf-8")
    generator = [
        sys.executable,
        str(ROOT / "scripts" / "generate.py"),
        "--spec",
        str(source),
        "--package",
        str(package),
    ]
    subprocess.run(generator, check=True)

    here = os.environ | {"PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=here, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "home": str(package / "__init__.py"),
        "prices": [90, 130],
        "status": "completed",
        "images": 1,
        "paid": 130,
        "refused": "relight: 2 fields are wrong. image_no must be 0 to 3; got 9. "
        "mood must be one of dawn, neon; got 'noon'.",
        "plan": ["Plan", "pro"],
    }
