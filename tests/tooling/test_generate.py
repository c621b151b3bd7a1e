"""Shapes of a body that none of the service's operations has, but the next one may have."""

from __future__ import annotations

import copy
import json
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
