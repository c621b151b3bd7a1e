"""Building of requests, reading of responses, and meaning of failures, independent of sync or async."""

from __future__ import annotations

import logging
import ssl
import time
import weakref
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast
from urllib.parse import urlsplit

import httpx

from legnext_client._forks import renew_after_fork
from legnext_client._protocol.addresses import FileHosts
from legnext_client._protocol.flow import NoResponse, Response
from legnext_client._protocol.redact import KeyRedactor
from legnext_client._protocol.unpacking import Decoder
from legnext_client._transport.environment import made, proxy_for, shown_proxy
from legnext_client._transport.given_clients import check_client, check_context, check_proxy
from legnext_client._transport.pools import Timeouts
from legnext_client.errors import CLIENT_CLOSED, ConfigurationError
from legnext_client.generated.service import API_KEY_HEADER

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping

    from legnext_client._protocol.flow import Fetch, Send
    from legnext_client._transport.given_clients import AsyncGivenClient, GivenClient
    from legnext_client._transport.pools import Refuse

PoolT = TypeVar("PoolT", bound="httpx.BaseTransport | httpx.AsyncBaseTransport")

LARGEST_ANSWER = 64 * 1024 * 1024
"""Maximum decoded size of a response in bytes; real ones are a few kilobytes."""

_URLS = 512
"""Maximum number of cached URLs; jobs are polled repeatedly."""

FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    OSError,
    RuntimeError,  # RecursionError, and event loop errors about lost connections
    ValueError,  # UnicodeError for an invalid host name
)
"""All errors that sending may raise, so that none reaches the user unconverted."""

_CONNECTING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
_UNSENT = (*_CONNECTING, httpx.PoolTimeout)
_UNSENDABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, ValueError)


def parts(response: httpx.Response) -> Iterable[bytes]:
    """Return the raw body. httpx would decompress it without a size limit."""
    stream: Any = response.stream
    return cast("Iterable[bytes]", stream)


def async_parts(response: httpx.Response) -> AsyncIterable[bytes]:
    stream: Any = response.stream
    return cast("AsyncIterable[bytes]", stream)


LATE = NoResponse("the download timed out", sent=True, retryable=False)


class Content(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A request body that records whether it was read. Until then, the service cannot have accepted the request."""

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
    """Builder of requests from cached parts, which is much faster than merging a client's defaults."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._base_url = base_url
        try:
            host = httpx.Request("GET", base_url).headers["host"]
        except (httpx.InvalidURL, ValueError) as error:
            raise ConfigurationError(f"base_url is invalid: {error}; got {base_url!r}.") from None
        # Compression of such small responses is not worth the decompression.
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
        """Return the client's headers merged with the request's; cached if only the media type is added."""
        media = own.get("Content-Type", "")
        if len(own) > bool(media):
            return httpx.Headers({**self._headers, **{name.lower(): value for name, value in own.items()}})
        if not media:
            return self._headers
        headers = self._with_media.get(media)
        if headers is None:
            if len(self._with_media) >= _URLS:  # a form's media type contains its unique boundary
                self._with_media.clear()
            headers = self._with_media[media] = httpx.Headers({**self._headers, "content-type": media})
        return headers


class Way(NamedTuple):
    """The way to a host; as text, for error messages."""

    url: str
    proxy: str | None

    @property
    def secure(self) -> bool:
        return self.url[:6].lower() == "https:"

    def __str__(self) -> str:
        through = f" through the proxy {shown_proxy(self.proxy)}" if self.proxy else ""
        return f" (connecting to {urlsplit(self.url).netloc}{through})"


class Exchange:
    """Progress of one request and its response."""

    def __init__(self, builder: RequestBuilder, send: Send, way: Way) -> None:
        self.end = time.monotonic() + send.timeout
        self._way = way
        self._content: object = None
        self._builder, self._send = builder, send
        self._head: httpx.Response | None = None
        self._unpacker = Decoder()
        self._body = bytearray()

    @property
    def may_have_arrived(self) -> bool:
        """Whether the service may have received the request; always possible for one without a body."""
        return self._head is not None or not isinstance(self._content, Content) or self._content.begun

    def request(self) -> httpx.Request:
        request = self._builder.build(self._send, self.end)
        self._content = request.stream
        return request

    def answered(self, head: httpx.Response) -> None:
        self._head = head
        self._unpacker = Decoder(head.headers.get("content-encoding", "").lower())

    def take(self, part: bytes) -> NoResponse | None:
        """Add the next bytes of the body; returns `NoResponse` if reading must stop."""
        unpacked = self._unpacker.unpacked(part, LARGEST_ANSWER + 1 - len(self._body))
        if unpacked is None:
            return NoResponse(
                "the compressed response cannot be decompressed", sent=True, answer=bytes(self._body) or None
            )
        self._body += unpacked
        if len(self._body) > LARGEST_ANSWER:
            reason = "the response is too large"
            return NoResponse(reason, sent=True, retryable=False, answer=bytes(self._body[:4096]))
        if time.monotonic() > self.end:
            return self.late()
        return None

    def late(self) -> NoResponse:
        if self.may_have_arrived:
            return NoResponse(
                "ReadTimeout: the response was not complete in time", sent=True, answer=bytes(self._body) or None
            )
        return NoResponse(f"ConnectTimeout: the timeout elapsed before the request was sent{self._way}", sent=False)

    def received(self, redactor: KeyRedactor) -> Response:
        assert self._head is not None
        return redactor.received(self._head.status_code, self._head.headers, self._head.headers.raw, bytes(self._body))

    def failed(self, error: Exception) -> NoResponse:
        """Convert an exception: whether anything was sent, and whether a retry may help."""
        failure = failure_of(error, self._way, may_have_arrived=self.may_have_arrived)
        return failure._replace(answer=bytes(self._body) or None, sent=failure.sent or self._head is not None)


class Connections(Generic[PoolT]):
    """Connection pools by proxy: those for the service, and those for files, which never send the API key."""

    make_pool: Callable[[str | None, ssl.SSLContext, Refuse | None], PoolT]
    given_pool: type[GivenClient | AsyncGivenClient]

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        mounted: PoolT | None = None,
        *,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        http_client: httpx.Client | httpx.AsyncClient | None = None,
    ) -> None:
        if proxy is not None:
            check_proxy(proxy)
        if ssl_context is not None:
            check_context(ssl_context)
        if http_client is not None:
            check_client(http_client, self.given_pool.kind, base_url)
        self._given_proxy, self._given_client = proxy, http_client
        self._builder = RequestBuilder(base_url, headers)
        self._redactor = KeyRedactor(headers.get(API_KEY_HEADER, ""))
        self._file_hosts = FileHosts(base_url)
        self._mounted = mounted
        self._closed = False
        self._context = ssl_context
        self._reset_pools()
        renew_after_fork(self)
        self._way = Way(base_url, self._proxy_for(base_url))
        self._pool_for(self._way)  # reports a bad environment now
        hide_in_logs(self._redactor, self)

    def _reset_pools(self) -> None:
        self._pools: dict[tuple[str | None, bool, bool], PoolT] = {}

    def after_fork(self) -> None:
        """Abandon the connections of the parent, because sharing them would mix up responses."""
        self._reset_pools()

    def _pool_for(self, way: Way, *, files: bool = False) -> PoolT:
        if self._mounted is not None:
            return self._mounted
        key = (way.proxy, way.secure, files)
        pool = self._pools.get(key)
        if pool is None:
            # A proxy resolves names itself, and is often in a private network.
            refuse = self._file_hosts.refuse_connection if files and way.proxy is None else None
            pool = self._pools.setdefault(key, self._made_pool(way, refuse))
        return pool

    def _made_pool(self, way: Way, refuse: Refuse | None) -> PoolT:
        if self._given_client is not None:
            given: Any = self.given_pool
            pool: PoolT = given(self._given_client, refuse)
            return pool
        if not way.secure:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # unused; reading all certificates takes 20 ms
        else:
            context = self._context = self._context or made(httpx.create_ssl_context)
        return made(lambda: self.make_pool(way.proxy, context, refuse))

    def _proxy_for(self, url: str) -> str | None:
        direct = self._mounted is not None or self._given_client is not None
        return None if direct else proxy_for(url, self._given_proxy)

    def _all_pools(self) -> list[PoolT]:
        return [*self._pools.values(), *([] if self._mounted is None else [self._mounted])]

    def _check_open(self) -> None:
        if self._closed:
            raise ConfigurationError(CLIENT_CLOSED)


