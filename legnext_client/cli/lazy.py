"""Groups that import a command only when it runs; listing them needs only their names."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import typer
from typer.core import TyperCommand
from typer.main import get_command

from legnext_client.cli.helping import Group

if TYPE_CHECKING:
    from legnext_client.cli.command import Run

_LONGEST = 200
"""Maximum length of a summary in a list."""


class Entry(NamedTuple):
    """A command's line and title in a list, and the factory of its app."""

    summary: str
    panel: str
    app: Callable[[], typer.Typer]


def command_of(app: typer.Typer) -> Any:
    """Return the click command of an app."""
    return get_command(app)


def overview(run: "Run") -> None:
    """Print a group's help if no command is given; for machines, print the list of its commands."""
    if run.context.invoked_subcommand is not None:
        return
    group: Any = run.context.command
    if run.output.for_machines:
        with group.as_list() if isinstance(group, LazyGroup) else nullcontext():
            listed = [(name, group.get_command(run.context, name)) for name in group.list_commands(run.context)]
        commands = [{"command": name, "summary": each.get_short_help_str(_LONGEST)} for name, each in listed]
        run.output.result(commands, ())
    else:
        typer.echo(run.context.get_help())


class LazyGroup(Group):
    """Group that creates its commands from their entries."""

    _listing = False

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = cast("Any", dict.fromkeys(self.entries()))  # names, for "did you mean"

    def entries(self) -> Mapping[str, Entry]:
        """Return the commands by name, in order."""
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
        with self.as_list():
            super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        with self.as_list():
            return super().shell_complete(ctx, incomplete)

    @contextmanager
    def as_list(self) -> Generator[None]:
        """Return commands as plain list lines, without importing them, while open."""
        self._listing = True
        try:
            yield
        finally:
            self._listing = False
