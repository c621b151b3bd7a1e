"""What `legnext chain` and `legnext batch run` have in common: options, and the command that goes on with a run."""

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
from legnext_client.cli.naming import told_as
from legnext_client.errors import BudgetExceeded, InvalidRequest, JournalError, LegnextError
from legnext_client.generated.rules import POINTS_PER_USD

ASK_ABOVE = POINTS_PER_USD
"""What a person should be asked about: a dollar."""

_WORDS = {name: f"--{name}" for name in ("budget", "callback", "concurrency", "name", "timeout")}
"""How the options of the client are written."""


class Asked(NamedTuple):
    """The options of both."""

    journal: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The file that remembers what was paid: run again with it, it goes on where it was. Without this "
            "option, it has the name of the file that is run, but ends in .db.",
        ),
    ] = None
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="POINTS",
            min=0,
            help="Maximum points to spend, including earlier runs with this journal. Within it, nothing is asked.",
        ),
    ] = None
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try again what has failed in an earlier run.")
    ] = False
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Wait so long for one job at most; it goes on after it.")
    ] = None
    callback: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where the service calls back. A token of each job's own is put behind it."),
    ] = None
    price: Annotated[
        bool, typer.Option("--price", help="Check everything and say what it would cost; nothing is sent.")
    ] = False
    ask_above: Annotated[
        int, typer.Option(metavar="POINTS", min=0, help="Ask first if this costs more and no budget is given.")
    ] = ASK_ABOVE
    prompts: Prompts = POLICIES[0]
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether the price is all right.")] = False

    def check(self, **more: Any) -> None:
        """Refuse what the client would refuse of them; `more` are options that a batch has besides."""
        with told_as(_WORDS | {"download": "--out"}):
            options_of({**self.options, **more})  # type: ignore[typeddict-item]

    @property
    def options(self) -> RunOptions:
        """Those that the client takes."""
        return {
            "budget": self.budget,
            "retry_failed": self.retry_failed,
            "timeout": self.timeout,
            "callback": self.callback,
        }


def journal_of(journal: str | None, file: str) -> str:
    """The path of the journal: as it was given, or else beside the file. It is looked at before prices are."""
    if journal == "":  # which would be none, to SQLite
        raise InvalidRequest("--journal must be the path of a file; got ''.")
    path = str(Path(file).with_suffix(".db")) if journal is None else journal
    check_place(path)
    return path


def again(context: typer.Context, *more: str) -> str:
    """The command that was given, as one would type it; with more options, if any."""
    words: list[str] = []
    chain: Any = context
    while chain is not None:
        words = [chain.info_name, *_given(chain), *words]
        chain = chain.parent
    return shlex.join([*words, *(word for word in more if word not in words)])


@contextmanager
def going_on(run: Run) -> Generator[None]:
    """While this is open, an error says how to go on where that is possible."""
    try:
        yield
    except (InvalidRequest, BudgetExceeded):
        raise
    except JournalError as error:
        if not run.context.params["journal"]:
            error.add_note("The journal has the name of the file that is run; --journal FILE names another.")
        raise
    except (LegnextError, KeyboardInterrupt, OSError) as error:
        error.add_note(f"Go on: {again(run.context)}")
        raise


def _given(context: Any) -> Iterator[str]:
    """The arguments and options of a context that are not what they would be without being given."""
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
