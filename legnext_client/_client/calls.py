"""Sync and async execution of calls, for the namespaces and for waits."""

# Jobs and these classes are implemented together.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from legnext_client._calls.budgets import book
from legnext_client._calls.job_view import JobView
from legnext_client._calls.pages import Pages
from legnext_client._calls.service import CallService, JobContext, PreparedCall, left_waiting, parsed
from legnext_client._transport.drivers import AsyncRuntime, Runtime, async_emitted, async_run, emitted, run
from legnext_client.errors import InvalidRequest, WaitTimeout
from legnext_client.generated.namespaces import AsyncTasks, Tasks
from legnext_client.jobs import AsyncJob, Job

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence

    from legnext_client._calls.settings import Settings
    from legnext_client._protocol.callbacks import Callbacks
    from legnext_client._protocol.flow import Flow
    from legnext_client._transport.clocks import Clock
    from legnext_client._transport.drivers import Listener
    from legnext_client._transport.transports import AsyncTransport, Transport
    from legnext_client.generated.operations import Operation

JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")


class SyncCalls:
    """Sync execution of calls."""

    def __init__(self, service: CallService, hands: Runtime) -> None:
        self.service = service
        self.hands = hands

    @classmethod
    def of(cls, settings: Settings, clock: Clock, transport: Transport) -> SyncCalls:
        return cls(CallService(settings, clock), Runtime(transport, clock))

    def carry_out(self, flow: Flow[ResultT], listener: Listener | None = None) -> ResultT:
        return run(flow, self.hands, listener)

    def with_settings(self, settings: Settings) -> SyncCalls:
        return SyncCalls(self.service.with_settings(settings), self.hands)

    def job(self, operation: Operation, fields: dict[str, Any]) -> Job:
        call = self.service.prepare(operation, fields)
        try:
            answer = run(self.service.submitting(call), self.hands)
            return Job(answer.data, self.service, self.hands, self.service.context(call, answer))
        except BaseException as error:
            self.service.name_jobs(call, error)
            raise

    def answer(self, operation: Operation, fields: dict[str, Any]) -> Any:
        call = self.service.prepare(operation, fields)
        try:
            return parsed(operation, run(self.service.submitting(call), self.hands))
        except BaseException as error:
            self.service.name_jobs(call, error)
            raise

    def items(self, operation: Operation, fields: dict[str, Any]) -> Iterator[Any]:
        """Yield the items of all pages, starting at the requested one."""
        pages = Pages(operation, fields)
        while pages.more:
            call = self.service.prepare(operation, pages.fields)
            yield from pages.read(run(self.service.submitting(call), self.hands))

    def free_form(self, call: PreparedCall) -> Any:
        """Send a free-form request; return the data or, if requested, the job."""
        try:
            answer = run(self.service.submitting(call), self.hands)
            if call.request.expects_job:
                return Job(
                    answer.data, self.service, self.hands, self.service.context(call, answer)._replace(operation=None)
                )
            return answer.data
        except BaseException as error:
            self.service.name_jobs(call, error)
            raise

    def confirm(self, job: JobView | str) -> Job:
        """Fetch a job, given itself or its id, keeping its context."""
        fetched = self.job(*_fetch_call(job))
        if isinstance(job, JobView):
            fetched._context = job._context
            book(fetched._state, fetched._context.holds)
        return fetched

    def _own(self, job: object) -> Job:
        """Convert a job or id to a job of this client."""
        if isinstance(job, Job) and job._service is not None:
            return job
        if isinstance(job, JobView):
            return Job(job.raw, self.service, self.hands, job._context)
        return self.stub(_id(job))

    def stub(self, job_id: str) -> Job:
        """Return a job of which only the id is known; it is polled immediately."""
        self.service.check_open()
        return Job({"job_id": _id(job_id)}, self.service, self.hands, JobContext(retry_after=0.0))

    def wait_all(
        self,
        jobs: Iterable[Job | str],
        timeout: float | None,
        poll_interval: float | None,
        on_progress: Callable[[Job], object] | None,
        callbacks: Callbacks | None = None,
    ) -> Iterator[Job]:
        waited = [self._own(job) for job in _several(jobs)]
        yield from [job for job in waited if job.done]
        standing = [job._standing for job in waited]
        flow = self.service.waiting(
            standing, timeout=timeout, poll_interval=poll_interval, callbacks=callbacks, late=partial(_late, waited)
        )
        index: int
        try:
            for index, state in emitted(flow, self.hands):
                job = waited[index]._accept(state)
                if on_progress is not None:
                    on_progress(job)
                if job.done:
                    yield job
        except BaseException as error:
            left_waiting(error, [job._state for job in waited])
            raise


