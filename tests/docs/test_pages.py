"""What the pages of this project show is so: their Python runs, their commands and flags exist, their links lead on.

The blocks of one page are run from top to bottom, and share their names. Where a page speaks of `client` and has none
that is open, it is an ordinary one. A block is left out only where a comment right above it says why:
`<!-- not run here: … -->`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from legnext_client import Client
from legnext_client.mock.__main__ import parser
from tests.tables import for_each

from .shell_blocks import TEXTS
from .snippets import Namespace, close, run

if TYPE_CHECKING:
    from legnext_client.testing import MockServer

ROOT = Path(__file__).parents[2]
PACKAGE = "legnext_client"
BLOCK = re.compile(
    r"(?P<reason><!-- not run here: \w[^\n]*-->\n)?^```python\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)
CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?!https?:)(?P<path>[^)#]*)(?:#(?P<heading>[^)]+))?\)")
MAKE = re.compile(r"\bmake ([a-z][a-z0-9-]*)")
FLAG = re.compile(r"(?<!\S)--[a-z][a-z-]*")
MODULE = re.compile(r"`([\w/]+/\w+\.py)`")


class Block(NamedTuple):
    line: int
    code: str
    runs: bool


def blocks(text: str) -> list[Block]:
    return [
        Block(text.count("\n", 0, found.start("code")) + 1, found["code"], found["reason"] is None)
        for found in BLOCK.finditer(text)
    ]


def run_page(text: str, page: Path) -> int:
    """Run what is to be run of a page; how many blocks that were."""
    namespace: Namespace = {"__name__": page.stem}
    ran = 0
    try:
        for block in blocks(text):
            if block.runs:
                with_a_client(namespace)
                run(block.code, page, namespace, line=block.line)
                ran += 1
    finally:
        close(namespace)
    return ran


def with_a_client(namespace: Namespace) -> None:
    known: Any = namespace.get("client")
    if known is None or known._service.closed:
        namespace["client"] = Client()


def code_of(text: str) -> list[str]:
    return [found[0] for found in CODE.finditer(text)]


def unknown_targets(text: str) -> list[str]:
    targets = re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    return [target for code in code_of(text) for target in MAKE.findall(code) if target not in targets]


def unknown_flags(text: str) -> list[str]:
    known = set(FLAG.findall(parser().format_help().replace("[", " ").replace("]", " ")))
    lines = [line for code in code_of(text) for line in code.replace("\\\n", " ").splitlines()]
    return [flag for line in lines if "legnext_client.mock" in line for flag in FLAG.findall(line) if flag not in known]


def missing_modules(text: str) -> list[str]:
    return [path for path in MODULE.findall(text) if not any((ROOT / at / path).is_file() for at in ("", PACKAGE))]


def broken_links(text: str, page: Path) -> list[str]:
    return [found[0] for found in LINK.finditer(text) if not leads_somewhere(found, page)]


def leads_somewhere(link: re.Match[str], page: Path) -> bool:
    target = page.parent / link["path"] if link["path"] else page
    if not target.exists():
        return False
    return not link["heading"] or link["heading"] in headings(target.read_text(encoding="utf-8"))


def headings(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if any(block.runs for block in blocks(text))])
def test_every_python_block_of_a_page_runs(name: str, server: MockServer) -> None:
    assert server.ledger == []
    assert run_page(TEXTS[name], ROOT / name) == sum(block.runs for block in blocks(TEXTS[name]))


@for_each("name", TEXTS)
def test_every_python_block_can_be_pasted_into_a_program(name: str) -> None:
    for block in blocks(TEXTS[name]):
        compile("\n" * (block.line - 1) + block.code, name, "exec", dont_inherit=True)


def test_the_pages_that_should_have_python_have_it() -> None:
    found = {name for name, text in TEXTS.items() if blocks(text)}
    assert {"README.md", "docs/prompts.md", "docs/prices.md", "docs/testing.md"} <= found
    assert sum(text.count("```python") for text in TEXTS.values()) == sum(len(blocks(text)) for text in TEXTS.values())


@for_each("name", TEXTS)
def test_what_a_page_tells_to_make_is_in_the_makefile(name: str) -> None:
    assert unknown_targets(TEXTS[name]) == []


@for_each("name", TEXTS)
def test_every_flag_of_the_mock_that_a_page_names_is_in_its_help(name: str) -> None:
    assert unknown_flags(TEXTS[name]) == []


@for_each("name", TEXTS)
def test_every_module_that_a_page_names_is_there(name: str) -> None:
    assert missing_modules(TEXTS[name]) == []


@for_each("name", TEXTS)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    assert broken_links(TEXTS[name], ROOT / name) == []


# ---- that the checks above can fail -----------------------------------------------------------------------------


def test_a_failing_block_fails_with_the_line_of_the_page(server: MockServer) -> None:
    text = "# A page\n\n```python\nnumber = 1\n```\n\n```python\nassert number == 1\nassert number == 2\n```\n"
    with pytest.raises(AssertionError) as caught:
        run_page(text, ROOT / "README.md")
    assert caught.traceback[-1].lineno == 8
    assert server.ledger == []


def test_only_a_comment_with_a_reason_keeps_a_block_from_running() -> None:
    text = "<!-- not run here: it needs a key -->\n```python\n1\n```\n<!-- not run here: -->\n```python\n2\n```\n\n"
    text += "<!-- not run here: not right above -->\n\n```python\n3\n```\n"
    assert [(block.code, block.runs) for block in blocks(text)] == [("1\n", False), ("2\n", True), ("3\n", True)]


def test_a_page_may_await_and_use_a_client(server: MockServer) -> None:
    text = """
```python
import asyncio
await asyncio.sleep(0)
with client:
    client.midjourney.diffusion(text="a fox").wait()
```
```python
client.midjourney.diffusion(text="the one before was closed")
```
"""
    assert run_page(text, ROOT / "README.md") == 2
    assert len(server.ledger) == 2


def test_wrong_targets_flags_modules_and_links_are_noticed() -> None:
    assert unknown_targets("`make tests` and `make test`, or make do") == ["tests"]
    assert unknown_flags("```\npython -m legnext_client.mock --port 0 \\\n  --prot 1\n```\n`--v 7`") == ["--prot"]
    assert missing_modules("`_runs/nothing.py` and `_runs/row.py`, `scripts/demo.py`") == ["_runs/nothing.py"]
    text = "[a](Makefile) [b](docs/nowhere.md) [c](README.md#install) [d](README.md#nowhere) [e](https://example.com)"
    assert broken_links(text, ROOT / "README.md") == ["[b](docs/nowhere.md)", "[d](README.md#nowhere)"]
