"""Clients of a `MockServer`, for `MockServer.client()` and `MockServer.async_client()`."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from legnext_client._transport.async_transports import AsyncHttpxTransport
from legnext_client._transport.clocks import Clock, SystemClock
from legnext_client._transport.transports import HttpxTransport
from legnext_client.client import AsyncClient, Client
from legnext_client.generated.service import API_KEY_HEADER

if TYPE_CHECKING:
    from legnext_client.testing import MockServer


class ClockOfMock:
    """Client clock whose sleep advances the server's clock, so that a wait of minutes takes no time.

    Callbacks due in that time have arrived when the sleep ends, on a machine of any speed.
    """

    def __init__(self, server: MockServer) -> None:
        self._server = server

    def now(self) -> float:
        return self._server.clock.now

    def sleep(self, seconds: float) -> None:
        self._server.clock.advance(seconds)
        self._deliver()

    async def async_sleep(self, seconds: float) -> None:
        self._server.clock.advance(seconds)
        if self._server.callbacks.on_their_way:
            await asyncio.to_thread(self._deliver)  # callbacks may arrive in this loop
        else:
            await asyncio.sleep(0)

    def _deliver(self) -> None:
        with contextlib.suppress(TimeoutError):  # the receiver does not respond
            self._server.callbacks.wait()


def make_client(server: MockServer, options: dict[str, Any]) -> Client:
    transport = HttpxTransport(server.base_url, {API_KEY_HEADER: server.api_key}, server.transport())
    return Client(**_arguments(server, transport, options))


def make_async_client(server: MockServer, options: dict[str, Any]) -> AsyncClient:
    transport = AsyncHttpxTransport(server.base_url, {API_KEY_HEADER: server.api_key}, server.async_transport())
    return AsyncClient(**_arguments(server, transport, options))


def _arguments(server: MockServer, transport: object, options: dict[str, Any]) -> dict[str, Any]:
    clock: Clock = ClockOfMock(server) if server.clock.scale is None else SystemClock()
    usual = {"api_key": server.api_key, "base_url": server.base_url, "transport": transport, "clock": clock}
    return usual | options
