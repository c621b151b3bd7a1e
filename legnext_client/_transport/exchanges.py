"""One request and its answer, without the sending: what goes out, what has come, and what a failure means."""

from __future__ import annotations

import logging
import ssl
import time
import weakref
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import httpcore
import httpx

from legnext_client._protocol.flow import NoResponse, Response
from legnext_client._protocol.unpacking import body_of
from legnext_client._transport.environment import shown_proxy
from legnext_client._transport.pools import Timeouts
from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping

    from legnext_client._protocol.flow import Fetch, Send
    from legnext_client._protocol.redact import KeyRedactor

LARGEST_ANSWER = 64 * 1024 * 1024
"""Answers are a few kilobytes; what is larger than this in bytes, unpacked, is not read to its end."""

_URLS = 512
"""So many addresses are kept read: those of the operations, and of the jobs that are asked for again and again."""

FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    OSError,
    RuntimeError,  # RecursionError, and what an event loop raises over a connection that has gone
    ValueError,  # UnicodeError, for a host that cannot be a name
)
"""Whatever may come of sending, so that none of it reaches a user raw."""

_CONNECTING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.ProxyError,
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.ProxyError,
)
_UNSENT = (*_CONNECTING, httpx.PoolTimeout, httpcore.PoolTimeout)
_UNSENDABLE = (
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
    httpcore.UnsupportedProtocol,
    httpcore.LocalProtocolError,
    ValueError,
)


def parts(response: httpx.Response) -> Iterable[bytes]:
    """The body as it comes, not unpacked: httpx would unpack it, nested as it may be, without an end."""
    stream: Any = response.stream
    return cast("Iterable[bytes]", stream)


def async_parts(response: httpx.Response) -> AsyncIterable[bytes]:
    stream: Any = response.stream
    return cast("AsyncIterable[bytes]", stream)


LATE = NoResponse("it did not end in time", sent=True, retryable=False)


