"""The commands of `legnext`: one for each operation, and those written by hand; each is made only when it runs.

To add a command, write a module of that name with an `app` and add a row to `OWN`. The row repeats the first line of
its help. Help is in panels of Typer's plain formatter, because Rich would double the time of `--help`.
"""

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

if TYPE_CHECKING:
    from legnext_client.cli.command import Run
    from legnext_client.generated.operations import Operation

PAID, MANY, UNPAID, TOOLS = "Paid jobs", "Chains and batches", "Jobs and account", "Tools"
"""Titles of the command list."""
OWN = {
    "chain": ("Run a video chain from a file; resumes where it stopped.", MANY),
    "batch": ("Run a batch from a file; resumes where it stopped.", MANY),
    "fleet": ("Run rows on many machines, with the limits and the budget of one account.", MANY),
    "wait": ("Wait for jobs and show their results.", UNPAID),
    "download": ("Download a job's results.", UNPAID),
    "history": ("Show the paid calls in the ledger.", UNPAID),
    "price": ("Show what calls cost, without making them.", TOOLS),
    "check": ("Check a prompt.", TOOLS),
    "receive": ("Receive callbacks and print them, until Ctrl-C.", TOOLS),
    "mock": ("Start the mock server: the whole API on this machine, free of charge.", TOOLS),
    "mcp": ("Serve agents over the Model Context Protocol: paid generation within a budget.", TOOLS),
    "spec": ("Print the OpenAPI document that this client is generated from.", TOOLS),
}
"""The hand-written commands, each with its line and title in the list."""


_BOLD = re.compile(r"\*\*(.+?)\*\*")
_BY_LINES = ("- ", "|")
"""Prefixes of lists and tables; their line breaks are kept."""
_TYPE = re.compile(r" <[^>]+>$")
"""The type that newer versions of Typer show after an argument's name."""
_LONGEST = 1000
"""Maximum length of a summary in a list."""


class _Panels:
    """Help with the options and commands in panels."""

    help: Any
    get_params: Any

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        parts = (self.help or "").split("\n\n")
        text = "\n\n".join(f"\b\n{part}" if part.startswith(_BY_LINES) else part for part in parts)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_styled(text))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if record := param.get_help_record(ctx):
                usual = "Arguments" if param.param_type_name == "argument" else "Options"
                panel = getattr(param, "rich_help_panel", None) or usual
                panels.setdefault(panel, []).append((_TYPE.sub("", record[0]), record[1]))
        for name, each in self.listed(ctx):
            panels.setdefault(each.rich_help_panel or "Commands", []).append((name, each.get_short_help_str(_LONGEST)))
        for title, rows in panels.items():
            with formatter.section(_bold(title)):
                formatter.write_dl([(name, _styled(text)) for name, text in rows])

    def listed(self, ctx: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        """Return the commands of a group."""
        return []


class Command(_Panels, TyperCommand):
    """Command with its options in panels."""


class Group(_Panels, TyperGroup):
    """Group with its options and commands in panels."""

    def listed(self, ctx: Any) -> list[tuple[str, Any]]:
        return [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]


class Entry(NamedTuple):
    """A command's line and title in a list, and the factory of its app."""

    summary: str
    panel: str
    app: Callable[[], typer.Typer]


class LazyGroup(Group):
    """Group that creates its commands from their entries; lists of them need only the entries."""

    def entries(self) -> Mapping[str, Entry]:
        """Return the commands by name, in order."""
        raise NotImplementedError

    def find(self, name: str) -> Entry | None:
        """Return the entry of a command."""
        return self.entries().get(name)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(self.entries())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        name = cmd_name.replace("_", "-")
        entry = None if self.commands else self.find(name)
        if entry is not None:
            return command_of(entry.app())
        self.commands = self.commands or dict(self.listed(ctx))  # for completion and "did you mean"
        return self.commands.get(name)

    def listed(self, ctx: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [
            (name, TyperCommand(name, help=each.summary, rich_help_panel=each.panel))
            for name, each in self.entries().items()
        ]

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        self.commands = dict(self.listed(ctx))
        return super().shell_complete(ctx, incomplete)


command_of: Callable[[typer.Typer], Any] = get_command


def overview(run: "Run") -> None:
    """Print a group's help if no command is given; for machines, print the list of its commands."""
    if run.context.invoked_subcommand is not None:
        return
    group: Any = run.context.command
    if run.output.for_machines:
        listed = [
            {"command": name, "summary": each.get_short_help_str(200)} for name, each in group.listed(run.context)
        ]
        run.output.result(listed, ())
    else:
        typer.echo(run.context.get_help())


def _styled(markdown: str) -> str:
    """Render Markdown for a terminal; Typer removes the escapes elsewhere."""
    return _BOLD.sub(lambda found: _bold(found[1]), markdown)


def _bold(text: str) -> str:
    return text if "NO_COLOR" in os.environ else typer.style(text, bold=True)


# ---- the list -----------------------------------------------------------------------------------------------------


def _app_in(module: str) -> typer.Typer:
    app: typer.Typer = import_module(f"{__package__}.{module}").app
    return app


def _app_of_operation(operation: "Operation") -> typer.Typer:
    app: typer.Typer = import_module(f"{__package__}.operations").app_of(operation)
    return app


def own(name: str) -> Entry:
    """Return the entry of a hand-written command."""
    return Entry(*OWN[name], partial(_app_in, name))


def entries() -> dict[str, Entry]:
    """Return all commands by name, in list order."""
    from legnext_client.generated.operations import OPERATIONS

    found: dict[str, Entry] = {}
    for operation in OPERATIONS.values():
        panel = UNPAID if operation.price is None else PAID
        found |= entries_of(operation, panel, partial(_app_of_operation, operation))
    return found | {name: own(name) for name in OWN}


def entries_of(operation: "Operation", panel: str, app: Callable[[], typer.Typer]) -> dict[str, Entry]:
    """Return an operation's entries: its name and, if any, its alias."""
    name = _spelt(operation.name)
    if name in OWN:  # keep the operation reachable
        name = f"{_spelt(operation.namespace)}-{name}"
    found = {name: Entry(f"{operation.summary}{' (deprecated)' * operation.deprecated}.", panel, app)}
    if operation.alias is not None:
        found[_spelt(operation.alias)] = Entry(f"Another name for {name}.", panel, app)
    return found


def _spelt(name: str) -> str:
    return name.replace("_", "-")
