"""The Markdown of the spec as Rich has it, for help; and back, for the reference."""

from __future__ import annotations

import re

_BOLD, _TAG = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"\[(/?)bold\]")
_BY_LINES = ("- ", "|")
"""So begin lists and tables."""


def markup(markdown: str) -> str:
    """Markdown as Rich's markup: strong words, brackets that are no tags, and a line for each paragraph."""
    return _BOLD.sub(r"[bold]\1[/bold]", joined(markdown).replace("[", r"\["))


def joined(text: str) -> str:
    """A text whose paragraphs are a line each, as Rich breaks lines where the terminal ends."""
    parts = (part if part.startswith(_BY_LINES) else part.replace("\n", " ") for part in text.split("\n\n"))
    return "\n\n".join(parts)


def plain(markup: str) -> str:
    """Rich's markup as words alone."""
    return _TAG.sub("", markup).replace(r"\[", "[")


def markdown(markup: str) -> str:
    """Rich's markup as Markdown again."""
    return _TAG.sub("**", markup).replace(r"\[", "[")
