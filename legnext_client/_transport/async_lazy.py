"""Put off httpx, which takes longer to import than the rest of the client, until the first request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client.errors import CLIENT_CLOSED, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from legnext_client._protocol.flow import Fetch, NoResponse, Opened, Response, Send
    from legnext_client._transport.async_transports import AsyncHttpxTransport


class AsyncLazyTransport:
    """Transport made by the first thread that sends, and used by all.

    It has no lock: after a fork, or within a handler of signals, a lock may never be released.
    """

    _made: AsyncHttpxTransport | None = None

    def __init__(self, base_url: str, headers: Mapping[str, str], connecting: Mapping[str, Any] = {}) -> None:
        self._base_url, self._headers, self._connecting = base_url, headers, connecting
        self._closed = False
        if connecting:  # what is wrong with it is said at once
            _ = self.made

    @property
    def made(self) -> AsyncHttpxTransport:
        if self._made is not None:
            return self._made
        from legnext_client._transport.async_transports import AsyncHttpxTransport

        transport = AsyncHttpxTransport(self._base_url, self._headers, **self._connecting)
        made: AsyncHttpxTransport = self.__dict__.setdefault("_made", transport)
        if self._closed:
            raise ConfigurationError(CLIENT_CLOSED)
        return made

    async def send(self, send: Send) -> Response | NoResponse:
        return await self.made.send(send)

    def fetch(self, fetch: Fetch) -> AbstractAsyncContextManager[Opened | NoResponse]:
        return self.made.fetch(fetch)

    async def close(self) -> None:
        self._closed = True
        if self._made is not None:
            await self._made.close()
