"""Groups whose commands are made, and imported, when one is run; a list of them needs their names alone."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class Entry(NamedTuple):
    """A command: its line in a list, under which title it stands there, and how its app is made."""

    summary: str
    panel: str
    app: Callable[[], typer.Typer]


def command_of(app: typer.Typer) -> Any:
    """What carries an app out."""
    return get_command(app)


class LazyGroup(TyperGroup):
    """A group that knows its commands by their entries."""

    _listing = False

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = cast("Any", dict.fromkeys(self.entries()))  # their names, for "did you mean"

    def entries(self) -> Mapping[str, Entry]:
        """The commands by name, in order."""
        raise NotImplementedError

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(self.entries())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        name = cmd_name.replace("_", "-")
        entry = self.entries().get(name)
        if entry is None:
            return None
        if self._listing:
            return TyperCommand(name, help=entry.summary, rich_help_panel=entry.panel)
        return command_of(entry.app())

    def format_help(self, ctx: Any, formatter: Any) -> None:
        with self._as_list():
            super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        with self._as_list():
            return super().shell_complete(ctx, incomplete)

    @contextmanager
    def _as_list(self) -> Generator[None]:
        self._listing = True
        try:
            yield
        finally:
            self._listing = False
