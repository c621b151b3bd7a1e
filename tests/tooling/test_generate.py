"""Shapes of a body that none of the service's operations has, but the next one may have."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import table
from fields import SpecError

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "legnext_client"
SPEC: Json = json.loads((PACKAGE / "openapi.json").read_text(encoding="utf-8"))


def spec_of_one(**properties: Json) -> Json:
    """A spec with one operation beside those that code must know: it works on a job, and takes these fields."""
    spec = copy.deepcopy(SPEC)
    operation = spec["paths"]["/v1/reroll"]["post"]
    spec["components"]["schemas"]["RerollRequest"]["properties"] = {"jobId": {"type": "string"}, **properties}
    must_be = {path: item for path, item in spec["paths"].items() if '"role"' in json.dumps(item)}
    spec["paths"] = {"/v1/reroll": {"post": operation}, **must_be}
    return spec


def test_an_operation_that_takes_a_job_and_nothing_else_is_a_follow_up() -> None:
    [row] = [row for row in table.operations(spec_of_one()) if row["name"] == "reroll"]
    assert table.job_field(row)
    assert not table.follow_up_fields(row | {"parameters": ()})


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        (("self",), "self: self is taken already"),
        (("imgUrl", "img_url"), "img_url: img_url is taken already"),
        (("2x",), "2x: .* is no name for an argument"),
    ],
)
def test_names_that_cannot_be_arguments_stop_the_generation(properties: tuple[str, ...], named: str) -> None:
    with pytest.raises(SpecError, match=named):
        table.operations(spec_of_one(**{name: {"type": "string"} for name in properties}))


def test_everything_is_made_again_where_nothing_generated_is_left(tmp_path: Path) -> None:
    package = tmp_path / "legnext_client"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "generated", "openapi.json"))
    ran = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "generate.py"), "--package", str(package)],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert (package / "generated" / "types.py").read_bytes() == (PACKAGE / "generated" / "types.py").read_bytes()
