"""The map of CONTRIBUTING.md names every part of the package and every folder, and nothing that is not there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "legnext_client"
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def named_in(section: str) -> list[str]:
    """The names in the first column of the tables of a section."""
    text = re.split(r"^##+ ", PAGE.partition(section + "\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(.+?)`", row)]


NAMED = {name.removeprefix("legnext_client/") for name in named_in("## Where things are")}
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
