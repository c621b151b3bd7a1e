"""A request ends with its time, whatever the other side does: each server here would go on for ever."""

from __future__ import annotations

import gzip
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import SubmissionUnknown
from legnext_client.errors import ConnectionError, DownloadError

from .raw_servers import read, talking

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from .worlds import Colour

BOTH_COLOURS = True

SHORT = 0.1
EMPTY = gzip.compress(b"")


def in_drips(data: bytes) -> Callable[[socket.socket, Callable[[], bool]], None]:
    def drip(connection: socket.socket, over: Callable[[], bool]) -> None:
        for byte in data:
            if over():
                return
            connection.sendall(bytes([byte]))
        while not over():
            connection.sendall(b"x")

    return drip


def flood_of_1xx(connection: socket.socket, over: Callable[[], bool]) -> None:
    while not over():
        connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")


def flood_of_empty_members(connection: socket.socket, over: Callable[[], bool]) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n")
    while not over():
        connection.sendall(EMPTY)


FOREVER = {
    "a head in drips": in_drips(b"HTTP/1.1 200 OK\r\n"),
    "a header in drips": in_drips(b"HTTP/1.1 200 OK\r\nx-long: "),
    "a body in drips": in_drips(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n"),
    "chunks in drips": in_drips(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;"),
    "1xx": flood_of_1xx,
    "empty members of gzip": flood_of_empty_members,
}


@pytest.fixture(params=FOREVER)
def going_on(request: pytest.FixtureRequest, serve: Callable[..., Any]) -> Any:
    def deed(connection: socket.socket) -> None:
        read(connection)
        FOREVER[request.param](connection, lambda: server.ended.wait(0.001))

    server = serve(deed, at_once=True)
    return server


def test_a_paid_call_ends_with_its_time(colour: Colour, going_on: Any) -> None:
    with talking(colour, going_on.port, timeout=SHORT) as client, pytest.raises(SubmissionUnknown):
        colour.do(client.midjourney.diffusion(text="x"))
    assert going_on.connections == 1


@pytest.mark.parametrize("going_on", ["a head in drips", "a body in drips"], indirect=True)
def test_a_download_ends_with_its_time(colour: Colour, going_on: Any, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{going_on.port}/a.png"
    with talking(colour, going_on.port, timeout=SHORT, retries=0) as client, pytest.raises(DownloadError):
        colour.do(client.download(url, tmp_path, timeout=SHORT))


def test_a_handshake_in_drips_ends_with_its_time_and_nothing_was_sent(
    colour: Colour, serve: Callable[..., Any]
) -> None:
    def deed(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 KB begins
        while not server.ended.wait(0.001):
            connection.sendall(b"\0")

    server = serve(deed, at_once=True)
    with (
        talking(colour, server.port, "https", timeout=SHORT, retries=1) as client,
        pytest.raises(ConnectionError, match="Nothing was charged"),
    ):
        colour.do(client.midjourney.diffusion(text="x"))
    assert server.connections == 2


def test_a_proxy_that_never_answers_ends_with_the_time_and_nothing_was_sent(
    colour: Colour, serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def deed(connection: socket.socket) -> None:
        read(connection)
        FOREVER["a header in drips"](connection, lambda: server.ended.wait(0.001))

    server = serve(deed, at_once=True)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@127.0.0.1:{server.port}")
    with (
        talking(colour, 443, "https", "legnext.invalid", timeout=SHORT, retries=1) as client,
        pytest.raises(ConnectionError, match=r"legnext\.invalid:443 through the proxy 127\.0\.0\.1:") as caught,
    ):
        colour.do(client.midjourney.diffusion(text="x"))
    assert server.connections == 2
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_what_unpacks_to_more_than_any_answer_is_not_unpacked_to_its_end(
    colour: Colour, serve: Callable[..., Any], coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("legnext_client._transport.exchanges.LARGEST_ANSWER", 100_000)
    packed = gzip.compress(gzip.compress(b"\0" * 10_000_000))

    def deed(connection: socket.socket) -> None:
        assert b"accept-encoding: identity" in read(connection).lower()
        head = f"HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {len(packed)}\r\n\r\n"
        connection.sendall(head.encode() + packed)

    server = serve(deed)
    with talking(colour, server.port) as client, pytest.raises(SubmissionUnknown) as caught:
        colour.do(client.midjourney.diffusion(text="x"))
    assert len(caught.value.answer or b"") <= 100_000


def test_an_answer_that_is_packed_without_being_asked_for_is_read(colour: Colour, serve: Callable[..., Any]) -> None:
    packed = gzip.compress(b'{"job_id": "j1", "status": "pending"}')

    def deed(connection: socket.socket) -> None:
        read(connection)
        head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n"
        connection.sendall(head.encode() + packed)

    server = serve(deed)
    with talking(colour, server.port) as client:
        assert colour.do(client.midjourney.diffusion(text="x")).job_id == "j1"


@pytest.mark.parametrize("raised", [OSError("a"), RecursionError("b"), UnicodeError("c"), ssl.SSLError("d")])
def test_no_error_of_the_machine_comes_out_raw(
    colour: Colour, raised: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise raised

    monkeypatch.setattr("socket.getaddrinfo", failing)
    with talking(colour, 443, "https", "legnext.invalid", retries=0) as client, pytest.raises(ConnectionError):
        colour.do(client.midjourney.diffusion(text="x"))


@pytest.mark.parametrize("host", ["a..test", "a" * 64 + ".test", "\u200d.test"])
def test_a_host_that_cannot_be_one_is_an_error_of_ours(colour: Colour, host: str, tmp_path: Path) -> None:
    from legnext_client import LegnextError

    with pytest.raises(LegnextError), talking(colour, 443, "https", host, retries=0, timeout=5) as client:
        colour.do(client.midjourney.diffusion(text="x"))
    with talking(colour, 9, retries=0) as client, pytest.raises((LegnextError, ValueError)):
        colour.do(client.download(f"https://{host}/a.png", tmp_path))
