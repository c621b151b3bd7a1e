"""`legnext wait`, and seeing jobs through to their end for every command that does."""

import shlex
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NamedTuple

import typer

from legnext_client._calls.service import WAITED_FOR
from legnext_client._downloads.directories import writable_directory
from legnext_client._downloads.file_names import JOB_FIELDS
from legnext_client.cli.command import Run, command, single
from legnext_client.cli.exits import Exit
from legnext_client.cli.file_names import check_names
from legnext_client.cli.naming import told_as
from legnext_client.cli.progress import Shown, progress
from legnext_client.cli.showing import counted, has_files, made, points
from legnext_client.client import Client
from legnext_client.errors import DownloadError, InvalidRequest, JobFailed, NotFoundError
from legnext_client.jobs import Job

PANEL = "Options of the wait"
Wait = Annotated[bool, typer.Option("--wait", rich_help_panel=PANEL, help="Wait until the job has ended.")]
Timeout = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", rich_help_panel=PANEL, help="Wait so long at most, 0 looks once; the job goes on."),
]
Directory = Annotated[
    str | None,
    typer.Option("--download", metavar="DIR", rich_help_panel=PANEL, help="Wait, and fetch what was made to here."),
]
Template = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="TEMPLATE",
        rich_help_panel=PANEL,
        help="The names of the files, of {job_id}, {n}, {ext} and {task_type}; / makes folders.",
    ),
]


class Wishes(NamedTuple):
    """How long to wait, and where what is made is to go."""

    timeout: float | None = None
    directory: str | None = None
    name: str | None = None
    way: tuple[str, ...] = ()
    """The options by which the service is found; see `Run.way`."""

    def check(self, files: int = 1) -> None:
        """Refuse what could not be done, before anything is paid; `files` is how many are made, as far as is known."""
        if self.timeout is not None and not self.timeout >= 0:
            raise InvalidRequest(f"--timeout must be seconds, 0 or more; got {self.timeout}.")
        if self.directory is not None:
            writable_directory("--download", self.directory)
        if self.name is not None:
            if self.directory is None:
                raise InvalidRequest("--name is for files: give --download DIR, too.")
            check_names("--name", self.name, JOB_FIELDS, files)

    def again(self, job_ids: Iterable[str]) -> str:
        """The command that takes jobs up again."""
        given = (("--download", self.directory), ("--name", self.name))
        options = [word for option, value in given if value is not None for word in (option, value)]
        return shlex.join(["legnext", "wait", *job_ids, *options, *self.way])


@command
def wait(
    run: Run,
    jobs: Annotated[list[str], typer.Argument(metavar="JOB...", help="The ids of the jobs.", show_default=False)],
    timeout: Timeout = None,
    directory: Directory = None,
    name: Template = None,
) -> Exit:
    """Wait for jobs, and show what they made.

    Prints the addresses, texts or files of each job as it ends. Jobs go on whether anyone waits or not, so a wait can
    be broken off and taken up again.
    """
    wishes = Wishes(timeout, directory, name, run.way)
    wishes.check()
    client = run.client()
    ids = list(dict.fromkeys(jobs))
    with told_as({"job_id": "JOB"}), on_their_way(ids, wishes) as left:
        return see_through(run, client, ids, wishes, left)


@contextmanager
def on_their_way(job_ids: Sequence[str], wishes: Wishes) -> Generator[set[str]]:
    """While this is open, an error says how to take up the jobs that are left."""
    left = set(job_ids)
    try:
        yield left
    except (NotFoundError, InvalidRequest):  # there is nothing to take up
        raise
    except BaseException as error:
        if left:
            # The same in the words of a program has been said by the wait itself.
            error.__notes__ = [note for note in getattr(error, "__notes__", ()) if not note.startswith(WAITED_FOR)]
            error.add_note(f"Take up what goes on: {wishes.again(each for each in job_ids if each in left)}")
        raise


def see_through(run: Run, client: Client, jobs: Sequence[Job | str], wishes: Wishes, left: set[str]) -> Exit:
    """Wait for jobs, fetch and show what each made as it ends; a job that fails makes the exit code.

    Jobs that are done with are taken out of those that are `left`.
    """
    ended = Exit.OK
    with progress(run.output) as shown:
        for job in client.wait_all(jobs, wishes.timeout, on_progress=shown.job):
            directory = wishes.directory if has_files(job) else None
            with shown.aside():
                if not _told(run, job):
                    ended = Exit.JOB_FAILED
                run.output.result(job.raw, made(job) if directory is None else ())
            if directory is not None:
                with paid_for():
                    fetch(run, job, directory, shown, name=wishes.name)
            left.discard(job.job_id)
    return ended


@contextmanager
def paid_for() -> Generator[None]:
    """While this is open, nobody is told that nothing was sent: something was, and is paid for."""
    try:
        yield
    except InvalidRequest as error:
        raise DownloadError(error.message) from error


def fetch(run: Run, job: Job, directory: str, shown: Shown, **wishes: Any) -> None:
    """Fetch what a job made, and print where it is; the wishes are those of `Job.download`."""
    given = {name: value for name, value in wishes.items() if value is not None}
    paths = [str(path) for path in job.download(directory, on_progress=shown.file, **given)]
    with shown.aside():
        run.output.result({"job_id": job.job_id, "downloaded": paths}, paths)


def _told(run: Run, job: Job) -> bool:
    """Say how a job ended; whether it was completed."""
    try:
        job.wait()  # it has ended: nothing is waited for, but a failure is raised
    except JobFailed as error:
        run.output.say(str(error), "red")
        return False
    told = ", ".join(part for part in (counted(job), points(job)) if part)
    run.output.say(f"{job.job_id} completed: {told}", "green")
    return True


app = single(wait)
