"""Load for an HTTP server: keep-alive connections that each send the next request as soon as the last is answered.

Raw sockets on an event loop (uvloop where there is one): a request is bytes that are ready, an answer is only measured
for its end, so that one core of this can saturate one core of a server.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONNECTIONS = 32
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"


@dataclass
class Tally:
    """What came of some load."""

    answers: int = 0
    seconds: float = 0.0
    refused: int = 0
    bodies: list[bytes] = field(default_factory=list[bytes])

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


class _Connection(asyncio.Protocol):
    """One connection; it asks `next_request` for what to send, and stops when there is nothing."""

    def __init__(self, tally: Tally, next_request: Callable[[], bytes | None], keep_bodies: bool) -> None:
        self._tally, self._next, self._keep = tally, next_request, keep_bodies
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        head_ends = self._received.find(b"\r\n\r\n")
        if head_ends < 0:
            return
        length = _LENGTH.search(self._received, 0, head_ends + 2)
        if length is not None:
            if len(self._received) < head_ends + 4 + int(length[1]):
                return
        elif not self._received.endswith(_LAST_CHUNK):
            return
        self._tally.answers += 1
        if not self._received.startswith(b"HTTP/1.1 200"):
            self._tally.refused += 1
        if self._keep:
            self._tally.bodies.append(self._received[head_ends + 4 :])
        self._received = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _send(self) -> None:
        request = self._next()
        assert self._transport is not None
        if request is not None:
            self._transport.write(request)
        elif not self.done.done():
            self.done.set_result(None)
            self._transport.close()


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def for_seconds(port: int, wire: bytes, seconds: float) -> Tally:
    """The same request, over and over, for so long."""
    ends = perf_counter() + seconds
    return _run(port, lambda: wire if perf_counter() < ends else None, keep_bodies=False)


def each(port: int, wires: Iterator[bytes], *, keep_bodies: bool = False) -> Tally:
    """Every one of these requests, once."""
    return _run(port, lambda: next(wires, None), keep_bodies=keep_bodies)


def _run(port: int, next_request: Callable[[], bytes | None], *, keep_bodies: bool) -> Tally:
    tally = Tally()

    async def load() -> None:
        loop = asyncio.get_running_loop()
        begin = perf_counter()
        made = [
            await loop.create_connection(lambda: _Connection(tally, next_request, keep_bodies), "127.0.0.1", port)
            for _ in range(CONNECTIONS)
        ]
        await asyncio.gather(*(connection.done for _, connection in made))
        tally.seconds = perf_counter() - begin

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(load())
    return tally


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
