"""One edit of any kind: whatever OpenAPI can say, the client, the mock and the pages follow. `make one-edit` tries all.

The edits are those of `one_edit/edits.yaml`. Here each is read, and those that go together are made in one package.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import generate
import pytest
import table
from docs_pages.api_reference import api_pages

from .one_edit.edits import EDITS, together
from .one_edit.scratch import DOCUMENT, ROOT

HELD = Path(__file__).parent / "one_edit" / "held.py"


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_is_understood_and_has_its_page(name: str) -> None:
    document = EDITS[name].of(DOCUMENT)
    rows = table.operations(document)
    generate.check(document, rows, table.rules(document))
    assert {f"{row['name']}.md" for row in rows} <= api_pages(document).keys()


def test_what_is_generated_for_them_is_right_and_does_what_they_say(tmp_path: Path) -> None:
    document, made = together(EDITS.values(), DOCUMENT)
    assert len(made) > 60
    package = tmp_path / "legnext_client"
    shutil.copytree(ROOT / "legnext_client", package, ignore=shutil.ignore_patterns("__pycache__"))
    source = tmp_path / "edited.yaml"
    source.write_text(json.dumps(document), encoding="utf-8")
    run(tmp_path, str(ROOT / "scripts" / "generate.py"), "--spec", str(source), "--package", str(package))
    run(tmp_path, "-m", "ruff", "check", "--select=F", "--isolated", "--no-cache", str(package / "generated"))
    run(tmp_path, str(HELD), *(edit.holds for edit in made))


def run(folder: Path, *words: str) -> None:
    here = os.environ | {"PYTHONPATH": str(folder)}
    ran = subprocess.run([sys.executable, *words], env=here, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr or ran.stdout
