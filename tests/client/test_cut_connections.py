"""Requests and answers that are cut at each byte, and kept connections that are closed: never paid twice."""

from __future__ import annotations

import json
import os
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import SubmissionUnknown
from legnext_client.errors import ConnectionError
from legnext_client.generated.service import API_KEY_HEADER
from tests.thorough import often

from .raw_servers import GOOD, read, reset, talking

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from .worlds import Colour

BOTH_COLOURS = True


def is_whole(request: bytes) -> bool:
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(lengths) and len(body) >= lengths[0]


keeps_what_came = pytest.mark.skipif(os.name != "posix", reason="Windows drops an answer that a reset follows")


@pytest.mark.parametrize("ending", ["closed", pytest.param("reset", marks=keeps_what_came)])
def test_an_answer_that_is_cut_at_any_byte_is_unknown_if_paid_and_asked_for_again_if_free(
    colour: Colour, serve: Callable[..., Any], ending: str
) -> None:
    cuts: Iterator[int] = iter(())
    paid: list[bytes] = []

    def deed(connection: socket.socket) -> None:
        while request := read(connection):
            if request.startswith(b"POST"):
                paid.append(request)
            cut = next(cuts, None)
            connection.sendall(GOOD[:cut])
            if cut is not None:
                if ending == "reset":
                    reset(connection)
                return

    server = serve(deed, at_once=True)
    with talking(colour, server.port, max_jobs=10**6) as client:
        for cut in range(0, len(GOOD), often(7, 1)):
            cuts = iter([cut])
            paid.clear()
            with pytest.raises(SubmissionUnknown):
                colour.do(client.midjourney.diffusion(text="x"))
            assert len(paid) == 1, f"sent again after {cut} bytes of its answer"
            cuts = iter([cut])
            assert colour.do(client.tasks.get("j1")).job_id == "j1"


def test_a_request_that_is_cut_at_any_byte_is_accepted_once_at_most(colour: Colour, serve: Callable[..., Any]) -> None:
    cuts: Iterator[int] = iter(())
    accepted: list[bytes] = []

    def deed(connection: socket.socket) -> None:
        cut = next(cuts, None)
        if cut is None:
            request = read(connection)
            if is_whole(request):
                accepted.append(request)
                connection.sendall(GOOD)
            return
        got = b""
        while len(got) < cut and (part := connection.recv(cut - len(got))):
            got += part
        if is_whole(got):
            accepted.append(got)
        reset(connection)

    server = serve(deed)
    with talking(colour, server.port, max_jobs=10**6) as client:
        colour.do(client.midjourney.diffusion(text="x"))
        for cut in range(0, len(accepted[0]) + 1, often(11, 1)):
            cuts = iter([cut])
            accepted.clear()
            unsure = False
            try:
                colour.do(client.midjourney.diffusion(text="x"))
            except SubmissionUnknown:
                unsure = True
            assert len(accepted) == (not unsure) or (unsure and cut >= len(accepted[0])), f"cut at {cut}"


@pytest.mark.parametrize("ending", ["closed", "reset"])
def test_a_kept_connection_that_was_closed_meanwhile_is_not_paid_for_twice(
    colour: Colour, serve: Callable[..., Any], ending: str
) -> None:
    accepted: list[bytes] = []

    def deed(connection: socket.socket) -> None:
        request = read(connection)
        if request.startswith(b"POST"):
            accepted.append(request)
        connection.sendall(GOOD)
        if ending == "reset":
            reset(connection)

    server = serve(deed)
    with talking(colour, server.port, max_jobs=10**6) as client:
        for _ in range(often(15, 50)):
            accepted.clear()
            colour.do(client.tasks.get("j1"))
            try:
                colour.do(client.midjourney.diffusion(text="x"))
            except SubmissionUnknown:
                assert len(accepted) <= 1
            else:
                assert len(accepted) == 1


def test_a_connection_that_takes_the_head_and_dies_before_the_body_was_written_has_accepted_nothing(
    colour: Colour, serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The body is asked for only when the head has been written; so far the service has half a request at most."""
    from legnext_client._transport.exchanges import Content

    def deed(connection: socket.socket) -> None:
        connection.recv(10)
        reset(connection)

    def never(_: Content) -> Any:
        raise OSError("the head could not be written")

    server = serve(deed)
    monkeypatch.setattr(Content, "__iter__", never)
    monkeypatch.setattr(Content, "__aiter__", never)
    with talking(colour, server.port, retries=1) as client, pytest.raises(ConnectionError, match="Nothing was charged"):
        colour.do(client.midjourney.diffusion(text="x"))


def test_a_lost_answer_is_not_told_as_distrust_by_a_caller_that_handles_an_error_of_tls(
    colour: Colour, serve: Callable[..., Any]
) -> None:
    def deed(connection: socket.socket) -> None:
        read(connection)
        reset(connection)

    async def falling_back(client: Any) -> Any:
        try:
            raise ssl.SSLCertVerificationError("another service's certificate")
        except ssl.SSLError:
            outcome = client.midjourney.diffusion(text="x")
            return await outcome if colour.is_async else outcome

    server = serve(deed)
    with talking(colour, server.port, max_jobs=10**6) as client, pytest.raises(SubmissionUnknown):
        colour.do(falling_back(client))


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 Connection established\r\n", b"\0\0\0\r\n\r\n"])
@pytest.mark.parametrize("ending", ["closed", "reset"])
def test_a_proxy_that_hangs_up_before_the_tunnel_stands_has_sent_nothing(
    colour: Colour, serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, said: bytes, ending: str
) -> None:
    def deed(connection: socket.socket) -> None:
        read(connection)
        connection.sendall(said)
        if ending == "reset":
            reset(connection)

    server = serve(deed)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
    with (
        talking(colour, 443, "https", "legnext.invalid", retries=2) as client,
        pytest.raises(ConnectionError, match=r"(?s)legnext\.invalid.* the proxy 127\.0\.0\.1.*Nothing was charged"),
    ):
        colour.do(client.midjourney.diffusion(text="x"))
    assert server.connections == 3


def test_the_logs_of_the_libraries_below_do_not_show_the_key_that_a_server_repeats(
    colour: Colour, serve: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    from .worlds import KEY

    def deed(connection: socket.socket) -> None:
        head = read(connection)
        key = next(
            line for line in head.split(b"\r\n") if line.lower().startswith(API_KEY_HEADER.lower().encode())
        ).split(b": ")[1]
        said = json.dumps({"message": key.decode()}).encode()
        connection.sendall(
            b"HTTP/1.1 401 " + key + b"\r\nx-key: " + key + b"\r\ncontent-length: %d\r\n\r\n" % len(said) + said
        )

    server = serve(deed)
    with (
        caplog.at_level("DEBUG"),
        talking(colour, server.port, max_jobs=10**6) as client,
        pytest.raises(Exception, match="WXYZ"),
    ):
        colour.do(client.midjourney.diffusion(text="x"))
    assert "receive_response_headers.complete" in caplog.text
    assert KEY not in caplog.text
