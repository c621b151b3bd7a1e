"""Whatever the document can say of an operation, the facade does: one edit, no line of code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.generated.any_operation import PROGRAM, edited
from tests.packages import ROOT, generated, run

if TYPE_CHECKING:
    from pathlib import Path


def test_the_facade_does_what_the_document_says(tmp_path: Path) -> None:
    spec = json.loads((ROOT / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))
    generated(tmp_path, edited(spec))
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    run(tmp_path, "-W", "error::SyntaxWarning", "program.py", str(tmp_path / "x.png"))
