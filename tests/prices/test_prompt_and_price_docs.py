"""Every Python snippet in the pages on prompts and prices runs, and each stands by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
SNIPPETS = [
    pytest.param(snippet[1], id=f"{page}:{text[: snippet.start()].count(chr(10)) + 2}")
    for page in ("prompts.md", "prices.md")
    for text in [(DOCS / page).read_text(encoding="utf-8")]
    for snippet in SNIPPET.finditer(text)
]


@pytest.mark.parametrize("code", SNIPPETS)
def test_a_snippet_runs(code: str) -> None:
    exec(compile(code, "snippet", "exec"), {"__name__": "snippet"})


def test_there_are_snippets_on_both_pages() -> None:
    assert {str(snippet.id).partition(":")[0] for snippet in SNIPPETS} == {"prompts.md", "prices.md"}
