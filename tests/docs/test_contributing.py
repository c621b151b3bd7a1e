"""The map of CONTRIBUTING.md names every part of the package and every folder, and nothing that is not there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "legnext_client"
MAP = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Where things are")[2].partition("\n## ")[0]
NAMED = {
    name.removeprefix("legnext_client/")
    for row in re.findall(r"^\| (`.+?) \|", MAP, re.MULTILINE)
    for name in re.findall(r"`(.+?)`", row)
}
UNNAMED = {"__init__.py", "_version.py", "py.typed"}


def test_every_part_of_the_package_is_named() -> None:
    parts = {path.name + "/" * path.is_dir() for path in PACKAGE.iterdir() if not path.name.startswith("__pycache__")}
    assert parts - NAMED == UNNAMED


def test_every_folder_is_named() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is an sdist; what is tracked is not known")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folders = {f"{name.partition('/')[0]}/" for name in listed.splitlines() if "/" in name and name[0] != "."}
    assert folders - NAMED == {"legnext_client/"}


def test_what_is_named_is_there() -> None:
    assert [name for name in sorted(NAMED) if not (PACKAGE / name).exists() and not (ROOT / name).exists()] == []
