"""A copy of this project, with another document, in which everything is made anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[3]
_LEFT = shutil.ignore_patterns("__pycache__", ".*", "site", "dist", "build", "node_modules", "*.egg-info")


class Scratch:
    """The project's files in another folder; nothing that is done there touches the project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=_LEFT, dirs_exist_ok=True)
        if (ROOT / ".tools").exists():
            (folder / ".tools").symlink_to(ROOT / ".tools")  # what npm has installed

    def write(self, document: Json) -> None:
        text = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        (self.folder / "openapi.yaml").write_text(text, encoding="utf-8")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these words in the copy; its package comes before any that is installed."""
        here = {**os.environ, "PYTHONPATH": str(self.folder)}
        return subprocess.run(
            [sys.executable, *words], cwd=self.folder, env=here, capture_output=True, text=True, check=False
        )

    def failure(self, steps: Iterable[tuple[str, ...]]) -> str:
        """Run one after another; what the first that fails says, or nothing."""
        for words in steps:
            done = self.run(*words)
            if done.returncode:
                said = (done.stdout + done.stderr).strip().splitlines()
                return f"{' '.join(words)[:60]}: " + "\n    ".join(said[-40:])
        return ""
