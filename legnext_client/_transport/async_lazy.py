"""Put off httpx, which takes longer to import than the rest of the client, until the first request."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from legnext_client.errors import CLIENT_CLOSED, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from legnext_client._protocol.flow import Fetch, NoResponse, Opened, Response, Send
    from legnext_client._transport.async_transports import AsyncHttpxTransport


class AsyncLazyTransport:
    """Transport made by the first thread that sends, and used by all."""

    def __init__(self, base_url: str, headers: Mapping[str, str], connecting: Mapping[str, Any] = {}) -> None:
        self._base_url, self._headers, self._connecting = base_url, headers, connecting
        self._making = threading.RLock()  # a handler of signals may close it meanwhile
        self._made: AsyncHttpxTransport | None = None
        self._closed = False
        if connecting:  # what is wrong with it is said at once
            _ = self.made

    @property
    def made(self) -> AsyncHttpxTransport:
        if self._made is None:
            with self._making:
                if self._closed:
                    raise ConfigurationError(CLIENT_CLOSED)
                if self._made is None:
                    from legnext_client._transport.async_transports import AsyncHttpxTransport

                    self._made = AsyncHttpxTransport(self._base_url, self._headers, **self._connecting)
        return self._made

    async def send(self, send: Send) -> Response | NoResponse:
        return await self.made.send(send)

    def fetch(self, fetch: Fetch) -> AbstractAsyncContextManager[Opened | NoResponse]:
        return self.made.fetch(fetch)

    async def close(self) -> None:
        with self._making:
            self._closed = True
        if self._made is not None:
            await self._made.close()
