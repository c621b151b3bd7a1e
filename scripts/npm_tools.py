"""The tools that only npm has: the versions that package.json pins, installed into `.tools/`.

Nothing else in the project needs Node. Who uses these tools says so when they are missing, and in CI that is a failure.
"""

from __future__ import annotations

import fcntl
import filecmp
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parent.parent
PINNED, TOOLS = ROOT / "package.json", ROOT / ".tools"


class ToolsMissing(Exception):
    """The npm tools are not here and could not be installed."""


def in_ci() -> bool:
    """Whether a missing tool is a failure rather than something to be told about."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def pinned() -> dict[str, str]:
    return cast("dict[str, str]", json.loads(PINNED.read_text(encoding="utf-8"))["devDependencies"])


def installed(manifest: Path, folder: Path) -> bool:
    """Whether the last installation that succeeded was of these versions."""
    return (folder / "installed.json").is_file() and filecmp.cmp(manifest, folder / "installed.json", shallow=False)


def install(manifest: Path = PINNED, folder: Path | None = None) -> None:
    """Install what a package.json pins into a folder, unless it is there."""
    folder = folder or TOOLS
    if installed(manifest, folder):
        return
    if shutil.which("npm") is None:
        raise ToolsMissing("npm is not here")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two steps of `make check` may ask at once: one installs
        if installed(manifest, folder):
            return
        shutil.copy2(manifest, folder / "package.json")
        words = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise ToolsMissing(f"npm could not install {manifest.name}: {said[0] if said else 'it did not say why'}")
        shutil.copy2(manifest, folder / "installed.json")


def command(name: str) -> str:
    """The path of an installed tool's program."""
    return str(TOOLS / "node_modules" / ".bin" / name)


def environment() -> dict[str, str]:
    """For the tools' processes: no reports home, no look for updates."""
    return {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
