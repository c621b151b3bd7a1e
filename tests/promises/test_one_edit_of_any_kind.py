"""One edit of any kind: whatever OpenAPI can say, the client, the mock and the pages follow. `make one-edit` tries all.

The edits are those of `one_edit/edits.yaml`. Here each is read, and those that go together are made in one package.
"""

from __future__ import annotations

from pathlib import Path

import generate
from docs_pages.api_reference import api_pages

from tests.packages import generated, run

from .one_edit.edits import DOCUMENT, EDITS, together

HELD = Path(__file__).parent / "one_edit" / "held.py"


def test_every_edit_is_understood_and_has_its_page() -> None:
    document, made = together(EDITS.values(), DOCUMENT)
    done = {edit.name for edit in made}
    documents = {"those that go together": document}
    documents |= {name: edit.of(DOCUMENT) for name, edit in EDITS.items() if name not in done}
    for name, edited in documents.items():
        rows, _ = generate.read(edited)
        assert {f"{row['name']}.md" for row in rows} - api_pages(edited).keys() == set(), name


def test_what_is_generated_for_them_is_right_and_does_what_they_say(tmp_path: Path) -> None:
    document, made = together(EDITS.values(), DOCUMENT)
    assert len(made) > 60
    package = generated(tmp_path, document)
    run(tmp_path, "-m", "ruff", "check", "--select=F", "--isolated", "--no-cache", str(package / "generated"))
    run(tmp_path, str(HELD), *(edit.holds for edit in made))
