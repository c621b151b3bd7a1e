"""`Job` and `AsyncJob`: what the service says of a job, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from legnext_client._calls.job_view import JobView
from legnext_client._calls.service import left_waiting, parsed
from legnext_client._transport.drivers import async_emitted, async_run, emitted, run
from legnext_client.generated.follow_ups import AsyncFollowUps, FollowUps

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from pathlib import Path

    from legnext_client._downloads.transfer import Progress
    from legnext_client._protocol.callbacks import Callbacks
    from legnext_client._protocol.state import State
    from legnext_client._transport.drivers import AsyncRuntime, Runtime
    from legnext_client.generated.operations import Operation


class Job(JobView, FollowUps["Job"]):
    """A job. `wait()` for it, `download` what it made, and build on it: every follow-up is a method."""

    _hands: Runtime

    def refresh(self) -> Self:
        """Ask the service once how the job is doing."""
        run(self._asking(), self._hands)
        return self

    def wait(
        self,
        timeout: float | None = None,
        *,
        poll_interval: float | None = None,
        on_progress: Callable[[Job], object] | None = None,
        callbacks: Callbacks | None = None,
    ) -> Self:
        """Wait until the job is done.

        Args:
            timeout: Seconds to wait at most; without it, 300 or three times the typical time, whichever is more.
            poll_interval: Seconds between questions; without it, the job is asked for when it is likely to be done.
            on_progress: Called with the job: at once as it was accepted, then at each answer.
            callbacks: Where the job is called back, such as a `CallbackReceiver`: a callback has the job asked for at
                once, which otherwise happens seldom and late.

        Raises:
            JobFailed: The job ended without a result.
            WaitTimeout: The time is over; the job goes on.
        """

        def heard(found: tuple[int, State]) -> None:
            self._accept(found[1])
            if on_progress is not None:
                on_progress(self)

        try:
            run(self._waiting(timeout, poll_interval, callbacks), self._hands, heard)
        except BaseException as error:
            left_waiting(error, [self._state])
            raise
        return self._ended()

    def updates(self, timeout: float | None = None, *, poll_interval: float | None = None) -> Iterator[Self]:
        """The job at once, then at each answer until it is done; a failed job is the last update, not an error."""
        if self.done:
            yield self
        try:
            for _, state in emitted(self._waiting(timeout, poll_interval), self._hands):
                yield self._accept(state)
        except BaseException as error:
            left_waiting(error, [self._state])
            raise

    def download(
        self,
        directory: str | os.PathLike[str],
        name: str = "{job_id}_{n}{ext}",
        which: int | Iterable[int] | None = None,
        concurrency: int = 4,
        on_progress: Callable[[Progress], object] | None = None,
        *,
        max_bytes: int = 2 * 1024**3,
        timeout: float = 1800.0,
    ) -> list[Path]:
        """Fetch what the job made; the paths, in the order of its images or videos.

        A file that is already there is not fetched again, and one that was broken off is gone on with.

        Args:
            directory: Where to; it is made if it is not there. Nothing is ever written outside of it.
            name: The names, from `{job_id}`, `{n}`, `{ext}` and `{task_type}`; `/` makes folders.
            which: One number or several, from 0, as follow-ups count; without it, all.
            concurrency: So many at once.
            on_progress: Called with a `Progress` as bytes arrive.
            max_bytes: Refuse a file that is larger.
            timeout: Seconds for one file, with all tries.

        Raises:
            DownloadError: A file could not be fetched, or is not what it should be; the others are there.
            InvalidRequest: The job is not done, or has no files, or the names cannot be; nothing was fetched.
            JobFailed: The job failed: there is nothing to fetch.
        """
        from legnext_client._downloads.downloads import of_job

        if self.done and not self.ok:
            self._ended()
        flow = of_job(
            self._its_service,
            self._state,
            directory,
            name,
            which,
            concurrency=concurrency,
            max_bytes=max_bytes,
            timeout=timeout,
        )
        return run(flow, self._hands, on_progress)

    def _follow_up(self, operation: Operation, fields: dict[str, Any]) -> Job:
        call = self._prepared(operation, fields)
        with self._its_service.naming_jobs(call):
            return self._made(call, run(self._its_service.submitting(call), self._hands))

    def _act(self, operation: Operation, fields: dict[str, Any]) -> Any:
        call = self._prepared(operation, fields)
        with self._its_service.naming_jobs(call):
            return parsed(operation, run(self._its_service.submitting(call), self._hands))


class AsyncJob(JobView, AsyncFollowUps["AsyncJob"]):
    """A job. `await job.wait()`, and build on it: every follow-up is a method."""

    _hands: AsyncRuntime

    async def refresh(self) -> Self:
        """Ask the service once how the job is doing."""
        await async_run(self._asking(), self._hands)
        return self

    async def wait(
        self,
        timeout: float | None = None,
        *,
        poll_interval: float | None = None,
        on_progress: Callable[[AsyncJob], object] | None = None,
        callbacks: Callbacks | None = None,
    ) -> Self:
        """Wait until the job is done; see `Job.wait`. `on_progress` may be a coroutine function."""

        def heard(found: tuple[int, State]) -> object:
            self._accept(found[1])
            return on_progress(self) if on_progress is not None else None

        try:
            await async_run(self._waiting(timeout, poll_interval, callbacks), self._hands, heard)
        except BaseException as error:
            left_waiting(error, [self._state])
            raise
        return self._ended()

    async def updates(self, timeout: float | None = None, *, poll_interval: float | None = None) -> AsyncIterator[Self]:
        """The job at once, then at each answer until it is done; a failed job is the last update, not an error."""
        if self.done:
            yield self
        try:
            async for _, state in async_emitted(self._waiting(timeout, poll_interval), self._hands):
                yield self._accept(state)
        except BaseException as error:
            left_waiting(error, [self._state])
            raise

    async def download(
        self,
        directory: str | os.PathLike[str],
        name: str = "{job_id}_{n}{ext}",
        which: int | Iterable[int] | None = None,
        concurrency: int = 4,
        on_progress: Callable[[Progress], object] | None = None,
        *,
        max_bytes: int = 2 * 1024**3,
        timeout: float = 1800.0,
    ) -> list[Path]:
        """Fetch what the job made; see `Job.download`. `on_progress` may be a coroutine function."""
        from legnext_client._downloads.downloads import of_job

        if self.done and not self.ok:
            self._ended()
        flow = of_job(
            self._its_service,
            self._state,
            directory,
            name,
            which,
            concurrency=concurrency,
            max_bytes=max_bytes,
            timeout=timeout,
        )
        return await async_run(flow, self._hands, on_progress)

    async def _follow_up(self, operation: Operation, fields: dict[str, Any]) -> AsyncJob:
        call = self._prepared(operation, fields)
        with self._its_service.naming_jobs(call):
            return self._made(call, await async_run(self._its_service.submitting(call), self._hands))

    async def _act(self, operation: Operation, fields: dict[str, Any]) -> Any:
        call = self._prepared(operation, fields)
        with self._its_service.naming_jobs(call):
            return parsed(operation, await async_run(self._its_service.submitting(call), self._hands))
