"""Copies of the package, generated from other documents."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import generate

ROOT = Path(__file__).parents[1]


def generated(folder: Path, document: dict[str, Any]) -> Path:
    """Copy the package into `folder`, and generate in the copy all that follows from this document."""
    package = folder / "legnext_client"
    # With its bytecode: a module that keeps its time is not compiled again.
    shutil.copytree(ROOT / "legnext_client", package, ignore=shutil.ignore_patterns("generated", "openapi.json"))
    source = folder / "edited.yaml"
    source.write_text(json.dumps(document), encoding="utf-8")
    assert (generate.refused(document) or generate.everything(document, source, package)) == []
    return package


def run(folder: Path, *words: str) -> str:
    """Run Python where the copy in `folder` comes before any package that is installed; return what it prints."""
    here = os.environ | {"PYTHONPATH": str(folder)}
    ran = subprocess.run([sys.executable, *words], env=here, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr or ran.stdout
    return ran.stdout
