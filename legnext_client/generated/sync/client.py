"""Sync half of `client.py`.

Written by `make generate`; edit that module instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self, Unpack, overload

from legnext_client._client.base import BaseClient
from legnext_client.generated.facade import Namespaces

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from legnext_client._calls.job_view import JobView
    from legnext_client._calls.service import CallService
    from legnext_client._client.free_form import RequestOptions
    from legnext_client._downloads.transfer import Progress
    from legnext_client._protocol.callbacks import Callbacks
    from legnext_client._runs.chains import VideoChain
    from legnext_client._runs.options import BatchOptions, RunOptions
    from legnext_client._runs.results import Update
    from legnext_client._runs.rows import Source
    from legnext_client._transport.transports import HttpClient, Transport
    from legnext_client.generated.sync.batches import Batch, ChainRun
    from legnext_client.generated.sync.caller import Caller, WaitingTasks
    from legnext_client.generated.sync.jobs import Job
    from legnext_client.generated.types import FileContent
    from legnext_client.uploads import Uploader

    _Base = BaseClient[Caller, Transport, HttpClient, Uploader]
else:
    _Base = BaseClient


class Client(_Base, Namespaces["Job"]):
    """Client for synchronous programs. Safe to share between threads.

    Args:
        api_key: Your API key. Default: `LEGNEXT_API_KEY`.
        base_url: Base URL of the service. Default: `LEGNEXT_BASE_URL`, else the public service.
        timeout: Maximum seconds for one request.
        retries: Maximum retries of requests that cannot be charged twice, or a `Retries`.
        prompts: How to treat prompt problems: `"refuse"` raises for errors and warns about the rest, `"warn"` warns
            about everything, `"ignore"` does nothing.
        requests_per_second: Maximum poll rate while waiting for several jobs.
        transport: Custom transport; see `legnext_client._transport.transports`.
        clock: Custom clock; see `legnext_client._transport.clocks`.
        ledger: File, or `Ledger`, that records every paid call before it is sent.
        default_headers: Headers of every request to the service. They cannot replace those of the client.
        user_agent: Your program, such as `"shop/1.2"`; added to the client's own user agent.
        proxy: URL of a proxy, used instead of those of the environment.
        ssl_context: TLS context, for example with the certificate of your own authority.
        http_client: Your own `httpx.Client`, whose connections are used. It is never closed.
        uploader: Uploads local files that are given where a URL is expected, and returns their URLs: a function, or an object of `legnext_client.uploads`.
        max_jobs: Maximum concurrent jobs of this client; further calls wait in order. Default: what a standard account
            allows.
        max_wait: Maximum seconds for which a call waits; then it raises `QueueTimeout`. Default: no limit.
    """

    __module__ = "legnext_client.client"

    def _open(self, headers: Mapping[str, str], connecting: Mapping[str, Any]) -> Transport:
        from legnext_client._transport.transports import HttpxTransport

        return HttpxTransport(self._base_url, headers, **connecting)

    def _make_calls(self, service: CallService) -> Caller:
        from legnext_client.generated.sync.caller import Caller
        from legnext_client.generated.sync.driver import Runtime

        return Caller(service, Runtime(self._transport, self._clock, service.hooks))

    @property
    def tasks(self) -> WaitingTasks:
        """Operations on jobs by id."""
        return self._calls.tasks

    def wait_all(
        self,
        jobs: Iterable[Job | str],
        timeout: float | None = None,
        *,
        poll_interval: float | None = None,
        on_progress: Callable[[Job], object] | None = None,
        callbacks: Callbacks | None = None,
    ) -> Iterator[Job]:
        """Wait for several jobs or job ids, yielding each as it ends. Failed jobs are yielded too; check `job.ok`.

        With `callbacks`, such as a `CallbackReceiver`, a job is polled as soon as its callback arrives, and otherwise
        rarely. Raises `WaitTimeout` if some jobs are not done in time.
        """
        return self._calls.wait_all(jobs, timeout, poll_interval, on_progress, callbacks)

    def confirm(self, job: JobView | str) -> Job:
        """Fetch the current state of a job. Use it to verify a callback."""
        return self._calls.confirm(job)

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
        """Download files by URL and return their paths in the same order. See `Job.download`.

        `name` may contain `{stem}` and `{ext}` (from the URL) and `{n}` (its position in the list). The API key is not
        sent. An existing file of the same type and length is not downloaded again.
        """
        from legnext_client._downloads.downloads import Limits, of_urls
        from legnext_client.generated.sync.driver import run

        flow = of_urls(self._service, urls, directory, name, Limits(concurrency, max_bytes, timeout))
        return run(flow, self._calls.runtime, on_progress)

    def upload(self, file: FileContent) -> str:
        """Upload a file with the client's `uploader` and return its URL, for example for a prompt.

        The same bytes are uploaded once. Raises `UploadError`.
        """
        return self._calls.upload(file)

    def batch(
        self,
        requests: Source,
        journal: str | os.PathLike[str] | None = None,
        *,
        on_progress: Callable[[Update], object] | None = None,
        **options: Unpack[BatchOptions],
    ) -> Batch:
        """Run many paid requests. Iterate over the batch to get the results as they arrive.

        Running it again with the same journal resumes where it stopped and pays for nothing twice.

        Args:
            requests: Request models, `(operation, {…})`, mappings, `VideoChain`s, or the path of a CSV or JSONL file.
            journal: File that records the paid jobs. Without it, the batch cannot be resumed.
            on_progress: Called with an `Update` when a job is accepted and after each poll.
            options: `concurrency`, `budget`, `download`, `name`, `retry_failed`, `timeout`, `poll_interval`,
                `callback`, `callbacks`; see `legnext_client._runs.options.BatchOptions`.

        Iterating may raise, after the running jobs have ended:
            InvalidRequest: A row is invalid; nothing was sent. If the rows can be read only once, an invalid row is
                reported as the error of its result instead.
            BudgetExceeded: The next row would exceed the budget or the account's balance.
            JournalError: The journal is in use, is not a journal, or cannot be written.
        """
        from legnext_client._runs.batch_work import work_on
        from legnext_client.generated.sync.batches import Batch

        work = work_on(self._service, requests, journal, options)
        return Batch(self._calls, on_progress, work)

    def run(
        self,
        chain: VideoChain,
        journal: str | os.PathLike[str] | None = None,
        *,
        on_progress: Callable[[Update], object] | None = None,
        **options: Unpack[RunOptions],
    ) -> ChainRun:
        """Run a chain. Each step is submitted when the previous one is done.

        Running it again with the same journal resumes at the step where it stopped and pays for nothing twice.

        Args:
            chain: The chain to run.
            journal: File that records the paid jobs. Without it, the chain cannot be resumed.
            on_progress: Called with an `Update` when a job is accepted and after each poll.
            options: `budget`, `retry_failed`, `timeout`, `poll_interval`, `callback`, `callbacks`; see
                `legnext_client._runs.options.RunOptions`.

        Raises:
            ChainError: A step failed, timed out, or has an unknown outcome.
            BudgetExceeded: The next step would exceed the budget, or the chain exceeds the account's balance.
            JournalError: The journal is in use, belongs to another chain, or cannot be written.
        """
        from legnext_client._runs.batch_work import work_of_chain
        from legnext_client.generated.sync.batches import Batch, run_chain

        work = work_of_chain(self._service, chain, journal, options)
        return run_chain(chain, Batch(self._calls, on_progress, work))

    @overload
    def request(self, method: str, path: str, *, job: Literal[True], **options: Unpack[RequestOptions]) -> Job: ...
    @overload
    def request(
        self, method: str, path: str, *, job: Literal[False] = False, **options: Unpack[RequestOptions]
    ) -> Any: ...
    def request(self, method: str, path: str, *, job: bool = False, **options: Unpack[RequestOptions]) -> Any:
        """Send a request that the API description does not cover. Any method except GET is treated as paid.

        Args:
            method: HTTP method.
            path: Path relative to the base URL.
            json: JSON body, an object or a list.
            params: Query parameters. A list repeats its name.
            headers: Extra headers.
            files: Form fields: strings, paths, bytes or open files.
            content: Any other body: a string, a path, bytes or an open file.
            media: Media type of the body.
            job: Return a job, and raise if the response does not contain one.

        Returns the parsed JSON, the bytes of any other media type, or None if there is no content.
        """
        return self._calls.free_form(method, path, job=job, **options)

    def close(self) -> None:
        """Close the connections that this client opened. Closing twice has no effect."""
        transport, closed = self._opened, self._service.closed
        self._service.close()
        if self._owner and transport is not None and not closed:
            transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
