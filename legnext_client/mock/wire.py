"""The connection under a response, and the faults that replace the response, delay it or drop the connection.

uvicorn (see `server`) and the transport without a socket (see `inside`) each put a connection under
`scope["extensions"][KEY]`, so that the same faults work on both.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Protocol

from starlette.responses import HTMLResponse, Response

from .refusals import ClientGone, Refusal, written

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from .faults import Fault

KEY = "legnext.wire"
SLASH = "\ue000"
"""Stands for an escaped slash while a path is matched: `%2F` is part of a value, not the end of it."""
# uvicorn notices a dropped connection only in a later loop iteration; earlier, it logs a missing response.
_NOTICED_AFTER = 0.01
_PAGE = b"<html><body><h1>Web server is returning an unknown error</h1></body></html>"
_DRIPS = 10


class Wire(Protocol):
    """Connection to the client."""

    def drop(self, *, unsent: bool) -> None:
        """Close the connection; `unsent` discards buffered data."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Delay the client. Raises `ClientGone` if the client disconnects."""
        ...


class Closing(asyncio.Event):
    """Shutdown signal, so that no fault delays the server's end."""

    async def within(self, seconds: float) -> bool:
        """Wait for a time or for shutdown; return whether the server is shutting down."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wait(), seconds)
        return self.is_set()


class SocketWire:
    """Connection served by uvicorn."""

    def __init__(self, transport: Any, closing: Closing) -> None:
        self._transport = transport
        self._closing = closing

    def drop(self, *, unsent: bool) -> None:
        if unsent:
            self._transport.abort()
        else:
            self._transport.close()

    async def sleep(self, seconds: float) -> None:
        if await self._closing.within(seconds):
            self.drop(unsent=True)
        if self._transport.is_closing():
            await asyncio.sleep(_NOTICED_AFTER)
            raise ClientGone


def struck_on_arrival(fault: Fault, scope: Scope) -> Response | None:
    """Return the response to a request that never reaches the service; None closes the connection."""
    if fault.name == "close_before":
        _wire(scope).drop(unsent=True)
        return None
    if fault.name == "rate_limit":
        after = f"{fault.seconds:f}".rstrip("0").rstrip(".")  # `g` would write a million with an exponent
        return written(Refusal(429, "Rate limit exceeded", retry_after=after), "flat", "")
    return _broken(fault)


async def apply_faults(faults: list[Fault], response: Response, scope: Scope, receive: Receive, send: Send) -> bool:
    """Send a response with the faults applied; return whether the connection was dropped."""
    by_name = {fault.name: fault for fault in faults}
    if fault := by_name.get("error_after"):
        response = _broken(fault)
    elif fault := by_name.get("html"):
        response = HTMLResponse(_PAGE, fault.status)
    wire = _wire(scope)
    if "delay" in by_name:
        await wire.sleep(by_name["delay"].seconds)
    if "close_after" in by_name:
        wire.drop(unsent=True)
        return True
    if not {"truncate", "drip"} & by_name.keys():
        await response(scope, receive, send)
        return False
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    body = bytes(response.body)
    if "truncate" in by_name:
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        wire.drop(unsent=False)
        return True
    step = max(1, len(body) // _DRIPS)
    for start in range(0, len(body), step):
        await wire.sleep(by_name["drip"].seconds / _DRIPS)
        await send({"type": "http.response.body", "body": body[start : start + step], "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    return False


def _broken(fault: Fault) -> Response:
    if fault.as_html:
        return HTMLResponse(_PAGE, fault.status)
    return written(Refusal(fault.status, "Internal server error"), "flat", "")


def _wire(scope: Scope) -> Wire:
    wire: Wire = scope["extensions"][KEY]
    return wire
