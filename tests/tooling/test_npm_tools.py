"""Two steps that need the npm tools at once do not install them into each other's hands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import npm_tools
import pytest

if TYPE_CHECKING:
    from pathlib import Path

NPM = f"""#!{sys.executable}
import fcntl, pathlib, sys
with pathlib.Path("lock").open("w") as lock:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        sys.exit("nobody keeps the others out")
pathlib.Path("node_modules").mkdir()
"""
"""Installs once, and only while somebody holds the lock."""


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the tools go, with an npm of our own."""
    says(tmp_path, NPM)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "tools"


def says(folder: Path, text: str) -> None:
    npm = folder / "bin" / "npm"
    npm.parent.mkdir(exist_ok=True)
    npm.write_text(text, encoding="utf-8")
    npm.chmod(0o755)


def test_who_installs_keeps_the_others_out_and_then_every_tool_is_there(folder: Path) -> None:
    npm_tools.install(folder=folder)
    npm_tools.install(folder=folder)
    assert (folder / "node_modules").is_dir()
    assert (folder / "package.json").read_bytes() == npm_tools.PINNED.read_bytes()


def test_who_waited_for_another_does_not_install_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look finds nothing; the one behind the lock finds what the other has installed meanwhile."""
    looks = iter([False, True])
    monkeypatch.setattr(npm_tools, "installed", lambda *_: next(looks))
    npm_tools.install(folder=folder)
    assert not (folder / "node_modules").exists()


def test_other_versions_are_installed_anew(folder: Path, tmp_path: Path) -> None:
    npm_tools.install(folder=folder)
    (folder / "node_modules").rmdir()
    other = tmp_path / "package.json"
    other.write_text("{}", encoding="utf-8")
    npm_tools.install(other, folder)
    assert (folder / "node_modules").is_dir()


def test_an_npm_that_fails_is_quoted_and_asked_again(folder: Path, tmp_path: Path) -> None:
    says(tmp_path, f"#!{sys.executable}\nraise SystemExit('registry unreachable')\n")
    for _ in range(2):
        with pytest.raises(npm_tools.ToolsMissing, match=r"could not install package.json: registry unreachable"):
            npm_tools.install(folder=folder)
    says(tmp_path, NPM)
    npm_tools.install(folder=folder)
