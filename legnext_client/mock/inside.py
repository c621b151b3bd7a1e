"""A server without a socket: httpx transports call the application directly.

A connection fault raises the corresponding httpx error at once. A delay beyond the client's timeout is a read timeout;
a shorter delay takes no time.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from typing import TYPE_CHECKING

import httpx
from anyio.from_thread import start_blocking_portal

from .app import App
from .server import background, make_service
from .spec import DOCUMENT
from .wire import KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from anyio.from_thread import BlockingPortal
    from starlette.types import Message, Scope

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
        # httpx.ASGITransport would try to import sniffio for each request, which is slow where it is not installed.
        wire, ended = _Wire(request), asyncio.Event()
        unread, status, parts = [request.content], 500, list[bytes]()
        headers: list[tuple[bytes, bytes]] = []

        async def receive() -> Message:
            if wire.cut is None and unread:
                return {"type": "http.request", "body": unread.pop()}
            if wire.cut is None:
                await ended.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], message["headers"]
                return
            if request.method != "HEAD":
                parts.append(message.get("body", b""))
            if not message.get("more_body"):
                ended.set()

        await self._app(_scope(request, wire), receive, send)
        return httpx.Response(status, headers=headers, stream=_Body(b"".join(parts), wire.cut))


def _scope(request: httpx.Request, wire: _Wire) -> Scope:
    url = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.partition(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
        "extensions": {KEY: wire},
    }


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


class _Wire:
    """The connection of one request, as far as faults go."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        self.cut: httpx.TransportError | None = None
        """Error that ends the body."""

    def drop(self, *, unsent: bool) -> None:
        if unsent:
            message = "Server disconnected without sending a response."
            raise httpx.RemoteProtocolError(message, request=self._request)
        message = "the connection was closed before the response was complete"
        self.cut = httpx.RemoteProtocolError(message, request=self._request)

    async def sleep(self, seconds: float) -> None:
        patience = self._request.extensions.get("timeout", {}).get("read")
        if patience is not None and seconds > patience:
            raise httpx.ReadTimeout("The read operation timed out", request=self._request)


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A response body that may be cut off."""

    def __init__(self, body: bytes, cut: httpx.TransportError | None) -> None:
        self._body = body
        self._cut = cut

    def __iter__(self) -> Iterator[bytes]:
        yield self._body
        if self._cut is not None:
            raise self._cut

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part
