"""Servers of a few lines that do anything to a connection, and clients that talk to them."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Generator

    from .worlds import Colour

BODY = b'{"job_id": "j1", "status": "pending"}'
GOOD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(BODY), BODY)


def read(connection: socket.socket) -> bytes:
    """A whole request."""
    found = b""
    while b"\r\n\r\n" not in found:
        part = connection.recv(65536)
        if not part:
            return found
        found += part
    head, _, body = found.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def relay(one: socket.socket, other: socket.socket) -> None:
    """Pass on what either side sends, until one of them closes."""
    while True:
        for ready in select.select([one, other], [], [])[0]:
            part = ready.recv(65536)
            if not part:
                return
            (other if ready is one else one).sendall(part)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Raw:
    """A server that does as it is told with each connection, one after the other or all at once."""

    def __init__(
        self, deed: Callable[[socket.socket], None], wrap: ssl.SSLContext | None = None, *, at_once: bool = False
    ) -> None:
        self.connections = 0
        self._at_once = at_once
        self._threads: list[threading.Thread] = []
        self._deed = deed
        self._wrap = wrap
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if self.ended.is_set():
                connection.close()
                return
            self.connections += 1
            if self._at_once:
                self._threads.append(threading.Thread(target=self._talk, args=(connection,)))
                self._threads[-1].start()
            else:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._wrap is None:
                self._deed(connection)
            else:
                with self._wrap.wrap_socket(connection, server_side=True) as safe:
                    self._deed(safe)

    def stop(self) -> None:
        self.ended.set()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
            pass
        self._thread.join()
        for thread in self._threads:
            thread.join()
        self._socket.close()


@contextlib.contextmanager
def talking(colour: Colour, port: int, scheme: str = "http", host: str = "127.0.0.1", **options: Any) -> Generator[Any]:
    client = colour.real_client(f"{scheme}://{host}:{port}/api", **options)
    try:
        yield client
    finally:
        colour.do(client.close())
