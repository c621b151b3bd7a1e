"""What it takes to import the package, to make a client and to ask the command for help, in processor time."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers import PUBLISHED, peer_python
from benchmarks.table import Figures, Section, Subject

if TYPE_CHECKING:
    from benchmarks.effort import Effort

IMPORT = Subject("`import legnext_client`, CPU", "`import httpx`", "ms", "well under 1 ×")
MAKING = Subject("importing and making a `Client`, CPU", "`httpx.Client()`", "ms", "1 ×")
MAKING_PEER = Subject("importing and making a `Client`, CPU", PUBLISHED, "ms")
HELP = Subject("`legnext --help`, CPU", "`python -c pass`", "ms", "100 ms")

BARE = "pass"
OURS = "from legnext_client import Client; Client('sk-x')"
# Theirs makes its connections when it is entered, ours and httpx's when they are made.
THEIRS = "from legnext import Client; Client('sk-x').__enter__()"


def cpu(command: list[str]) -> float:
    """Milliseconds of user and system time that a process takes from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def rounds(commands: dict[str, list[str]], number: int) -> dict[str, list[float]]:
    """Each command so many times, in turns; the first round only writes compiled files."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for done in range(number + 1):
        for name, command in commands.items():
            milliseconds = cpu(command)
            if done:
                taken[name].append(milliseconds)
    return taken


def measure(effort: Effort) -> dict[Subject, Figures]:
    here, there = sys.executable, peer_python()
    commands = {
        "bare": [here, "-c", BARE],
        "import": [here, "-c", "import legnext_client"],
        "import httpx": [here, "-c", "import httpx"],
        "httpx": [here, "-c", "import httpx; httpx.Client()"],
        "ours": [here, "-c", OURS],
    }
    legnext = Path(here).with_name("legnext")
    if legnext.exists():
        commands["help"] = [str(legnext), "--help"]
    if there is not None:
        commands |= {"bare there": [there, "-c", BARE], "theirs": [there, "-c", THEIRS]}
    taken = rounds(commands, effort.starts)

    def net(name: str, bare: str = "bare") -> list[float]:
        """Without what the interpreter takes by itself."""
        return [whole - empty for whole, empty in zip(taken.get(name, []), taken.get(bare, []), strict=False)]

    return {
        IMPORT: Figures.of_rounds(net("import"), net("import httpx")),
        MAKING: Figures.of_rounds(net("ours"), net("httpx")),
        MAKING_PEER: Figures.of_rounds(net("ours"), net("theirs", "bare there")),
        HELP: Figures.of_rounds(taken["help"], taken["bare"]) if "help" in taken else Figures(None),
    }


SECTION = Section("starts", (IMPORT, MAKING, MAKING_PEER, HELP), measure)
