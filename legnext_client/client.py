"""`Client` and `AsyncClient`: the doors to the service.

with Client() as client:
    job = client.midjourney.diffusion(text="a lighthouse at dusk --v 7").wait()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self, Unpack, overload

from legnext_client._client.base import BaseClient
from legnext_client._protocol.retries import Retries
from legnext_client.generated.facade import AsyncNamespaces, Namespaces

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from legnext_client._calls.job_view import JobView
    from legnext_client._client.base import RequestOptions
    from legnext_client._client.calls import AsynchronousCalls, AsyncWaitingTasks, SyncCalls, WaitingTasks
    from legnext_client._downloads.transfer import Progress
    from legnext_client._prompt_policy import PromptPolicy
    from legnext_client._protocol.callbacks import Callbacks
    from legnext_client._runs.batches import AsyncBatch, Batch
    from legnext_client._runs.chain_runs import AsyncChainRun, ChainRun
    from legnext_client._runs.chains import VideoChain
    from legnext_client._runs.options import BatchOptions, RunOptions
    from legnext_client._runs.results import Update
    from legnext_client._runs.rows import Source
    from legnext_client._transport.clocks import Clock
    from legnext_client._transport.drivers import AsyncRuntime, Runtime
    from legnext_client._transport.transports import AsyncTransport, Transport
    from legnext_client.jobs import AsyncJob, Job


class Client(BaseClient["SyncCalls"], Namespaces["Job"]):
    """The service, for programs that wait. Safe to share between threads.

    Args:
        api_key: Your key; without it, `LEGNEXT_API_KEY`.
        base_url: Where the service is; without it, `LEGNEXT_BASE_URL`, or the service's own address.
        timeout: Seconds for one request.
        retries: How often to try again what can be tried again without paying twice, or a `Retries`.
        prompts: What to do about a prompt in which something is wrong: `"refuse"` errors and warn of the rest, `"warn"`
            of everything, or `"ignore"` it.
        requests_per_second: How fast to ask at most when many jobs are waited for at once.
        transport: Something else to send with; see `legnext_client._transport.transports`.
        clock: Another clock to wait by; see `legnext_client._transport.clocks`.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float = 30.0,
        retries: int | Retries = 4,
        prompts: PromptPolicy = "refuse",
        requests_per_second: float = 10.0,
        transport: Transport | None = None,
        clock: Clock | None = None,
    ) -> None:
        headers = self._set_up(api_key, base_url, timeout, retries, prompts, requests_per_second, clock)
        if transport is None:
            from legnext_client._transport.transports import HttpxTransport

            transport = HttpxTransport(self._base_url, headers)
        self._transport = transport
        self._owner = True

    def _make(self) -> SyncCalls:
        from legnext_client._client.calls import SyncCalls

        return SyncCalls.of(self._settings, self._clock, self._transport)

    @property
    def _calls(self) -> SyncCalls:
        return self._caller

    @property
    def _hands(self) -> Runtime:
        return self._caller.hands

    @property
    def tasks(self) -> WaitingTasks:
        """The state and the results of a job."""
        from legnext_client._client.calls import WaitingTasks

        return WaitingTasks(self._caller)

    def wait_all(
        self,
        jobs: Iterable[Job | str],
        timeout: float | None = None,
        *,
        poll_interval: float | None = None,
        on_progress: Callable[[Job], object] | None = None,
        callbacks: Callbacks | None = None,
    ) -> Iterator[Job]:
        """Wait for many jobs, or ids, with one loop; yields each as it ends, failed ones too (`job.ok` tells).

        With `callbacks`, such as a `CallbackReceiver`, a job that is called back is asked for at once, and otherwise
        seldom and late. Raises `WaitTimeout` when the time is over and some are not done.
        """
        return self._caller.wait_all(jobs, timeout, poll_interval, on_progress, callbacks)

    def confirm(self, job: JobView | str) -> Job:
        """The truth about a job: fetched now, whatever a callback said of it."""
        return self._caller.confirm(job)

    def download(
        self,
        urls: str | Iterable[str],
        directory: str | os.PathLike[str],
        name: str = "{stem}_{n}{ext}",
        concurrency: int = 4,
        on_progress: Callable[[Progress], object] | None = None,
        *,
        max_bytes: int = 2 * 1024**3,
        timeout: float = 1800.0,
    ) -> list[Path]:
        """Fetch files by their addresses; the paths, in the same order. See `Job.download`.

        `name` is made of `{stem}` and `{ext}`, which are those of the address, and `{n}`, its place in the list. The
        key is not sent. A file is not fetched again when one of its kind and length is there.
        """
        from legnext_client._downloads.downloads import of_urls

        flow = of_urls(
            self._service, urls, directory, name, concurrency=concurrency, max_bytes=max_bytes, timeout=timeout
        )
        return self._caller.carry_out(flow, on_progress)

    def batch(
        self,
        requests: Source,
        journal: str | os.PathLike[str] | None = None,
        *,
        on_progress: Callable[[Update], object] | None = None,
        **options: Unpack[BatchOptions],
    ) -> Batch:
        """Many paid requests: iterate over it for the results, in the order in which they come.

        Run again with the same journal, it goes on where it was, whatever happened, and pays for nothing twice.

        Args:
            requests: Request models, `(operation, {…})`, mappings, `VideoChain`s, or the path of a CSV or JSONL file.
            journal: The file that remembers what was paid; without it, that is forgotten when the loop ends.
            on_progress: Called with an `Update` when a job is accepted and at each answer.
            options: `concurrency`, `budget`, `download`, `name`, `retry_failed`, `timeout`, `poll_interval`,
                `callback`, `callbacks`; see `legnext_client._runs.options.BatchOptions`.

        While it is iterated over it may raise, after what runs has ended:
            InvalidRequest: A row is wrong, and nothing was sent. (Rows that can be read only once are found wrong one
                by one: then it is the error of a result.)
            BudgetExceeded: The next row would pass the budget, or the account cannot pay.
            JournalError: The journal is in use, or is none, or cannot be written.
        """
        from legnext_client._runs.batches import Batch, work_on

        return Batch(self._hands, on_progress, **work_on(self._service, requests, journal, options))

    def run(
        self,
        chain: VideoChain,
        journal: str | os.PathLike[str] | None = None,
        *,
        on_progress: Callable[[Update], object] | None = None,
        **options: Unpack[RunOptions],
    ) -> ChainRun:
        """Make a chain: each step of the chain is submitted when the one before is done.

        Run again with the same journal, it goes on at the step where it was, and pays for nothing twice.

        Args:
            chain: What to make.
            journal: The file that remembers what was paid; without it, that is forgotten when this method ends.
            on_progress: Called with an `Update` when a job is accepted and at each answer.
            options: `budget`, `retry_failed`, `timeout`, `poll_interval`, `callback`, `callbacks`; see
                `legnext_client._runs.options.RunOptions`.

        Raises:
            ChainError: A step has failed, or its outcome is unknown, or it was not done in time.
            BudgetExceeded: The next step would pass the budget, or the account cannot pay for the chain.
            JournalError: The journal is in use, or of another chain, or cannot be written.
        """
        from legnext_client._runs import batches, chain_runs

        batch = batches.Batch(self._hands, on_progress, **chain_runs.work_of(self._service, chain, journal, options))
        return chain_runs.run(chain, batch, journal)

    @overload
    def request(self, method: str, path: str, *, job: Literal[True], **options: Unpack[RequestOptions]) -> Job: ...
    @overload
    def request(
        self, method: str, path: str, *, job: Literal[False] = False, **options: Unpack[RequestOptions]
    ) -> Any: ...
    def request(self, method: str, path: str, *, job: bool = False, **options: Unpack[RequestOptions]) -> Any:
        """Send something that the document does not describe, with the same care; what is no GET counts as paid.

        Args:
            method: A method of HTTP.
            path: The path behind the base URL.
            json: A body of JSON, an object or a list.
            params: Parameters of the query; a list repeats its name.
            headers: Headers beside those of the client.
            files: The fields of a form with files: text, or a path, bytes or an open file.
            content: Any other body: text, a path, bytes or an open file.
            media: The media type of the body.
            job: Answer with a job, and refuse an answer that has none.

        Returns what was answered: an object or a list of JSON, bytes of another media type, None for no content.
        """
        return self._caller.free_form(self._free_form(method, path, job=job, **options))

    def close(self) -> None:
        """Close the connections that this client opened. Closing twice is fine."""
        if self._owner and not self._service.closed:
            self._transport.close()
        self._service.closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(BaseClient["AsynchronousCalls"], AsyncNamespaces["AsyncJob"]):
    """The service, for asyncio programs; the arguments are those of `Client`."""

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float = 30.0,
        retries: int | Retries = 4,
        prompts: PromptPolicy = "refuse",
        requests_per_second: float = 10.0,
        transport: AsyncTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        headers = self._set_up(api_key, base_url, timeout, retries, prompts, requests_per_second, clock)
        if transport is None:
            from legnext_client._transport.async_transports import AsyncHttpxTransport

            transport = AsyncHttpxTransport(self._base_url, headers)
        self._transport = transport
        self._owner = True

    def _make(self) -> AsynchronousCalls:
        from legnext_client._client.calls import AsynchronousCalls

        return AsynchronousCalls.of(self._settings, self._clock, self._transport)

    @property
    def _calls(self) -> AsynchronousCalls:
        return self._caller

    @property
    def _hands(self) -> AsyncRuntime:
        return self._caller.hands

    @property
    def tasks(self) -> AsyncWaitingTasks:
        """The state and the results of a job."""
        from legnext_client._client.calls import AsyncWaitingTasks

        return AsyncWaitingTasks(self._caller)

    def wait_all(
        self,
        jobs: Iterable[AsyncJob | str],
        timeout: float | None = None,
        *,
        poll_interval: float | None = None,
        on_progress: Callable[[AsyncJob], object] | None = None,
        callbacks: Callbacks | None = None,
    ) -> AsyncIterator[AsyncJob]:
        """Wait for many jobs, or ids, with one loop; see `Client.wait_all`."""
        return self._caller.wait_all(jobs, timeout, poll_interval, on_progress, callbacks)

    async def confirm(self, job: JobView | str) -> AsyncJob:
        """The truth about a job: fetched now, whatever a callback said of it."""
        return await self._caller.confirm(job)

    async def download(
        self,
        urls: str | Iterable[str],
        directory: str | os.PathLike[str],
        name: str = "{stem}_{n}{ext}",
        concurrency: int = 4,
        on_progress: Callable[[Progress], object] | None = None,
        *,
        max_bytes: int = 2 * 1024**3,
        timeout: float = 1800.0,
    ) -> list[Path]:
        """Fetch files by their addresses; see `Client.download`. `on_progress` may be a coroutine function."""
        from legnext_client._downloads.downloads import of_urls

        flow = of_urls(
            self._service, urls, directory, name, concurrency=concurrency, max_bytes=max_bytes, timeout=timeout
        )
        return await self._caller.carry_out(flow, on_progress)

    def batch(
        self,
        requests: Source,
        journal: str | os.PathLike[str] | None = None,
        *,
        on_progress: Callable[[Update], object] | None = None,
        **options: Unpack[BatchOptions],
    ) -> AsyncBatch:
        """Many paid requests, for `async for`; see `Client.batch`. `on_progress` may be a coroutine function."""
        from legnext_client._runs.batches import AsyncBatch, work_on

        return AsyncBatch(self._hands, on_progress, **work_on(self._service, requests, journal, options))

    async def run(
        self,
        chain: VideoChain,
        journal: str | os.PathLike[str] | None = None,
        *,
        on_progress: Callable[[Update], object] | None = None,
        **options: Unpack[RunOptions],
    ) -> AsyncChainRun:
        """Make a chain; see `Client.run`. `on_progress`, and functions that choose, may be coroutine functions."""
        from legnext_client._runs import batches, chain_runs

        batch = batches.AsyncBatch(
            self._hands, on_progress, **chain_runs.work_of(self._service, chain, journal, options)
        )
        return await chain_runs.async_run(chain, batch, journal)

    @overload
    async def request(
        self, method: str, path: str, *, job: Literal[True], **options: Unpack[RequestOptions]
    ) -> AsyncJob: ...
    @overload
    async def request(
        self, method: str, path: str, *, job: Literal[False] = False, **options: Unpack[RequestOptions]
    ) -> Any: ...
    async def request(self, method: str, path: str, *, job: bool = False, **options: Unpack[RequestOptions]) -> Any:
        """Send something that the document does not describe; see `Client.request`."""
        return await self._caller.free_form(self._free_form(method, path, job=job, **options))

    async def close(self) -> None:
        """Close the connections that this client opened. Closing twice is fine."""
        if self._owner and not self._service.closed:
            await self._transport.close()
        self._service.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


__all__ = ["AsyncClient", "Client", "Retries"]
