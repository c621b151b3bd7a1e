"""Command help in two-column panels of any width. Rich's tables would dominate the start-up time."""

from __future__ import annotations

import os
import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_BY_LINES = ("- ", "|")
"""Prefixes of lists and tables; their line breaks are kept."""


class Command(TyperCommand):
    """Command with its options in panels."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        _write_text(self, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _write_panels(_options(self, ctx), formatter)


class Group(TyperGroup):
    """Group with its options and commands in panels."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        _write_text(self, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        listed = _options(self, ctx)
        for name in self.list_commands(ctx):
            each: Any = self.get_command(ctx, name)
            listed.append((each.rich_help_panel or "Commands", (name, each.get_short_help_str(1000))))
        _write_panels(listed, formatter)


def _options(command: Any, context: Any) -> list[tuple[str, tuple[str, str]]]:
    """Return each parameter's panel title, name and help."""
    found: list[tuple[str, tuple[str, str]]] = []
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        usual = "Arguments" if parameter.param_type_name == "argument" else "Options"
        if record is not None:
            found.append((getattr(parameter, "rich_help_panel", None) or usual, record))
    return found


def _write_text(command: Any, formatter: Any) -> None:
    parts = (command.help or "").split("\n\n")
    text = "\n\n".join(f"\b\n{part}" if part.startswith(_BY_LINES) else part for part in parts)
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(_styled(text))


def _write_panels(listed: list[tuple[str, tuple[str, str]]], formatter: Any) -> None:
    for title in dict.fromkeys(title for title, _ in listed):
        with formatter.section(_bold(title)):
            formatter.write_dl([(name, _styled(text)) for panel, (name, text) in listed if panel == title])


def _styled(markdown: str) -> str:
    """Render Markdown for a terminal; Typer removes the escapes elsewhere."""
    return _BOLD.sub(lambda found: _bold(found[1]), markdown)


def _bold(text: str) -> str:
    return text if "NO_COLOR" in os.environ else f"\x1b[1m{text}\x1b[0m"
