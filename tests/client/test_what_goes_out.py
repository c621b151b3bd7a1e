"""What the caller sets for every request: headers, a name, a proxy, a TLS context, an httpx client."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client import AsyncClient, Client, ConfigurationError, DownloadError
from legnext_client._version import __version__
from legnext_client.errors import ConnectionError
from legnext_client.generated.service import API_KEY_HEADER
from tests.tables import for_each

from .raw_servers import talking
from .test_real_connections import SELF_SIGNED, good, secured
from .worlds import KEY, URL, Colour, Service, done, error_of, job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .raw_servers import Raw

BOTH_COLOURS = True

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def ended(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json=done())


class Wire:
    """Answers through an httpx client of the caller's, and remembers the requests."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response] | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer or ended

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer(request)


def given(colour: Colour, answer: Any = None, **settings: Any) -> Any:
    kind: Any = httpx.AsyncClient if colour.is_async else httpx.Client
    return kind(**({"transport": httpx.MockTransport(answer)} if answer else {}), **settings)


def client_with(colour: Colour, **options: Any) -> Any:
    kind: Any = AsyncClient if colour.is_async else Client
    return kind(**{"api_key": KEY, "base_url": URL, "clock": colour.clock} | options)


def close(colour: Colour, own: Any) -> None:
    colour.do(own.aclose() if colour.is_async else own.close())


def refusal(colour: Colour, **options: Any) -> str:
    with pytest.raises(ConfigurationError) as caught:
        client_with(colour, **options)
    assert KEY not in str(caught.value)
    return str(caught.value)


# ---- headers ------------------------------------------------------------------------------------------------------


def test_default_headers_and_a_name_go_with_every_request_but_not_to_file_hosts(colour: Colour, tmp_path: Path) -> None:
    wire = Wire(
        lambda request: (
            httpx.Response(200, json=done(images=1))
            if request.url.host == "service.test"
            else httpx.Response(200, content=PNG)
        )
    )
    client = client_with(
        colour,
        http_client=given(colour, wire),
        default_headers={"X-Team": "films", "x-both": "default"},
        user_agent="shop/1.2 (+https://shop.test)",
    )
    found = colour.do(client.midjourney.diffusion(text="x", extra_headers={"X-Both": "call"}))
    colour.do(client.tasks.get("j1"))
    colour.do(found.download(tmp_path))
    paid, free, file = wire.requests
    for request in (paid, free):
        assert request.headers["x-team"] == "films"
        assert request.headers["user-agent"] == f"legnext-client/{__version__} shop/1.2 (+https://shop.test)"
        assert request.headers.get_list(API_KEY_HEADER) == [KEY]
    assert (paid.headers.get_list("x-both"), free.headers.get_list("x-both")) == (["call"], ["default"])
    assert not {"x-team", "x-both", API_KEY_HEADER.lower()} & file.headers.keys()
    assert "shop" not in file.headers.get("user-agent", "")


@for_each(
    ("options", "words"),
    [
        ({"default_headers": {"X-API-Key": "other"}}, "default_headers must not set X-API-Key: the client sets it"),
        ({"default_headers": {"Authorization": "Bearer x"}}, "default_headers must not set Authorization"),
        ({"default_headers": {"Host": "evil.test"}}, "default_headers must not set Host"),
        ({"default_headers": {"User-Agent": "x"}}, "default_headers must not set User-Agent: pass user_agent="),
        ({"default_headers": {"Content-Type": "x"}}, "default_headers must not set Content-Type"),
        ({"default_headers": {"X-A": "1\r\nX-API-Key: other"}}, "default_headers: X-A must be printable ASCII"),
        ({"default_headers": {"X-A\r\nX-B": "1"}}, "is not the name of a header"),
        ({"default_headers": {"": "1"}}, "'' is not the name of a header"),
        ({"default_headers": {"X-A": 1}}, "default_headers: X-A must be printable ASCII"),
        ({"default_headers": [("X-A", "1")]}, "default_headers must be a dictionary"),
        ({"user_agent": "shop\r\nX-API-Key: other"}, "user_agent: User-Agent must be printable ASCII"),
        ({"user_agent": "läden/1"}, "user_agent: User-Agent must be printable ASCII"),
    ],
)
def test_a_header_that_cannot_be_set_is_refused(colour: Colour, options: dict[str, Any], words: str) -> None:
    assert words in refusal(colour, **options)


