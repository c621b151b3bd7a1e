"""The connection under a response, which faults can drop or delay.

uvicorn (see `server`) and the transport without a socket (see `inside`) each put one under `scope["extensions"][KEY]`,
so that the same faults work on both.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

KEY = "legnext.wire"
SLASH = "\ue000"
"""Stands for an escaped slash while a path is matched: `%2F` is part of a value, not the end of it."""
# uvicorn notices a dropped connection only in a later loop iteration; earlier, it logs a missing response.
_NOTICED_AFTER = 0.01


class ClientGone(Exception):
    """The client has disconnected."""


class Wire(Protocol):
    """Connection to the client."""

    def drop(self, *, unsent: bool) -> None:
        """Close the connection; `unsent` discards buffered data."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Delay the client. Raises `ClientGone` if the client disconnects."""
        ...


class Closing:
    """Shutdown signal, so that no fault delays the server's end."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for a time or for shutdown; return whether the server is shutting down."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return False
        return True


class SocketWire:
    """Connection served by uvicorn."""

    def __init__(self, transport: Any, closing: Closing | None) -> None:
        self._transport = transport
        self._closing = closing

    def drop(self, *, unsent: bool) -> None:
        if unsent:
            self._transport.abort()
        else:
            self._transport.close()

    async def sleep(self, seconds: float) -> None:
        if self._closing is None or await self._closing.wait(seconds):
            self.drop(unsent=True)
        if self._transport.is_closing():
            await asyncio.sleep(_NOTICED_AFTER)
            raise ClientGone
