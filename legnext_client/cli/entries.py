"""The list of commands: one for each operation, and those written by hand.

To add a command, write a module of that name with an `app` and add a row to `OWN`. The module is imported only when
the command runs; the row repeats the first line of its help.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from legnext_client.cli.groups import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    import typer

    from legnext_client.generated.operations import Operation

PAID, MANY, UNPAID, TOOLS = "Paid jobs", "Chains and batches", "Jobs and account", "Tools"
"""Titles of the command list."""


def _app_of(name: str) -> typer.Typer:
    app: typer.Typer = import_module(f"{__package__}.{name}").app
    return app


def _app_of_operation(operation: Operation) -> typer.Typer:
    app: typer.Typer = import_module(f"{__package__}.operations").app_of(operation)
    return app


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


def own(name: str) -> Entry:
    """Return the entry of a hand-written command."""
    return Entry(*OWN[name], partial(_app_of, name))


def entries() -> dict[str, Entry]:
    """Return all commands by name, in list order."""
    from legnext_client.generated.operations import OPERATIONS

    found: dict[str, Entry] = {}
    for operation in OPERATIONS.values():
        name = _spelt(operation.name)
        if name in OWN:  # keep the operation reachable
            name = f"{_spelt(operation.namespace)}-{name}"
        panel = UNPAID if operation.price is None else PAID
        found |= named(operation, panel, partial(_app_of_operation, operation), name)
    return found | {name: own(name) for name in OWN}


def named(
    operation: Operation, panel: str, app: Callable[[], typer.Typer], name: str | None = None
) -> dict[str, Entry]:
    """Return an operation's entries: its name and, if any, its alias."""
    name = name or _spelt(operation.name)
    found = {name: Entry(f"{operation.summary}{' (deprecated)' * operation.deprecated}.", panel, app)}
    if operation.alias is not None:
        found[_spelt(operation.alias)] = Entry(f"Another name for {name}.", panel, app)
    return found


def _spelt(name: str) -> str:
    return name.replace("_", "-")