@for_each(
    "setting",
    [
        {"default_headers": {"x-a": "1"}},
        {"user_agent": "shop"},
        {"proxy": "http://p.test"},
        {"ssl_context": ssl.create_default_context()},
    ],
)
def test_a_transport_of_ones_own_has_its_own_settings(colour: Colour, setting: dict[str, Any]) -> None:
    (name,) = setting
    with pytest.raises(ConfigurationError, match=f"{name} cannot be combined with transport"):
        colour.client(Service(job()), **setting)


# ---- proxies and certificates -------------------------------------------------------------------------------------


def test_a_proxy_stands_before_the_service_whatever_the_environment_says(
    colour: Colour, serve: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")

    server = serve(proxy)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "legnext.invalid")
    proxied: dict[str, Any] = {"proxy": f"http://user:secret@127.0.0.1:{server.port}", "retries": 0}
    with talking(colour, 443, "https", "legnext.invalid", **proxied) as client:
        error = error_of(colour, lambda: client.midjourney.diffusion(text="x"))
    assert isinstance(error, ConnectionError)
    assert asked[0].startswith(b"CONNECT legnext.invalid:443 HTTP/1.1")
    assert KEY.encode() not in asked[0]
    assert f"through the proxy 127.0.0.1:{server.port}" in str(error)
    assert "secret" not in str(error)


def test_this_machine_is_reached_without_the_proxy(colour: Colour, serve: Callable[..., Raw]) -> None:
    with talking(colour, serve(good).port, proxy="http://127.0.0.1:9") as client:
        assert colour.do(client.midjourney.diffusion(text="x")).job_id == "j1"


@for_each(
    "proxy",
    ["proxy:3128", "ftp://u:secret@p.test", "http://", "http://u:secret@p.test:port", "http://u:secret@[::1", 7],
)
def test_what_is_no_proxy_is_refused(colour: Colour, proxy: Any) -> None:
    said = refusal(colour, proxy=proxy)
    assert said.startswith("proxy must be a URL such as http://proxy.example:3128; got ")
    assert "secret" not in said


