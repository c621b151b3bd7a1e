"""A server for tests: `MockServer` behaves like the service, runs locally, and has a manual clock.

    with MockServer() as server, server.client() as client:
        job = client.midjourney.diffusion(text="a lighthouse")
        job.wait()  # takes no time: the client's wait advances the server's clock

It needs the `mock` extra: `pip install 'legnext-client[mock]'`.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ._transport.async_transports import AsyncHttpxTransport
from ._transport.clocks import SystemClock
from ._transport.transports import HttpxTransport
from .client import AsyncClient, Client
from .generated.service import API_KEY_HEADER
from .mock.settings import SETTINGS, CallbackSettings, Settings
from .mock.state import Jobs, Scenario, load, save
from .mock.validation import extra

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Self

    import httpx

    from .mock.account import Account
    from .mock.callbacks import Callbacks
    from .mock.clock import Clock
    from .mock.faults import Faults
    from .mock.inside import InProcess
    from .mock.server import Server
    from .mock.service import Submission

__all__ = ["CallbackSettings", "MockServer"]


_USUAL = {**{name: getattr(Settings, name) for name in SETTINGS}, "time_scale": None}


class MockServer:
    """A mock server and its controls. Use it in `with` or `async with`.

    With `time_scale` None, only `clock.advance(seconds)` moves the clock; a number runs it that many times as fast as
    real time. `in_process` serves without a socket: pass `transport()` or `async_transport()` to httpx. Random values
    (ids, durations, response shapes) follow from `seed`. `scenario` is a YAML file with settings, jobs, faults and a
    time to start with, see docs/mock.md; arguments other than the defaults override it.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        credits: int = Settings.credits,
        points: int = 0,
        plan: str = "pro",
        keys: tuple[str, ...] = ("mock-key",),
        concurrency: int | None = None,
        queues: bool = False,
        requests_per_second: int | None = None,
        time_scale: float | None = None,
        error_shape: str = "flat",
        answers: str = "drawn",
        logs: str = "strings",
        bodies: str = "lenient",
        callbacks: CallbackSettings | str = "bare",
        in_process: bool = False,
        port: int = 0,
        spec: str | Path | None = None,
        reload: bool = False,
        scenario: str | Path | None = None,
    ) -> None:
        given = Settings(
            seed=seed,
            credits=credits,
            points=points,
            plan=plan,
            keys=keys,
            concurrency=concurrency,
            queues=queues,
            requests_per_second=requests_per_second,
            time_scale=time_scale,
            error_shape=error_shape,
            answers=answers,
            logs=logs,
            bodies=bodies,
            callbacks=CallbackSettings(shape=callbacks) if isinstance(callbacks, str) else callbacks,
        )
        start = None if scenario is None else Scenario.read(scenario)
        usual = {} if start is None else {k: v for k, v in start.settings.items() if getattr(given, k) == _USUAL[k]}
        self.settings = replace(given, **usual)
        with extra():
            from .mock.inside import InProcess
            from .mock.server import Server
        self._in_process = in_process
        if in_process:
            self._host: InProcess | Server = InProcess(self.settings, spec, start, reload)
        else:
            self._host = Server(self.settings, port=port, spec=spec, scenario=start, reload=reload)
        self._service = self._host.service
        self.root_url: str = self._host.root_url
        """The URL of `/__mock__/` and `/files/`."""
        self.api_key: str = self.settings.keys[0]
        self.clock: Clock = self._service.clock
        """The clock: read `clock.now`, move it with `clock.advance(seconds)`."""
        self.faults: Faults = self._service.faults
        """The faults: `faults.add("close_after", times=1)`; see docs/mock.md."""
        self.jobs = Jobs(self._service)
        """The current jobs by id; `jobs.add(…)` adds one."""
        self.callbacks: Callbacks = self._service.callbacks
        """The callbacks: `callbacks.sent`, and `callbacks.wait()` for those that are due."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await asyncio.to_thread(self.stop)

    def start(self) -> None:
        """Start serving. A server can be started only once."""
        self._host.start()

    def stop(self) -> None:
        """Stop serving; close connections and remove files."""
        self._host.stop()

    def reset(self) -> None:
        """Reset jobs, faults, points and the clock; faster than a new server."""
        self._service.reset()

    def save(self) -> dict[str, Any]:
        """Return the whole state, as JSON-compatible values."""
        return save(self._service)

    def load(self, state: dict[str, Any]) -> None:
        """Replace the whole state by a saved one. Raises ValueError if it is not one, and then changes nothing."""
        load(self._service, state)
        self._service.wake()

    def client(self, **options: Any) -> Client:
        """Return a client of this server. With a standing clock, its waits advance the clock and take no time.

        `options` are those of `Client`. Close it, or use it in `with`.
        """
        return Client(**self._client_options(HttpxTransport, self.transport) | options)

    def async_client(self, **options: Any) -> AsyncClient:
        """Return an async client of this server; see `client`."""
        return AsyncClient(**self._client_options(AsyncHttpxTransport, self.async_transport) | options)

    def _client_options(self, over: Callable[..., object], transport: Callable[[], object]) -> dict[str, Any]:
        options: dict[str, Any] = {"api_key": self.api_key, "base_url": self.base_url}
        options["clock"] = ClockOfMock(self) if self.clock.scale is None else SystemClock()
        if self._in_process:
            options["transport"] = over(self.base_url, {API_KEY_HEADER: self.api_key}, transport())
        return options

    def transport(self) -> httpx.BaseTransport:
        """Return a transport for `httpx.Client` to this server, with or without a socket."""
        return self._host.transport()

    def async_transport(self) -> httpx.AsyncBaseTransport:
        """Return a transport for `httpx.AsyncClient` to this server, with or without a socket."""
        return self._host.async_transport()

    @property
    def base_url(self) -> str:
        return self.root_url + self._service.spec.base_path

    @property
    def ledger(self) -> list[Submission]:
        """Every accepted paid request, in order; use it to check that nothing was paid twice."""
        return self._service.ledger

    @property
    def balance(self) -> int:
        """Available points, neither held nor spent."""
        return self._account.available

    @property
    def frozen(self) -> int:
        """Points held for running jobs."""
        return self._account.frozen

    @property
    def consumed(self) -> int:
        """Points spent."""
        return self._account.consumed

    @property
    def _account(self) -> Account:
        self._service.settle()
        return self._service.account


class ClockOfMock:
    """A client's clock whose sleep advances the server's clock, so that a wait of minutes takes no time.

    Callbacks due in that time have arrived when the sleep ends, on a machine of any speed.
    """

    def __init__(self, server: MockServer) -> None:
        self._server = server

    def now(self) -> float:
        return self._server.clock.now

    def sleep(self, seconds: float) -> None:
        self._server.clock.advance(seconds)
        self._deliver()

    async def async_sleep(self, seconds: float) -> None:
        self._server.clock.advance(seconds)
        if self._server.callbacks.on_their_way:
            await asyncio.to_thread(self._deliver)  # callbacks may arrive in this loop
        else:
            await asyncio.sleep(0)

    def _deliver(self) -> None:
        with contextlib.suppress(TimeoutError):  # the receiver does not respond
            self._server.callbacks.wait()
