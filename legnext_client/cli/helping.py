"""The help of a command, also on a narrow terminal: where the table would cut the name of an option, there is none."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from legnext_client.cli.markup import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    Format = Callable[[Any, Any], None]


class Command(TyperCommand):
    """A command whose options can be read whole at any width."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _format_whole(self, ctx, formatter, super().format_help)


class Group(TyperGroup):
    """A group of commands of which the same is true."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _format_whole(self, ctx, formatter, super().format_help)


def _format_whole(command: Any, context: Any, formatter: Any, format_help: Format) -> None:
    """Have Typer write the help of a command, in tables or, where these would cut a name, as plain text."""
    mode = command.rich_markup_mode
    if _cuts(command, context, format_help):
        command.rich_markup_mode = None
    try:
        format_help(context, formatter)
    finally:
        command.rich_markup_mode = mode
    formatter.buffer[:] = [plain(formatter.getvalue())]


def _cuts(command: Any, context: Any, format_help: Format) -> bool:
    """Whether the tables, at the width that the terminal has, lose a part of an option's name."""
    with redirect_stdout(io.StringIO()) as shown:
        format_help(context, context.make_formatter())
    names = [name for parameter in command.get_params(context) for name in parameter.opts if name.startswith("--")]
    return not all(re.search(rf"^\W*{name}(?![\w…-])", shown.getvalue(), re.MULTILINE) for name in names)
