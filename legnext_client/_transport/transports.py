"""Transports: send requests with httpx and report the outcome.

A transport makes no decisions. To use another one, implement `Transport` or `AsyncTransport`.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeAlias

import httpx

from legnext_client._protocol.flow import Fetch, NoResponse, Opened, Response, Send
from legnext_client._transport.exchanges import (
    FAILURES,
    LATE,
    Connections,
    Exchange,
    Way,
    failure_of,
    file_request,
    not_fetched,
    parts,
)
from legnext_client._transport.given_clients import GivenClient
from legnext_client._transport.pools import Pool

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractAsyncContextManager, AbstractContextManager


HttpClient: TypeAlias = httpx.Client
"""What `Client(http_client=…)` takes."""


class Transport(Protocol):
    """Transport of a `Client`."""

    def send(self, send: Send) -> Response | NoResponse: ...

    def close(self) -> None: ...


AsyncHttpClient: TypeAlias = httpx.AsyncClient
"""What `AsyncClient(http_client=…)` takes."""


class AsyncTransport(Protocol):
    """Transport of an `AsyncClient`."""

    async def send(self, send: Send) -> Response | NoResponse: ...

    async def close(self) -> None: ...


class FetchingTransport(Transport, Protocol):
    """Transport that can also download files. Without `fetch`, a client cannot download."""

    def fetch(self, fetch: Fetch) -> AbstractContextManager[Opened | NoResponse]:
        """Download a file with only the given headers. Its body has `read() -> bytes | NoResponse`; empty means end."""
        ...


class AsyncFetchingTransport(AsyncTransport, Protocol):
    """Async version of `FetchingTransport`."""

    def fetch(self, fetch: Fetch) -> AbstractAsyncContextManager[Opened | NoResponse]: ...


class HttpxTransport(Connections[httpx.BaseTransport]):
    """Transport over httpx connection pools.

    It does without an httpx client, because redirects, cookies and defaults are not needed and are slow.
    """

    make_pool, given_pool = Pool, GivenClient

    def _reset_pools(self) -> None:
        super()._reset_pools()
        self._sending: dict[int, Pool] = {}
        """Pools in use by thread. An entry found at the thread's next request was interrupted."""

    def send(self, send: Send) -> Response | NoResponse:
        self._check_open()
        me = threading.get_ident()
        self._recover(me)
        pool = self._pool_for(self._way)
        if isinstance(pool, Pool):
            self._sending[me] = pool
        try:
            outcome = self._send(send, pool)
        except BaseException:
            self._recover(me)
            raise
        self._sending.pop(me, None)
        return outcome

    def _recover(self, thread: int) -> None:
        if (interrupted := self._sending.get(thread)) is not None:
            self._drop(interrupted)
            self._sending.pop(thread, None)

    def _drop(self, pool: Pool) -> None:
        """Stop using a pool in which a request was interrupted."""
        for key in [key for key, other in list(self._pools.items()) if other is pool]:
            self._pools.pop(key, None)
        pool.abandon()

    def _send(self, send: Send, pool: httpx.BaseTransport) -> Response | NoResponse:
        exchange = Exchange(self._builder, send, self._way)
        try:
            response = pool.handle_request(exchange.request())
            exchange.answered(response)
            try:
                for part in parts(response):
                    if stop := exchange.take(part):
                        return self._redactor.redacted(stop)
            finally:
                response.close()
        except FAILURES as error:
            return self._redactor.redacted(exchange.failed(error))
        return exchange.received(self._redactor)

    @contextmanager
    def fetch(self, fetch: Fetch) -> Generator[Opened | NoResponse]:
        self._check_open()
        if (reason := self._file_hosts.refuse_url(fetch.url)) is not None:
            yield not_fetched(ValueError(reason), "")
            return
        way = Way(fetch.url, self._proxy_for(fetch.url))
        pool = self._pool_for(way, files=True)
        end = time.monotonic() + fetch.seconds
        response = None
        try:
            try:
                response = pool.handle_request(file_request(fetch, end))
            except FAILURES as error:
                yield not_fetched(error, way)
                return
            yield Opened(response.status_code, response.headers, _Body(response, end))
            response.close()
        except BaseException as error:
            if isinstance(error, Exception | GeneratorExit) and response is not None:
                response.close()
            elif isinstance(pool, Pool):
                self._drop(pool)
            raise

    def close(self) -> None:
        self._closed = True
        for pool in self._all_pools():
            pool.close()


class _Body:
    """The raw body of a file."""

    def __init__(self, response: httpx.Response, end: float) -> None:
        self._parts = iter(parts(response))
        self._end = end

    def read(self) -> bytes | NoResponse:
        try:
            part = next(filter(None, self._parts), b"")
        except FAILURES as error:
            return failure_of(error, "", may_have_arrived=True)
        return LATE if time.monotonic() > self._end else part
