"""Build the documentation site, and check it.

    python scripts/docs.py                  into site/; open site/index.html, no server is needed
    python scripts/docs.py --output DIR     into another folder

Each page has its Markdown next to it, and `llms.txt` lists them. Pages made from the spec (the API) and from docstrings
(the reference) are added to those of `docs/`. Warnings are errors; so are broken links and anything fetched from
another site.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from docs_pages.checks import Site
from docs_pages.project import ROOT, made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=ROOT / "site", help="where to put the site")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "docs", help="where to gather its pages")
    options = parser.parse_args()
    site = Site(options.output.resolve())
    if complaints := made(site, options.work.resolve()):
        print("\n".join(complaints), file=sys.stderr)
        return 1
    print(f"{len(site.pages)} pages in {site.folder}")
    print("\n".join(["They link to these other addresses, which are not asked for:", *site.external()]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
