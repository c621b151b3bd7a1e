"""`legnext batch`: many paid requests from a file, and reports on their journal."""

import typer

from legnext_client.cli.batch_journal import make_gallery, resolve, status, unknown
from legnext_client.cli.batch_run import run_batch
from legnext_client.cli.command import Run, command
from legnext_client.cli.helping import Command, Group
from legnext_client.cli.lazy import overview

app = typer.Typer(cls=Group, add_completion=False, invoke_without_command=True, rich_markup_mode=None)


@app.callback()
@command
def batch(run: Run) -> None:
    """Run a batch from a file; resumes where it stopped.

    `run` sends the requests. The other commands read the journal of a batch or a chain, or record the outcome of a
    request.
    """
    overview(run)


for _name, _function in {
    "run": run_batch, "status": status, "unknown": unknown, "resolve": resolve, "gallery": make_gallery
}.items():  # fmt: skip
    app.command(_name, cls=Command)(_function)
