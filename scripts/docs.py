"""Build the documentation site, and check it.

    python scripts/docs.py                  into site/; open site/index.html, no server is needed
    python scripts/docs.py --output DIR     into another folder

Each page has its Markdown next to it, and `llms.txt` lists them. Pages made from the spec (the API) and from docstrings
(the reference) are added to those of `docs/`. Warnings are errors; so are broken links and anything fetched from
another site.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from docs_pages.agents import write_markdown
from docs_pages.api_reference import api_pages
from docs_pages.checks import Site
from docs_pages.python_reference import reference_pages
from docs_pages.staging import Stage, build

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "legnext_client" / "openapi.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=ROOT / "site", help="where to put the site")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "docs", help="where to gather its pages")
    options = parser.parse_args()
    site = Site(options.output.resolve())
    stage = Stage(ROOT, options.work.resolve())
    complaints = build(stage, site.folder, pages_that_follow(SPEC))
    complaints = complaints or [str(problem) for problem in site.problems()]
    if complaints:
        print("\n".join(complaints), file=sys.stderr)
        return 1
    write_markdown(stage.pages, site.folder)
    print(f"{len(site.pages)} pages in {site.folder}")
    print("\n".join(["They link to these other addresses, which are not asked for:", *site.external()]))
    return 0


def pages_that_follow(spec: Path) -> dict[str, str]:
    """The pages that follow from the spec and from the package, by where they are put."""
    api = {f"api/{name}": text for name, text in api_pages(json.loads(spec.read_bytes())).items()}
    reference = {f"reference/{name}": text for name, text in reference_pages().items()}
    return api | reference


if __name__ == "__main__":
    sys.exit(main())
