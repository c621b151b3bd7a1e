"""The caller's own httpx client, proxy or TLS context: what they must not do, and a client as a transport."""

# httpx has no public way to see the transports of a client.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import ssl
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from legnext_client._transport.environment import shown_proxy
from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client._transport.pools import Refuse

_IN_MEMORY = (httpx.MockTransport, httpx.WSGITransport, httpx.ASGITransport)
_PROXIES = (httpcore.HTTPProxy, httpcore.SOCKSProxy, httpcore.AsyncHTTPProxy, httpcore.AsyncSOCKSProxy)
_OWN_HEADERS = frozenset(("accept", "accept-encoding", "connection", "user-agent"))
_CLOSED = "http_client is closed. Keep it open as long as this client is in use."


class GivenClient(httpx.BaseTransport):
    """Transport over the caller's client, with its connections but not its defaults. It is never closed."""

    kind = httpx.Client

    def __init__(self, client: httpx.Client, refuse: Refuse | None) -> None:
        self._client, self._refuse = client, refuse

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._client.is_closed:
            raise ConfigurationError(_CLOSED)
        response = self._client.send(request, stream=True, auth=None, follow_redirects=False)
        if reason := _refused(self._client, request, response, self._refuse):
            response.close()
            raise ValueError(reason)
        return response


class AsyncGivenClient(httpx.AsyncBaseTransport):
    """Async version of `GivenClient`."""

    kind = httpx.AsyncClient

    def __init__(self, client: httpx.AsyncClient, refuse: Refuse | None) -> None:
        self._client, self._refuse = client, refuse

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._client.is_closed:
            raise ConfigurationError(_CLOSED)
        response = await self._client.send(request, stream=True, auth=None, follow_redirects=False)
        if reason := _refused(self._client, request, response, self._refuse):
            await response.aclose()
            raise ValueError(reason)
        return response


class GivenClientOfLoop(httpx.BaseTransport):
    """Sync transport over the caller's async client, for threads other than that of its event loop."""

    def __init__(self, client: httpx.AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        self._inner, self._loop = AsyncGivenClient(client, None), loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(self._answered(request), self._loop).result()

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        return httpx.Response(response.status_code, content=await response.aread())


def _refused(
    client: httpx.Client | httpx.AsyncClient, request: httpx.Request, response: httpx.Response, refuse: Refuse | None
) -> str | None:
    """Return why a file from this connection is refused. A proxy resolves names itself."""
    stream = response.extensions.get("network_stream")
    if refuse is None or stream is None or _is_proxy(client._transport_for_url(request.url)):
        return None
    address = stream.get_extra_info("server_addr")
    if address is None:
        raise httpx.ReadError("the connection was closed at once")
    return refuse(request.url.host, str(address[0]))


def check_client(client: Any, kind: type[httpx.Client] | type[httpx.AsyncClient], base_url: str) -> None:
    """Raise `ConfigurationError`, naming the settings, if a client could break a promise or would be misread."""
    if not isinstance(client, kind):
        raise ConfigurationError(f"http_client must be an httpx.{kind.__name__}; got {type(client).__name__}.")
    if client.is_closed:
        raise ConfigurationError(_CLOSED)
    if problems := [f"{name} ({reason})" for name, reason in _problems(client, kind, base_url)]:
        raise ConfigurationError(f"http_client cannot be used with its {', '.join(problems)}. Pass one without it.")


def _problems(
    client: httpx.Client | httpx.AsyncClient, kind: type[httpx.Client] | type[httpx.AsyncClient], base_url: str
) -> Iterator[tuple[str, str]]:
    if client.auth is not None:
        yield "auth", "the API key is sent without it"
    if str(client.base_url):
        yield "base_url", "pass base_url= here instead"
    if any(client.event_hooks.values()):
        yield "event_hooks", "a hook that fails could lose a paid job"
    if client.follow_redirects:
        yield "follow_redirects", "a redirect could take the API key elsewhere"
    if others := sorted(client.headers.keys() - _OWN_HEADERS):
        yield f"header {others[0]}", "pass default_headers= here instead"
    if client.params:
        yield "params", "pass extra_query= to a call instead"
    if type(client).send is not kind.send:
        yield "method send", "it could send a paid request twice"
    transports: list[Any] = [client._transport, *filter(None, client._mounts.values())]
    for transport in transports:
        if isinstance(transport, _IN_MEMORY):
            continue
        if not _is_plain(transport):
            yield f"transport {type(transport).__name__}", "it could send a paid request twice; use one of httpx's own"
        elif _is_blind(transport._pool._ssl_context):
            yield "verify", "without certificates checked, anyone could read the API key"
    if base_url.startswith("http:") and _is_proxy(client._transport_for_url(httpx.URL(base_url))):
        yield "proxy", f"it could read the API key on its way to {base_url}; trust_env=False leaves it out"


def _is_plain(transport: Any) -> bool:
    for kind, name in ((httpx.HTTPTransport, "handle_request"), (httpx.AsyncHTTPTransport, "handle_async_request")):
        if isinstance(transport, kind):
            return getattr(type(transport), name) is getattr(kind, name)
    return False


def _is_proxy(transport: Any) -> bool:
    return isinstance(getattr(transport, "_pool", None), _PROXIES)


def _is_blind(context: ssl.SSLContext | None) -> bool:
    return context is not None and (context.verify_mode != ssl.CERT_REQUIRED or not context.check_hostname)


def check_proxy(proxy: Any) -> None:
    """Raise `ConfigurationError` unless this is the URL of a proxy that can be used."""
    try:
        made = httpx.Proxy(proxy)
    except (TypeError, ValueError, httpx.InvalidURL):
        made = None
    if made is None or not made.url.host:
        given = shown_proxy(proxy) if isinstance(proxy, str) else repr(proxy)
        raise ConfigurationError(f"proxy must be a URL such as http://proxy.example:3128; got {given}.")
    if made.url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError("proxy needs SOCKS support, which is not installed. Run: pip install 'httpx[socks]'.")


def check_context(context: Any) -> None:
    """Raise `ConfigurationError` unless this context checks certificates."""
    if not isinstance(context, ssl.SSLContext):
        raise ConfigurationError(f"ssl_context must be an ssl.SSLContext; got {type(context).__name__}.")
    if _is_blind(context):
        raise ConfigurationError(
            "ssl_context must check certificates and host names, or anyone could read the API key. Add your own "
            "authority with ssl_context.load_verify_locations(…)."
        )
