"""Whatever is thrown at its socket, the server goes on serving, and does not keep what it was thrown."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from legnext_client.generated.service import API_KEY_HEADER
from tests.facts import BASE_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "a-key"
MEGABYTE = 1 << 20
PATIENCE = 20.0
BASE = BASE_PATH.encode()
OWN_KEY = f"{API_KEY_HEADER}: a-key\r\n".encode()
HEAD = b"POST " + BASE + b"/v1/diffusion HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + OWN_KEY
GET = b"GET " + BASE + b"/account/balance HTTP/1.1\r\nHost: x\r\n" + OWN_KEY + b"\r\n"

NOISE: dict[str, bytes] = {
    "random bytes": bytes((number * 7919 + number // 3) % 256 for number in range(65536)),
    "an HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100),
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "a proxy's request": b"GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "CONNECT": b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    "a websocket": b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "a long path": b"GET /" + b"a" * MEGABYTE + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path that is no text": b"GET " + BASE + b"/v1/job/\xff\xfe\x00 HTTP/1.1\r\nHost: x\r\n" + OWN_KEY + b"\r\n",
    "a path of broken escapes": b"GET " + BASE + b"/v1/job/%zz%f%%%00%ff HTTP/1.1\r\nHost: x\r\n" + OWN_KEY + b"\r\n",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n{}",
    "an endless length": HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
    "an endless chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
    "a request in a body": HEAD + b"Content-Length: 0\r\n\r\n" + GET + b"\x00" * 100,
    "a sound request and noise": GET + b"\x00\xff" * 5000,
}
HALVES: dict[str, bytes] = {
    "half a method": b"PO",
    "no end of the headers": HEAD,
    "half a body": HEAD + b'Content-Length: 100\r\n\r\n{"text": "a',
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\n{",
}


@dataclass
class Process:
    """A server in a process of its own, so that its memory can be weighed."""

    pid: int
    base_url: str

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.base_url)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=PATIENCE)

    def serves(self) -> None:
        """A normal call, which must work."""
        answer = httpx.post(
            f"{self.base_url}/v1/diffusion",
            json={"text": "a fox complete-at-once"},
            headers={API_KEY_HEADER: KEY},
            timeout=PATIENCE,
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "completed"

    @property
    def peak(self) -> int:
        """The most memory that the server ever had, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[Process]:
    command = [sys.executable, "-m", "legnext_client.mock", "--port", "0", "--keys", KEY, "--concurrency", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        found = re.search(r"http://[\w.:]+/api\b", process.stdout.readline())
        assert found is not None
        try:
            yield Process(process.pid, found[0])
        finally:
            process.send_signal(signal.SIGTERM)
            errors = process.stderr.read()
            status = process.wait(PATIENCE)
        assert status == 0
        assert "Traceback" not in errors, errors


def everything_from(connection: socket.socket) -> bytes:
    """What the server says until it hangs up; we hang up our side first, so that it has nothing to wait for."""
    received = b""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65536):
            received += part
    return received


def statuses(answers: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answers)]


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE)
def test_noise_is_refused_and_the_server_goes_on(server: Process, noise: bytes) -> None:
    with server.connect() as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(noise)
        answers = everything_from(connection)

    assert all(status < 500 for status in statuses(answers)), answers[:500]
    server.serves()


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
@pytest.mark.parametrize("ends", ["politely", "rudely"])
def test_half_a_request_is_forgotten(server: Process, half: bytes, ends: str) -> None:
    for _ in range(20):
        with server.connect() as connection:
            connection.sendall(half)
            if ends == "rudely":  # a reset instead of a farewell
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    server.serves()


def test_a_thousand_idle_connections_do_not_block_others(server: Process) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 1500
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"this machine allows {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    try:
        with contextlib.ExitStack() as stack:
            idle = [stack.enter_context(server.connect()) for _ in range(1000)]
            server.serves()
            for connection in idle[::100]:
                connection.sendall(GET)
                assert statuses(connection.recv(65536)) == [200]
        server.serves()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from /proc")
@pytest.mark.parametrize("announced", [True, False], ids=["with its length", "in chunks"])
def test_a_hundred_megabytes_are_refused_and_not_kept(server: Process, announced: bool) -> None:
    server.serves()
    before = server.peak
    part = b"a" * MEGABYTE
    with server.connect() as connection:
        connection.sendall(
            HEAD + (b"Content-Length: %d" % (100 * MEGABYTE) if announced else b"Transfer-Encoding: chunked")
        )
        with contextlib.suppress(ConnectionError):
            connection.sendall(b"\r\n\r\n")
            for _ in range(100):
                connection.sendall(part if announced else b"%x\r\n%s\r\n" % (len(part), part))
            connection.sendall(b"" if announced else b"0\r\n\r\n")
        answers = everything_from(connection)

    # Who is still sending may find the connection closed before he has read the answer.
    assert statuses(answers) in ([413], [])
    server.serves()
    assert server.peak - before < 20 * MEGABYTE


def test_who_stops_to_listen_is_told_that_it_is_too_much(server: Process) -> None:
    with server.connect() as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n{" % (100 * MEGABYTE))

        assert statuses(connection.recv(65536)) == [413]
    server.serves()


def test_requests_in_one_go_are_answered_in_order(server: Process) -> None:
    unknown = GET.replace(b"/account/balance", b"/v1/job/none")
    answers = b""
    with server.connect() as connection:
        connection.sendall((GET + unknown) * 50)
        while len(statuses(answers)) < 100 and (part := connection.recv(65536)):
            answers += part

    assert statuses(answers) == [200, 404] * 50


def test_noise_after_a_request_ends_the_connection(server: Process) -> None:
    with server.connect() as connection:
        connection.sendall(GET + b"no HTTP at all \x00\r\n\r\n" + GET)
        answers = b""
        while part := connection.recv(65536):
            answers += part

    # uvicorn may give up the line before it has answered what was sound.
    assert statuses(answers) in ([400], [200, 400])
    server.serves()
