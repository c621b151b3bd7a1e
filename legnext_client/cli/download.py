"""`legnext download`: fetch what a job made."""

from typing import Annotated

import typer

from legnext_client._downloads.directories import writable_directory
from legnext_client._downloads.file_names import JOB_FIELDS
from legnext_client.cli.command import Run, command, single
from legnext_client.cli.file_names import check_names
from legnext_client.cli.naming import told_as
from legnext_client.cli.progress import progress
from legnext_client.cli.wait import Template, fetch


@command
def download(
    run: Run,
    job: Annotated[str, typer.Argument(metavar="JOB", help="The id of the job.", show_default=False)],
    directory: Annotated[str, typer.Argument(metavar="DIR", help="Where to; it is made if it is not there.")] = ".",
    name: Template = None,
    which: Annotated[
        list[int] | None,
        typer.Option(metavar="NUMBER", help="One of its images or videos, from 0. To be given several times."),
    ] = None,
) -> None:
    """Fetch what a job made.

    A file that is there is not fetched again, and one that was broken off is gone on with. Jobs that go on are waited
    for by `legnext wait JOB --download DIR`.
    """
    writable_directory("DIR", directory)
    if name is not None:
        check_names("--name", name, JOB_FIELDS, 1)
    found = run.client().confirm(job)
    with told_as({"which": "--which", "name": "--name"}), progress(run.output) as shown:
        fetch(run, found, directory, shown, name=name, which=which or None)


app = single(download)
