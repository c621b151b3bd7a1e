"""The root of the command line: the options before a command, and how the whole of it ends."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

import typer
from typer.main import get_command

from legnext_client._version import __version__
from legnext_client.cli.command import Run, command
from legnext_client.cli.entries import entries
from legnext_client.cli.exits import Exit, exit_code, explained
from legnext_client.cli.lazy import Entry, LazyGroup, overview
from legnext_client.cli.output import Output, let_go

_NAME = "legnext"
_UsageError = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""Typer exports no name for it, and has brought its own copy of click since 0.26."""


class Commands(LazyGroup):
    """Every command of `legnext`."""

    def entries(self) -> Mapping[str, Entry]:
        return entries()


app = typer.Typer(cls=Commands, invoke_without_command=True, rich_markup_mode=None)


@app.callback()
@command
def legnext(
    run: Run, version: Annotated[bool, typer.Option("--version", help="Print the version of this client.")] = False
) -> None:
    """Images and videos from the Legnext API, from the command line.

    The key comes from LEGNEXT_API_KEY, or from the file that --env-file names. Results go to standard output, all other
    words to standard error.
    """
    if version:
        run.output.result({"version": __version__}, [__version__])
        raise typer.Exit
    overview(run)


def run(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    try:
        return _run(arguments)
    finally:
        let_go()


def _run(arguments: Sequence[str]) -> int:
    output = Output(for_machines=False)
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]  # so Python says that it is closed
        output.say("Error: standard output is closed: send it to /dev/null if nobody is to read it. Nothing was sent.")
        return Exit.BAD_INPUT
    try:
        ended = get_command(app).main(list(arguments), prog_name=_NAME, standalone_mode=False)
    except _UsageError as error:
        output.say(_misused(error))
        return Exit.BAD_INPUT
    except typer.Abort:
        return Exit.INTERRUPTED
    except OSError as error:  # help could not be printed
        if not isinstance(error, BrokenPipeError):
            output.say(next(explained(error)))
        return exit_code(error)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # so Rich ends when nobody reads
            return Exit.NOBODY_READS
        raise
    return ended if isinstance(ended, int) else Exit.OK


def _misused(error: Any) -> str:
    """What is wrong with the words of a command, and where to look."""
    context = error.ctx
    path = context.command_path if context else _NAME
    said = " ".join(error.format_message().split()).rstrip(".")
    stop = "" if said.endswith(("?", ")", "!")) else "."
    advice = context.command.epilog if context else ""
    if " " in getattr(error, "option_name", ""):
        advice = 'A text that begins with - needs a -- before it, as in -- "--v 7".'
    return " ".join(filter(None, (f"Error: {said}{stop}", advice, f"See {path} --help.")))
