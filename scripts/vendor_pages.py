"""Compare the models, prices and endpoints on the service's documentation pages with those that this project knows.

    python scripts/vendor_pages.py llms-full.txt     store the facts of these pages in tests/data/vendor_facts.txt

`make contract LIVE=1` reads today's pages and lists what came and what went. Only short facts are stored, no page.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = "https://docs.legnext.ai/llms-full.txt"
STORED = Path(__file__).resolve().parent.parent / "tests" / "data" / "vendor_facts.txt"
FACTS = {
    "endpoint": re.compile(r"/(?:v1|account)/[a-z0-9-]+"),
    "model": re.compile(r"--(?:v|version|niji)\s*(?:\d+(?:\.\d+)?)"),
    "price": re.compile(r"\$\d[\d,]*(?:\.\d+)?|\b\d[\d,]*(?:\.\d+)?[ -](?:points?|credits?)\b", re.IGNORECASE),
}
"""What is looked for in a text, by kind: paths, models as prompts name them, and amounts of money."""


def facts(text: str) -> set[str]:
    """The facts that a text names, each in one spelling and with its kind before it."""
    return {f"{kind} {_plain(kind, match[0])}" for kind, pattern in FACTS.items() for match in pattern.finditer(text)}


def _plain(kind: str, found: str) -> str:
    if kind == "endpoint":
        return found
    if kind == "model":
        name, value = re.split(r"\s*(?=\d)", found, maxsplit=1)
        return f"{name.replace('--version', '--v')} {value}"
    return found.lower().replace(",", "").replace("-", " ").replace("credits", "credit").replace("points", "point")


def stored() -> set[str]:
    return set(STORED.read_text(encoding="utf-8").splitlines())


def changes(text: str) -> Iterator[str]:
    """What today's pages name and the stored ones did not, and the other way round."""
    today, before = facts(text), stored()
    yield from (f"new: {fact}" for fact in sorted(today - before))
    yield from (f"gone: {fact}" for fact in sorted(before - today))


if __name__ == "__main__":
    STORED.write_text("\n".join(sorted(facts(Path(sys.argv[1]).read_text(encoding="utf-8")))) + "\n", encoding="utf-8")
