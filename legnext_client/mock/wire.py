"""What lies under an answer: the connection that can be dropped, and waiting while somebody holds the line.

uvicorn puts one under `scope["extensions"][KEY]` (see `server`), and so does the transport without a socket (see
`inside`), so that the same faults play on both.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

KEY = "legnext.wire"
# uvicorn learns in a later turn of the loop that a connection was dropped; before, it would complain of no answer.
_NOTICED_AFTER = 0.01


class ClientGone(Exception):
    """The client does not wait for this answer any more."""


class Wire(Protocol):
    """The way to the client."""

    def drop(self, *, unsent: bool) -> None:
        """Close the connection; `unsent` throws away what was written but has not left yet."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let the client wait. Raises `ClientGone` when there is no use in waiting on."""
        ...


class Closing:
    """Says when the server is asked to end, so that no fault holds it back."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Wait so long, or until the server ends; whether it does."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return False
        return True


class SocketWire:
    """A connection that uvicorn serves."""

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
