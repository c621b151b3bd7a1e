"""Serve an ASGI application with uvicorn in a thread."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn

from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_PATIENCE = 30.0
_GRACE = 1


@contextlib.contextmanager
def serving(application: Callable[..., Any], host: str, port: int) -> Generator[tuple[str, int]]:
    """Serve while the context is open; yields the base URL and the port. Port 0 means any free port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except (OSError, OverflowError) as error:
            raise ConfigurationError(f"the receiver cannot be served at {host}, port {port}: {error}.") from None
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            application,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
        server = uvicorn.Server(config)
        # The socket listens already: what arrives before the thread serves is served then.
        thread = threading.Thread(target=server.run, args=([listener],), name="callback-receiver", daemon=True)
        thread.start()
        try:
            shown = f"[{host}]" if ":" in host else host
            yield f"http://{shown}:{port}", port
        finally:
            server.should_exit = True
            thread.join(_PATIENCE)
