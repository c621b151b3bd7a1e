"""Type checkers pass what users may write, and mark exactly the lines that are wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RIGHT, WRONG = HERE / "right.py", HERE / "wrong.py"
Found = dict[Path, dict[int, str]]
"""What a checker says, by file and line."""


@cache
def mypy() -> Found:
    options = ["--strict", "--no-error-summary", "--hide-error-context", "--show-absolute-path"]
    found: Found = {RIGHT: {}, WRONG: {}}
    said = called("mypy", *options)
    for path, line, message in re.findall(r"^(.+?):(\d+): error: (.*)$", said, re.MULTILINE):
        found[Path(path)][int(line)] = message
    return found


@cache
def pyright() -> Found:
    found: Found = {RIGHT: {}, WRONG: {}}
    for one in json.loads(called("pyright", "--outputjson"))["generalDiagnostics"]:
        found[Path(one["file"])][one["range"]["start"]["line"] + 1] = one["message"]
    return found


def called(module: str, *options: str) -> str:
    """What a checker says of both files; the project's settings, which are strict, hold for them too."""
    command = [sys.executable, "-m", module, *options, str(RIGHT), str(WRONG)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stderr or ran.stdout  # there are errors, and nothing else went wrong
    return ran.stdout


CHECKERS: dict[str, Callable[[], Found]] = {"mypy": mypy, "pyright": pyright}


def marked() -> set[int]:
    lines = WRONG.read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}


@pytest.mark.parametrize("checker", CHECKERS)
def test_right_code_is_not_marked(checker: str) -> None:
    assert CHECKERS[checker]()[RIGHT] == {}


@pytest.mark.parametrize("checker", CHECKERS)
def test_exactly_the_wrong_lines_are_marked(checker: str) -> None:
    found = CHECKERS[checker]()[WRONG]
    lines = WRONG.read_text(encoding="utf-8").splitlines()
    assert len(marked()) > 40
    assert {number: lines[number - 1] for number in marked() - set(found)} == {}, "not marked"
    assert {number: said for number, said in found.items() if number not in marked()} == {}, "marked, but right"


def test_what_the_right_code_imports_exists() -> None:
    command = [sys.executable, "-c", "import runpy; runpy.run_path('right.py')"]
    subprocess.run(command, cwd=HERE, check=True)
