"""Connection pools with total deadlines.

httpcore applies a timeout to each read, so a slowly dripping response never ends. Here a timeout carries its deadline.
A pool that was interrupted or forked is not reused, because its lock and state may be inconsistent.
"""

# httpx has no public way to set the network backend of its pool.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import math
import socket
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, cast

import anyio
import httpcore
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    Refuse = Callable[[str, str], str | None]
    """Returns why a connection to a host at an address is refused, or None."""

_LONGEST = 86_400.0
"""Longest timeout in seconds; sockets do not accept infinity."""

_BLOCK = 64 * 1024


class Until(float):
    """Remaining seconds with their deadline. httpcore passes it to each read and write."""

    _end: float
    _silence: float

    def __new__(cls, end: float, silence: float = math.inf) -> Until:
        left = min(silence, end - time.monotonic(), _LONGEST)
        self = super().__new__(cls, max(0.001, left))
        self._end, self._silence = end, silence
        return self

    def left(self) -> float:
        return min(self._silence, self._end - time.monotonic(), _LONGEST)


class Timeouts(dict[str, float]):
    """Timeouts for httpx, with an `Until` for each phase."""

    def __init__(self, end: float, silence: float = math.inf) -> None:
        super().__init__()
        self._end, self._silence = end, silence

    def get(self, _: str, __: object = None) -> float:
        return Until(self._end, self._silence)


def _left(timeout: float | None, late: type[httpcore.TimeoutException]) -> float | None:
    left = timeout.left() if isinstance(timeout, Until) else timeout
    if left is not None and left <= 0:
        raise late("the timeout elapsed")
    return left


class _Stream(httpcore.NetworkStream):
    """Connection with the request's deadline on every step; closed when garbage-collected."""

    def __init__(self, inner: httpcore.NetworkStream, streams: weakref.WeakValueDictionary[int, _Stream]) -> None:
        self._inner, self._streams = inner, streams
        self._below: _Stream | None = None
        self.user = threading.get_ident()
        weakref.finalize(self, inner.close)
        streams[id(self)] = self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.user = threading.get_ident()
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.user = threading.get_ident()
        for start in range(0, len(buffer), _BLOCK):
            self._inner.write(buffer[start : start + _BLOCK], _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        safe = _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._streams)
        safe._below = self  # keeps the underlying connection open
        return safe

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _check_address(refuse: Refuse | None, host: str, address: str) -> None:
    """Raise `ValueError` if the address is refused."""
    reason = refuse(host, address) if refuse is not None else None
    if reason is not None:
        raise ValueError(reason)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, refuse: Refuse | None = None) -> None:
        self._plain = httpcore.SyncBackend()
        self._refuse = refuse
        self.streams: weakref.WeakValueDictionary[int, _Stream] = weakref.WeakValueDictionary()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception | None = None
        try:
            addresses = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(error) from error
        for *_, address in addresses:  # tried in turn, within one deadline
            _check_address(self._refuse, host, str(address[0]))
            left = _left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._plain.connect_tcp(str(address[0]), port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = failed or error
            else:
                return _Stream(stream, self.streams)
        raise failed or httpcore.ConnectError(f"{host} does not resolve to an address")


class _AsyncStream(httpcore.AsyncNetworkStream):
    """Connection that is also closed if its TLS handshake is cancelled."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self.read, self.write, self.aclose = inner.read, inner.write, inner.aclose  # type: ignore[method-assign]
        self.get_extra_info = inner.get_extra_info  # type: ignore[method-assign]

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._inner.aclose()
            raise


class _AsyncBackend(httpcore.AsyncNetworkBackend):
    def __init__(self, refuse: Refuse | None = None) -> None:
        self._plain: httpcore.AsyncNetworkBackend = cast("Any", httpcore.AnyIOBackend)()
        self._refuse = refuse

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            stream = _AsyncStream(await self._plain.connect_tcp(host, port, timeout, local_address, socket_options))
        except UnicodeError as error:
            raise httpcore.ConnectError(error) from error
        try:
            address = stream.get_extra_info("server_addr")
            if address is None:
                raise httpcore.ConnectError("the connection was closed at once")  # nothing was sent on it
            _check_address(self._refuse, host, str(address[0]))
        except BaseException:
            with anyio.CancelScope(shield=True):
                await stream.aclose()
            raise
        return stream


class Pool(httpx.HTTPTransport):
    """Connection pool over at most one proxy."""

    def __init__(self, proxy: str | None, context: ssl.SSLContext, refuse: Refuse | None = None) -> None:
        super().__init__(verify=context, proxy=proxy)
        self._backend = self._pool._network_backend = _Backend(refuse)
        # httpcore's lock is not reentrant: after Ctrl-C inside it, the same thread would deadlock.
        self._pool._optional_thread_lock = threading.RLock()  # type: ignore[assignment]

    def abandon(self) -> None:
        """Close this thread's connections without taking the pool's lock. Other threads keep theirs."""
        me = threading.get_ident()
        for reference in self._backend.streams.valuerefs():  # other threads may connect meanwhile
            if (stream := reference()) is not None and stream.user == me:
                stream.close()


class AsyncPool(httpx.AsyncHTTPTransport):
    """Async version of `Pool`."""

    def __init__(self, proxy: str | None, context: ssl.SSLContext, refuse: Refuse | None = None) -> None:
        super().__init__(verify=context, proxy=proxy)
        self._pool._network_backend = _AsyncBackend(refuse)
