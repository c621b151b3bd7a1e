"""Build the site of the documentation, and hold it to what is promised of it.

    python scripts/docs.py                  into site/; open site/index.html, no server is needed
    python scripts/docs.py --output DIR     into another folder

The pages of `docs/` are joined by those that follow from the spec (the API) and from the docstrings (the reference).
Warnings are errors. What would be fetched from another site, and what leads nowhere, is an error too.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from docs_pages.api_reference import api_pages
from docs_pages.checks import Site
from docs_pages.python_reference import reference_pages
from docs_pages.staging import Stage

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "legnext_client" / "openapi.json"
COLOUR = re.compile(r"\x1b\[[\d;]*m")
COMPLAINT = re.compile(r"\b(warning|error)\b", re.IGNORECASE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=ROOT / "site", help="where to put the site")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "docs", help="where to gather its pages")
    options = parser.parse_args()
    site: Path = options.output.resolve()
    complaints = build(Stage(ROOT, options.work.resolve()), site)
    if not complaints:
        built = Site(site)
        complaints = [str(problem) for problem in built.problems()]
        if not complaints:
            print(f"{len(built.pages)} pages in {site}")
            print("\n".join(["They link to these other addresses, which are not asked for:", *built.external()]))
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def build(stage: Stage, site: Path) -> list[str]:
    """Gather the pages and build them; what the builder complains of."""
    api = {f"api/{name}": text for name, text in api_pages(json.loads(SPEC.read_bytes())).items()}
    reference = {f"reference/{name}": text for name, text in reference_pages().items()}
    stage.gather(api | reference)
    config = stage.write(stage.configuration(navigation_names(api | reference)))
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", str(config)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    said = COLOUR.sub("", ran.stdout).partition("Traceback")[0]
    if ran.returncode or COMPLAINT.search(said):
        return [said]
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(stage.site, site)
    return []


def navigation_names(pages: dict[str, str]) -> dict[str, str]:
    """How the written pages are called in the navigation: methods by their names, all else by the heading."""
    found: dict[str, str] = {}
    for place, text in pages.items():
        method = re.search(r"^- \*\*in Python\*\*: `client\.\w+\.(\w+)", text, re.MULTILINE)
        found[place] = method[1] if method else text.partition("\n")[0].removeprefix("# ")
    return found


if __name__ == "__main__":
    sys.exit(main())
