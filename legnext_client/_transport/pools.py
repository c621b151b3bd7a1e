"""Pools of connections on which every step ends in time, whatever the other side does.

httpcore gives each read the whole of a timeout, so that an answer that drips has no end. Here a timeout knows when it
is over. A pool that was interrupted or forked is not used again: its lock and its states may be those of a call that is
gone.
"""

from __future__ import annotations

import math
import os
import socket
import threading
import time
import weakref
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

import anyio
import httpcore
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    Refuse = Callable[[str, str], str | None]
    """Why nothing may be asked for of a host at an address."""

_LONGEST = 86_400.0
"""Sockets take no infinite timeout."""

_BLOCK = 64 * 1024


class Until(float):
    """The seconds that are left of a request, and when they are over: httpcore passes it on to each read and write."""

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
    """What httpx calls timeouts, as `Until` for each phase."""

    def __init__(self, end: float, silence: float = math.inf) -> None:
        super().__init__()
        self._end, self._silence = end, silence

    def get(self, _: str, __: object = None) -> float:
        return Until(self._end, self._silence)


def _left(timeout: float | None, late: type[httpcore.TimeoutException]) -> float | None:
    left = timeout.left() if isinstance(timeout, Until) else timeout
    if left is not None and left <= 0:
        raise late("the time was over")
    return left


class _Stream(httpcore.NetworkStream):
    """A connection whose steps all end with the request's time; closed when nobody holds it any more."""

    def __init__(self, inner: httpcore.NetworkStream, streams: weakref.WeakSet[_Stream]) -> None:
        self._inner, self._streams = inner, streams
        self._below: _Stream | None = None
        self.user = threading.get_ident()
        weakref.finalize(self, inner.close)
        streams.add(self)

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
        safe._below = self  # or it would be closed, with what stands on it
        return safe

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _check_address(refuse: Refuse | None, host: str, address: str) -> None:
    """Raise before anything is asked for over a connection to an address that is refused."""
    reason = refuse(host, address) if refuse is not None else None
    if reason is not None:
        raise ValueError(reason)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, refuse: Refuse | None = None) -> None:
        self._plain = httpcore.SyncBackend()
        self._refuse = refuse
        self.streams: weakref.WeakSet[_Stream] = weakref.WeakSet()

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
            found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(error) from error
        for *_, address in found:  # one after the other, and all of them together in the request's time
            _check_address(self._refuse, host, str(address[0]))
            left = _left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._plain.connect_tcp(str(address[0]), port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = failed or error
            else:
                return _Stream(stream, self.streams)
        raise failed or httpcore.ConnectError(f"{host} has no address")


class _AsyncStream(httpcore.AsyncNetworkStream):
    """A connection that is closed when its handshake is given up, too."""

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
            _check_address(self._refuse, host, str(stream.get_extra_info("server_addr")[0]))
        except BaseException:
            with anyio.CancelScope(shield=True):
                await stream.aclose()
            raise
        return stream


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an answer as it comes."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._response.stream)  # type: ignore[arg-type]

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._response.stream)  # type: ignore[arg-type]

    def close(self) -> None:
        self._response.close()

    async def aclose(self) -> None:
        await self._response.aclose()


class Pool(httpx.BaseTransport):
    """Connections over one proxy, or none; its errors are those of httpcore."""

    def __init__(self, proxy: str | None, context: ssl.SSLContext, refuse: Refuse | None = None) -> None:
        self._backend = _Backend(refuse)
        self._pool = httpcore.ConnectionPool(context, network_backend=self._backend, **_limits(proxy))
        # Its own is taken and given back in Python, where Ctrl-C may come between; the same call then waits for itself.
        self._pool._optional_thread_lock = threading.RLock()  # type: ignore[assignment]  # pyright: ignore

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _answer(self._pool.handle_request(_asked(request)))

    def close(self) -> None:
        self._pool.close()

    def abandon(self, *, all_of_it: bool = False) -> None:
        """Close, without the pool's lock, what this thread used last; what others use, they go on using."""
        me = threading.get_ident()
        for stream in list(self._backend.streams):
            if all_of_it or stream.user == me:
                stream.close()


class AsyncPool(httpx.AsyncBaseTransport):
    """The same, awaited."""

    def __init__(self, proxy: str | None, context: ssl.SSLContext, refuse: Refuse | None = None) -> None:
        self._pool = httpcore.AsyncConnectionPool(context, network_backend=_AsyncBackend(refuse), **_limits(proxy))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return _answer(await self._pool.handle_async_request(_asked(request)))

    async def aclose(self) -> None:
        await self._pool.aclose()


def _limits(proxy: str | None) -> dict[str, Any]:
    limits: dict[str, Any] = {"max_connections": 100, "max_keepalive_connections": 20, "keepalive_expiry": 5.0}
    if proxy is not None:
        read = httpx.Proxy(proxy)
        if read.url.scheme.startswith("socks"):
            import_module("socksio")  # or it would be found missing with the first request
        url = httpcore.URL(scheme=read.url.raw_scheme, host=read.url.raw_host, port=read.url.port, target=b"/")
        limits["proxy"] = httpcore.Proxy(url, auth=read.raw_auth, headers=read.headers.raw)
    return limits


def _asked(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def _answer(response: httpcore.Response) -> httpx.Response:
    return httpx.Response(response.status, headers=response.headers, stream=_Body(response))


class _Forked(Protocol):
    def after_fork(self) -> None: ...


_WITH_POOLS: weakref.WeakSet[_Forked] = weakref.WeakSet()


def renew_after_fork(owner: _Forked) -> None:
    """Tell the owner of pools when it finds itself in a child, which must not use the connections of its parent."""
    _WITH_POOLS.add(owner)


def _after_fork() -> None:
    for owner in list(_WITH_POOLS):
        owner.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
