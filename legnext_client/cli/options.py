"""Options that several commands share."""

from typing import Annotated

import typer

from legnext_client._prompt_policy import POLICIES, PromptPolicy

PANEL = "Options of the wait"
Prompts = Annotated[
    PromptPolicy,
    typer.Option(
        "--prompts",
        metavar="|".join(POLICIES),
        help="What to do about problems in a prompt: refuse errors and warn about the rest, warn about everything, "
        "or ignore them.",
    ),
]
"""Option of every command that sends prompts."""
OnlyPrice = Annotated[bool, typer.Option("--price", help="Check everything and show the price; nothing is sent.")]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="TEXT",
        help="Send it at most once: if the ledger has a call with this key, its job is returned. Needs --ledger.",
    ),
]
AllPages = Annotated[bool, typer.Option("--all", help="Print the items of all pages, not one page as it is.")]
AtMost = Annotated[
    int | None,
    typer.Option(metavar="NUMBER", min=1, help="Print at most this many items, from as many pages as needed."),
]
Wait = Annotated[bool, typer.Option("--wait", rich_help_panel=PANEL, help="Wait until the job is done.")]
Timeout = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", rich_help_panel=PANEL, help="Maximum wait; 0 checks once. The job keeps running."),
]
Directory = Annotated[
    str | None,
    typer.Option(
        "--download", metavar="DIR", rich_help_panel=PANEL, help="Wait, then download the results to this directory."
    ),
]
Show = Annotated[
    bool,
    typer.Option("--show", help="Draw the images in the terminal, if it can, as kitty and iTerm2 do. Extra: show."),
]
Template = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="TEMPLATE",
        rich_help_panel=PANEL,
        help="File name template: {job_id}, {n}, {ext} and {task_type}; / creates directories.",
    ),
]
