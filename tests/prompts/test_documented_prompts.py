"""Every prompt in the service's documents checks as the documents say of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from legnext_client.prompts import Prompt

DOCUMENTED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "prompts.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", DOCUMENTED, ids=lambda case: f"{case['page'][:2]} {case['prompt'][:60]}")
def test_a_documented_prompt_round_trips_and_checks_as_its_page_says(case: dict[str, Any]) -> None:
    prompt = Prompt.parse(case["prompt"], case["kind"])
    assert str(prompt) == case["prompt"]
    assert [problem.kind for problem in prompt.check()] == case["problems"]
