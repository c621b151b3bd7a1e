"""`legnext price`: the prices of operations and calls."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import typer

from legnext_client._protocol.bounds import UPLOAD
from legnext_client._protocol.checks import prepare
from legnext_client._protocol.literals import name_of
from legnext_client.cli.command import Run, command
from legnext_client.cli.entries import Entry, LazyGroup, entries_of
from legnext_client.cli.exits import report_as
from legnext_client.cli.fields import Word, app_with_fields, fields, named, words
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS, Operation, PriceRow
from legnext_client.prices import price as estimated

SIZES = tuple(dict.fromkeys(size for each in OPERATIONS.values() if each.chain for size in each.chain.sizes))


class Prices(LazyGroup):
    """A command for each operation with a price."""

    def entries(self) -> Mapping[str, Entry]:
        found: dict[str, Entry] = {}
        for operation in OPERATIONS.values():
            if operation.price is not None:
                found |= entries_of(operation, "Operations", partial(app_of, operation))
        return found


app = typer.Typer(cls=Prices, add_completion=False, invoke_without_command=True, rich_markup_mode=None)


@app.callback()
@command
def price(run: Run) -> None:
    """Show what calls cost, without making them.

    Without an operation, lists the points of all. With an operation and its arguments, shows an estimate; the service
    decides the final charge. Needs no key and sends nothing.
    """
    if run.context.invoked_subcommand is not None:
        return
    priced = {name: each.price for name, each in OPERATIONS.items() if each.price is not None}
    value = [
        {"operation": name, "points": cost.points, "when": [row._asdict() for row in cost.when]}
        for name, cost in priced.items()
    ]
    rows = [
        (name.replace("_", "-"), str(cost.points), ", ".join(_otherwise(OPERATIONS[name], row) for row in cost.when))
        for name, cost in priced.items()
    ]
    run.output.table(value, rows, head=("operation", "points", "otherwise"))


def show_price(run: Run, operation: Operation, found: Mapping[str, Any], source: str | None = None) -> None:
    """Print the price of a call with these fields."""
    estimate = estimated(operation, found, source=source)
    value = {"operation": operation.name, **estimate._asdict(), "usd": estimate.usd}
    run.output.result(value, [f"{estimate}: {estimate.usd:g} USD"])


def _otherwise(operation: Operation, row: PriceRow) -> str:
    """Return a price's condition as command-line text."""
    word = next((each for each in words(operation) if each.field.wire == row.field), None)
    if word is None:
        return f"{row.points} if the source is {row.source}"
    return f"{row.points} with {word.name} {name_of(word.field, row.value)}"


def _refuse_wrong(operation: Operation, listed: list[Word], found: Mapping[str, Any]) -> None:
    """Refuse wrong fields; missing ones are allowed."""
    with named(listed):
        try:
            prepare(operation, found)
        except InvalidRequest as error:
            # A price needs no files.
            wrong = [
                each for each in error.problems if not each.must.startswith("is required") and UPLOAD not in each.must
            ]
            if wrong:
                raise InvalidRequest(error.message, problems=wrong) from None


def app_of(operation: Operation) -> typer.Typer:
    """Return the command that shows an operation's price."""
    listed = words(operation)

    def carry_out(
        run: Run,
        *,
        source: Annotated[
            str | None,
            typer.Option(metavar="|".join(SIZES), help="The size of the source video. Default: the higher price."),
        ] = None,
        **given: Any,
    ) -> None:
        found = fields(listed, given)
        _refuse_wrong(operation, listed, found)
        with report_as({"source": "--source"}):
            show_price(run, operation, found, source)

    by_source = operation.price is not None and any(row.source is not None for row in operation.price.when)
    return app_with_fields(carry_out, operation, listed, optional=True, without=() if by_source else ("source",))
