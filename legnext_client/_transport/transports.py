"""The one place that knows httpx: sends a request and says what became of it, in the core's words.

A transport decides nothing. `Transport` and `AsyncTransport` are the seam at which another one can be put in.
"""

from __future__ import annotations

import ssl
import threading
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Protocol

import httpx

from legnext_client._protocol.flow import Fetch, Lost, Opened, Received, Send
from legnext_client._protocol.redact import Veil
from legnext_client._transport.environment import DIRECT, made, proxy_for
from legnext_client.errors import CLIENT_CLOSED, ConfigurationError
from legnext_client.generated.service import API_KEY_HEADER

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator, Generator, Mapping
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

LARGEST_ANSWER = 64 * 1024 * 1024
"""Answers are a few kilobytes; what is larger than this in bytes is not read to its end."""

_URLS = 512
"""So many addresses are kept read: those of the operations, and of the jobs that are asked for again and again."""

ANOTHER_LOOP = "this client is in use in another event loop: make one for each loop."

_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class Transport(Protocol):
    """Sends requests for a `Client`."""

    def send(self, send: Send) -> Received | Lost: ...

    def close(self) -> None: ...


class AsyncTransport(Protocol):
    """Sends requests for an `AsyncClient`."""

    async def send(self, send: Send) -> Received | Lost: ...

    async def close(self) -> None: ...


class FetchingTransport(Transport, Protocol):
    """One that fetches files as well; without `fetch`, a client can do all but download."""

    def fetch(self, fetch: Fetch) -> AbstractContextManager[Opened | Lost]:
        """Get a file with the headers of `fetch` alone; the body has `read() -> bytes | Lost`, empty at its end."""
        ...


class AsyncFetchingTransport(AsyncTransport, Protocol):
    """The same, awaited."""

    def fetch(self, fetch: Fetch) -> AbstractAsyncContextManager[Opened | Lost]: ...


