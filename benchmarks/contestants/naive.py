"""The published SDK as one would use it for many jobs: `gather`, a semaphore, a question every three seconds.

Its sleeps are those of the event loop, so the loop's clock is a virtual one: when nothing is on its way, it jumps to
what is due next.
"""

from __future__ import annotations

import asyncio
import selectors
from importlib import import_module  # it is in another environment, where no type checker looks
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from benchmarks.contestants.talking import VirtualClock

KEEP_ALIVE = 1.0
"""Shorter than the server's: else the two close and use a connection at the same moment, and the SDK gives up."""


class Traffic:
    """Requests on their way, and how many there were."""

    def __init__(self) -> None:
        self.on_their_way = self.calls = 0


def run(main: Callable[[Any, Traffic], Coroutine[Any, Any, None]], url: str, key: str, clock: VirtualClock) -> None:
    """Run a program with a client of the published SDK, in a loop whose sleeps take no time."""
    traffic = Traffic()

    async def program() -> None:
        async with import_module("legnext").AsyncClient(key, base_url=url) as client:
            await client._http._client.aclose()
            client._http._client = _Watched(traffic, client._http.timeout)
            await main(client, traffic)

    class Loop(asyncio.SelectorEventLoop):
        def time(self) -> float:
            return clock.now()

    with asyncio.Runner(loop_factory=lambda: Loop(_Jumping(traffic, clock))) as runner:
        runner.run(program())


class _Jumping(selectors.DefaultSelector):
    def __init__(self, traffic: Traffic, clock: VirtualClock) -> None:
        super().__init__()
        self._traffic, self._clock = traffic, clock

    def select(self, timeout: float | None = None) -> list[Any]:
        found = super().select(0)
        if found or (timeout is not None and timeout <= 0):
            return found
        if self._traffic.on_their_way or timeout is None:
            return super().select(None)
        self._clock.sleep(timeout)
        return []


class _Watched:
    """The httpx client that the SDK makes for itself, and who sees what is sent."""

    def __init__(self, traffic: Traffic, timeout: float) -> None:
        httpx = import_module("httpx")
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=KEEP_ALIVE)
        self._inner = httpx.AsyncClient(timeout=timeout, trust_env=False, limits=limits)
        self._traffic = traffic

    async def request(self, **options: Any) -> Any:
        self._traffic.calls += 1
        self._traffic.on_their_way += 1
        try:
            return await self._inner.request(**options)
        finally:
            self._traffic.on_their_way -= 1

    async def aclose(self) -> None:
        await self._inner.aclose()
