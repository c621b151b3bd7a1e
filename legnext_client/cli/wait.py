"""`legnext wait`, and the wait for jobs shared by other commands."""

import shlex
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from legnext_client._calls.items import Call
from legnext_client._calls.service import WAITED_FOR
from legnext_client._downloads.file_names import JOB_FIELDS, check_names, writable_directory
from legnext_client._runs.chain_steps import many_made
from legnext_client.cli.command import Directory, Run, Show, Template, Timeout, command, single
from legnext_client.cli.exits import Exit, report_as
from legnext_client.cli.progress import Progress, job_line
from legnext_client.cli.showing import counted, has_files, images_for, made, points
from legnext_client.errors import DownloadError, InvalidRequest, JobFailed, NotFoundError
from legnext_client.jobs import Job

if TYPE_CHECKING:
    from legnext_client.client import Client


class WaitOptions(NamedTuple):
    """Options of a wait and its download."""

    timeout: float | None = None
    directory: str | None = None
    name: str | None = None
    way: tuple[str, ...] = ()
    """Options for the service and the key; see `Run.way`."""
    images: Callable[[Job], None] | None = None
    """What draws a job's images."""

    def check(self, call: Call | None = None) -> None:
        """Refuse impossible options before anything is paid; `call` makes the job that is to be waited for."""
        if self.timeout is not None and not self.timeout >= 0:
            raise InvalidRequest(f"--timeout must be 0 or more seconds; got {self.timeout}.")
        if self.directory is not None:
            writable_directory("--download", self.directory)
        if self.name is not None:
            if self.directory is None:
                raise InvalidRequest("--name needs --download DIR.")
            with report_as({"name": "--name"}):
                check_names(self.name, JOB_FIELDS, 1 if call is None else files_of(call))

    def again(self, job_ids: Iterable[str]) -> str:
        """Return the command that waits for these jobs."""
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
    show: Show = False,
) -> Exit:
    """Wait for jobs and show their results.

    Prints each job's URLs, texts or files when it is done. Jobs run at the service, so a wait can be interrupted and
    repeated.
    """
    options = WaitOptions(timeout, directory, name, run.way)
    options.check()
    if show:
        options = options._replace(images=images_for(run))
    client = run.client()
    ids = list(dict.fromkeys(jobs))
    with report_as({"job_id": "JOB"}), waiting_for(ids, options) as left:
        return see_through(run, client, ids, options, left)


@contextmanager
def waiting_for(job_ids: Sequence[str], options: WaitOptions) -> Generator[set[str]]:
    """Add the command to wait for unfinished jobs to errors while open."""
    left = set(job_ids)
    try:
        yield left
    except (NotFoundError, InvalidRequest):  # nothing to wait for
        raise
    except BaseException as error:
        if left:
            # The wait has added the same advice for Python callers.
            error.__notes__ = [note for note in getattr(error, "__notes__", ()) if not note.startswith(WAITED_FOR)]
            error.add_note(f"Wait for the rest: {options.again(each for each in job_ids if each in left)}")
        raise


def see_through(run: Run, client: "Client", jobs: Sequence[Job | str], options: WaitOptions, left: set[str]) -> Exit:
    """Wait for jobs, downloading and showing each when it is done; a failed job sets the exit code.

    Finished jobs are removed from `left`.
    """
    ended = Exit.OK
    with Progress(run.output, job_line) as shown:
        for job in client.wait_all(jobs, options.timeout, on_progress=shown):
            directory = options.directory if has_files(job) else None
            with run.output.aside():
                if not _report(run, job):
                    ended = Exit.JOB_FAILED
                run.output.result(job.raw, made(job) if directory is None else ())
                if options.images is not None:
                    with paid_for():
                        options.images(job)
            if directory is not None:
                with paid_for():
                    fetch(run, job, directory, shown, name=options.name)
            left.discard(job.job_id)
    return ended


@contextmanager
def paid_for() -> Generator[None]:
    """Turn `InvalidRequest` into `DownloadError` while open, because the job is already paid for."""
    try:
        yield
    except InvalidRequest as error:
        raise DownloadError(error.message) from error


def fetch(run: Run, job: Job, directory: str, shown: Progress, **options: Any) -> None:
    """Download a job's results and print their paths; `options` are options of `Job.download`."""
    given = {name: value for name, value in options.items() if value is not None}
    paths = [str(path) for path in job.download(directory, on_progress=shown, **given)]
    run.output.result({"job_id": job.job_id, "downloaded": paths}, paths)


def _report(run: Run, job: Job) -> bool:
    """Print how a job ended; return whether it completed."""
    try:
        job.wait()  # returns at once, or raises the failure
    except JobFailed as error:
        run.output.say(str(error), "red")
        return False
    text = ", ".join(part for part in (counted(job), points(job)) if part)
    run.output.say(f"{job.job_id} completed: {text}", "green")
    return True


def files_of(call: Call) -> int:
    """Return how many files a job of this call makes, at least; 2 stands for several."""
    if call.operation.makes not in ("images", "videos"):
        return 1
    try:
        return 1 if many_made(call) == 1 else 2
    except ValueError:  # the prompt asks for an invalid number
        return 2


app = single(wait)
