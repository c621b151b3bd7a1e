"""Common parts of `legnext chain` and `legnext batch`: options, consent to the cost, unknown requests, resuming."""

import shlex
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, cast

import typer

from legnext_client._journal.files import check_place
from legnext_client._journal.submit import SUBMITTING, UNKNOWN, Entry
from legnext_client._prompt_policy import POLICIES
from legnext_client._protocol.numbers import is_number
from legnext_client._runs.costs import AVAILABLE, Bill
from legnext_client._runs.options import BatchOptions, RunOptions, options_of
from legnext_client._runs.results import Unsettled, by_the_balance
from legnext_client.cli.command import OnlyPrice, Prompts, Run
from legnext_client.cli.exits import command_for, report_as
from legnext_client.cli.operations import called
from legnext_client.cli.output import is_terminal
from legnext_client.errors import BudgetExceeded, InvalidRequest, JournalError, LegnextError
from legnext_client.generated.operations import ROLES
from legnext_client.generated.rules import POINTS_PER_USD

if TYPE_CHECKING:
    from legnext_client._journal.journal import Journal
    from legnext_client.client import Client

ASK_ABOVE = POINTS_PER_USD
"""One US dollar."""
_WORDS = {name: f"--{name}" for name in ("budget", "callback", "concurrency", "name", "timeout")} | {
    "download": "--out"
}
"""Command-line names of the client's options."""
_MOST_LISTED = 5
_WAYS = (
    ("--adopt JOB", "it was accepted, as this job"),
    ("--resubmit ", "it was not: send it again, at your risk"),
    ("--give-up  ", "count it as failed"),
)


class Asked(NamedTuple):
    """Options of both commands."""

    journal: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The file that records what was paid; a run with the same journal resumes. Default: FILE with the "
            "extension .db.",
        ),
    ] = None
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="POINTS",
            min=0,
            help="Maximum points to spend, including earlier runs of this journal. Accepts the price without asking.",
        ),
    ] = None
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Retry what failed in an earlier run.")] = False
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Maximum wait for one job; the job keeps running.")
    ] = None
    callback: Annotated[
        str | None, typer.Option(metavar="URL", help="The URL for callbacks. A token for each job is appended.")
    ] = None
    price: OnlyPrice = False
    ask_above: Annotated[
        int, typer.Option(metavar="POINTS", min=0, help="Ask first if the price is higher and no budget is given.")
    ] = ASK_ABOVE
    prompts: Prompts = POLICIES[0]
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept the price without asking.")] = False

    @property
    def options(self) -> RunOptions:
        """The options passed to the client."""
        return RunOptions(
            budget=self.budget, retry_failed=self.retry_failed, timeout=self.timeout, callback=self.callback
        )

    def journal_of(self, file: str) -> str:
        """Return the checked path of the journal; the default is beside the file."""
        if self.journal == "":  # SQLite would use a temporary database
            raise InvalidRequest("--journal must be the path of a file; got ''.")
        path = str(Path(file).with_suffix(".db")) if self.journal is None else self.journal
        check_place(path)
        return path

    def agreed(self, run: Run, client: "Client", bill: Bill) -> bool:
        """Show the balance, ask if the price is above the limit, and return whether to start.

        A budget is consent to spend it.
        """
        if not bill.points:
            return True
        has = _available(client)
        if has is not None:
            run.output.say(f"The account has {has:.12g} points.")
        if has is not None and has < bill.reserve and self.budget is None:
            raise TooLittle(
                f"this takes up to {bill.reserve} points, and the account has {has:.12g}.",
                budget=has,
                price=bill.reserve,
            )
        if self.yes or self.budget is not None or bill.points <= self.ask_above:
            return True
        if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
            raise InvalidRequest(
                f"this costs {bill.points} points, more than --ask-above ({self.ask_above}), and there is no terminal "
                "to ask on. To accept the price, add --yes or --budget POINTS."
            )
        if run.output.ask(f"Spend up to {bill.points} points, {bill.points / POINTS_PER_USD:g} USD?"):
            return True
        run.output.say("Nothing was sent.")
        return False


class TooLittle(BudgetExceeded):
    """The balance is lower than the price."""

    advice = "Nothing was sent; top up, or set --budget to the points that may be spent."


def check_options(**options: Any) -> None:
    """Refuse the values that the client would refuse."""
    with report_as(_WORDS):
        options_of(cast("BatchOptions", options))


def _available(client: "Client") -> float | None:
    """Return the points that can be spent; None if the response does not say."""
    fields: Any = called(client, ROLES["balance"], {}).to_dict()
    found = [fields[name] for name in AVAILABLE if is_number(fields.get(name))]
    return sum(found) if found else None


# ---- resuming -----------------------------------------------------------------------------------------------------


def again(run: Run, *more: str) -> str:
    """Return the given command line, with `more` options added."""
    given: list[str] = run.context.obj
    return shlex.join(["legnext", *given, *(word for word in more if word not in given)])


@contextmanager
def resume_hint(run: Run) -> Generator[None]:
    """Add the command to resume to errors while open."""
    try:
        yield
    except (InvalidRequest, BudgetExceeded):
        raise
    except JournalError as error:
        if not run.context.params["journal"]:
            error.add_note("The journal is named after FILE; --journal FILE sets another.")
        raise
    except (LegnextError, KeyboardInterrupt, OSError) as error:
        error.add_note(f"Resume: {again(run)}")
        raise


# ---- requests with an unknown outcome -----------------------------------------------------------------------------


def unknown_in(journal: "Journal") -> list[Entry]:
    """Return requests with an unknown outcome, including interrupted ones that the next run will mark as unknown."""
    return list(journal.entries(UNKNOWN, SUBMITTING))


def ways_to_settle(journal: str, key: str) -> Iterator[str]:
    """Yield the commands that can resolve a request, each with its meaning."""
    command = shlex.join(["legnext", "batch", "resolve", journal, key])
    yield from (f"  {command} {way}  # {meaning}" for way, meaning in _WAYS)


def unknown_report(
    journal: str, entries: Sequence[Entry | Unsettled], accepted: int | None = None, most: int | None = _MOST_LISTED
) -> Iterator[str]:
    """Yield lines about at most `most` unknown requests; `accepted` is the number accepted, judged by the balance."""
    for entry in entries[:most]:
        why = entry.error or "it is being sent now, or the process ended before the response was read"
        yield f"Unknown: {entry.key} ({entry.operation}, {entry.price} points): {why.rstrip('.')}."
        yield from ways_to_settle(journal, entry.key)
    if most is not None and len(entries) > most:
        yield f"And {len(entries) - most} more: {shlex.join(['legnext', 'batch', 'unknown', journal])}"
    if entries and accepted is not None:
        yield by_the_balance(accepted, len(entries))
    if entries:
        yield (
            f"An unknown request may have been charged: check your callbacks or {command_for('balance')}, then resolve "
            "it."
        )
