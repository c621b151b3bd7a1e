"""Sync half of `_client/async_caller.py`.

Written by `make generate`; edit that module instead.
"""

# Jobs and this class are implemented together.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from legnext_client._calls.budgets import book
from legnext_client._calls.job_view import JobView
from legnext_client._calls.planning import operation_named
from legnext_client._calls.requests import Pages
from legnext_client._calls.results import RESULT_OPTIONS, check_result
from legnext_client._calls.service import CallService, JobContext, Received, check_listener, left_waiting
from legnext_client._client.free_form import prepared
from legnext_client._protocol.responses import is_job_id
from legnext_client.errors import ConfigurationError, InvalidRequest, WaitTimeout
from legnext_client.generated.namespaces import Tasks
from legnext_client.generated.operations import ROLES, SAFE
from legnext_client.generated.sync.driver import emitted, run
from legnext_client.generated.sync.jobs import Job, Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from legnext_client._client.free_form import RequestOptions
    from legnext_client._protocol.callbacks import Callbacks
    from legnext_client.generated.operations import Operation
    from legnext_client.generated.sync.driver import Runtime
    from legnext_client.generated.types import FileContent

JobT = TypeVar("JobT")


class Caller(Sender):
    """Sends the calls of a client and makes jobs of the answers."""

    def __init__(self, service: CallService, runtime: Runtime) -> None:
        super().__init__(service, runtime)
        self.tasks = WaitingTasks(self)

    def job(self, operation: Operation, fields: Any, options: Any) -> Job:
        return self._submitted(operation, fields, options)

    def _submitted(self, operation: Operation, fields: dict[str, Any], options: Mapping[str, Any]) -> Job:
        call = partial(self.service.single, operation, fields, options)
        return self.submit(call, self._made, is_free=operation.free)

    def answer(self, operation: Operation, fields: dict[str, Any], options: Mapping[str, Any] = {}) -> Any:
        call = partial(self.service.single, operation, fields, options)
        return self.submit(call, partial(Received.parsed, operation=operation), is_free=operation.free)

    def make(self, name: str, given: Mapping[str, Any]) -> Job:
        """Submit a call by the name of its operation, wait for its job, and download its files."""
        operation = operation_named(name)
        known = {field.name for field in operation.fields + operation.parameters}
        wanted = {option: value for option, value in given.items() if option in RESULT_OPTIONS - known}
        fields = {field: value for field, value in given.items() if field in known}
        options = {option: value for option, value in given.items() if option not in wanted and option not in known}
        check_result(self.service, operation, **wanted)
        return (self.job(operation, fields, options)).result(**wanted)

    def items(self, operation: Operation, fields: dict[str, Any], options: Mapping[str, Any] = {}) -> Iterator[Any]:
        """Yield the items of all pages, starting at the requested one."""
        pages = Pages(operation, fields)
        while pages.more:
            call = self.service.single(operation, pages.fields, options)
            for item in pages.read(run(self.service.submitting(call), self.runtime)):
                yield item

    def free_form(self, method: str, path: str, *, job: bool, **options: Unpack[RequestOptions]) -> Any:
        """Send a free-form request; return the data or, if requested, the job."""
        self.service.check_open()
        call = partial(prepared, method, path, job=job, **options)

        def read(received: Received) -> Any:
            return self._made(received) if job else received.answer.data

        return self.submit(call, read, is_free=str(method).upper() in SAFE)

    def upload(self, file: FileContent) -> str:
        """Upload a file, unless it was uploaded before."""
        self.service.check_open()
        if self.service.uploads is None:
            raise ConfigurationError("upload needs an uploader: see legnext_client.uploads, and pass uploader=….")
        return run(self.service.uploads.url_of(file), self.runtime)

    def _made(self, received: Received) -> Job:
        return Job._of(received.state, self, received.context)

    def confirm(self, job: JobView | str) -> Job:
        """Fetch a job, given itself or its id, keeping its context."""
        operation, job_id = ROLES["job"], job.job_id if isinstance(job, JobView) else job
        fetched = self.job(operation, {operation.parameters[0].name: job_id}, {})
        if isinstance(job, JobView):
            fetched._context = job._context
            book(fetched._state, fetched._context.holds)
        return fetched

    def _own(self, job: object) -> Job:
        """Convert a job or id to a job of this client."""
        if isinstance(job, Job) and job._sender is not None:
            return job
        if isinstance(job, JobView):
            return Job._of(job._state, self, job._context)
        return self.stub(job)

    def stub(self, job_id: object) -> Job:
        """Return a job of which only the id is known; it is polled immediately."""
        if not is_job_id(job_id):
            raise InvalidRequest(f"job_id must be a job id, such as job.job_id; got {job_id!r}.")
        self.service.check_open()
        return Job({"job_id": job_id}, self, JobContext(retry_after=0.0))

    def wait_all(
        self,
        jobs: Iterable[Job | str],
        timeout: float | None,
        poll_interval: float | None,
        on_progress: Callable[[Job], object] | None,
        callbacks: Callbacks | None = None,
    ) -> Iterator[Job]:
        check_listener(on_progress)
        waited = [self._own(job) for job in _several(jobs)]
        for job in waited:
            if job.done:
                yield job

        def late(seconds: float, reason: str) -> WaitTimeout:
            left = [job for job in waited if not job.done]
            ids = ", ".join(job.job_id for job in left[:5]) + (" …" if len(left) > 5 else "")
            message = f"{len(left)} of {len(waited)} jobs are not done after {seconds:.0f} seconds: {ids}.{reason}"
            return WaitTimeout(message, job=left[0])

        flow = self.service.waiting(
            [(job._state, job._context) for job in waited],
            timeout=timeout,
            poll_interval=poll_interval,
            callbacks=callbacks,
            late=late,
        )
        index: int
        try:
            for index, state in emitted(flow, self.runtime):
                job = waited[index]._accept(state)
                if on_progress is not None:
                    on_progress(job)
                if job.done:
                    yield job
        except BaseException as error:
            left_waiting(error, [job._state for job in waited])
            raise


def _several(jobs: Iterable[JobT]) -> Iterable[JobT]:
    if isinstance(jobs, str | JobView) or not hasattr(jobs, "__iter__"):  # a string would iterate over its characters
        raise InvalidRequest(f"jobs must be a list of jobs or ids; got {jobs!r}. Pass [job].")
    return jobs


class WaitingTasks(Tasks[Job]):
    """The generated `tasks`, plus waiting by id."""

    __slots__ = ("_stub",)

    def __init__(self, calls: Caller) -> None:
        super().__init__(calls)
        self._stub = calls.stub

    def wait_for_completion(
        self,
        job_id: str,
        timeout: float | None = None,
        poll_interval: float | None = None,
        on_progress: Callable[[Job], object] | None = None,
    ) -> Job:
        """Wait for a job by its id; see `Job.wait`."""
        return self._stub(job_id).wait(timeout, poll_interval=poll_interval, on_progress=on_progress)
