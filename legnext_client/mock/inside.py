"""A server without a socket: httpx transports call the application directly.

A connection fault raises the corresponding httpx error at once. A delay beyond the client's timeout is a read timeout;
a shorter delay takes no time.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from typing import TYPE_CHECKING, Any

import httpx
from anyio.from_thread import start_blocking_portal

from .app import App
from .server import background, make_service
from .spec import DOCUMENT
from .wire import KEY, ClientGone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from anyio.from_thread import BlockingPortal
    from starlette.types import Message

    from .settings import Settings
    from .state import Scenario

_INSIDE = "https://mock.invalid"


class InProcess:
    """A server without a socket. A client of threads shares one event loop, in a thread of its own."""

    root_url = _INSIDE

    def __init__(self, settings: Settings, spec: str | Path | None, scenario: Scenario | None, reload: bool) -> None:
        self.service = make_service(settings, spec, _INSIDE, scenario)
        self._app = App(self.service, (spec or DOCUMENT) if reload else None)
        self._lock = threading.Lock()
        self._portal: BlockingPortal | None = None
        self._background = contextlib.ExitStack()
        # A process that never stops it must still exit: at exit, after the threads ended, closing would wait for ever.
        weakref.finalize(self, self._background.close)

    def start(self) -> None:
        self._background.enter_context(background(self.service))

    def stop(self) -> None:
        self._background.close()
        self._portal = None
        self._app.close()

    def transport(self) -> httpx.BaseTransport:
        return _Transport(self)

    def async_transport(self) -> httpx.AsyncBaseTransport:
        return _AsyncTransport(self)

    def respond(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a request from any thread."""
        with self._lock:
            if self._portal is None:
                self._portal = self._background.enter_context(start_blocking_portal())
        return self._portal.call(self.respond_async, request)

    async def respond_async(self, request: httpx.Request) -> httpx.Response:
        return await _Line(request).pass_through(self._app)


class _Transport(httpx.BaseTransport):
    def __init__(self, host: InProcess) -> None:
        self._host = host

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self._host.respond(request)


class _AsyncTransport(httpx.AsyncBaseTransport):
    def __init__(self, host: InProcess) -> None:
        self._host = host

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return await self._host.respond_async(request)


class _Line:
    """One request to the application: its wire and its response so far."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        self._unread = [request.content]
        self._start: Message | None = None
        self._parts: list[bytes] = []
        self._error: httpx.TransportError | None = None

    def drop(self, *, unsent: bool) -> None:
        message = "the connection was closed before the response was complete"
        if unsent or self._start is None:
            self._start, message = None, "Server disconnected without sending a response."
        self._error = httpx.RemoteProtocolError(message, request=self._request)

    async def sleep(self, seconds: float) -> None:
        patience = self._request.extensions.get("timeout", {}).get("read")
        if patience is not None and seconds > patience:
            self._error = httpx.ReadTimeout("The read operation timed out", request=self._request)
            raise ClientGone

    async def receive(self) -> dict[str, Any]:
        if self._error is not None:
            return {"type": "http.disconnect"}
        if not self._unread:
            await asyncio.Event().wait()  # a listener for the disconnect is cancelled at the end
        return {"type": "http.request", "body": self._unread.pop(), "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._parts.append(message.get("body", b""))

    async def pass_through(self, app: App) -> httpx.Response:
        url = self._request.url
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "server": (url.host, url.port),
            "client": ("inside", 0),
            "extensions": {KEY: self},
        }
        await app(scope, self.receive, self.send)
        if self._start is None:
            raise self._error or httpx.RemoteProtocolError("no answer", request=self._request)
        bodiless = self._request.method == "HEAD" or self._start["status"] in (204, 304)
        stream = _Stream([] if bodiless else self._parts, self._error)
        return httpx.Response(self._start["status"], headers=self._start["headers"], stream=stream)


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
