"""Has the pages made into a site, by the builder; whatever it complains of is an error."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from docs_pages.api_reference import api_pages
from docs_pages.python_reference import reference_pages

if TYPE_CHECKING:
    from pathlib import Path

    from docs_pages.staging import Stage

COLOUR = re.compile(r"\x1b\[[\d;]*m")
COMPLAINT = re.compile(r"\b(warning|error)\b", re.IGNORECASE)
METHOD = re.compile(r"^- \*\*in Python\*\*: `client\.\w+\.(\w+)", re.MULTILINE)


def pages_that_follow(spec: Path) -> dict[str, str]:
    """The pages that follow from the spec and from the package, by where they are put."""
    api = {f"api/{name}": text for name, text in api_pages(json.loads(spec.read_bytes())).items()}
    reference = {f"reference/{name}": text for name, text in reference_pages().items()}
    return api | reference


def build(stage: Stage, site: Path, written: dict[str, str]) -> list[str]:
    """Gather the pages, build them, and put the site in its place; what the builder complains of."""
    stage.gather(written)
    config = stage.write(stage.configuration(navigation_names(written)))
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
        method = METHOD.search(text)
        found[place] = method[1] if method else text.partition("\n")[0].removeprefix("# ").replace("`", "")
    return found
