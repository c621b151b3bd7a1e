"""Gathers all pages of the site in one folder, with links that hold there, and writes the navigation."""

from __future__ import annotations

import re
import shutil
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
"""What belongs to the site and stands outside of `docs/`, by where it is put. What is not there is left out."""

INSTEAD = {"README.md": "index.md"}
"""What a link to a page that is not in the site leads to instead."""

REST = "Guides"
"""The part of the navigation that takes the pages which nobody has named."""

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
        """The project's own configuration, for this folder; `names` are those in the navigation for some pages."""
        settings: Json = yaml.safe_load((self.root / "mkdocs.yml").read_text(encoding="utf-8"))
        settings |= {"docs_dir": "docs", "site_dir": self.site.name}
        wanted: dict[str, list[str]] = {}
        for part in settings["nav"]:
            wanted |= part
        settings["nav"] = self.navigation(wanted, names)
        settings["plugins"]["mkdocstrings"]["handlers"]["python"]["paths"] = [str(self.root)]
        return settings

    def navigation(self, wanted: dict[str, list[str]], names: dict[str, str]) -> list[Json]:
        """What is wanted and is there, with the pages that nobody named at the end of one part."""
        there = {path.relative_to(self.pages).as_posix() for path in self.pages.rglob("*.md")}
        parts = {title: self._named(places, names) for title, places in wanted.items()}
        shown = {place for places in parts.values() for place in places}
        parts[REST] += sorted(there - shown)
        return [
            {title: [{names[place]: place} if place in names else place for place in places if place in there]}
            for title, places in parts.items()
            if there & set(places)
        ]

    def _named(self, places: list[str], names: dict[str, str]) -> list[str]:
        """The places, and instead of one with a star all pages of that folder that were written, in their order."""
        found: list[str] = []
        for place in places:
            found += [name for name in names if name.startswith(place[:-1])] if place.endswith("/*") else [place]
        return found

    def write(self, settings: Json) -> Path:
        path = self.folder / "mkdocs.yml"
        path.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return path
