"""Every shell block of every page does what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import dist
from tests.cli.forks import program

from . import shell_blocks as pages
from .shell_blocks import ShellBlock, blocks_to_run, exchanges, looks_like, prepare, shell_blocks, wrong_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from legnext_client.testing import MockServer


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with pages.server() as server:
        yield server


@pytest.fixture(scope="module")
def legnext(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In place of the real command, which `make dist` runs in each of these blocks: it takes half a second to start."""
    with program(tmp_path_factory.mktemp("program")) as path:
        yield path


@pytest.mark.parametrize("place", blocks_to_run())
def test_a_shell_block_does_what_it_shows(place: str, server: MockServer, tmp_path: Path, legnext: Path) -> None:
    block = blocks_to_run()[place]
    if block.missing:
        pytest.skip(f"this machine has no {block.missing}")
    prepare(server, tmp_path)
    assert wrong_with(block, server, tmp_path, legnext=legnext) == ""


def test_the_pages_that_should_have_shell_have_it() -> None:
    found = {name for name, text in pages.TEXTS.items() if shell_blocks(text)}
    assert {"README.md", "docs/mock.md", "docs/quick-start.md"} <= found


def test_make_dist_runs_each_command_where_only_its_documented_extras_are() -> None:
    installed = [set(extras.split(",")) for extras in dist.documented_extras()]
    assert {"cli"} in installed
    assert [place for place, block in blocks_to_run().items() if block.extras and block.extras not in installed] == []


def test_a_command_that_a_page_newly_documents_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pages.TEXTS, "docs/new.md", "Try it:\n\n```sh\nlegnext mock\n```\n")
    assert blocks_to_run()["docs/new.md:4"].extras == {"cli", "mock"}


# ---- that the checks above can fail -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("make tests", "the Makefile has no tests"),
        ("pip install 'legnext-client[clo]'", "nothing that a page may tell to do"),
        ("pip install requests", "nothing that a page may tell to do"),
        ("python -m legnext_client.mock --prot 1", "unrecognized arguments: --prot"),
        ("python scripts/nowhere.py", "this project has no scripts/nowhere"),
        ("curl https://example.com", "curl would ask another machine"),
        ('curl https://api.legnext.ai/api/v1/job/nowhere --header "x-api-key: $LEGNEXT_API_KEY"', "ended with 22"),
        ("nothing-like-this", "ended with 127"),
        ("false\ntrue", "ended with 1"),
    ],
)
def test_what_a_reader_could_not_do_is_noticed(code: str, complaint: str, server: MockServer, tmp_path: Path) -> None:
    assert complaint in wrong_with(ShellBlock(1, code, False, True), server, tmp_path)


def test_what_is_shown_below_a_command_is_compared(server: MockServer, tmp_path: Path) -> None:
    good = "$ echo one; echo two\none\n…\n$ printf three\nthree\n$ true\n"
    assert wrong_with(ShellBlock(1, good, True, True), server, tmp_path) == ""
    bad = good.replace("\nthree", "\nfour")
    assert wrong_with(ShellBlock(1, bad, True, True), server, tmp_path) == "printf three printed:\nthree"


def test_commands_may_go_on_over_lines() -> None:
    assert exchanges("$ echo a \\\n  b\na b\n$ true\n") == [("echo a \\\n  b", "a b"), ("true", None)]


def test_only_a_comment_with_a_reason_keeps_a_block_from_running() -> None:
    text = "<!-- not run here: another terminal -->\n```sh\na\n```\n```\nb\n```\n"
    text += "```yaml\nc\n```\n  ```console\n  $ d\n  ```\n```\n$ e\n^C\n```\n```\nf [OPTIONS] G\n```\n"
    assert [(block.code, block.console, block.runs) for block in shell_blocks(text)] == [
        ("a\n", False, False),
        ("b\n", False, True),
        ("$ d\n", True, True),
    ]


def test_dots_stand_for_any_text() -> None:
    assert looks_like("job 12 is done\n", "job … is done")
    assert not looks_like("job 12 is gone\n", "job … is done")
