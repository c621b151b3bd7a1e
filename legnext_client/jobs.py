"""`Job` and `AsyncJob`: the state of a job, and methods to wait for it, download it and build on it."""

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
    """A job. `wait()` for it, `download()` its files, or call a follow-up operation on it."""

    _hands: Runtime

    def refresh(self) -> Self:
        """Poll the job once."""
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
            timeout: Maximum seconds to wait. Default: 300 or three times the typical duration, whichever is longer.
            poll_interval: Seconds between polls. By default, the job is polled when it is likely to be done.
            on_progress: Called with the job once at the start, then after each poll.
            callbacks: Source of callbacks, such as a `CallbackReceiver`. The job is polled as soon as its callback
                arrives, and otherwise rarely.

        Raises:
            JobFailed: The job ended without a result.
            WaitTimeout: The timeout elapsed; the job is still running.
        """

        def report(update: tuple[int, State]) -> None:
            self._accept(update[1])
            if on_progress is not None:
                on_progress(self)

        try:
            run(self._waiting(timeout, poll_interval, callbacks), self._hands, report)
        except BaseException as error:
            left_waiting(error, [self._state])
            raise
        return self._ended()

    def updates(self, timeout: float | None = None, *, poll_interval: float | None = None) -> Iterator[Self]:
        """Yield the job now and after each poll until it is done. A failed job is yielded, not raised."""
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
        """Download the files of the job and return their paths, in the order of its images or videos.

        Existing files are not downloaded again, and interrupted downloads are resumed.

        Args:
            directory: Destination directory; created if missing. Nothing is written outside it.
            name: File name template with `{job_id}`, `{n}`, `{ext}` and `{task_type}`; `/` creates folders.
            which: Index or indexes of the files, from 0, as in follow-ups. Default: all.
            concurrency: Maximum concurrent downloads.
            on_progress: Called with a `Progress` as bytes arrive.
            max_bytes: Maximum size of one file.
            timeout: Maximum seconds for one file, including retries.

        Raises:
            DownloadError: A file could not be downloaded or is invalid; the other files are kept.
            InvalidRequest: The job is not done, has no files, or `name` is invalid; nothing was downloaded.
            JobFailed: The job failed, so it has no files.
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
        try:
            return self._made(call, run(self._its_service.submitting(call), self._hands))
        except BaseException as error:
            self._its_service.name_jobs(call, error)
            raise

    def _act(self, operation: Operation, fields: dict[str, Any]) -> Any:
        call = self._prepared(operation, fields)
        try:
            return parsed(operation, run(self._its_service.submitting(call), self._hands))
        except BaseException as error:
            self._its_service.name_jobs(call, error)
            raise


class AsyncJob(JobView, AsyncFollowUps["AsyncJob"]):
    """A job of an `AsyncClient`; see `Job`."""

    _hands: AsyncRuntime

    async def refresh(self) -> Self:
        """Poll the job once."""
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

        def report(update: tuple[int, State]) -> object:
            self._accept(update[1])
            return on_progress(self) if on_progress is not None else None

        try:
            await async_run(self._waiting(timeout, poll_interval, callbacks), self._hands, report)
        except BaseException as error:
            left_waiting(error, [self._state])
            raise
        return self._ended()

    async def updates(self, timeout: float | None = None, *, poll_interval: float | None = None) -> AsyncIterator[Self]:
        """Yield the job now and after each poll until it is done. A failed job is yielded, not raised."""
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
        """Download the files of the job; see `Job.download`. `on_progress` may be a coroutine function."""
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
        try:
            return self._made(call, await async_run(self._its_service.submitting(call), self._hands))
        except BaseException as error:
            self._its_service.name_jobs(call, error)
            raise

    async def _act(self, operation: Operation, fields: dict[str, Any]) -> Any:
        call = self._prepared(operation, fields)
        try:
            return parsed(operation, await async_run(self._its_service.submitting(call), self._hands))
        except BaseException as error:
            self._its_service.name_jobs(call, error)
            raise
