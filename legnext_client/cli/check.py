"""`legnext check`: find problems in a prompt before paying for it."""

from typing import Annotated, Any, cast

import typer

from legnext_client.cli.command import Run, command, single
from legnext_client.cli.exits import Exit, report_as
from legnext_client.cli.fields import text_of
from legnext_client.prompts import check_prompt
from legnext_client.prompts.flags import BY_NAME, DEFAULT_MODEL, KINDS


@command
def check(
    run: Run,
    prompt: Annotated[
        str,
        typer.Argument(
            metavar="PROMPT", help="The prompt; @FILE reads it from a file, - from standard input.", show_default=False
        ),
    ],
    kind: Annotated[
        str,
        typer.Option(
            metavar="|".join(KINDS), help="The kind of request the prompt is for.", autocompletion=lambda: list(KINDS)
        ),
    ] = KINDS[0],
    model: Annotated[
        str | None,
        typer.Option(
            "--model",  # Typer would derive --MODEL
            metavar="MODEL",
            help="The model used if the prompt names none, for example the source job's.",
            autocompletion=lambda: list(BY_NAME),
        ),
    ] = DEFAULT_MODEL,
) -> Exit:
    """Check a prompt.

    Prints one line per problem: its position, what is wrong, what to write instead. The service refuses or misreads a
    prompt with an error. It accepts one with a warning, but may not do what was meant.
    """
    with report_as({"kind": "--kind", "model": "--model"}):
        problems = check_prompt(text_of(prompt), cast("Any", kind), model=cast("Any", model))
    lines = [f"{each.severity} {each}" for each in problems]
    run.output.result([each._asdict() for each in problems], lines or ["No problems."])
    return Exit.BAD_INPUT if any(each.severity == "error" for each in problems) else Exit.OK


app = single(check)
