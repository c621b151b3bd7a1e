"""What must hold of the built site: nothing is fetched from elsewhere, and every link leads somewhere.

The builder checks links between Markdown pages; this looks at the pages as a browser gets them. Addresses of other
sites are listed, not asked for.
"""

from __future__ import annotations

import re
from functools import cached_property
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

REMOTE = re.compile(r"^(?:https?:|wss?:|//)", re.IGNORECASE)
LOADS = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "embed": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "track": "src",
    "object": "data",
    "image": "href",
    "use": "href",
    "input": "src",
}
"""Elements that make a browser fetch something, and the attribute that says what. So do some that any element has."""
FOR_LATER = {"canonical", "alternate", "next", "prev", "author", "license", "help", "search"}
"""What a `link` may be without being fetched."""
STYLE = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
FETCHED_BY_SCRIPT = {"mermaid", "glightbox", "pyodide"}
"""Classes upon which the builder's script would load a library from a CDN."""


class Problem(NamedTuple):
    page: str
    what: str

    def __str__(self) -> str:
        return f"{self.page}: {self.what}"


class Page(HTMLParser):
    """What one page loads, links to, and can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = {"", "top"}
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name.removeprefix("xlink:"): value or "" for name, value in attrs}
        self._in_style = tag == "style"
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag in LOADS and LOADS[tag] in given:
            self.loads.append(given[LOADS[tag]])
        if tag == "link" and not set(given.get("rel", "").split()) & FOR_LATER:
            self.loads.append(given.get("href", ""))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.loads += [one.split()[0] for one in given.get("srcset", "").split(",") if one.strip()]
        self.loads += [given["poster"]] if "poster" in given else []
        self.loads += styled(given.get("style", ""))
        self.loads += [f"//a CDN, for {name}" for name in FETCHED_BY_SCRIPT & set(given.get("class", "").split())]

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.loads += styled(data)


class Site:
    """A folder of pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def pages(self) -> dict[Path, Page]:
        return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(self.folder.rglob("*.html"))}

    def problems(self) -> list[Problem]:
        return [*self.remote(), *self.broken()]

    def remote(self) -> list[Problem]:
        """What would be fetched from another place."""
        loads = [(path, load) for path, page in self.pages.items() for load in page.loads]
        for path in sorted(self.folder.rglob("*.css")):
            loads += [(path, load) for load in styled(path.read_text(encoding="utf-8"))]
        for path in sorted(self.folder.rglob("*.svg")):
            loads += [(path, load) for load in Page(path.read_text(encoding="utf-8")).loads]
        return [Problem(self._name(path), f"loads {load}") for path, load in loads if REMOTE.match(load)]

    def broken(self) -> list[Problem]:
        """Links to files or headings that are not there."""
        found: list[Problem] = []
        for path, page in self.pages.items():
            wanted = [*page.links, *page.loads]
            found += [
                Problem(self._name(path), f"leads nowhere: {one}") for one in wanted if not self._leads(path, one)
            ]
        return found

    def external(self) -> list[str]:
        """The addresses of other sites that pages link to."""
        links = {link for page in self.pages.values() for link in page.links}
        return sorted(link for link in links if REMOTE.match(link))

    def _leads(self, path: Path, link: str) -> bool:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return True
        base = self.folder if parts.path.startswith("/") else path.parent  # as the page for what is not found has it
        target = (base / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
        if target.is_dir():
            target /= "index.html"
        if not target.is_file():
            return False
        page = self.pages.get(target)
        return not parts.fragment or page is None or unquote(parts.fragment) in page.anchors

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def styled(text: str) -> list[str]:
    """What a style sheet loads."""
    return [found[1] or found[2] for found in STYLE.finditer(text)]
