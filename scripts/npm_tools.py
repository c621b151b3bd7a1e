"""The tools that only npm has: the versions that package.json pins, installed into `.tools/`.

Nothing else in the project needs Node. Who uses these tools says so when they are missing, and in CI that is a failure.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
MODULES = TOOLS / "node_modules"


class ToolsMissing(Exception):
    """The npm tools are not here and could not be installed."""


def in_ci() -> bool:
    """Whether a missing tool is a failure rather than something to be told about."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def pinned() -> dict[str, str]:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    return cast("dict[str, str]", package["devDependencies"])


def missing() -> list[str]:
    """What is not installed in the version that is asked for, as npm writes it."""
    return [f"{name}@{version}" for name, version in pinned().items() if _installed(name) != version]


def _installed(name: str) -> str | None:
    manifest = MODULES / name / "package.json"
    return str(json.loads(manifest.read_text(encoding="utf-8"))["version"]) if manifest.is_file() else None


def install() -> None:
    """Install what is missing; afterwards every tool is there."""
    if not missing():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise ToolsMissing("npm is not here")
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two steps of `make check` may ask at once: one installs
        if missing():
            _install(npm)


def _install(npm: str) -> None:
    wanted = [f"{name}@{version}" for name, version in pinned().items()]
    quietly = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(
        [npm, "install", *quietly, "--prefix", str(TOOLS), *wanted],
        cwd=TOOLS,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or missing():
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ToolsMissing(f"npm could not install {', '.join(missing())}: {said[0] if said else 'it did not say why'}")


def command(name: str) -> str:
    """The path of an installed tool's program."""
    return str(MODULES / ".bin" / name)


def environment() -> dict[str, str]:
    """For the tools' processes: no reports home, no look for updates."""
    return {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
