"""`Job` and `AsyncJob`: the state of a job, and methods to wait for it, download it and build on it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from legnext_client._calls.job_view import JobView, check_job
from legnext_client._calls.results import (
    FILE_NAME,
    downloads,
    pending,  # async only
)
from legnext_client._calls.service import FINDS, Received, check_listener, left_waiting
from legnext_client._transport.async_driver import AsyncRuntime, async_emitted, async_run
from legnext_client.errors import InvalidRequest
from legnext_client.generated.follow_ups import AsyncFollowUps
from legnext_client.generated.sync.jobs import Job  # async only

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping
    from pathlib import Path

    from legnext_client._calls.service import CallService, PreparedCall
    from legnext_client._downloads.transfer import Progress
    from legnext_client._protocol.callbacks import Callbacks
    from legnext_client._protocol.state import State
    from legnext_client.generated.operations import Operation
    from legnext_client.generated.types import Pending  # async only

ResultT = TypeVar("ResultT")

__all__ = ["AsyncJob", "Job"]  # async only


class AsyncSender:
    """The service of a client, and what carries out its flows."""

    def __init__(self, service: CallService, runtime: AsyncRuntime) -> None:
        self.service = service
        self.runtime = runtime

    async def submit(
        self, prepared: Callable[[], PreparedCall], read: Callable[[Received], ResultT], *, is_free: bool
    ) -> ResultT:
        """Prepare a call, send it, and read the answer. An exception, such as Ctrl-C, gets the ids of earlier jobs."""
        try:
            return read(await async_run(self.service.submitting(prepared()), self.runtime))
        except BaseException as error:
            if not is_free:
                self.service.name_jobs(error)
            raise


class AsyncJobOwner(Protocol):
    """The client that a job belongs to."""

    @property
    def _calls(self) -> AsyncSender: ...


class AsyncJob(JobView, AsyncFollowUps["AsyncJob"]):
    """A job. `wait()` for it, `download()` its files, or call a follow-up operation on it."""

    __module__ = "legnext_client.jobs"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], client: AsyncJobOwner | None = None) -> Self:
        """Return the job of a response, such as `job.to_dict()`. Nothing is sent.

        With a `client`, the job can be waited for, downloaded and built on.
        """
        check_job(data)
        if client is None:
            return cls(data)
        calls: object = getattr(client, "_calls", None)
        if not isinstance(calls, AsyncSender):
            raise InvalidRequest(f"client must be an AsyncClient; got {type(client).__name__}.")
        return cls(data, calls)

    async def refresh(self) -> Self:
        """Poll the job once."""
        await async_run(self._polling(), self._attached.runtime)
        return self

    async def wait(
        self,
        timeout: float | None = None,
        *,
        poll_interval: float | None = None,
        on_progress: Callable[[AsyncJob], object] | None = None,
        callbacks: Callbacks | None = None,
    ) -> Self:
        """Wait until the job is done.

        Args:
            timeout: Maximum seconds to wait. Default: 300 or three times the typical duration, whichever is longer.
            poll_interval: Seconds between polls. By default, the job is polled when it is likely to be done.
            on_progress: Called with the job once at the start, then after each poll. May be a coroutine function.
            callbacks: Source of callbacks, such as a `CallbackReceiver`. The job is polled as soon as its callback
                arrives, and otherwise rarely.

        Raises:
            JobFailed: The job ended without a result.
            WaitTimeout: The timeout elapsed; the job is still running.
        """

        check_listener(on_progress)

        def report(update: tuple[int, State]) -> object:
            self._accept(update[1])
            return on_progress(self) if on_progress is not None else None

        try:
            await async_run(self._waiting(timeout, poll_interval, callbacks), self._attached.runtime, report)
        except BaseException as error:
            left_waiting(error, [self._state])
            raise
        return self._ended()

    async def updates(self, timeout: float | None = None, *, poll_interval: float | None = None) -> AsyncIterator[Self]:
        """Yield the job now and after each poll until it is done. A failed job is yielded, not raised."""
        if self.done:
            yield self
        try:
            async for _, state in async_emitted(self._waiting(timeout, poll_interval), self._attached.runtime):
                yield self._accept(state)
        except BaseException as error:
            left_waiting(error, [self._state])
            raise

    async def download(
        self,
        directory: str | os.PathLike[str],
        name: str = FILE_NAME,
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
            on_progress: Called with a `Progress` as bytes arrive. May be a coroutine function.
            max_bytes: Maximum size of one file.
            timeout: Maximum seconds for one file, including retries.

        Raises:
            DownloadError: A file could not be downloaded or is invalid; the other files are kept.
            InvalidRequest: The job is not done, has no files, or `name` is invalid; nothing was downloaded.
            JobFailed: The job failed, so it has no files.
        """
        if self.done and not self.ok:
            self._ended()
        limits = downloads().Limits(concurrency, max_bytes, timeout)
        flow = downloads().of_job(self._service, self._state, directory, name, which, limits)
        self._files = await async_run(flow, self._attached.runtime, on_progress)
        return self._files

    async def result(
        self,
        *,
        timeout: float | None = None,
        poll_interval: float | None = None,
        on_progress: Callable[[AsyncJob], object] | None = None,
        callbacks: Callbacks | None = None,
        download: str | os.PathLike[str] | None = None,
        name: str = FILE_NAME,
    ) -> Self:
        """Wait until the job is done and, with `download`, save its files; `job.files` are their paths.

        Args:
            timeout: Maximum seconds to wait; see `wait`.
            poll_interval: Seconds between polls; see `wait`.
            on_progress: Called with the job once at the start, then after each poll. May be a coroutine function.
            callbacks: Source of callbacks; see `wait`.
            download: Directory for the files; created if missing. Without it, nothing is downloaded.
            name: File name template; see `download`.

        Raises:
            JobFailed: The job ended without a result.
            WaitTimeout: The timeout elapsed; the job is still running.
            DownloadError: A file could not be downloaded; the job is done, and named in a note.
        """
        await self.wait(timeout, poll_interval=poll_interval, on_progress=on_progress, callbacks=callbacks)
        if download is not None:
            try:
                await self.download(download, name)
            except BaseException as error:
                error.add_note(f"Job {self.job_id} is done. {FINDS}")
                raise
        return self

    # sync only: def _follow_up(self, operation: Operation, fields: Any, options: Any) -> Job:
    def _follow_up(self, operation: Operation, fields: Any, options: Any) -> Pending[AsyncJob]:  # async only
        # sync only: return self._submitted(operation, fields, options)
        return pending(self._service, operation, self._submitted(operation, fields, options))  # async only

    async def _submitted(self, operation: Operation, fields: dict[str, Any], options: Mapping[str, Any]) -> AsyncJob:
        call = partial(self._prepared, operation, fields, options)
        sender: AsyncSender = self._attached
        # Returned at once: Ctrl-C on a line between would lose the id.
        return await sender.submit(call, partial(self._made, operation), is_free=operation.free)

    async def _act(self, operation: Operation, fields: dict[str, Any], options: Mapping[str, Any]) -> Any:
        call = partial(self._prepared, operation, fields, options)
        read = partial(Received.parsed, operation=operation)
        return await self._attached.submit(call, read, is_free=operation.free)
