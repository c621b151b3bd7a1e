"""Serving a `CallbackReceiver` by itself: uvicorn in a thread, on a port of this machine."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, NamedTuple

import uvicorn

from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator

    from legnext_client.receiving import CallbackReceiver

_PATIENCE = 30.0
_GRACE = 1


class Served(NamedTuple):
    """Where the receiver is: `url` is what to pass as `callback=`."""

    url: str
    host: str
    port: int


@contextlib.contextmanager
def serving(receiver: CallbackReceiver, host: str, port: int) -> Generator[Served]:
    """Serve until the context ends; those who still wait then poll."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
        port = listener.getsockname()[1]
        server = _Server(receiver)
        thread = threading.Thread(target=server.run, args=([listener],), name="callback-receiver", daemon=True)
        thread.start()
        try:
            if not server.ready.wait(_PATIENCE) or not server.started:
                raise ConfigurationError(f"the receiver could not be served at {host}, port {port}.")
            shown = f"[{host}]" if ":" in host else host
            yield Served(receiver.address(f"http://{shown}:{port}"), host, port)
        finally:
            server.should_exit = True
            thread.join(_PATIENCE)
            receiver.close()


class _Server(uvicorn.Server):
    """Says when it has begun, or has failed to."""

    def __init__(self, receiver: CallbackReceiver) -> None:
        config = uvicorn.Config(
            receiver,  # pyright: ignore[reportArgumentType]  # uvicorn spells out every message there is
            lifespan="on",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets=sockets)
        finally:
            self.ready.set()