class HttpxTransport:
    """Sends with httpx, over one pool of connections.

    It is a pool of httpx without a client of httpx around it: redirects, cookies and defaults are not wanted here, and
    cost as much as all that is.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], mounted: httpx.BaseTransport | None = None) -> None:
        self._envelope = _Envelope(base_url, headers)
        self._veil = Veil(headers.get(API_KEY_HEADER, ""))
        self._pool = made(lambda: httpx.HTTPTransport(proxy=proxy_for(base_url))) if mounted is None else mounted
        self._closed = False
        self._mounted = mounted
        self._fetcher: httpx.Client | None = None
        self._lock = threading.Lock()

    def send(self, send: Send) -> Received | Lost:
        if self._closed:
            raise ConfigurationError(CLIENT_CLOSED)
        end = time.monotonic() + send.timeout
        arrived, body = False, bytearray()
        try:
            request = self._envelope.around(send, end)
            response = self._pool.handle_request(request)
            arrived = True
            try:
                for part in response.iter_bytes():
                    body += part
                    if stop := _too_much(body, end):
                        return self._veil.lost(stop)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return self._veil.lost(_lost(error, arrived)._replace(answer=bytes(body) or None))
        return self._veil.received(response.status_code, response.headers, response.headers.raw, bytes(body))

    @contextmanager
    def fetch(self, fetch: Fetch) -> Generator[Opened | Lost]:
        if self._closed:
            raise ConfigurationError(CLIENT_CLOSED)
        with self._lock:
            if self._fetcher is None:  # one that has never seen the key
                self._fetcher = made(
                    lambda: httpx.Client(transport=self._mounted, mounts=DIRECT, follow_redirects=False)
                )
        end = time.monotonic() + fetch.seconds
        try:
            response = self._fetcher.send(_file_request(fetch, end), stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            yield _not_fetched(error)
            return
        try:
            yield Opened(response.status_code, response.headers, _Body(response, end))
        finally:
            response.close()

    def close(self) -> None:
        self._closed = True
        self._pool.close()
        if self._fetcher is not None:
            self._fetcher.close()


class AsyncHttpxTransport:
    """The same, awaited."""

    def __init__(
        self, base_url: str, headers: Mapping[str, str], mounted: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._envelope = _Envelope(base_url, headers)
        self._veil = Veil(headers.get(API_KEY_HEADER, ""))
        self._base_url = base_url
        self._mounted = mounted
        self._closed = False
        self._pool = mounted or self._new_pool()
        self._fetcher: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def _new_pool(self) -> httpx.AsyncBaseTransport:
        return made(lambda: httpx.AsyncHTTPTransport(proxy=proxy_for(self._base_url)))

    def _come_to_this_loop(self) -> None:
        """Connections belong to one event loop: those of a closed one are dead, those of another not ours to touch."""
        import asyncio  # it takes a while to import, and the sync client has no need of it

        loop = asyncio.get_running_loop()
        if self._mounted is not None or loop is self._loop:
            return
        if self._loop is not None:
            if not self._loop.is_closed():
                raise ConfigurationError(ANOTHER_LOOP)
            self._pool, self._fetcher = self._new_pool(), None
        self._loop = loop

    async def send(self, send: Send) -> Received | Lost:
        if self._closed:
            raise ConfigurationError(CLIENT_CLOSED)
        self._come_to_this_loop()
        end = time.monotonic() + send.timeout
        arrived, body = False, bytearray()
        try:
            request = self._envelope.around(send, end)
            response = await self._pool.handle_async_request(request)
            arrived = True
            try:
                async for part in response.aiter_bytes():
                    body += part
                    if stop := _too_much(body, end):
                        return self._veil.lost(stop)
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return self._veil.lost(_lost(error, arrived)._replace(answer=bytes(body) or None))
        return self._veil.received(response.status_code, response.headers, response.headers.raw, bytes(body))

    @asynccontextmanager
    async def fetch(self, fetch: Fetch) -> AsyncGenerator[Opened | Lost]:
        if self._closed:
            raise ConfigurationError(CLIENT_CLOSED)
        self._come_to_this_loop()
        if self._fetcher is None:  # one that has never seen the key
            self._fetcher = made(
                lambda: httpx.AsyncClient(transport=self._mounted, mounts=DIRECT, follow_redirects=False)
            )
        end = time.monotonic() + fetch.seconds
        try:
            response = await self._fetcher.send(_file_request(fetch, end), stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            yield _not_fetched(error)
            return
        try:
            yield Opened(response.status_code, response.headers, _AsyncBody(response, end))
        finally:
            await response.aclose()

    async def close(self) -> None:
        if not self._closed:
            self._come_to_this_loop()
        self._closed = True
        await self._pool.aclose()
        if self._fetcher is not None:
            await self._fetcher.aclose()


class _Body:
    """The body of a file as it comes, packed or not."""

    def __init__(self, response: httpx.Response, end: float) -> None:
        self._parts = response.iter_raw()
        self._end = end

    def read(self) -> bytes | Lost:
        try:
            part = next(filter(None, self._parts), b"")
        except httpx.HTTPError as error:
            return _lost(error, arrived=True)
        return _LATE if time.monotonic() > self._end else part


class _AsyncBody:
    """The same, awaited."""

    def __init__(self, response: httpx.Response, end: float) -> None:
        self._parts = response.aiter_raw()
        self._end = end

    async def read(self) -> bytes | Lost:
        try:
            part = b""
            async for part in self._parts:
                if part:
                    break
        except httpx.HTTPError as error:
            return _lost(error, arrived=True)
        return _LATE if time.monotonic() > self._end else part


_LATE = Lost("it did not end in time", sent=True, again=False)


def _file_request(fetch: Fetch, end: float) -> httpx.Request:
    # Made directly, so that no default header, cookie or key can be merged into it.
    extensions = {"timeout": _Patience(end, fetch.silence)}
    return httpx.Request("GET", fetch.url, headers=fetch.headers, extensions=extensions)


def _not_fetched(error: Exception) -> Lost:
    if isinstance(error, httpx.HTTPError):
        return _lost(error, arrived=False)
    return Lost(f"the address cannot be used: {error}", sent=False, again=False)


class _Patience(dict[str, float]):
    """What is left of a request's time, whichever of its phases asks; httpx by itself would give all of it to each."""

    def __init__(self, end: float, most: float = float("inf")) -> None:
        super().__init__()
        self._end = end
        self._most = most

    def get(self, _: str, __: object = None) -> float:
        return max(0.001, min(self._most, self._end - time.monotonic()))


class _Envelope:
    """Makes requests from parts that are ready: merging a client's defaults in costs more than all the rest."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._base_url = base_url
        try:
            host = httpx.Request("GET", base_url).headers["host"]
        except httpx.InvalidURL as error:
            raise ConfigurationError(f"base_url cannot be used: {error}.") from None
        self._headers = httpx.Headers({"host": host, **headers})
        self._with_body = httpx.Headers({"host": host, **headers, "content-type": "application/json"})
        self._urls: dict[str, httpx.URL] = {}

    def around(self, send: Send, end: float) -> httpx.Request:
        request = send.request
        url = self._urls.get(request.path)
        if url is None:
            if len(self._urls) >= _URLS:
                self._urls.clear()
            url = self._urls[request.path] = httpx.URL(self._base_url + request.path)
        return httpx.Request(
            request.method,
            url,
            headers=self._headers if request.body is None else self._with_body,
            content=request.body,
            extensions={"timeout": _Patience(end)},
        )


def _too_much(body: bytearray, end: float) -> Lost | None:
    if len(body) > LARGEST_ANSWER:
        return Lost("the answer is larger than any answer should be", sent=True, again=False, answer=bytes(body[:4096]))
    if time.monotonic() > end:
        return Lost("the answer did not end in time", sent=True, answer=bytes(body))
    return None


def _lost(error: httpx.HTTPError | httpx.InvalidURL, arrived: bool) -> Lost:
    """What an exception of httpx means: was anything sent, and could another try end differently?"""
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if _certificate(error):
        return Lost(f"the certificate of the service is not trusted ({error})", sent=False, again=False)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL):
        return Lost(reason, sent=False, again=False)
    return Lost(reason, sent=arrived or not isinstance(error, _UNSENT))


def _certificate(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
