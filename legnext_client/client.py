"""`Client` and `AsyncClient`: the doors to the service.

with Client() as client:
    job = client.midjourney.diffusion(text="a lighthouse at dusk --v 7").wait()
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from legnext_client._version import __version__
from legnext_client.clocks import SystemClock
from legnext_client.core.retries import Retries
from legnext_client.core.secrets import key_end
from legnext_client.errors import ConfigurationError, InvalidRequest
from legnext_client.generated.facade import AsyncNamespaces, Namespaces
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.settings import Settings, find_base_url, find_key

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from legnext_client.calling import Desk, Plan
    from legnext_client.calls import AsynchronousCalls, AsyncWaitingTasks, SyncCalls, WaitingTasks
    from legnext_client.clocks import Clock
    from legnext_client.core.callbacks import Callbacks
    from legnext_client.core.fetching import Progress
    from legnext_client.drivers import AsyncHands, Hands
    from legnext_client.generated.operations import Operation
    from legnext_client.job_view import JobView
    from legnext_client.jobs import AsyncJob, Job
    from legnext_client.prices import Budget, Estimate, RequestModel
    from legnext_client.transports import AsyncTransport, Transport


CallerT = TypeVar("CallerT", bound="SyncCalls | AsynchronousCalls")


class _BaseClient(Generic[CallerT]):
    """What both clients have in common.

    What carries the calls out is made with the first call, and imported then: making a client is cheap.
    """

    _base_url: str
    _key_end: str
    _settings: Settings
    _transport: Any
    _clock: Clock
    _made: CallerT | None
    _making: threading.Lock

    def _make(self) -> CallerT:
        raise NotImplementedError

    @property
    def _caller(self) -> CallerT:
        if self._made is None:
            with self._making:
                if self._made is None:
                    self._made = self._make()
        return self._made

    @property
    def _desk(self) -> Desk:
        return self._caller.desk

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
        self._settings, self._clock = settings, clock or SystemClock()
        self._made, self._making = None, threading.Lock()
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
        changed = {name: value for name, value in changes.items() if value is not None}
        settings = Settings.of(**self._settings._asdict() | changed)
        twin._base_url, twin._key_end, twin._transport = self._base_url, self._key_end, self._transport
        twin._settings, twin._clock, twin._owner = settings, self._clock, False
        twin._made = self._caller.with_settings(settings)
        return twin

    def _free_form(self, method: str, path: str, body: Mapping[str, Any] | None) -> Plan:
        from legnext_client import calling
        from legnext_client.core.flow import Request
        from legnext_client.generated.operations import Operation
        from legnext_client.planning import FREE, encoded

        self._desk.check_open()
        if not _is_method(method):
            raise InvalidRequest(f"method must be a method of HTTP, such as GET; got {method!r}.")
        method = method.upper()
        if not _is_path(path):
            raise InvalidRequest(f"path must begin with / and hold no spaces; got {path!r}.")
        if body is not None and not hasattr(body, "keys"):
            raise InvalidRequest(f"json must be an object, a dict; got {type(body).__name__}.")
        sent = None if body is None else dict(body)
        paid = method not in FREE
        request = Request(method, path, None if sent is None else encoded(sent), paid, f"{method} {path}", sent, False)
        return calling.Plan(Operation("", "", method, path), request, None, None, ())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self._base_url}, key …{self._key_end}>"

    def __reduce__(self) -> Any:
        raise ConfigurationError(
            "a client holds connections and a key and cannot be pickled: make one where it is used."
        )


class Client(_BaseClient["SyncCalls"], Namespaces["Job"]):
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
        self._transport = transport
        self._owner = True

    def _make(self) -> SyncCalls:
        from legnext_client.calling import Desk
        from legnext_client.calls import SyncCalls
        from legnext_client.drivers import Hands

        return SyncCalls(Desk(self._settings, self._clock), Hands(self._transport, self._clock))

    @property
    def _calls(self) -> SyncCalls:
        return self._caller

    @property
    def _hands(self) -> Hands:
        return self._caller.hands

    @property
    def tasks(self) -> WaitingTasks:
        """The state and the results of a job."""
        from legnext_client.calls import WaitingTasks

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
        from legnext_client.drivers import run

        flow = of_urls(self._desk, urls, directory, name, concurrency=concurrency, max_bytes=max_bytes, timeout=timeout)
        return run(flow, self._hands, on_progress)

    def request(self, method: str, path: str, *, json: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send something that the spec does not know yet, with the same care; what is no GET counts as paid."""
        return self._caller.plain(self._free_form(method, path, json))

    def close(self) -> None:
        """Close the connections that this client opened. Closing twice is fine."""
        if self._owner and not self._desk.closed:
            self._transport.close()
        self._desk.closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_BaseClient["AsynchronousCalls"], AsyncNamespaces["AsyncJob"]):
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
        self._transport = transport
        self._owner = True

    def _make(self) -> AsynchronousCalls:
        from legnext_client.calling import Desk
        from legnext_client.calls import AsynchronousCalls
        from legnext_client.drivers import AsyncHands

        return AsynchronousCalls(Desk(self._settings, self._clock), AsyncHands(self._transport, self._clock))

    @property
    def _calls(self) -> AsynchronousCalls:
        return self._caller

    @property
    def _hands(self) -> AsyncHands:
        return self._caller.hands

    @property
    def tasks(self) -> AsyncWaitingTasks:
        """The state and the results of a job."""
        from legnext_client.calls import AsyncWaitingTasks

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
        from legnext_client.drivers import async_run

        flow = of_urls(self._desk, urls, directory, name, concurrency=concurrency, max_bytes=max_bytes, timeout=timeout)
        return await async_run(flow, self._hands, on_progress)

    async def request(self, method: str, path: str, *, json: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send something that the spec does not know yet, with the same care; what is no GET counts as paid."""
        return await self._caller.plain(self._free_form(method, path, json))

    async def close(self) -> None:
        """Close the connections that this client opened. Closing twice is fine."""
        if self._owner and not self._desk.closed:
            await self._transport.close()
        self._desk.closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _is_method(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isalpha()


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.startswith("/") and value.isprintable() and " " not in value


__all__ = ["AsyncClient", "Client", "Retries"]
