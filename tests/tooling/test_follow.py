"""What follows from the document is written where it belongs, and a committed file that is something else is found."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import follow
import pytest

from .edits import SPEC

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", sorted(follow.FOLLOWERS))
def test_the_committed_files_are_what_the_document_gives(name: str) -> None:
    for place, text in follow.FOLLOWERS[name][1](SPEC).items():
        assert (follow.ROOT / place).read_text(encoding="utf-8") == text, f"{place}: run `make generate`"


class Follow:
    """The command, in a folder with one page that follows and one that is not there."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch, self.page, self.fails = monkeypatch, root / "page.md", False
        (root / "openapi.yaml").write_text("title: Small", encoding="utf-8")
        self.page.write_text("old", encoding="utf-8")
        monkeypatch.setattr(follow, "ROOT", root)
        followers = {"page": ("page.md", self.files), "absent": ("absent", self.files)}
        monkeypatch.setattr(follow, "FOLLOWERS", followers)

    def files(self, spec: dict[str, Any]) -> dict[str, str]:
        if self.fails:
            raise KeyError("role")
        return {"page.md": spec["title"]}

    def __call__(self, *words: str) -> int:
        self.monkeypatch.setattr(sys, "argv", ["follow.py", *words])
        return follow.main()


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Follow:
    return Follow(tmp_path, monkeypatch)


def test_drift_is_found_and_mended(command: Follow, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("--check") == 1
    assert capsys.readouterr().err == "page.md is not what openapi.yaml gives; run `make generate`\n"
    assert command() == 0
    assert command.page.read_text(encoding="utf-8") == "Small"
    assert command("--check") == 0
    command.page.unlink()
    assert command("page", "--check") == 1


def test_a_document_that_one_cannot_follow_is_told_and_nothing_is_written(command: Follow) -> None:
    command.fails = True
    with pytest.raises(SystemExit, match="page cannot follow this document: KeyError: 'role'"):
        command()
    assert command.page.read_text(encoding="utf-8") == "old"


def test_a_name_that_nothing_has_is_refused(command: Follow, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command("postcard")
    assert "there is no postcard; there are page, absent" in capsys.readouterr().err
