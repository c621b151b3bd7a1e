"""`Client` and `AsyncClient`: the doors to the service.

with Client() as client:
    job = client.midjourney.diffusion(text="a lighthouse at dusk --v 7").wait()
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from legnext_client._version import __version__
from legnext_client.calling import Desk, Plan
from legnext_client.calls import AsynchronousCalls, AsyncWaitingTasks, SyncCalls, WaitingTasks
from legnext_client.clocks import SystemClock
from legnext_client.core.secrets import key_end
from legnext_client.core.sending import Retries
from legnext_client.drivers import AsyncHands, Hands, async_run, run
from legnext_client.errors import ConfigurationError, InvalidRequest
from legnext_client.generated.namespaces import AsyncNamespaces, Namespaces
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.jobs import AsyncJob, Job
from legnext_client.settings import Settings, find_base_url, find_key

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from legnext_client.clocks import Clock
    from legnext_client.core.callbacks import Callbacks
    from legnext_client.core.fetching import Progress
    from legnext_client.generated.operations import Operation
    from legnext_client.job_view import JobView
    from legnext_client.prices import Budget, Estimate, RequestModel
    from legnext_client.transports import AsyncTransport, Transport


class _BaseClient:
    """What both clients have in common."""

    _desk: Desk
    _base_url: str
    _key_end: str

    def _set_up(
        self,
        api_key: str | None,
        base_url: str | None,
        timeout: float,
        retries: int | Retries,
        strict_prompts: bool,
        requests_per_second: float,
        clock: Clock | None,
    ) -> dict[str, str]:
        key = find_key(api_key)
        self._base_url = find_base_url(base_url)
        self._key_end = key_end(key)
        settings = Settings.of(
            timeout=timeout, retries=retries, strict_prompts=strict_prompts, requests_per_second=requests_per_second
        )
        self._desk = Desk(settings, clock or SystemClock())
        return {API_KEY_HEADER: key, "accept": "application/json", "user-agent": f"legnext-client/{__version__}"}

    def price(self, operation: str | Operation | RequestModel, *, source: str | None = None, **fields: Any) -> Estimate:
        """What a call will cost, from its fields alone; nothing is sent.

        `source` is the size of the source video (`480p`, `720p`), if it is known; if not, the dearer counts.
        """
        from legnext_client.prices import price

        return price(operation, fields or None, source=source)

    @contextmanager
    def budget(self, points: int | Budget) -> Generator[Budget]:
        """While this is open, no call of this client, in any thread, takes more than these points."""
        from legnext_client.prices import Budget

        budget = points if isinstance(points, Budget) else Budget(points)
        self._desk.budgets.append(budget)
        try:
            yield budget
        finally:
            self._desk.budgets.remove(budget)

    def _with(self, twin: Any, **changes: Any) -> Any:
        old = self._desk.settings
        settings = Settings.of(
            timeout=old.timeout if changes["timeout"] is None else changes["timeout"],
            retries=old.retries if changes["retries"] is None else changes["retries"],
            strict_prompts=old.strict_prompts if changes["strict_prompts"] is None else changes["strict_prompts"],
            requests_per_second=(
                old.requests_per_second if changes["requests_per_second"] is None else changes["requests_per_second"]
            ),
        )
        twin._base_url, twin._key_end = self._base_url, self._key_end
        twin._desk = self._desk.with_settings(settings)
        return twin

    def _free_form(self, method: str, path: str, body: Mapping[str, Any] | None) -> Plan:
        from legnext_client.core.flow import Request
        from legnext_client.generated.operations import Operation
        from legnext_client.planning import FREE, encoded

        self._desk.check_open()
        method = method.upper()
        if not path.startswith("/") or any(ord(character) <= 32 for character in path):
            raise InvalidRequest(f"path must begin with / and hold no spaces; got {path!r}.")
        sent = None if body is None else dict(body)
        paid = method not in FREE
        request = Request(method, path, None if sent is None else encoded(sent), paid, f"{method} {path}", sent, False)
        return Plan(Operation("", "", method, path), request, None, None, ())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self._base_url}, key …{self._key_end}>"

    def __reduce__(self) -> Any:
        raise ConfigurationError(
            "a client holds connections and a key and cannot be pickled: make one where it is used."
        )


class Client(_BaseClient, Namespaces[Job]):
    """The service, for programs that wait. Safe to share between threads.

    Args:
        api_key: Your key; without it, `LEGNEXT_API_KEY`.
        base_url: Where the service is; without it, `LEGNEXT_BASE_URL`, or the service's own address.
        timeout: Seconds for one request.
        retries: How often to try again what can be tried again without paying twice, or a `Retries`.
        strict_prompts: Refuse prompts with problems instead of warning of them.
        requests_per_second: How fast to ask at most when many jobs are waited for at once.
        transport: Something else to send with; see `legnext_client.transports`.
        clock: Another clock to wait by; see `legnext_client.clocks`.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float = 30.0,
        retries: int | Retries = 4,
        strict_prompts: bool = False,
        requests_per_second: float = 10.0,
        transport: Transport | None = None,
        clock: Clock | None = None,
    ) -> None:
        headers = self._set_up(api_key, base_url, timeout, retries, strict_prompts, requests_per_second, clock)
        if transport is None:
            from legnext_client.transports import HttpxTransport

            transport = HttpxTransport(self._base_url, headers)
        self._hands = Hands(transport, self._desk.clock)
        self._owner = True
        self._calls = self._caller = SyncCalls(self._desk, self._hands)

    @property
    def tasks(self) -> WaitingTasks:
        """The state and the results of a job."""
        return WaitingTasks(self._caller)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retries: int | Retries | None = None,
        strict_prompts: bool | None = None,
        requests_per_second: float | None = None,
    ) -> Client:
        """A client with other settings over the same connections, budgets and experience; closing it closes nothing."""
        twin: Client = self._with(
            object.__new__(Client), timeout=timeout, retries=retries, strict_prompts=strict_prompts,
            requests_per_second=requests_per_second,
        )  # fmt: skip
        twin._hands, twin._owner = self._hands, False
        twin._calls = twin._caller = SyncCalls(twin._desk, self._hands)
        return twin

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
        from legnext_client.downloads import of_urls

        flow = of_urls(self._desk, urls, directory, name, concurrency=concurrency, max_bytes=max_bytes, timeout=timeout)
        return run(flow, self._hands, on_progress)

    def request(self, method: str, path: str, *, json: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send something that the spec does not know yet, with the same care; what is no GET counts as paid."""
        return self._caller.plain(self._free_form(method, path, json))

    def close(self) -> None:
        """Close the connections that this client opened. Closing twice is fine."""
        if self._owner and not self._desk.closed:
            self._hands.transport.close()
        self._desk.closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_BaseClient, AsyncNamespaces[AsyncJob]):
    """The service, for asyncio programs; the arguments are those of `Client`."""

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float = 30.0,
        retries: int | Retries = 4,
        strict_prompts: bool = False,
        requests_per_second: float = 10.0,
        transport: AsyncTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        headers = self._set_up(api_key, base_url, timeout, retries, strict_prompts, requests_per_second, clock)
        if transport is None:
            from legnext_client.transports import AsyncHttpxTransport

            transport = AsyncHttpxTransport(self._base_url, headers)
        self._hands = AsyncHands(transport, self._desk.clock)
        self._owner = True
        self._calls = self._caller = AsynchronousCalls(self._desk, self._hands)

    @property
    def tasks(self) -> AsyncWaitingTasks:
        """The state and the results of a job."""
        return AsyncWaitingTasks(self._caller)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retries: int | Retries | None = None,
        strict_prompts: bool | None = None,
        requests_per_second: float | None = None,
    ) -> AsyncClient:
        """A client with other settings over the same connections, budgets and experience; closing it closes nothing."""
        twin: AsyncClient = self._with(
            object.__new__(AsyncClient), timeout=timeout, retries=retries, strict_prompts=strict_prompts,
            requests_per_second=requests_per_second,
        )  # fmt: skip
        twin._hands, twin._owner = self._hands, False
        twin._calls = twin._caller = AsynchronousCalls(twin._desk, self._hands)
        return twin

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
        from legnext_client.downloads import of_urls

        flow = of_urls(self._desk, urls, directory, name, concurrency=concurrency, max_bytes=max_bytes, timeout=timeout)
        return await async_run(flow, self._hands, on_progress)

    async def request(self, method: str, path: str, *, json: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send something that the spec does not know yet, with the same care; what is no GET counts as paid."""
        return await self._caller.plain(self._free_form(method, path, json))

    async def close(self) -> None:
        """Close the connections that this client opened. Closing twice is fine."""
        if self._owner and not self._desk.closed:
            await self._hands.transport.close()
        self._desk.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


__all__ = ["AsyncClient", "Client", "Retries"]
