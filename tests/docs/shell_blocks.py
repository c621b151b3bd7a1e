"""Run a shell block of a page as a reader would: in bash, in an empty directory, with a mock behind `legnext`.

A stand-in replaces each program that would install, build or need the network; it checks the arguments instead
(`stand_ins.py`). In a `console` block the lines after `$ ` are run, and the output shown below each is compared; `…`
matches any text.

    python -m tests.docs.shell_blocks --python PYTHON --extras cli,mock

runs every block of every page that needs exactly these extras, with the package installed for PYTHON. scripts/dist.py
calls it once for each environment in which it tries the wheel.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import NamedTuple

from legnext_client._calls.settings import KEY_VARIABLE, URL_VARIABLE
from legnext_client.testing import MockServer

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in PAGES}

STAND_INS = Path(__file__).parent / "stand_ins.py"
REPLACED = ("pip", "python", "python3", "make", "curl", "uvicorn", "pytest", "legnext")
FENCE = re.compile(
    r"(?P<reason><!-- not run here: \w[^\n]*-->\n)?"
    r"^(?P<indent> *)```(?P<language>[\w-]*)[^\n]*\n(?P<code>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
SHELL = {"sh", "bash", "console"}
SHOWN = re.compile(r"^\$ |\[OPTIONS\]", re.MULTILINE)
"""What tells a session that is only shown, or the synopsis of a command, from commands to type."""
NEEDS = {"cli": r"\blegnext ", "mock": r"\blegnext mock\b|\blegnext_client\.mock\b"}
"""For each extra, the commands that need it."""
ACCEPTED = "a-job"
"""A job that exists before a block starts; `ids.txt` holds its id."""
FAST = 2000
"""How fast the mock's clock runs: `legnext` waits in real time. Three days, after which a job is too old to build upon,
are two minutes."""
END = "\x1e"
"""Printed after each command of a `console` block, to tell whose output is whose."""


class ShellBlock(NamedTuple):
    line: int
    code: str
    console: bool
    runs: bool

    @property
    def extras(self) -> set[str]:
        """The extras that its commands need."""
        return {extra for extra, commands in NEEDS.items() if re.search(commands, self.code)}

    @property
    def missing(self) -> str:
        """A program that it uses and this machine does not have."""
        return next(
            (name for name in ("bash", "jq") if f"{name} " in f"bash {self.code}" and not shutil.which(name)), ""
        )


def shell_blocks(text: str) -> list[ShellBlock]:
    """The blocks to run. One without a language is to be run, too, unless it only shows something."""
    return [
        ShellBlock(
            text.count("\n", 0, found.start("code")) + 1,
            textwrap.dedent(found["code"]),
            found["language"] == "console",
            found["reason"] is None,
        )
        for found in FENCE.finditer(text)
        if found["language"] in SHELL or not (found["language"] or SHOWN.search(found["code"]))
    ]


def blocks_to_run() -> dict[str, ShellBlock]:
    """Each block of each page, by page and line."""
    return {f"{name}:{block.line}": block for name, text in TEXTS.items() for block in shell_blocks(text) if block.runs}


def server() -> MockServer:
    return MockServer(keys=("your-api-key-here", "your-api-key"), concurrency=0, time_scale=FAST)


def prepare(server: MockServer, folder: Path) -> None:
    server.reset()
    server.jobs.add(ACCEPTED)
    (folder / "ids.txt").write_text(f"{ACCEPTED}\n", encoding="utf-8")


def wrong_with(
    block: ShellBlock, server: MockServer, folder: Path, python: str = sys.executable, legnext: Path | None = None
) -> str:
    """Run a block against a server; return what differs from the page, or an empty string.

    `legnext` is what that command runs, if it is not the one of `python`.
    """
    shown = exchanges(block.code) if block.console else [(block.code, None)]
    script = "set -euo pipefail\n" + "".join(f"{command}\nprintf '{END}'\n" for command, _ in shown)
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment(server, folder, python, legnext or Path(python).with_name("legnext")),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if ran.returncode:
        return f"ended with {ran.returncode}: {ran.stderr or ran.stdout}"
    for (command, expected), output in zip(shown, ran.stdout.split(END), strict=False):
        if expected is not None and not looks_like(output, expected):
            return f"{command.strip()} printed:\n{output}"
    return ""


def exchanges(code: str) -> list[tuple[str, str | None]]:
    """The commands of a `console` block, each with what is shown below it; None when nothing is."""
    parts = re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]
    found: list[tuple[str, str | None]] = []
    for part in parts:
        command, _, output = part.replace("\\\n", "\\\0").partition("\n")
        found.append((command.replace("\0", "\n"), output.strip("\n") or None))
    return found


def looks_like(output: str, expected: str) -> bool:
    pattern = re.escape(expected.strip()).replace("…", ".*?")
    return re.fullmatch(pattern, output.strip(), re.DOTALL) is not None


def environment(server: MockServer, folder: Path, python: str, legnext: Path) -> dict[str, str]:
    """A reader's shell, with a stand-in for each program that must not be reached from here."""
    programs = folder / ".programs"
    programs.mkdir(exist_ok=True)
    # Only `legnext mock` has a stand-in; starting one takes as long as many a command.
    real = f'[ "$1" = mock ] || exec {shlex.quote(str(legnext))} "$@"\n'
    for name in REPLACED:
        program = programs / name
        stand_in = shlex.join([sys.executable, "-IS", str(STAND_INS), python, name])
        program.write_text(f'#!/bin/sh\n{real * (name == "legnext")}exec {stand_in} "$@"\n')
        program.chmod(0o755)
    return {
        "PATH": os.pathsep.join([str(programs), "/usr/bin", "/bin"]),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        KEY_VARIABLE: server.api_key,
        URL_VARIABLE: server.base_url,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the shell blocks of the pages with an installed package.")
    parser.add_argument("--python", required=True, help="the Python that has the package")
    parser.add_argument("--extras", required=True, help="the extras it was installed with, as in cli,mock")
    options = parser.parse_args()
    extras = {extra for extra in options.extras.split(",") if extra}
    wrong = False
    with server() as running:
        for place, block in blocks_to_run().items():
            if block.extras != extras or not extras:
                continue
            with tempfile.TemporaryDirectory() as folder:
                prepare(running, Path(folder))
                told = (
                    f"needs {block.missing}"
                    if block.missing
                    else wrong_with(block, running, Path(folder), options.python)
                )
            print(f"  {place} {told}".rstrip(), flush=True)
            wrong = wrong or bool(told)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
