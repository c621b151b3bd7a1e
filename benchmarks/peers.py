"""The benchmark environment: the published SDK is installed there, and nothing of it comes near the project's own."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

from benchmarks.table import tell

ROOT = Path(__file__).resolve().parent.parent
PEER, PEER_VERSION = "legnext", "0.3.0"
PUBLISHED = f"{PEER} {PEER_VERSION}"
_PLACE = ROOT / ".tools" / "peers"
_PYTHON = _PLACE / ("Scripts" if sys.platform == "win32" else "bin") / "python"
_VERSION = f"from importlib.metadata import version; print(version({PEER!r}))"


@cache
def peer_python() -> str | None:
    """An interpreter that has the published SDK; None, and a word about it, when it cannot be had."""
    if _has_peer():
        return str(_PYTHON)
    # The same versions of what both stand on, so that the two differ in themselves alone.
    wanted = ["--constraint", str(ROOT / "constraints.txt"), f"{PEER}=={PEER_VERSION}"]
    quietly = ["--quiet", "--disable-pip-version-check"]
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(_PLACE)],
        [str(_PYTHON), "-m", "pip", "install", *quietly, *wanted],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            tell(f"{PUBLISHED} is left out, because it could not be installed into .tools/peers.")
            return None
    return str(_PYTHON)


def _has_peer() -> bool:
    if not _PYTHON.exists():
        return False
    said = subprocess.run([_PYTHON, "-c", _VERSION], capture_output=True, text=True, check=False).stdout
    return said.strip() == PEER_VERSION
