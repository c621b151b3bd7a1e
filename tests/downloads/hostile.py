"""A server that says exactly what a test wants it to say, byte for byte, and remembers what it was asked."""

from __future__ import annotations

import re
import socketserver
import threading
import zlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import socket
    from typing import Self


class Seen(NamedTuple):
    """A request as it came; header names are in lower case."""

    path: str
    headers: dict[str, str]


Act = Callable[["socket.socket", Seen], None]


class Hostile:
    """`acts[path]` answers requests for a path: one act for all, or one for each in turn and the last for ever."""

    def __init__(self) -> None:
        self.acts: dict[str, Act | Sequence[Act]] = {}
        self.seen: list[Seen] = []
        self.leaving = threading.Event()
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()
        hostile = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                first = self.rfile.readline().decode("latin-1").split()
                if len(first) < 2:
                    return
                headers: dict[str, str] = {}
                while line := self.rfile.readline().decode("latin-1").strip():
                    name, _, value = line.partition(":")
                    headers[name.strip().lower()] = value.strip()
                try:
                    hostile.act(self.request, Seen(first[1], headers))
                except OSError:
                    return  # the client has gone, as it may

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def act(self, wire: socket.socket, seen: Seen) -> None:
        with self._lock:
            self.seen.append(seen)
            path = seen.path.partition("?")[0]
            acts = self.acts.get(path, status(404))
            if isinstance(acts, Sequence):
                count = self._counts.get(path, 0)
                self._counts[path] = count + 1
                acts = acts[min(count, len(acts) - 1)]
        acts(wire, seen)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        return self.origin + path

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leaving.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def head(code: int, headers: dict[str, Any], version: str = "1.1") -> bytes:
    lines = [f"HTTP/{version} {code} Because", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def status(code: int, body: bytes = b"", **headers: Any) -> Act:
    """An answer with a length; `_` in the names of headers is `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def act(wire: socket.socket, _: Seen) -> None:
        wire.sendall(head(code, {"content-length": len(body), "connection": "close"} | named) + body)

    return act


def raw(answer: bytes) -> Act:
    """Exactly these bytes, then the end of the connection."""

    def act(wire: socket.socket, _: Seen) -> None:
        wire.sendall(answer)

    return act


def chunked(body: bytes, *, ended: bool = True) -> Act:
    """A body without a length, in two chunks."""
    half = len(body) // 2
    parts = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:]))
    start = head(200, {"transfer-encoding": "chunked", "connection": "close"})
    return raw(start + parts + (b"0\r\n\r\n" if ended else b""))


def file(body: bytes, *, tag: str | None = '"one"', most: int | None = None, **headers: Any) -> Act:
    """A file as a good server has it, with ranges, of which at most so many bytes get through for each request."""

    def act(wire: socket.socket, seen: Seen) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-", seen.headers.get("range", ""))
        is_same = seen.headers.get("if-range", tag) == tag
        start = int(wanted[1]) if wanted and is_same else 0
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"content-length": len(body) - start, "connection": "close"} | ({"etag": tag} if tag else {})
        if start:
            named["content-range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        sent = body[start:] if most is None else body[start : start + most]
        wire.sendall(head(206 if start else 200, named) + sent)

    return act


def png(size: int = 20_000, salt: bytes = b"") -> bytes:
    """So many bytes that begin and end as a PNG does; no two places in them look alike."""
    noise = bytearray()
    number = 0
    while len(noise) < size:
        number += 1
        noise += zlib.crc32(salt + number.to_bytes(8)).to_bytes(4)
    return b"\x89PNG\r\n\x1a\n" + bytes(noise[: size - 16]) + b"IEND\xaeB`\x82"
