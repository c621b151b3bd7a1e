"""Faults of real connections, over sockets on this machine: what happened is told rightly, in both colours."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from httpcore._backends.anyio import AnyIOStream

from legnext_client import SubmissionUnknown
from legnext_client.errors import ConnectionError

from .raw_servers import BODY, GOOD, Raw, read, reset, talking

if TYPE_CHECKING:
    from collections.abc import Callable

    from .worlds import Colour

BOTH_COLOURS = True


def closed_after_reading(connection: socket.socket) -> None:
    read(connection)


def closed_after_half(connection: socket.socket) -> None:
    read(connection)
    connection.sendall(GOOD[:-10])


def closed_within_the_head(connection: socket.socket) -> None:
    read(connection)
    connection.sendall(GOOD[:20])


def reset_after_reading(connection: socket.socket) -> None:
    read(connection)
    reset(connection)


def no_http(connection: socket.socket) -> None:
    read(connection)
    connection.sendall(b"SSH-2.0-OpenSSH_9.0\r\n\r\n")


def wrong_chunks(connection: socket.socket) -> None:
    read(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n{}")


def wrong_encoding(connection: socket.socket) -> None:
    read(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd")


SENT = [
    closed_after_reading,
    closed_after_half,
    closed_within_the_head,
    reset_after_reading,
    no_http,
    wrong_chunks,
    wrong_encoding,
]


@pytest.mark.parametrize("deed", SENT)
def test_what_was_sent_and_not_answered_is_unknown_and_sent_once(
    colour: Colour, serve: Callable[..., Raw], deed: Callable[[socket.socket], None]
) -> None:
    server = serve(deed)
    with talking(colour, server.port) as client, pytest.raises(SubmissionUnknown):
        colour.do(client.midjourney.diffusion(text="x"))
    assert server.connections == 1


@pytest.mark.parametrize("deed", SENT)
def test_a_free_question_survives_one_fault(
    colour: Colour, serve: Callable[..., Raw], deed: Callable[[socket.socket], None]
) -> None:
    def first_bad_then_good(connection: socket.socket) -> None:
        if server.connections == 1:
            deed(connection)
        else:
            read(connection)
            connection.sendall(GOOD)

    server = serve(first_bad_then_good)
    with talking(colour, server.port) as client:
        assert colour.do(client.tasks.get("j1")).job_id == "j1"


def test_a_connection_closed_before_anything_was_read_ends_in_one_of_our_errors(
    colour: Colour, serve: Callable[..., Raw]
) -> None:
    """Whether the bytes had left this machine by then is a race; what is told must fit what is known."""
    server = serve(reset)
    with talking(colour, server.port, retries=1) as client, pytest.raises((SubmissionUnknown, ConnectionError)):
        colour.do(client.midjourney.diffusion(text="x"))
    assert server.connections >= 1


@pytest.mark.parametrize("colour", ["async"], indirect=True)
def test_a_connection_that_is_gone_as_soon_as_it_is_made_carried_nothing_and_another_is_made(
    colour: Colour, serve: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reset between connecting and sending: the socket no longer knows whom it was connected to."""
    gone = iter([True])
    extra_info = AnyIOStream.get_extra_info

    def forgetful(stream: AnyIOStream, info: str) -> Any:
        return None if info == "server_addr" and next(gone, False) else extra_info(stream, info)

    monkeypatch.setattr(AnyIOStream, "get_extra_info", forgetful)
    accepted: list[bytes] = []

    def accept(connection: socket.socket) -> None:
        if request := read(connection):
            accepted.append(request)
            connection.sendall(GOOD)

    server = serve(accept)
    with talking(colour, server.port) as client:
        assert colour.do(client.midjourney.diffusion(text="x")).job_id == "j1"
    assert len(accepted) == 1
    assert len(colour.clock.slept) == 1


def test_a_refused_connection_is_tried_again(colour: Colour) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with talking(colour, port) as client, pytest.raises(ConnectionError) as caught:
        colour.do(client.midjourney.diffusion(text="x"))
    assert "Nothing was charged" in str(caught.value)
    assert len(colour.clock.slept) == 4


def test_a_name_that_is_not_resolved_is_tried_again(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def nowhere(host: Any, *_: Any, **__: Any) -> Any:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with talking(colour, 443, "https", "legnext.invalid") as client, pytest.raises(ConnectionError, match="not known"):
        colour.do(client.midjourney.diffusion(text="x"))
    assert len(asked) == 5


def test_a_reset_within_the_handshake_is_tried_again(colour: Colour, serve: Callable[..., Raw]) -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.recv(65536)
        reset(connection)

    server = serve(hang_up)
    with talking(colour, server.port, "https") as client, pytest.raises(ConnectionError):
        colour.do(client.midjourney.diffusion(text="x"))
    assert server.connections == 5


SELF_SIGNED = Path(__file__).parent / "tls" / "localhost.pem"


def secured() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SELF_SIGNED)
    return context


def good(connection: socket.socket) -> None:
    read(connection)
    connection.sendall(GOOD)


def test_a_certificate_that_is_not_trusted_is_never_tried_again(colour: Colour, serve: Callable[..., Raw]) -> None:
    server = serve(good, secured())
    with talking(colour, server.port, "https", "localhost") as client, pytest.raises(ConnectionError) as caught:
        colour.do(client.midjourney.diffusion(text="x"))
    assert "certificate" in str(caught.value)
    assert server.connections == 1
    assert colour.clock.slept == []


def test_a_certificate_that_the_environment_trusts_is_trusted(
    colour: Colour, serve: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
    server = serve(good, secured())
    with talking(colour, server.port, "https", "localhost") as client:
        assert colour.do(client.midjourney.diffusion(text="x")).job_id == "j1"
        (path,) = colour.do(client.download(f"HTTPS://localhost:{server.port}/file", tmp_path))
        assert path.read_bytes() == BODY


def test_a_proxy_of_the_environment_is_used(
    colour: Colour, serve: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        asked.append(connection.recv(65536).split(b"\r\n")[0])
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")

    server = serve(proxy)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
    with talking(colour, 443, "https", "legnext.invalid", retries=0) as client, pytest.raises(ConnectionError):
        colour.do(client.midjourney.diffusion(text="x"))
    assert asked == [b"CONNECT legnext.invalid:443 HTTP/1.1"]


def test_a_kept_connection_is_used_again(colour: Colour, serve: Callable[..., Raw]) -> None:
    def keep(connection: socket.socket) -> None:
        while read(connection):
            connection.sendall(GOOD)

    server = serve(keep)
    with talking(colour, server.port) as client:
        for _ in range(3):
            colour.do(client.tasks.get("j1"))
    assert server.connections == 1
