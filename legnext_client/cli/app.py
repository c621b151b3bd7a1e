"""The root of the command line: global options and exit handling."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

import typer

from legnext_client._version import __version__
from legnext_client.cli.command import Run, command
from legnext_client.cli.entries import OWN, Entry, LazyGroup, command_of, entries, overview, own
from legnext_client.cli.exits import Exit, exit_code, explained
from legnext_client.cli.output import Output, discard_unprinted

_NAME = "legnext"
_UsageError = cast("type[Exception]", typer.BadParameter.__mro__[1])
"""click's UsageError. Typer does not export it and has bundled its own copy of click since 0.26."""


class Commands(LazyGroup):
    """Every command of `legnext`."""

    def entries(self) -> Mapping[str, Entry]:
        return entries()

    def find(self, name: str) -> Entry | None:
        return own(name) if name in OWN else entries().get(name)  # without the table of operations


app = typer.Typer(
    cls=Commands,
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback()
@command
def legnext(
    run: Run, version: Annotated[bool, typer.Option("--version", help="Print the version of this client.")] = False
) -> None:
    """Images and videos from the Legnext API, from the command line.

    The key comes from LEGNEXT_API_KEY, or from the file given with --env-file. Results go to standard output, messages
    to standard error.
    """
    if version:
        run.output.result({"version": __version__}, [__version__])
        raise typer.Exit
    overview(run)


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return the exit code."""
    try:
        return _run(arguments)
    finally:
        discard_unprinted()


def _run(arguments: Sequence[str]) -> int:
    output = Output(for_machines=False)
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]  # Python sets it to None when it is closed
        output.say(
            "Error: standard output is closed. To discard the output, redirect it to /dev/null. Nothing was sent."
        )
        return Exit.BAD_INPUT
    try:
        ended = command_of(app).main(list(arguments), prog_name=_NAME, standalone_mode=False, obj=list(arguments))
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
        if isinstance(end.__context__, BrokenPipeError):  # Rich exits this way when the pipe is closed
            return Exit.NOBODY_READS
        raise
    return ended if isinstance(ended, int) else Exit.OK


def _misused(error: Any) -> str:
    """Return the message for a usage error, with where to find help."""
    context = error.ctx
    path = context.command_path if context else _NAME
    said = " ".join(error.format_message().split()).rstrip(".")
    stop = "" if said.endswith(("?", ")", "!")) else "."
    advice = context.command.epilog if context else ""
    if " " in getattr(error, "option_name", ""):
        advice = 'Put -- before a value that begins with -, as in -- "--v 7".'
    return " ".join(filter(None, (f"Error: {said}{stop}", advice, f"See {path} --help.")))
