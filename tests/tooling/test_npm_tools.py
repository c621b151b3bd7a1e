"""Two steps that need the npm tools at once do not install them into each other's hands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import npm_tools
import pytest

if TYPE_CHECKING:
    from pathlib import Path

NPM = f"""#!{sys.executable}
import fcntl, json, pathlib, sys
tools = pathlib.Path.cwd()
with (tools / "lock").open("w") as lock:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        sys.exit("nobody keeps the others out")
for wanted in sys.argv[1:]:
    name, _, version = wanted.rpartition("@")
    if name:
        manifest = tools / "node_modules" / name / "package.json"
        manifest.parent.mkdir(parents=True)
        manifest.write_text(json.dumps({{"version": version}}))
"""
"""Installs what it is asked for, once, and only while somebody holds the lock."""


@pytest.fixture(autouse=True)
def an_npm_of_our_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(NPM, encoding="utf-8")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent))
    monkeypatch.setattr(npm_tools, "TOOLS", tmp_path / "tools")
    monkeypatch.setattr(npm_tools, "MODULES", tmp_path / "tools" / "node_modules")


def test_who_installs_keeps_the_others_out_and_then_every_tool_is_there() -> None:
    assert npm_tools.missing()
    npm_tools.install()
    assert npm_tools.missing() == []


def test_who_waited_for_another_does_not_install_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look finds a tool missing; the one behind the lock finds what the other has installed meanwhile."""
    looks = iter([["prism@1"], []])
    monkeypatch.setattr(npm_tools, "missing", lambda: next(looks))
    npm_tools.install()
    assert not npm_tools.MODULES.exists()


def test_an_npm_that_fails_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "bin" / "npm").write_text(f"#!{sys.executable}\nraise SystemExit('registry unreachable')\n")
    with pytest.raises(npm_tools.ToolsMissing, match=r"could not install .*: registry unreachable"):
        npm_tools.install()
