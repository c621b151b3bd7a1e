"""`legnext mock`: the mock server, with its own command line."""

import typer

from legnext_client.cli.command import single
from legnext_client.cli.exits import Exit
from legnext_client.mock.__main__ import main

_CODES = {0: Exit.OK, 1: Exit.CONFIGURATION, 2: Exit.BAD_INPUT}


def mock(context: typer.Context) -> Exit:
    """Start the mock server: the whole API on this machine, free of charge.

    Takes the options of `python -m legnext_client.mock` and no others; `--help` lists them.
    """
    try:
        return _CODES[main(context.args, "legnext mock")]
    except SystemExit as ended:  # argparse exits this way
        return Exit.BAD_INPUT if ended.code else Exit.OK


app = single(
    mock,
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False},
)
