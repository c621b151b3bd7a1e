"""Put off httpx, which takes longer to import than the rest of the client, until the first request."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from legnext_client.errors import CLIENT_CLOSED, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from legnext_client._protocol.flow import Fetch, NoResponse, Opened, Response, Send
    from legnext_client._transport.async_transports import AsyncHttpxTransport
    from legnext_client._transport.transports import HttpxTransport

MadeT = TypeVar("MadeT")


class _Lazy(Generic[MadeT]):
    """One transport for all threads, made by the first that sends."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._base_url, self._headers = base_url, headers
        self._making = threading.RLock()  # a handler of signals may close it meanwhile
        self._made: MadeT | None = None
        self._closed = False

    def _make(self) -> MadeT:
        raise NotImplementedError

    @property
    def made(self) -> MadeT:
        if self._made is None:
            with self._making:
                if self._closed:
                    raise ConfigurationError(CLIENT_CLOSED)
                if self._made is None:
                    self._made = self._make()
        return self._made


class LazyTransport(_Lazy["HttpxTransport"]):
    """An `HttpxTransport` from the first request on."""

    def _make(self) -> HttpxTransport:
        from legnext_client._transport.transports import HttpxTransport

        return HttpxTransport(self._base_url, self._headers)

    def send(self, send: Send) -> Response | NoResponse:
        return self.made.send(send)

    def fetch(self, fetch: Fetch) -> AbstractContextManager[Opened | NoResponse]:
        return self.made.fetch(fetch)

    def close(self) -> None:
        with self._making:
            self._closed = True
        if self._made is not None:
            self._made.close()


class AsyncLazyTransport(_Lazy["AsyncHttpxTransport"]):
    """The same, awaited."""

    def _make(self) -> AsyncHttpxTransport:
        from legnext_client._transport.async_transports import AsyncHttpxTransport

        return AsyncHttpxTransport(self._base_url, self._headers)

    async def send(self, send: Send) -> Response | NoResponse:
        return await self.made.send(send)

    def fetch(self, fetch: Fetch) -> AbstractAsyncContextManager[Opened | NoResponse]:
        return self.made.fetch(fetch)

    async def close(self) -> None:
        with self._making:
            self._closed = True
        if self._made is not None:
            await self._made.close()
