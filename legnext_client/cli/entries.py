"""The list of commands: one for each operation of the table, and those that are written by hand.

A command of one's own is a module of this package with the command's name that has an `app`, and a row in `OWN`. The
module is imported when the command is run; its first line of help is the row's.
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
"""Under which titles commands stand."""


class Own(NamedTuple):
    """A command's line in the list, and under which title it stands."""

    summary: str
    panel: str


OWN = {
    "chain": Own("Make a chain of several steps, and go on with it where it was.", MANY),
    "batch": Own("Make many things from a file, and go on with it where it was.", MANY),
    "wait": Own("Wait for jobs, and show what they made.", UNPAID),
    "download": Own("Fetch what a job made.", UNPAID),
    "price": Own("Say what calls cost, before they are made.", TOOLS),
    "check": Own("Say what is wrong with a prompt.", TOOLS),
    "receive": Own("Receive callbacks, and print what they say of jobs, until Ctrl-C.", TOOLS),
    "mock": Own("Start the mock server: the whole API on this machine, where nothing is charged.", TOOLS),
    "spec": Own("Print the OpenAPI document that this client is made from.", TOOLS),
}


def entries() -> dict[str, Entry]:
    """All commands by name, in the order of the list."""
    found: dict[str, Entry] = {}
    for operation in OPERATIONS.values():
        name = _spelt(operation.name)
        if name in OWN:  # so that no operation is out of reach
            name = f"{_spelt(operation.namespace)}-{name}"
        panel = UNPAID if operation.price is None else PAID
        found |= named(operation, f"{operation.summary}.", panel, partial(_app_of_operation, operation), name)
    return found | {name: Entry(*row, partial(_app_of, name)) for name, row in OWN.items()}


def _spelt(name: str) -> str:
    return name.replace("_", "-")


def named(
    operation: Operation, summary: str, panel: str, app: Callable[[], typer.Typer], name: str | None = None
) -> dict[str, Entry]:
    """The entries of an operation's command: one by its name, one by its alias if it has one."""
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