def failure_of(error: Exception, way: object, *, may_have_arrived: bool) -> NoResponse:
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, _CONNECTING) or not may_have_arrived:
        reason += str(way)
    if _is_distrust(error):
        return NoResponse(f"the service's certificate is not trusted ({reason})", sent=False, retryable=False)
    if isinstance(error, _UNSENDABLE) and not (isinstance(error, ValueError) and may_have_arrived):
        return NoResponse(reason, sent=False, retryable=False)
    return NoResponse(reason, sent=may_have_arrived and not isinstance(error, _UNSENT))


def _is_distrust(error: BaseException) -> bool:
    """Return whether the TLS handshake failed because of the certificate, judging by the error's causes."""
    cause: BaseException | None = error if isinstance(error, _CONNECTING) else None
    while cause is not None:
        if any(isinstance(one, ssl.SSLCertVerificationError) for one in (cause, *cause.args)):
            return True
        cause = cause.__cause__
    return False


def file_request(fetch: Fetch, end: float) -> httpx.Request:
    # Built directly, so that no default header, cookie or API key is merged in.
    return httpx.Request("GET", fetch.url, headers=fetch.headers, extensions={"timeout": Timeouts(end, fetch.silence)})


def not_fetched(error: Exception, way: object) -> NoResponse:
    if isinstance(error, httpx.InvalidURL | ValueError):
        return NoResponse(f"the URL cannot be used: {error}", sent=False, retryable=False)
    return failure_of(error, way, may_have_arrived=True)


class _KeyFilter(logging.Filter):
    """Filter that redacts the API key in httpcore's logs; response headers may echo it."""

    def __init__(self, redactor: KeyRedactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._redactor.redacted(NoResponse(record.getMessage(), sent=False)).reason, None
        return True


def hide_in_logs(redactor: KeyRedactor, owner: object) -> None:
    """Redact the API key in httpcore's logs while `owner` exists."""
    key_filter = _KeyFilter(redactor)
    for name in ("connection", "http11", "http2", "proxy", "socks"):
        logger = logging.getLogger(f"httpcore.{name}")
        logger.addFilter(key_filter)
        weakref.finalize(owner, logger.removeFilter, key_filter)
