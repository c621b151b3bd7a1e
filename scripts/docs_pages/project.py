"""The site of this project: its pages, built and checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from docs_pages.agents import write_markdown
from docs_pages.api_reference import api_pages
from docs_pages.python_reference import reference_pages
from docs_pages.staging import Stage, build

if TYPE_CHECKING:
    from docs_pages.checks import Site

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "legnext_client" / "openapi.json"


def made(site: Site, work: Path) -> list[str]:
    """Build the site from pages that are gathered in `work`; return what is wrong with it."""
    stage = Stage(ROOT, work)
    complaints = build(stage, site.folder, pages_that_follow(SPEC))
    complaints = complaints or [str(problem) for problem in site.problems()]
    if not complaints:
        write_markdown(stage.pages, site.folder)
    return complaints


def pages_that_follow(spec: Path) -> dict[str, str]:
    """The pages that follow from the spec and from the package, by where they are put."""
    api = {f"api/{name}": text for name, text in api_pages(json.loads(spec.read_bytes())).items()}
    reference = {f"reference/{name}": text for name, text in reference_pages().items()}
    return api | reference
