"""Gathers all pages of the site in one folder, with links that hold there, and builds them; a complaint is an error."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

import yaml

Json = dict[str, Any]

ELSEWHERE = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "openapi.yaml": "openapi.yaml",
}
"""What belongs to the site and stands outside of `docs/`, by where it is put."""

INSTEAD = {"README.md": "index.md"}
"""What a link to a page that is not in the site leads to instead."""

COLOUR = re.compile(r"\x1b\[[\d;]*m")
COMPLAINT = re.compile(r"\b(warning|error)\b", re.IGNORECASE)
METHOD = re.compile(r"^- \*\*in Python\*\*: `client\.\w+\.(\w+)", re.MULTILINE)
FENCE = re.compile(r"^( *)(`{3,}).*?^\1\2`*$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(!?\[[^\]]*\]\()(?!\w+:|#|/)([^)\s#]+)((?:#[^)\s]*)?\))")


class Stage:
    """The folder from which the site is built; `root` is that of the project."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        self.pages, self.site = folder / "docs", folder / "site"
        sources = [path.relative_to(root).as_posix() for path in (root / "docs").rglob("*") if path.is_file()]
        self.places = {source: source.removeprefix("docs/") for source in sources}
        self.places |= {source: place for source, place in ELSEWHERE.items() if (root / source).is_file()}

    def gather(self, written: dict[str, str]) -> None:
        """Copy what people wrote, and put the pages that were written for them beside it, by their paths."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for source, place in self.places.items():
            target = self.pages / place
            target.parent.mkdir(parents=True, exist_ok=True)
            if place.endswith(".md"):
                text = (self.root / source).read_text(encoding="utf-8")
                target.write_text(self.with_links(text, source), encoding="utf-8")
            else:
                shutil.copyfile(self.root / source, target)
        for place, text in written.items():
            target = self.pages / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")

    def with_links(self, text: str, source: str) -> str:
        """The text, with its links to other files of the project leading to where those are in the site."""

        def moved(link: re.Match[str]) -> str:
            target = normpath(str(PurePosixPath(source).parent / link[2]))
            place = self.places.get(target) or INSTEAD.get(target)
            here = str(PurePosixPath(self.places[source]).parent)
            return f"{link[1]}{relpath(place, here) if place else link[2]}{link[3]}"

        kept = [(found.start(), found.end()) for found in FENCE.finditer(text)]
        return LINK.sub(lambda link: link[0] if any(a <= link.start() < b for a, b in kept) else moved(link), text)

    def configuration(self, names: dict[str, str]) -> Json:
        """The project's own configuration, for this folder; `names` are those in the navigation for written pages."""
        settings: Json = yaml.safe_load((self.root / "mkdocs.yml").read_text(encoding="utf-8"))
        settings |= {"docs_dir": "docs", "site_dir": self.site.name}
        for part in settings["nav"]:
            for title, places in part.items():
                part[title] = [found for place in places for found in named(place, names)]
        settings["plugins"]["mkdocstrings"]["handlers"]["python"]["paths"] = [str(self.root)]
        return settings

    def write(self, settings: Json) -> Path:
        path = self.folder / "mkdocs.yml"
        path.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return path


def named(place: str, names: dict[str, str]) -> list[str | Json]:
    """A page of the navigation; for one with a star, all pages of that folder that were written, by their names."""
    if not place.endswith("/*"):
        return [place]
    return [{name: page} for page, name in names.items() if page.startswith(place[:-1])]


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
