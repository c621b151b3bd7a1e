"""What the pages claim of the published SDK and of this client is what came of running both.

Our side is run here. `make compare` runs the published one, and compares it with the same file.
"""

from __future__ import annotations

import json
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from .comparison import FOUND, TABLE, Row, line, names_told, ours
from .comparison_cases import CASES, Case

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/migrating.md")}
RECORDED: dict[str, Row] = json.loads(FOUND.read_bytes())
LINES = [line(name, row) for name, row in RECORDED.items()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.filterwarnings("ignore::legnext_client.prompts.PromptWarning")
def test_what_is_said_of_this_client_is_so(case: Case) -> None:
    assert ours(case) == RECORDED[case.name]["ours"]


def test_every_case_was_run_with_both() -> None:
    assert list(RECORDED) == [case.name for case in CASES]


def test_the_page_about_migrating_has_every_row_as_it_was_found() -> None:
    assert rows(PAGES["docs/migrating.md"]) == LINES


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_row_that_was_not_found(name: str) -> None:
    assert set(rows(PAGES[name])) <= set(LINES)


def test_every_name_of_ours_that_the_page_gives_is_there() -> None:
    told = names_told(PAGES["docs/migrating.md"])
    assert len(told) > 20
    for _, name in told:
        assert found(name) is not None


def rows(text: str) -> list[str]:
    """The rows of the table that compares; none if the page has no such table."""
    table = TABLE.search(text)
    return table[2].splitlines() if table else []


def found(name: str) -> Any:
    """What a dotted name leads to, from the package on."""
    package, *rest = name.split(".")

    def step(thing: Any, part: str) -> Any:
        return getattr(thing, part, None) or import_module(f"{thing.__name__}.{part}")

    return reduce(step, rest, import_module(package))
