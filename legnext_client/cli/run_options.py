"""Options of `legnext chain` and `legnext batch run`, and the command to resume a run."""

import shlex
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from legnext_client._journal.files import check_place
from legnext_client._prompt_policy import POLICIES
from legnext_client._runs.options import RunOptions, options_of
from legnext_client.cli.command import Prompts, Run
from legnext_client.cli.naming import report_as
from legnext_client.errors import BudgetExceeded, InvalidRequest, JournalError, LegnextError
from legnext_client.generated.rules import POINTS_PER_USD

ASK_ABOVE = POINTS_PER_USD
"""One US dollar."""

_WORDS = {name: f"--{name}" for name in ("budget", "callback", "concurrency", "name", "timeout")}
"""Command-line names of the client's options."""


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
            help="Maximum points to spend, including earlier runs of this journal. Replaces the cost prompt.",
        ),
    ] = None
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Retry what failed in an earlier run.")] = False
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Maximum wait for one job; the job keeps running.")
    ] = None
    callback: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The URL for callbacks. A token for each job is appended."),
    ] = None
    price: Annotated[bool, typer.Option("--price", help="Check everything and show the price; nothing is sent.")] = (
        False
    )
    ask_above: Annotated[
        int, typer.Option(metavar="POINTS", min=0, help="Ask first if the price is higher and no budget is given.")
    ] = ASK_ABOVE
    prompts: Prompts = POLICIES[0]
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept the price without asking.")] = False

    def check(self, **more: Any) -> None:
        """Refuse the values that the client would refuse; `more` are a batch's other options."""
        with report_as(_WORDS | {"download": "--out"}):
            options_of({**self.options, **more})  # type: ignore[typeddict-item]

    @property
    def options(self) -> RunOptions:
        """The options passed to the client."""
        return {
            "budget": self.budget,
            "retry_failed": self.retry_failed,
            "timeout": self.timeout,
            "callback": self.callback,
        }


def journal_of(journal: str | None, file: str) -> str:
    """Return the checked path of the journal; the default is beside the file."""
    if journal == "":  # SQLite would use a temporary database
        raise InvalidRequest("--journal must be the path of a file; got ''.")
    path = str(Path(file).with_suffix(".db")) if journal is None else journal
    check_place(path)
    return path


def again(context: typer.Context, *more: str) -> str:
    """Return the given command line, with `more` options added."""
    words: list[str] = []
    chain: Any = context
    while chain is not None:
        words = [chain.info_name, *_given(chain), *words]
        chain = chain.parent
    return shlex.join([*words, *(word for word in more if word not in words)])


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
        error.add_note(f"Resume: {again(run.context)}")
        raise


def _given(context: Any) -> Iterator[str]:
    """Yield the arguments and options that differ from their defaults."""
    for param in context.command.params:
        value = context.params.get(param.name)
        if value is None or value == param.default:
            continue
        if param.param_type_name == "argument":
            yield str(value)
        else:
            yield param.opts[0]
            if not param.is_flag:
                yield str(value)
