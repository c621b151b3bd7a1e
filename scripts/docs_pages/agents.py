"""What programs that write programs read: `llms.txt`, each page as Markdown, and the skill file of the package."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from docs_pages.markdown import page
from legnext_client.generated.operations import OPERATIONS, Operation

if TYPE_CHECKING:
    from pathlib import Path

HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
DIRECTIVE = re.compile(r"^::: ", re.MULTILINE)
"""What the builder fills in from docstrings; the Markdown of such a page says nothing without it."""
PARTS = {"": "Pages", "api": "Operations of the API"}


def skill() -> str:
    """The skill file, with the operations of the document."""
    return page("skill.md", operations=OPERATIONS.values(), points=points)


def points(operation: Operation) -> str:
    price = operation.price
    every = sorted({price.points, *(row.points for row in price.when)}) if price else [0]
    return f"{every[0]} to {every[-1]}" if len(every) > 1 else f"{every[0] or 'free'}"


def write_markdown(pages: Path, site: Path) -> None:
    """Put each page beside its HTML as Markdown, and a list of them into `llms.txt`."""
    listed: dict[str, list[str]] = {}
    for path in sorted(pages.rglob("*.md")):
        text, place = path.read_text(encoding="utf-8"), path.relative_to(pages)
        heading = HEADING.search(text)
        if DIRECTIVE.search(text) or heading is None:
            continue
        target = site / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        about = " ".join(text[heading.end() :].strip().partition("\n\n")[0].split())
        more = f": {about}" if about[:1].isalpha() else ""
        part = place.parts[0] if len(place.parts) > 1 else ""
        listed.setdefault(part, []).append(f"- [{heading[1]}]({place.as_posix()}){more}")
    index = (pages / "index.md").read_text(encoding="utf-8")
    summary = " ".join(index.partition("\n\n")[2].partition("\n\n")[0].split())
    parts = [f"## {PARTS.get(part, part)}\n\n" + "\n".join(lines) for part, lines in sorted(listed.items())]
    (site / "llms.txt").write_text("\n\n".join(["# legnext-client", f"> {summary}", *parts]) + "\n", encoding="utf-8")