class Content(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that knows whether it has been asked for: until then, nothing that could be accepted has been sent."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.begun = False

    def __iter__(self) -> Iterator[bytes]:
        self.begun = True
        yield self._data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.begun = True
        yield self._data


class RequestBuilder:
    """Makes requests from parts that are ready: merging a client's defaults in costs more than all the rest."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._base_url = base_url
        try:
            host = httpx.Request("GET", base_url).headers["host"]
        except (httpx.InvalidURL, ValueError) as error:
            raise ConfigurationError(f"base_url cannot be used: {error}; got {base_url!r}.") from None
        # Packed answers are not worth what unpacking them may cost.
        self._headers = httpx.Headers({"host": host, "accept-encoding": "identity", **headers})
        self._with_media: dict[str, httpx.Headers] = {}
        self._urls: dict[str, httpx.URL] = {}

    def build(self, send: Send, end: float) -> httpx.Request:
        request = send.request
        target = f"{request.path}?{request.query}" if request.query else request.path
        url = self._urls.get(target)
        if url is None:
            if len(self._urls) >= _URLS:
                self._urls.clear()
            url = self._urls[target] = httpx.URL(self._base_url + target)
        headers, extensions = self._with(request.headers), {"timeout": Timeouts(end)}
        if request.body is None:
            return httpx.Request(request.method, url, headers=headers, extensions=extensions)
        built = httpx.Request(request.method, url, headers=headers, stream=Content(request.body), extensions=extensions)
        built.headers["content-length"] = str(len(request.body))
        return built

    def _with(self, own: Mapping[str, str]) -> httpx.Headers:
        """The client's headers with those of a request; where that is the media type alone, they are kept ready."""
        media = own.get("Content-Type", "")
        if len(own) > bool(media):
            return httpx.Headers({**self._headers, **{name.lower(): value for name, value in own.items()}})
        if not media:
            return self._headers
        if media not in self._with_media:
            if len(self._with_media) >= _URLS:  # that of a form holds its boundary
                self._with_media.clear()
            self._with_media[media] = httpx.Headers({**self._headers, "content-type": media})
        return self._with_media[media]


class Exchange:
    """What has come of one request so far."""

    def __init__(self, builder: RequestBuilder, send: Send, way: str) -> None:
        self.end = time.monotonic() + send.timeout
        self._way = way
        self._content: object = None
        self._builder, self._send = builder, send
        self._head: httpx.Response | None = None
        self._unpacker = body_of("")
        self._body = bytearray()

    @property
    def may_have_arrived(self) -> bool:
        """Whether anything was sent that could be accepted; of a request without a body nobody can tell."""
        return self._head is not None or not isinstance(self._content, Content) or self._content.begun

    def request(self) -> httpx.Request:
        request = self._builder.build(self._send, self.end)
        self._content = request.stream
        return request

    def answered(self, head: httpx.Response) -> None:
        self._head = head
        self._unpacker = body_of(head.headers.get("content-encoding", "").lower())

    def take(self, part: bytes) -> NoResponse | None:
        """Take the next bytes in; `NoResponse` when no more of them are wanted."""
        unpacked = self._unpacker.unpacked(part, LARGEST_ANSWER + 1 - len(self._body))
        if unpacked is None:
            return NoResponse(
                "the answer is packed, and cannot be unpacked", sent=True, answer=bytes(self._body) or None
            )
        self._body += unpacked
        if len(self._body) > LARGEST_ANSWER:
            reason = "the answer is larger than any answer should be"
            return NoResponse(reason, sent=True, retryable=False, answer=bytes(self._body[:4096]))
        if time.monotonic() > self.end:
            return self.late()
        return None

    def late(self) -> NoResponse:
        if self.may_have_arrived:
            return NoResponse(
                "ReadTimeout: the answer did not end in time", sent=True, answer=bytes(self._body) or None
            )
        return NoResponse(f"ConnectTimeout: the time was over before it was sent{self._way}", sent=False)

    def received(self, veil: KeyRedactor) -> Response:
        assert self._head is not None
        return veil.received(self._head.status_code, self._head.headers, self._head.headers.raw, bytes(self._body))

    def lost(self, error: Exception) -> NoResponse:
        """What an exception means: was anything sent, and could another try end differently?"""
        lost = lost_by(error, self._way, may_have_arrived=self.may_have_arrived)
        return lost._replace(answer=bytes(self._body) or None, sent=lost.sent or self._head is not None)


def way_to(url: str, proxy: str | None) -> str:
    """Where a connection was to lead, for errors."""
    through = f" through the proxy {shown_proxy(proxy)}" if proxy else ""
    return f" (connecting to {urlsplit(url).netloc}{through})"


def lost_by(error: Exception, way: str, *, may_have_arrived: bool) -> NoResponse:
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, _CONNECTING) or not may_have_arrived:
        reason += way
    if _is_distrust(error):
        return NoResponse(f"the certificate of the service is not trusted ({reason})", sent=False, retryable=False)
    if isinstance(error, _UNSENDABLE) and not (isinstance(error, ValueError) and may_have_arrived):
        return NoResponse(reason, sent=False, retryable=False)
    return NoResponse(reason, sent=may_have_arrived and not isinstance(error, _UNSENT))


def _is_distrust(error: BaseException) -> bool:
    """Whether the handshake failed over the certificate: by the error's own causes, not by what its caller handles."""
    cause: BaseException | None = error if isinstance(error, _CONNECTING) else None
    while cause is not None:
        if any(isinstance(one, ssl.SSLCertVerificationError) for one in (cause, *cause.args)):
            return True
        cause = cause.__cause__
    return False


def file_request(fetch: Fetch, end: float) -> httpx.Request:
    # Made directly, so that no default header, cookie or key can be merged into it.
    return httpx.Request("GET", fetch.url, headers=fetch.headers, extensions={"timeout": Timeouts(end, fetch.silence)})


def not_fetched(error: Exception, way: str) -> NoResponse:
    if isinstance(error, httpx.InvalidURL | ValueError):
        return NoResponse(f"the address cannot be used: {error}", sent=False, retryable=False)
    return lost_by(error, way, may_have_arrived=True)


class _KeyFilter(logging.Filter):
    """Takes the key out of what httpcore logs: the headers of an answer may repeat it."""

    def __init__(self, veil: KeyRedactor) -> None:
        super().__init__()
        self._veil = veil

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._veil.lost(NoResponse(record.getMessage(), sent=False)).reason, None
        return True


def hide_in_logs(veil: KeyRedactor, owner: object) -> None:
    """Keep the key out of httpcore's own logs for as long as `owner` lives."""
    hides = _KeyFilter(veil)
    for name in ("connection", "http11", "http2", "proxy", "socks"):
        logger = logging.getLogger(f"httpcore.{name}")
        logger.addFilter(hides)
        weakref.finalize(owner, logger.removeFilter, hides)
