"""The server without a socket: httpx transports that call the application directly.

A connection fault raises the corresponding httpx error at once. A delay beyond the client's timeout is a read timeout;
a shorter delay takes no time.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import httpx

from .wire import KEY, ClientGone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from .app import App


class _Line:
    """One request to the application: its wire and its response so far."""

    def __init__(self, request: httpx.Request, body: bytes) -> None:
        self._request = request
        self._body: bytes | None = body
        self.status: int | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.parts: list[bytes] = []
        self.error: httpx.TransportError | None = None

    def drop(self, *, unsent: bool) -> None:
        if unsent:
            self.status = None
        message = "the connection was closed before the response was complete"
        if self.status is None:
            message = "Server disconnected without sending a response."
        self.error = httpx.RemoteProtocolError(message, request=self._request)

    async def sleep(self, seconds: float) -> None:
        patience = self._request.extensions.get("timeout", {}).get("read")
        if patience is not None and seconds > patience:
            self.error = httpx.ReadTimeout("The read operation timed out", request=self._request)
            raise ClientGone

    async def receive(self) -> dict[str, Any]:
        if self.error is not None:
            return {"type": "http.disconnect"}
        if self._body is None:
            await asyncio.Event().wait()  # a listener for the disconnect is cancelled at the end
        assert self._body is not None
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message["headers"])
        elif message["type"] == "http.response.body":
            self.parts.append(message.get("body", b""))

    async def pass_through(self, app: App) -> httpx.Response:
        url = self._request.url
        raw_path = url.raw_path.partition(b"?")[0]
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": raw_path,
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "server": (url.host, url.port),
            "client": ("inside", 0),
            "extensions": {KEY: self},
        }
        await app(scope, self.receive, self.send)
        if self.status is None:
            raise self.error or httpx.RemoteProtocolError("no answer", request=self._request)
        bodiless = self._request.method == "HEAD" or self.status in (204, 304)
        parts = [] if bodiless else self.parts
        return httpx.Response(self.status, headers=self.headers, stream=_Stream(parts, self.error))


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A response body that may be cut off."""

    def __init__(self, parts: list[bytes], error: httpx.TransportError | None) -> None:
        self._parts = parts
        self._error = error

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts
        if self._error is not None:
            raise self._error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


class InsideAsyncTransport(httpx.AsyncBaseTransport):
    """Transport for `httpx.AsyncClient`; the application runs in the client's event loop."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await _Line(request, await request.aread()).pass_through(self._app)


class InsideTransport(httpx.BaseTransport):
    """Transport for `httpx.Client`; the application runs in its own event loop."""

    def __init__(self, app: App, home: Home) -> None:
        self._app = app
        self._home = home

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        line = _Line(request, request.read())
        return asyncio.run_coroutine_threadsafe(line.pass_through(self._app), self._home.loop).result()


class Home:
    """An event loop in a thread, started when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="mock-inside", daemon=True)
                self._thread.start()
            return self._loop

    def close(self) -> None:
        with self._lock:
            if self._loop is None or self._thread is None:
                return
            asyncio.run_coroutine_threadsafe(self._loop.shutdown_default_executor(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = None
