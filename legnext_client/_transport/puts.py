"""Uploads to a file host. They share no headers with requests to the service, so the API key cannot get there."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from legnext_client._transport.environment import made, proxy_for
from legnext_client.errors import UploadError

if TYPE_CHECKING:
    import ssl
    from asyncio import AbstractEventLoop
    from collections.abc import Generator, Mapping

    import httpx

TIMEOUT = 300.0
"""Seconds without progress."""
ATTEMPTS = 3
"""Sending the same bytes to the same place again is harmless."""
_SAID = 200

_CONNECTING: ContextVar[Mapping[str, Any]] = ContextVar("connecting")


@contextmanager
def connecting(given: Mapping[str, Any], loop: AbstractEventLoop | None) -> Generator[None]:
    """Let `put` connect as a client does: with its `proxy`, `ssl_context` or `http_client`, whose loop this is.

    A context variable reaches an uploader of ours even inside a function of the caller's.
    """
    token = _CONNECTING.set({**given, "loop": loop})
    try:
        yield
    finally:
        _CONNECTING.reset(token)


def put(url: str, content: bytes, headers: Mapping[str, str]) -> None:
    """Send a file with PUT. Raises `UploadError`, which never shows the query: it may hold a signature."""
    import httpx

    host = urlsplit(url).hostname
    with _client(url, **_CONNECTING.get({})) as client:
        for left in reversed(range(ATTEMPTS)):
            try:
                response = client.put(url, content=content, headers=headers)
            except httpx.HTTPError as error:
                if not left:
                    raise UploadError(f"{host} cannot be reached: {type(error).__name__}: {error}.") from error
                continue
            if response.is_success:
                return
            if response.status_code < 500 or not left:
                said = " ".join(response.text.split())[:_SAID]
                raise UploadError(f"{host} refused it with {response.status_code}: {said}.")


def _client(
    url: str,
    proxy: str | None = None,
    ssl_context: ssl.SSLContext | None = None,
    http_client: httpx.Client | httpx.AsyncClient | None = None,
    loop: AbstractEventLoop | None = None,
) -> httpx.Client:
    import httpx

    if http_client is not None:
        from legnext_client._transport.given_clients import GivenClient, GivenClientOfLoop  # imports httpx

        given: httpx.BaseTransport
        if isinstance(http_client, httpx.Client):
            given = GivenClient(http_client, None)
        else:
            assert loop is not None  # an async client uploads in threads of its loop
            given = GivenClientOfLoop(http_client, loop)
        return httpx.Client(transport=given, timeout=TIMEOUT)
    trusted = ssl_context or made(httpx.create_ssl_context)
    way = proxy_for(url, proxy)
    return made(lambda: httpx.Client(proxy=way, verify=trusted, trust_env=False, timeout=TIMEOUT))
