"""The Markdown of the spec as Rich has it, for help; and back, for the reference."""

from __future__ import annotations

import re

_BOLD, _TAG = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"\[(/?)bold\]")
_BY_LINES = ("- ", "|")
"""So begin lists and tables."""


def markup(markdown: str) -> str:
    """Markdown as Rich's markup: strong words, brackets that are no tags, and a line for each paragraph."""
    parts = (part if part.startswith(_BY_LINES) else part.replace("\n", " ") for part in markdown.split("\n\n"))
    return _BOLD.sub(r"[bold]\1[/bold]", "\n\n".join(parts).replace("[", r"\["))


def markdown(markup: str) -> str:
    """Rich's markup as Markdown again."""
    return _TAG.sub("**", markup).replace(r"\[", "[")
