"""Running a shell block of a page as a reader would: in bash, in a folder of its own, with a mock behind `legnext`.

What would install, build or need the network has a stand-in that looks at the arguments instead (`stand_ins.py`). In a
`console` block the lines after `$ ` are run, and what is shown below each is compared; `…` stands for any text.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from legnext_client._calls.settings import KEY_VARIABLE, URL_VARIABLE

if TYPE_CHECKING:
    from legnext_client.testing import MockServer

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
END = "\x1e"
"""Printed after each command of a `console` block, to tell whose output is whose."""


class ShellBlock(NamedTuple):
    line: int
    code: str
    console: bool
    runs: bool


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


def wrong_with(block: ShellBlock, server: MockServer, folder: Path) -> str:
    """Run a block against a server; what is not as the page has it, empty when all is well."""
    shown = exchanges(block.code) if block.console else [(block.code, None)]
    script = "set -euo pipefail\n" + "".join(f"{command}\nprintf '{END}'\n" for command, _ in shown)
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment(server, folder),
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


def environment(server: MockServer, folder: Path) -> dict[str, str]:
    """What a reader's shell has, but for what must not be reached from here."""
    programs = folder / ".programs"
    programs.mkdir(exist_ok=True)
    for name in REPLACED:
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, str(STAND_INS), name])} "$@"\n')
        program.chmod(0o755)
    return {
        "PATH": os.pathsep.join([str(programs), "/usr/bin", "/bin"]),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        KEY_VARIABLE: server.api_key,
        URL_VARIABLE: server.base_url,
    }
