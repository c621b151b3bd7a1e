"""The one place that knows httpx: sends a request and says what became of it, in the core's words.

A transport decides nothing. `Transport` and `AsyncTransport` are the seam at which another one can be put in.
"""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, Protocol

import httpx

from legnext_client.core.flow import Lost, Received, Send
from legnext_client.core.secrets import Veil
from legnext_client.errors import ConfigurationError
from legnext_client.generated.service import API_KEY_HEADER

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_ANSWER = 64 * 1024 * 1024
"""Answers are a few kilobytes; what is larger than this in bytes is not read to its end."""

CLOSED = "this client is closed: make a new one, or keep it open with `with`."

_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class Transport(Protocol):
    """Sends requests for a `Client`."""

    def send(self, send: Send) -> Received | Lost: ...

    def close(self) -> None: ...


class AsyncTransport(Protocol):
    """Sends requests for an `AsyncClient`."""

    async def send(self, send: Send) -> Received | Lost: ...

    async def close(self) -> None: ...


class HttpxTransport:
    """Sends with httpx, over one pool of connections."""

    def __init__(self, base_url: str, headers: Mapping[str, str], mounted: httpx.BaseTransport | None = None) -> None:
        self._base_url = base_url
        self._headers = dict(headers)
        self._veil = Veil(self._headers.get(API_KEY_HEADER, ""))
        self._client = httpx.Client(transport=mounted, headers=self._headers, follow_redirects=False)

    def send(self, send: Send) -> Received | Lost:
        if self._client.is_closed:
            raise ConfigurationError(CLOSED)
        end = time.monotonic() + send.timeout
        arrived = False
        try:
            request = _request(self._base_url, self._headers, send, end)
            response = self._client.send(request, stream=True)
            arrived = True
            try:
                body = bytearray()
                for part in response.iter_bytes():
                    body += part
                    if stop := _too_much(body, end):
                        return self._veil.lost(stop)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return self._veil.lost(_lost(error, arrived))
        return self._veil.received(response.status_code, response.headers, bytes(body))

    def close(self) -> None:
        self._client.close()


class AsyncHttpxTransport:
    """The same, awaited."""

    def __init__(
        self, base_url: str, headers: Mapping[str, str], mounted: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._base_url = base_url
        self._headers = dict(headers)
        self._veil = Veil(self._headers.get(API_KEY_HEADER, ""))
        self._client = httpx.AsyncClient(transport=mounted, headers=self._headers, follow_redirects=False)

    async def send(self, send: Send) -> Received | Lost:
        if self._client.is_closed:
            raise ConfigurationError(CLOSED)
        end = time.monotonic() + send.timeout
        arrived = False
        try:
            request = _request(self._base_url, self._headers, send, end)
            response = await self._client.send(request, stream=True)
            arrived = True
            try:
                body = bytearray()
                async for part in response.aiter_bytes():
                    body += part
                    if stop := _too_much(body, end):
                        return self._veil.lost(stop)
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return self._veil.lost(_lost(error, arrived))
        return self._veil.received(response.status_code, response.headers, bytes(body))

    async def close(self) -> None:
        await self._client.aclose()


class _Patience(dict[str, float]):
    """What is left of a request's time, whichever of its phases asks; httpx by itself would give all of it to each."""

    def __init__(self, end: float) -> None:
        super().__init__()
        self._end = end

    def get(self, _: str, __: object = None) -> float:
        return max(0.001, self._end - time.monotonic())


def _request(base_url: str, headers: Mapping[str, str], send: Send, end: float) -> httpx.Request:
    # Made directly: merging the client's defaults into each request costs more than all the rest.
    request = send.request
    return httpx.Request(
        request.method,
        base_url + request.path,
        headers=headers if request.body is None else {**headers, "content-type": "application/json"},
        content=request.body,
        extensions={"timeout": _Patience(end)},
    )


def _too_much(body: bytearray, end: float) -> Lost | None:
    if len(body) > LARGEST_ANSWER:
        return Lost("the answer is larger than any answer should be", sent=True, again=False, answer=bytes(body[:4096]))
    if time.monotonic() > end:
        return Lost("the answer did not end in time", sent=True, answer=bytes(body))
    return None


def _lost(error: httpx.HTTPError | httpx.InvalidURL, arrived: bool) -> Lost:
    """What an exception of httpx means: was anything sent, and could another try end differently?"""
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if _certificate(error):
        return Lost(f"the certificate of the service is not trusted ({error})", sent=False, again=False)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL):
        return Lost(reason, sent=False, again=False)
    return Lost(reason, sent=arrived or not isinstance(error, _UNSENT))


def _certificate(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
