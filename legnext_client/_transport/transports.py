"""Send requests with httpx and report what became of them, in the protocol's words.

A transport decides nothing. `Transport` and `AsyncTransport` are the seam at which another one can be put in.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import httpx

from legnext_client._protocol.addresses import FileHosts
from legnext_client._protocol.flow import Fetch, NoResponse, Opened, Response, Send
from legnext_client._protocol.redact import KeyRedactor
from legnext_client._transport.environment import made, proxy_for
from legnext_client._transport.exchanges import (
    FAILURES,
    LATE,
    Exchange,
    RequestBuilder,
    file_request,
    hide_in_logs,
    lost_by,
    not_fetched,
    parts,
    way_to,
)
from legnext_client._transport.pools import Pool, renew_after_fork
from legnext_client.errors import CLIENT_CLOSED, ConfigurationError
from legnext_client.generated.service import API_KEY_HEADER

if TYPE_CHECKING:
    import ssl
    from collections.abc import Generator, Mapping
    from contextlib import AbstractAsyncContextManager, AbstractContextManager


class Transport(Protocol):
    """Sends requests for a `Client`."""

    def send(self, send: Send) -> Response | NoResponse: ...

    def close(self) -> None: ...


class AsyncTransport(Protocol):
    """Sends requests for an `AsyncClient`."""

    async def send(self, send: Send) -> Response | NoResponse: ...

    async def close(self) -> None: ...


class FetchingTransport(Transport, Protocol):
    """One that fetches files as well; without `fetch`, a client can do all but download."""

    def fetch(self, fetch: Fetch) -> AbstractContextManager[Opened | NoResponse]:
        """Get a file with only the headers given; the body has `read() -> bytes | NoResponse`, empty at the end."""
        ...


class AsyncFetchingTransport(AsyncTransport, Protocol):
    """The same, awaited."""

    def fetch(self, fetch: Fetch) -> AbstractAsyncContextManager[Opened | NoResponse]: ...


class HttpxTransport:
    """Sends with httpx, over one pool of connections.

    It is a pool of httpx without a client of httpx around it: redirects, cookies and defaults are not wanted here, and
    cost as much as all that is.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], mounted: httpx.BaseTransport | None = None) -> None:
        self._builder = RequestBuilder(base_url, headers)
        self._veil = KeyRedactor(headers.get(API_KEY_HEADER, ""))
        self._file_hosts = FileHosts(base_url)
        self._closed = False
        self._mounted = mounted
        self._proxy = None if mounted is not None else proxy_for(base_url)
        self._way = way_to(base_url, self._proxy)
        self._context: ssl.SSLContext | None = None
        self._start_anew()
        self._pool_for(self._pools, self._proxy)  # what is wrong with the environment is told now
        hide_in_logs(self._veil, self)
        renew_after_fork(self)

    def _start_anew(self) -> None:
        self._pools: dict[str | None, Pool] = {}
        self._file_pools: dict[str | None, Pool] = {}  # whose requests never have the key
        self._sending: dict[int, Pool] = {}
        """By thread; what is still here when the thread sends again, was interrupted."""

    def after_fork(self) -> None:
        """Leave the connections to the parent: what both read from, gives each of them the answers of the other."""
        for pool in (*self._pools.values(), *self._file_pools.values()):
            pool.abandon(all_of_it=True)
        self._start_anew()

    def _pool_for(self, pools: dict[str | None, Pool], proxy: str | None) -> httpx.BaseTransport:
        if self._mounted is not None:
            return self._mounted
        pool = pools.get(proxy)
        if pool is None:
            context = self._context = self._context or made(httpx.create_ssl_context)
            # A proxy looks names up by itself, and is often in a private network.
            refuse = self._file_hosts.refuse_connection if pools is self._file_pools and proxy is None else None
            pool = pools.setdefault(proxy, made(lambda: Pool(proxy, context, refuse)))
        return pool

    def send(self, send: Send) -> Response | NoResponse:
        if self._closed:
            raise ConfigurationError(CLIENT_CLOSED)
        me = threading.get_ident()
        self._recover(me)
        pool = self._pool_for(self._pools, self._proxy)
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
            _drop(self._pools, interrupted)
            self._sending.pop(thread, None)

    def _send(self, send: Send, pool: httpx.BaseTransport) -> Response | NoResponse:
        exchange = Exchange(self._builder, send, self._way)
        try:
            response = pool.handle_request(exchange.request())
            exchange.answered(response)
            try:
                for part in parts(response):
                    if stop := exchange.take(part):
                        return self._veil.lost(stop)
            finally:
                response.close()
        except FAILURES as error:
            return self._veil.lost(exchange.lost(error))
        return exchange.received(self._veil)

    @contextmanager
    def fetch(self, fetch: Fetch) -> Generator[Opened | NoResponse]:
        if self._closed:
            raise ConfigurationError(CLIENT_CLOSED)
        if (reason := self._file_hosts.refuse_url(fetch.url)) is not None:
            yield not_fetched(ValueError(reason), "")
            return
        proxy = None if self._mounted is not None else proxy_for(fetch.url)
        pool = self._pool_for(self._file_pools, proxy)
        end = time.monotonic() + fetch.seconds
        way = way_to(fetch.url, proxy)
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
                _drop(self._file_pools, pool)
            raise

    def close(self) -> None:
        self._closed = True
        for pool in (*self._pools.values(), *self._file_pools.values()):
            pool.close()
        if self._mounted is not None:
            self._mounted.close()


def _drop(pools: dict[str | None, Pool], pool: Pool) -> None:
    """Use a pool no more: a request was interrupted amid its lock or one of its states."""
    for proxy in [proxy for proxy, found in list(pools.items()) if found is pool]:
        pools.pop(proxy, None)
    pool.abandon()


class _Body:
    """The body of a file as it comes, packed or not."""

    def __init__(self, response: httpx.Response, end: float) -> None:
        self._parts = iter(parts(response))
        self._end = end

    def read(self) -> bytes | NoResponse:
        try:
            part = next(filter(None, self._parts), b"")
        except FAILURES as error:
            return lost_by(error, "", may_have_arrived=True)
        return LATE if time.monotonic() > self._end else part
