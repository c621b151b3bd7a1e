"""Whatever the document can say of an operation, the facade does: one edit, no line of code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.generated.any_operation import PROGRAM, edited

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, generated from an edited document."""
    folder = tmp_path_factory.mktemp("any_operation")
    shutil.copytree(ROOT / "legnext_client", folder / "legnext_client", ignore=shutil.ignore_patterns("__pycache__"))
    spec = json.loads((ROOT / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))
    (folder / "edited.yaml").write_text(json.dumps(edited(spec)), encoding="utf-8")
    command = [sys.executable, str(ROOT / "scripts" / "generate.py"), "--spec", str(folder / "edited.yaml")]
    ran = subprocess.run([*command, "--package", str(folder / "legnext_client")], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return folder


def test_the_facade_does_what_the_document_says(scratch: Path) -> None:
    (scratch / "program.py").write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, "-W", "error::SyntaxWarning", "program.py", str(scratch / "x.png")]
    ran = subprocess.run(command, cwd=scratch, capture_output=True, text=True, env={"PYTHONPATH": str(scratch)})
    assert ran.returncode == 0, ran.stderr
