"""`legnext check`: what is wrong with a prompt, before it is paid for."""

from typing import Annotated, Any, cast

import typer

from legnext_client.cli.command import Run, command, single
from legnext_client.cli.exits import Exit
from legnext_client.cli.naming import told_as
from legnext_client.cli.values import text_of
from legnext_client.prompts import check_prompt
from legnext_client.prompts.flags import BY_NAME, DEFAULT_MODEL, KINDS


@command
def check(
    run: Run,
    prompt: Annotated[
        str, typer.Argument(metavar="PROMPT", help="The prompt, @file, or - for standard input.", show_default=False)
    ],
    kind: Annotated[
        str, typer.Option(metavar="|".join(KINDS), help="What it is for.", autocompletion=lambda: list(KINDS))
    ] = KINDS[0],
    model: Annotated[
        str | None,
        typer.Option(
            "--model",  # or Typer would make it --MODEL
            metavar="MODEL",
            help="The model that works on it if it names none, such as that of the source job.",
            autocompletion=lambda: list(BY_NAME),
        ),
    ] = DEFAULT_MODEL,
) -> Exit:
    """Say what is wrong with a prompt.

    One line for each problem: its place in the text, what is wrong, what to write instead. Errors would be refused or
    misread by the service; warnings work, but maybe not as meant.
    """
    with told_as({"kind": "--kind", "model": "--model"}):
        problems = check_prompt(text_of(prompt), cast("Any", kind), model=cast("Any", model))
    lines = [f"{each.severity} {each}" for each in problems]
    run.output.result([each._asdict() for each in problems], lines or ["No problems."])
    return Exit.BAD_INPUT if any(each.severity == "error" for each in problems) else Exit.OK


app = single(check)