class AsynchronousCalls:
    """Async execution of calls."""

    def __init__(self, service: CallService, hands: AsyncRuntime) -> None:
        self.service = service
        self.hands = hands

    @classmethod
    def of(cls, settings: Settings, clock: Clock, transport: AsyncTransport) -> AsynchronousCalls:
        return cls(CallService(settings, clock), AsyncRuntime(transport, clock))

    async def carry_out(self, flow: Flow[ResultT], listener: Listener | None = None) -> ResultT:
        return await async_run(flow, self.hands, listener)

    def with_settings(self, settings: Settings) -> AsynchronousCalls:
        return AsynchronousCalls(self.service.with_settings(settings), self.hands)

    async def job(self, operation: Operation, fields: dict[str, Any]) -> AsyncJob:
        call = self.service.prepare(operation, fields)
        try:
            answer = await async_run(self.service.submitting(call), self.hands)
            return AsyncJob(answer.data, self.service, self.hands, self.service.context(call, answer))
        except BaseException as error:
            self.service.name_jobs(call, error)
            raise

    async def answer(self, operation: Operation, fields: dict[str, Any]) -> Any:
        call = self.service.prepare(operation, fields)
        try:
            return parsed(operation, await async_run(self.service.submitting(call), self.hands))
        except BaseException as error:
            self.service.name_jobs(call, error)
            raise

    async def items(self, operation: Operation, fields: dict[str, Any]) -> AsyncIterator[Any]:
        """Yield the items of all pages, starting at the requested one."""
        pages = Pages(operation, fields)
        while pages.more:
            call = self.service.prepare(operation, pages.fields)
            for item in pages.read(await async_run(self.service.submitting(call), self.hands)):
                yield item

    async def free_form(self, call: PreparedCall) -> Any:
        """Send a free-form request; return the data or, if requested, the job."""
        try:
            answer = await async_run(self.service.submitting(call), self.hands)
            if call.request.expects_job:
                return AsyncJob(
                    answer.data, self.service, self.hands, self.service.context(call, answer)._replace(operation=None)
                )
            return answer.data
        except BaseException as error:
            self.service.name_jobs(call, error)
            raise

    async def confirm(self, job: JobView | str) -> AsyncJob:
        """Fetch a job, given itself or its id, keeping its context."""
        fetched = await self.job(*_fetch_call(job))
        if isinstance(job, JobView):
            fetched._context = job._context
            book(fetched._state, fetched._context.holds)
        return fetched

    def _own(self, job: object) -> AsyncJob:
        """Convert a job or id to a job of this client."""
        if isinstance(job, AsyncJob) and job._service is not None:
            return job
        if isinstance(job, JobView):
            return AsyncJob(job.raw, self.service, self.hands, job._context)
        return self.stub(_id(job))

    def stub(self, job_id: str) -> AsyncJob:
        """Return a job of which only the id is known; it is polled immediately."""
        self.service.check_open()
        return AsyncJob({"job_id": _id(job_id)}, self.service, self.hands, JobContext(retry_after=0.0))

    async def wait_all(
        self,
        jobs: Iterable[AsyncJob | str],
        timeout: float | None,
        poll_interval: float | None,
        on_progress: Callable[[AsyncJob], object] | None,
        callbacks: Callbacks | None = None,
    ) -> AsyncIterator[AsyncJob]:
        waited = [self._own(job) for job in _several(jobs)]
        for job in waited:
            if job.done:
                yield job
        standing = [job._standing for job in waited]
        flow = self.service.waiting(
            standing, timeout=timeout, poll_interval=poll_interval, callbacks=callbacks, late=partial(_late, waited)
        )
        index: int
        try:
            async for index, state in async_emitted(flow, self.hands):
                job = waited[index]._accept(state)
                if on_progress is not None:
                    result = on_progress(job)
                    if inspect.isawaitable(result):
                        await result
                if job.done:
                    yield job
        except BaseException as error:
            left_waiting(error, [job._state for job in waited])
            raise


def _fetch_call(job: JobView | str) -> tuple[Operation, dict[str, Any]]:
    from legnext_client.generated.operations import ROLES

    operation = ROLES["job"]
    return operation, {operation.parameters[0].name: job.job_id if isinstance(job, JobView) else job}


def _id(job_id: object) -> str:
    if not isinstance(job_id, str) or not job_id.strip() or any("\ud800" <= part <= "\udfff" for part in job_id):
        raise InvalidRequest(f"job_id must be a job id, such as job.job_id; got {job_id!r}.")
    return job_id


def _several(jobs: Iterable[JobT]) -> Iterable[JobT]:
    if isinstance(jobs, str | JobView) or not hasattr(jobs, "__iter__"):  # a string would iterate over its characters
        raise InvalidRequest(f"jobs must be a list of jobs or ids; got {jobs!r}. Pass [job].")
    return jobs


def _late(jobs: Sequence[Job | AsyncJob], seconds: float, reason: str) -> WaitTimeout:
    left = [job for job in jobs if not job.done]
    ids = ", ".join(job.job_id for job in left[:5]) + (" …" if len(left) > 5 else "")
    return WaitTimeout(
        f"{len(left)} of {len(jobs)} jobs are not done after {seconds:.0f} seconds: {ids}.{reason}", job=left[0]
    )


class WaitingTasks(Tasks[Job]):
    """The generated `tasks`, plus waiting by id."""

    __slots__ = ("_stub",)

    def __init__(self, calls: SyncCalls) -> None:
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


class AsyncWaitingTasks(AsyncTasks[AsyncJob]):
    """The generated `tasks`, plus waiting by id."""

    __slots__ = ("_stub",)

    def __init__(self, calls: AsynchronousCalls) -> None:
        super().__init__(calls)
        self._stub = calls.stub

    async def wait_for_completion(
        self,
        job_id: str,
        timeout: float | None = None,
        poll_interval: float | None = None,
        on_progress: Callable[[AsyncJob], object] | None = None,
    ) -> AsyncJob:
        """Wait for a job by its id; see `Job.wait`."""
        return await self._stub(job_id).wait(timeout, poll_interval=poll_interval, on_progress=on_progress)
