"""Async transport over httpx; see `transports` for the sync one."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

import anyio
import httpx

from legnext_client._protocol.flow import Fetch, NoResponse, Opened, Response, Send
from legnext_client._transport.drivers import NOT_SENT, keep_outcome
from legnext_client._transport.exchanges import (
    FAILURES,
    LATE,
    Connections,
    Exchange,
    Way,
    async_parts,
    failure_of,
    file_request,
    not_fetched,
)
from legnext_client._transport.given_clients import AsyncGivenClient
from legnext_client._transport.pools import AsyncPool
from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

ResultT = TypeVar("ResultT")

_STEP = 0.1
"""Seconds between looks whether another loop still runs."""

ANOTHER_LOOP = "this client is in use in another event loop. Create one client per loop."


class AsyncHttpxTransport(Connections[httpx.AsyncBaseTransport]):
    """Async transport over httpx connection pools.

    Each request runs in its own task, so that cancellation never interrupts a pool's state changes. A cancelled
    request is stopped in order or, if it may be paid, allowed to finish.
    """

    make_pool, given_pool = AsyncPool, AsyncGivenClient
    _loop: asyncio.AbstractEventLoop | None = None
    _binding = threading.Lock()
    _left: tuple[object, ...] = ()

    def after_fork(self) -> None:
        self._left += (self._pools, self._loop)  # kept: closing them would use the parent's loop
        self._loop = None
        self._binding = threading.Lock()
        super().after_fork()

    def _bind_loop(self) -> None:
        """Bind the connections to the running loop: drop those of a closed loop, raise if another loop is in use."""
        loop = asyncio.get_running_loop()
        if self._mounted is not None or loop is self._loop:
            return
        with self._binding:  # two loops in two threads may send their first requests at the same time
            if self._loop is not None:
                if not self._loop.is_closed():
                    raise ConfigurationError(ANOTHER_LOOP)
                self._reset_pools()
            self._loop = loop

    async def send(self, send: Send) -> Response | NoResponse:
        self._check_open()
        self._bind_loop()
        exchange = Exchange(self._builder, send, self._way)
        work = _Work(lambda: self._send(exchange), exchange.end)
        try:
            outcome = await work.result(lambda: not (send.request.paid and exchange.may_have_arrived))
        except asyncio.CancelledError as error:
            keep_outcome(error, send, work.outcome if exchange.may_have_arrived else NOT_SENT)
            raise
        return self._redactor.redacted(exchange.late()) if outcome is None else outcome

    async def _send(self, exchange: Exchange) -> Response | NoResponse:
        try:
            pool = self._pool_for(self._way)
            response = await pool.handle_async_request(exchange.request())
            exchange.answered(response)
            try:
                async for part in async_parts(response):
                    if stop := exchange.take(part):
                        return self._redactor.redacted(stop)
            finally:
                await response.aclose()
        except FAILURES as error:
            return self._redactor.redacted(exchange.failed(error))
        return exchange.received(self._redactor)

    @asynccontextmanager
    async def fetch(self, fetch: Fetch) -> AsyncGenerator[Opened | NoResponse]:
        self._check_open()
        self._bind_loop()
        if (reason := self._file_hosts.refuse_url(fetch.url)) is not None:
            yield not_fetched(ValueError(reason), "")
            return
        way = Way(fetch.url, self._proxy_for(fetch.url))
        pool = self._pool_for(way, files=True)
        end = time.monotonic() + fetch.seconds

        async def opened() -> httpx.Response | NoResponse:
            try:
                return await pool.handle_async_request(file_request(fetch, end))
            except FAILURES as error:
                return not_fetched(error, way)

        opening = _Work(opened, end)
        try:
            response = await opening.result()
        except asyncio.CancelledError:
            if isinstance(opening.outcome, httpx.Response):
                await _Work(opening.outcome.aclose).result(lambda: False)
            raise
        if not isinstance(response, httpx.Response):
            yield response or LATE
            return
        try:
            yield Opened(response.status_code, response.headers, _AsyncBody(response, end))
        finally:
            await _Work(response.aclose).result(lambda: False)

    async def close(self) -> None:
        """Close the connections, if need be in the running loop that uses them."""
        loop = self._loop
        if loop is not None and loop.is_running() and loop is not asyncio.get_running_loop():
            self._closed = True
            closing = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._close_pools(), loop))
            while not closing.done() and loop.is_running():  # when it ends, it closes nothing more
                await asyncio.wait((closing,), timeout=_STEP)
            return
        if not self._closed:
            self._bind_loop()
        self._closed = True
        await self._close_pools()

    async def _close_pools(self) -> None:
        for pool in self._all_pools():
            await pool.aclose()


class _Work(Generic[ResultT]):
    """Work in its own task, ended by its deadline or by request, never by outside cancellation.

    If cancelled between its states, an httpcore pool never gets the connection back.
    """

    def __init__(self, make: Callable[[], Awaitable[ResultT]], end: float = math.inf) -> None:
        self.outcome: ResultT | None = None
        self._make = make
        self._scope = anyio.CancelScope(deadline=anyio.current_time() + end - time.monotonic())

    async def _run(self) -> None:
        with self._scope:
            self.outcome = await self._make()

    async def result(self, may_stop: Callable[[], bool] = lambda: True) -> ResultT | None:
        """Return the outcome, or None after the deadline. If cancelled, wait for the work to end before raising."""
        task = asyncio.ensure_future(self._run())
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if may_stop():
                self._scope.cancel()
            while not task.done():
                with contextlib.suppress(asyncio.CancelledError), anyio.CancelScope(shield=True):
                    await asyncio.wait((task,))
            raise
        return self.outcome


class _AsyncBody:
    """The raw body of a file."""

    def __init__(self, response: httpx.Response, end: float) -> None:
        self._parts = aiter(async_parts(response))
        self._end = end

    async def read(self) -> bytes | NoResponse:
        part = await _Work(self._next, self._end).result()
        return LATE if part is None or time.monotonic() > self._end else part

    async def _next(self) -> bytes | NoResponse:
        try:
            async for part in self._parts:
                if part:
                    return part
        except FAILURES as error:
            return failure_of(error, "", may_have_arrived=True)
        return b""
