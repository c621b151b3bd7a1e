"""Through httpx, in both colours: what goes over the wire, what its exceptions mean, and where the key never goes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import httpx

from legnext_client import SubmissionUnknown
from legnext_client.errors import ConnectionError
from legnext_client.generated.service import API_KEY_HEADER
from tests.tables import for_each

from .worlds import KEY, Colour, Service, done, error_of, job

if TYPE_CHECKING:
    import pytest

BOTH_COLOURS = True


@for_each("status", [302, 307])
@for_each("target", ["https://evil.test/api/v1/diffusion", "https://service.test/api/other", "//evil.test/"])
def test_a_redirect_takes_the_key_nowhere(colour: Colour, status: int, target: str) -> None:
    hosts: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        hosts.append(str(request.url))
        return httpx.Response(status, headers={"location": target})

    client = colour.httpx_client(handler)
    for call in (lambda: client.midjourney.diffusion(text="x"), lambda: client.tasks.get("j")):
        error = error_of(colour, call)
        assert error.status_code == status  # type: ignore[attr-defined]
    assert len(hosts) == 2
    assert all(host.startswith("https://service.test/api/v1/") for host in hosts)


def test_the_key_that_the_service_repeats_is_not_shown(colour: Colour, caplog: pytest.LogCaptureFixture) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        key = request.headers[API_KEY_HEADER]
        if request.method == "POST":
            return httpx.Response(401, json={"message": f"bad key {key}"}, headers={"x-request-id": f"r-{key}"})
        return httpx.Response(200, json=job(detail={"key": key}))

    client = colour.httpx_client(handler)
    with caplog.at_level(logging.DEBUG, "legnext_client"):
        error: Any = error_of(colour, lambda: client.midjourney.diffusion(text="x"))
        found = colour.do(client.tasks.get("j1"))
    assert error.message == "bad key …WXYZ"
    assert error.request_id == "r-…WXYZ"
    assert found.detail == {"key": "…WXYZ"}
    everything = repr((error, error.__dict__, found.raw, repr(client), str(error))) + caplog.text
    assert KEY not in everything


def test_the_key_is_not_in_what_was_lost(colour: Colour) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"while sending {request.headers[API_KEY_HEADER]}")

    client = colour.httpx_client(handler)
    error: Any = error_of(colour, lambda: client.midjourney.diffusion(text="x"))
    assert isinstance(error, SubmissionUnknown)
    assert KEY not in repr((error, error.__dict__))
    assert "…WXYZ" in str(error)


@for_each(
    ("raised", "again"),
    [
        (httpx.ConnectError("x"), True),
        (httpx.ConnectTimeout("x"), True),
        (httpx.PoolTimeout("x"), True),
        (httpx.ProxyError("x"), True),
        (httpx.ReadTimeout("x"), False),
        (httpx.WriteTimeout("x"), False),
        (httpx.ReadError("x"), False),
        (httpx.WriteError("x"), False),
        (httpx.RemoteProtocolError("x"), False),
        (httpx.DecodingError("x"), False),
        (httpx.CloseError("x"), False),
    ],
)
def test_each_exception_of_httpx_is_one_of_ours(colour: Colour, raised: httpx.HTTPError, again: bool) -> None:
    sent: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        raise raised

    client = colour.httpx_client(handler)
    error = error_of(colour, lambda: client.midjourney.diffusion(text="x"))
    assert type(error) is (ConnectionError if again else SubmissionUnknown)
    assert len(sent) == (5 if again else 1)
    assert isinstance(error_of(colour, lambda: client.tasks.get("j")), ConnectionError)
    assert len(sent) == (5 if again else 1) + 5


@for_each("raised", [httpx.LocalProtocolError("x"), httpx.UnsupportedProtocol("x"), httpx.InvalidURL("x")])
def test_what_can_never_be_sent_is_not_tried_again(colour: Colour, raised: Exception) -> None:
    sent: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        raise raised

    client = colour.httpx_client(handler)
    assert type(error_of(colour, lambda: client.midjourney.diffusion(text="x"))) is ConnectionError
    assert len(sent) == 1


def test_an_answer_larger_than_any_is_not_read_to_its_end(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("legnext_client._transport.exchanges.LARGEST_ANSWER", 1000)
    client = colour.httpx_client(lambda _: httpx.Response(200, content=b"x" * 5000))
    error: Any = error_of(colour, lambda: client.midjourney.diffusion(text="x"))
    assert isinstance(error, SubmissionUnknown)
    assert "the response is too large" in str(error)
    assert isinstance(error_of(colour, lambda: client.tasks.get("j")), ConnectionError)


def test_completed_at_once_needs_no_question(colour: Colour) -> None:
    service = Service(done())
    made = colour.do(colour.client(service).midjourney.diffusion(text="x"))
    assert colour.do(made.wait()) is made
    assert len(made.image_urls) == 4
    assert len(service.sent) == 1