def test_a_socks_proxy_says_what_it_needs(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("legnext_client._transport.given_clients.find_spec", dict[str, Any]().get)
    assert "pip install 'httpx[socks]'" in refusal(colour, proxy="socks5://127.0.0.1:9")


def test_a_context_trusts_an_authority_of_ones_own(colour: Colour, serve: Callable[..., Raw]) -> None:
    context = ssl.create_default_context(cafile=str(SELF_SIGNED))
    with talking(colour, serve(good, secured()).port, "https", "localhost", ssl_context=context) as client:
        assert colour.do(client.midjourney.diffusion(text="x")).job_id == "j1"


def test_a_context_that_checks_nothing_is_refused(colour: Colour) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    assert "ssl_context must check certificates and host names" in refusal(colour, ssl_context=context)
    context.verify_mode = ssl.CERT_NONE
    assert "ssl_context must check certificates and host names" in refusal(colour, ssl_context=context)
    assert "must be an ssl.SSLContext; got bool" in refusal(colour, ssl_context=False)


# ---- an httpx client of the caller's ------------------------------------------------------------------------------


def test_only_its_connections_are_used_and_it_stays_open(colour: Colour) -> None:
    wire = Wire()
    own = given(colour, wire, cookies={"session": "1"}, timeout=3)
    client = client_with(colour, http_client=own)
    assert colour.do(client.midjourney.diffusion(text="x")).ok
    (request,) = wire.requests
    assert request.url == f"{URL}/v1/diffusion"
    assert "cookie" not in request.headers
    colour.do(client.close())
    assert not own.is_closed


def test_it_is_never_asked_twice_to_pay_and_never_follows(colour: Colour) -> None:
    redirect = Wire(lambda _: httpx.Response(307, headers={"location": "https://evil.test/"}))
    error_of(colour, lambda: client_with(colour, http_client=given(colour, redirect)).midjourney.diffusion(text="x"))
    assert len(redirect.requests) == 1

    def broken(request: httpx.Request) -> httpx.Response:
        request.read()
        raise httpx.ReadError("gone")

    wire = Wire(broken)
    error_of(colour, lambda: client_with(colour, http_client=given(colour, wire)).midjourney.diffusion(text="x"))
    assert len(wire.requests) == 1


class Again(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends whatever fails again."""


class Redoing(httpx.HTTPTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise NotImplementedError


class AsyncRedoing(httpx.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise NotImplementedError


class Persistent(httpx.Client):
    def send(self, *_: Any, **__: Any) -> httpx.Response:
        raise NotImplementedError


class AsyncPersistent(httpx.AsyncClient):
    async def send(self, *_: Any, **__: Any) -> httpx.Response:
        raise NotImplementedError


@for_each(
    ("settings", "words"),
    [
        ({"auth": ("user", "secret")}, "auth (the API key is sent without it)"),
        ({"base_url": "https://other.test"}, "base_url (pass base_url= here instead)"),
        ({"event_hooks": {"response": [print]}}, "event_hooks (a hook that fails could lose a paid job)"),
        ({"follow_redirects": True}, "follow_redirects (a redirect could take the API key elsewhere)"),
        ({"headers": {"X-Team": "films"}}, "header x-team (pass default_headers= here instead)"),
        ({"params": {"a": "1"}}, "params (pass extra_query= to a call instead)"),
        ({"transport": Again()}, "transport Again (it could send a paid request twice"),
        ({"mounts": {"https://": Again()}}, "transport Again (it could send a paid request twice"),
        ({"verify": False}, "verify (without certificates checked, anyone could read the API key)"),
        (
            {"follow_redirects": True, "params": {"a": "1"}},
            "follow_redirects (a redirect could take the API key elsewhere), params (",
        ),
    ],
)
def test_a_client_that_could_break_a_promise_is_refused(colour: Colour, settings: dict[str, Any], words: str) -> None:
    own = given(colour, **settings)
    said = refusal(colour, http_client=own)
    assert said.startswith(f"http_client cannot be used with its {words}")
    assert "secret" not in said
    close(colour, own)


def test_a_client_or_transport_that_sends_in_its_own_way_is_refused(colour: Colour) -> None:
    transport: Any = AsyncRedoing() if colour.is_async else Redoing()
    assert "could send a paid request twice" in refusal(colour, http_client=given(colour, transport=transport))
    kind: Any = AsyncPersistent if colour.is_async else Persistent
    assert "method send (it could send a paid request twice)" in refusal(colour, http_client=kind())


def test_a_proxy_that_could_read_the_key_is_refused(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    said = refusal(colour, base_url="http://127.0.0.1:8", http_client=given(colour))
    assert "proxy (it could read the API key on its way to http://127.0.0.1:8; trust_env=False leaves it out)" in said
    client_with(colour, base_url="http://127.0.0.1:8", http_client=given(colour, trust_env=False))
    client_with(colour, base_url="https://service.test", http_client=given(colour))


def test_one_of_the_other_colour_a_closed_one_and_no_client_are_refused(colour: Colour) -> None:
    wanted, other = ("AsyncClient", "Client") if colour.is_async else ("Client", "AsyncClient")
    other_client: Any = httpx.Client() if colour.is_async else httpx.AsyncClient()
    assert f"http_client must be an httpx.{wanted}; got {other}" in refusal(colour, http_client=other_client)
    assert f"http_client must be an httpx.{wanted}; got str" in refusal(colour, http_client="httpx")
    own = given(colour, Wire())
    client = client_with(colour, http_client=own)
    close(colour, own)
    assert "http_client is closed" in refusal(colour, http_client=own)
    assert "http_client is closed" in str(error_of(colour, lambda: client.midjourney.diffusion(text="x")))
    assert colour.clock.slept == []


def test_its_proxy_and_certificates_are_its_own_matter(colour: Colour) -> None:
    said = refusal(colour, http_client=given(colour, Wire()), proxy="http://p.test")
    assert "proxy cannot be combined with http_client: give it to that client" in said


def test_its_connections_to_files_are_checked_like_our_own(
    colour: Colour, serve: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = serve(good)
    here = socket.getaddrinfo("127.0.0.1", server.port, type=socket.SOCK_STREAM)

    def look_up(*_: Any, **__: Any) -> Any:
        return here

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    own = given(colour, trust_env=False)
    client = client_with(colour, http_client=own)
    with pytest.raises(DownloadError, match="on this machine or in a private network"):
        colour.do(client.download([f"http://files.test:{server.port}/a.png"], tmp_path))
    assert list(tmp_path.iterdir()) == []
    close(colour, own)


def test_a_paid_call_goes_over_a_real_connection_of_it(colour: Colour, serve: Callable[..., Raw]) -> None:
    own = given(colour, trust_env=False)
    server = serve(good)
    with talking(colour, server.port, http_client=own) as client:
        assert colour.do(client.midjourney.diffusion(text="x")).job_id == "j1"
    close(colour, own)
