"""`legnext download`: download a job's results."""

from typing import Annotated

import typer

from legnext_client._downloads.file_names import JOB_FIELDS, check_names, writable_directory
from legnext_client.cli.command import Run, Template, command, single
from legnext_client.cli.exits import report_as
from legnext_client.cli.progress import Progress
from legnext_client.cli.wait import fetch


@command
def download(
    run: Run,
    job: Annotated[str, typer.Argument(metavar="JOB", help="The id of the job.", show_default=False)],
    directory: Annotated[str, typer.Argument(metavar="DIR", help="Destination directory; created if missing.")] = ".",
    name: Template = None,
    which: Annotated[
        list[int] | None,
        typer.Option(metavar="NUMBER", help="Index of one image or video, from 0. Can be repeated."),
    ] = None,
) -> None:
    """Download a job's results.

    An existing file is not downloaded again; a partial download is resumed. For a running job, use
    `legnext wait JOB --download DIR`.
    """
    writable_directory("DIR", directory)
    with report_as({"which": "--which", "name": "--name"}), Progress(run.output) as shown:
        if name is not None:
            check_names(name, JOB_FIELDS)
        found = run.client().confirm(job)
        fetch(run, found, directory, shown, name=name, which=which or None)


app = single(download)
