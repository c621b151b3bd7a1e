"""The endpoint that CONTRIBUTING.md adds: its YAML is put into a copy of the spec, and what the text promises follows.

The package is copied, generated anew from the copy, and tried in a process of its own.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
YAML = re.compile(r"^ *```yaml\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)

PROMISES = """
import inspect

from legnext_client import Client, InvalidRequest
from legnext_client.testing import MockServer

with MockServer() as server, server.client() as client:
    sketch = client.midjourney.diffusion(text="a sketch of a fox --v 7").wait()

    job = client.midjourney.colour(job_id=sketch.job_id, image_no=1, type=0).wait()
    assert (job.ok, job.task_type, len(job.image_urls), job.points) == (True, "colour", 4, 80), job
    assert sketch.colour(image_no=0, type=1).wait().ok
    assert [paid.operation for paid in server.ledger] == ["diffusion", "colour", "colour"]
    assert server.ledger[-1].body == {"jobId": sketch.job_id, "imageNo": 0, "type": 1}

    text = inspect.getdoc(client.midjourney.colour)
    assert text.startswith("Colour a sketch."), text
    assert "How to colour. 0 is flat, 1 is shaded. One of 0 (FLAT), 1 (SHADED)." in text, text
    typed = inspect.signature(sketch.colour).parameters["type"].annotation
    assert typed == "ColourType | Literal[0, 1, 'flat', 'shaded']", typed

    try:
        client.midjourney.colour(job_id=sketch.job_id, image_no=4, type=2)
    except InvalidRequest as wrong:
        assert "image_no must be 0 to 3; got 4" in str(wrong), wrong
        assert "type must be one of 0 (FLAT), 1 (SHADED); got 2" in str(wrong), wrong
    else:
        raise AssertionError("wrong values were sent")

    assert client.price("colour").points == 80
    assert len(server.ledger) == 3
"""


def blocks() -> list[dict[str, Any]]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return [yaml.safe_load(textwrap.dedent(block)) for block in YAML.findall(text)]


def spec_with_the_endpoint() -> dict[str, Any]:
    """As the text says: the schemas, and the operation with the answers and callbacks of a neighbour."""
    schemas, paths = blocks()
    loader = yaml.CSafeLoader
    spec: dict[str, Any] = yaml.load((ROOT / "openapi.yaml").read_text(encoding="utf-8"), Loader=loader)
    neighbour = next(
        item["post"] for item in spec["paths"].values() if item.get("post", {}).get("operationId") == "upscale"
    )
    ((path, item),) = paths.items()
    operation = item["post"]
    item["post"] = operation | {name: copy.deepcopy(neighbour[name]) for name in ("responses", "callbacks")}
    spec["components"]["schemas"].update(schemas)
    spec["paths"][path] = item
    return spec


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("one-edit")
    document = folder / "openapi.yaml"
    document.write_text(yaml.safe_dump(spec_with_the_endpoint(), sort_keys=False, allow_unicode=True), encoding="utf-8")
    package = folder / "legnext_client"
    shutil.copytree(ROOT / "legnext_client", package, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "scripts/generate.py", "--spec", str(document), "--package", str(package)]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return folder


def test_what_contributing_promises_of_one_edit_follows(generated: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(generated)}
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        "import legnext_client; print(legnext_client.__file__)\n" + PROMISES,
    ]
    ran = subprocess.run(command, cwd=generated, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(str(generated)), "another package was tried"


def test_another_mock_serves_the_new_document_from_the_file_alone(generated: Path) -> None:
    from legnext_client.testing import MockServer

    document = generated / "legnext_client" / "openapi.json"
    ((path, _),) = blocks()[1].items()
    assert path in json.loads(document.read_text(encoding="utf-8"))["paths"]
    with MockServer(in_process=True, spec=document) as server, server.client() as client:
        sketch = client.midjourney.diffusion(text="a sketch of a fox --v 7").wait()
        fields = {"jobId": sketch.job_id, "imageNo": 0, "type": 1}
        made = client.request("POST", path, json=fields)
        assert client.tasks.wait_for_completion(made["job_id"]).task_type == "colour"
        assert server.ledger[-1].points == 80
