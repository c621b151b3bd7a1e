"""The list of commands: one for each operation, and those written by hand.

To add a command, write a module of that name with an `app` and add a row to `OWN`. The module is imported only when
the command runs; the row repeats the first line of its help.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from legnext_client.cli.lazy import Entry
from legnext_client.generated.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    import typer

    from legnext_client.generated.operations import Operation

PAID, MANY, UNPAID, TOOLS = "Paid jobs", "Chains and batches", "Jobs and account", "Tools"
"""Titles of the command list."""


class Own(NamedTuple):
    """A hand-written command's line and title in the list."""

    summary: str
    panel: str


OWN = {
    "chain": Own("Run a video chain from a file; resumes where it stopped.", MANY),
    "batch": Own("Run a batch from a file; resumes where it stopped.", MANY),
    "wait": Own("Wait for jobs and show their results.", UNPAID),
    "download": Own("Download a job's results.", UNPAID),
    "price": Own("Show what calls cost, without making them.", TOOLS),
    "check": Own("Check a prompt.", TOOLS),
    "receive": Own("Receive callbacks and print them, until Ctrl-C.", TOOLS),
    "mock": Own("Start the mock server: the whole API on this machine, free of charge.", TOOLS),
    "spec": Own("Print the OpenAPI document that this client is generated from.", TOOLS),
}


def entries() -> dict[str, Entry]:
    """Return all commands by name, in list order."""
    found: dict[str, Entry] = {}
    for operation in OPERATIONS.values():
        name = _spelt(operation.name)
        if name in OWN:  # keep the operation reachable
            name = f"{_spelt(operation.namespace)}-{name}"
        panel = UNPAID if operation.price is None else PAID
        found |= named(operation, f"{operation.summary}.", panel, partial(_app_of_operation, operation), name)
    return found | {name: Entry(*row, partial(_app_of, name)) for name, row in OWN.items()}


def _spelt(name: str) -> str:
    return name.replace("_", "-")


def named(
    operation: Operation, summary: str, panel: str, app: Callable[[], typer.Typer], name: str | None = None
) -> dict[str, Entry]:
    """Return an operation's entries: its name and, if any, its alias."""
    name = name or _spelt(operation.name)
    found = {name: Entry(summary, panel, app)}
    if operation.alias is not None:
        found[_spelt(operation.alias)] = Entry(f"Another name for {name}.", panel, app)
    return found


def _app_of(name: str) -> typer.Typer:
    app: typer.Typer = import_module(f"{__package__}.{name}").app
    return app


def _app_of_operation(operation: Operation) -> typer.Typer:
    from legnext_client.cli.operations import app_of

    return app_of(operation)
