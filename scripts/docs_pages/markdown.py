"""Small pieces of Markdown."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; an empty string when there are no rows."""
    lines = ["| " + " | ".join(cell(one) for one in row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *lines, ""]) if lines else ""


def cell(text: str) -> str:
    """Text that may stand in a table: on one line, without a bar that would end the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def block(language: str, code: str) -> str:
    return f"```{language}\n{code}\n```\n"


def folded(title: str, text: str) -> str:
    """Text that is shown when its title is clicked."""
    return f'??? example "{title}"\n\n{textwrap.indent(text, "    ")}\n'


def pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def page(*parts: str) -> str:
    """The parts that are there, with an empty line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"
