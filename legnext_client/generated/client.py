"""Where the generated endpoints send their requests. Thin: no retries, no waiting, no checks.

Written by `make generate`; edit `openapi.yaml` instead.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx
from attrs import define, evolve, field

from .errors import UnexpectedStatus
from .types import ParsedT, Request, Response


@define
class Client:
    """Settings for httpx and the clients made of them, one sync and one async, when they are first needed.

    `httpx_args` are passed on to `httpx.Client` and `httpx.AsyncClient` as they are.
    """

    _base_url: str = field(default="https://api.legnext.ai/api", alias="base_url")
    raise_on_unexpected_status: bool = field(default=False, kw_only=True)
    _cookies: dict[str, str] = field(factory=dict[str, str], kw_only=True, alias="cookies", repr=False)
    _headers: dict[str, str] = field(factory=dict[str, str], kw_only=True, alias="headers", repr=False)
    _timeout: httpx.Timeout | None = field(default=httpx.Timeout(30), kw_only=True, alias="timeout")
    _verify_ssl: str | bool | ssl.SSLContext = field(default=True, kw_only=True, alias="verify_ssl")
    _follow_redirects: bool = field(default=False, kw_only=True, alias="follow_redirects")
    _httpx_args: dict[str, Any] = field(factory=dict[str, Any], kw_only=True, alias="httpx_args", repr=False)
    _client: httpx.Client | None = field(default=None, init=False, repr=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False, repr=False)

    def _settings(self) -> dict[str, Any]:
        return {
            "base_url": self._base_url,
            "cookies": self._cookies,
            "headers": self._headers,
            "timeout": self._timeout,
            "verify": self._verify_ssl,
            "follow_redirects": self._follow_redirects,
            **self._httpx_args,
        }

    def with_headers(self, headers: dict[str, str]) -> Self:
        """A client like this one with more headers."""
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: dict[str, str]) -> Self:
        """A client like this one with more cookies."""
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout) -> Self:
        """A client like this one with another timeout."""
        return evolve(self, timeout=timeout)

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Use this httpx client; it replaces all other settings."""
        self._client = client
        return self

    def get_httpx_client(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(**self._settings())
        return self._client

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Use this async httpx client; it replaces all other settings."""
        self._async_client = async_client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._settings())
        return self._async_client

    def send(self, request: Request, parse: Callable[[int, bytes], ParsedT | None]) -> Response[ParsedT]:
        """Send a request and parse its answer."""
        return self._read(self.get_httpx_client().request(**_arguments(request)), parse)

    async def send_async(self, request: Request, parse: Callable[[int, bytes], ParsedT | None]) -> Response[ParsedT]:
        """As `send`, awaited."""
        return self._read(await self.get_async_httpx_client().request(**_arguments(request)), parse)

    def _read(self, answer: httpx.Response, parse: Callable[[int, bytes], ParsedT | None]) -> Response[ParsedT]:
        parsed = None
        try:
            parsed = parse(answer.status_code, answer.content)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            # HTML of a proxy, a body cut short or nested without end, no object, or one without its required fields:
            # the bytes are in `content`.
            if self.raise_on_unexpected_status:
                raise UnexpectedStatus(answer.status_code, answer.content) from None
        return Response(answer.status_code, answer.content, answer.headers, parsed)

    def __enter__(self) -> Self:
        self.get_httpx_client().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.get_httpx_client().__exit__(kind, error, trace)

    async def __aenter__(self) -> Self:
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.get_async_httpx_client().__aexit__(kind, error, trace)


@define
class AuthenticatedClient(Client):
    """A client that sends a key with every request; the key is never part of its repr."""

    token: str = field(kw_only=True, repr=False)
    prefix: str = field(default="", kw_only=True)
    auth_header_name: str = field(default="x-api-key", kw_only=True)

    def _settings(self) -> dict[str, Any]:
        key = f"{self.prefix} {self.token}" if self.prefix else self.token
        settings = super()._settings()
        return {**settings, "headers": {**settings["headers"], self.auth_header_name: key}}


def _arguments(request: Request) -> dict[str, Any]:
    url = f"{request.path}?{request.query}" if request.query else request.path
    return {"method": request.method, "url": url, "headers": request.headers, "content": request.content}
