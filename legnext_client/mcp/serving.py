"""Serve over standard input and output, or over HTTP on this machine."""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
import signal
import socket
import threading
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import uvicorn
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import PlainTextResponse

from legnext_client.client import AsyncClient
from legnext_client.mcp.server import make_server
from legnext_client.mcp.submitting import Submitter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from mcp.server import Server
    from starlette.types import ASGIApp, Receive, Scope, Send

    from legnext_client.journal import Ledger

HOST, PATH = "127.0.0.1", "/mcp"
MAX_WAIT = 30.0
"""Seconds for which a call waits for a place among the account's jobs; agents give up on a call near a minute."""


def serve(
    ledger: Ledger, client: dict[str, Any], port: int | None, token: str | None, say: Callable[[str], None]
) -> None:
    """Serve until the client leaves, or over HTTP until Ctrl-C. `client` are the arguments of `AsyncClient`."""
    with suppress(asyncio.CancelledError):  # SIGTERM
        asyncio.run(_serve(ledger, client, port, token, say))


async def _serve(
    ledger: Ledger, client: dict[str, Any], port: int | None, token: str | None, say: Callable[[str], None]
) -> None:
    async with opened(ledger, client) as server:
        if port is not None:
            await _over_http(server, port, token or secrets.token_urlsafe(24), say, given=bool(token))
            return
        running: Any = asyncio.current_task()
        _when_stopped(running.cancel, signal.SIGTERM)
        stdin: Any = _lines()
        async with stdio_server(stdin=stdin) as (received, sent):
            await server.run(received, sent, server.create_initialization_options())


async def _lines() -> AsyncGenerator[str]:
    """Read standard input in a daemon thread, so that Ctrl-C does not wait for the next line."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str]()

    def read() -> None:
        with suppress(RuntimeError), os.fdopen(os.dup(0), encoding="utf-8", errors="replace") as stdin:
            for line in stdin:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        yield line


@asynccontextmanager
async def opened(ledger: Ledger, client: dict[str, Any]) -> AsyncGenerator[Server[Any]]:
    """Open a client and its server; at the end, wait for what is being sent."""
    async with AsyncClient(max_wait=MAX_WAIT, **client, ledger=ledger) as opened_client:
        submitter = Submitter(opened_client, ledger)
        try:
            yield make_server(submitter)
        finally:
            await submitter.close()


async def _over_http(server: Server[Any], port: int, token: str, say: Callable[[str], None], *, given: bool) -> None:
    with socket.create_server((HOST, port)) as listening:
        port = listening.getsockname()[1]
        say(f"Serving on http://{HOST}:{port}{PATH} until Ctrl-C.")
        if not given:
            say(f"Clients must send the header Authorization: Bearer {token}")
        config = uvicorn.Config(http_app(server, port, token), log_level="warning", timeout_graceful_shutdown=3)
        serving = Uvicorn(config)
        _when_stopped(serving.stop, signal.SIGTERM, signal.SIGINT)
        await serving.serve([listening])


class Uvicorn(uvicorn.Server):
    """The HTTP server, which leaves signals alone: it would raise them again before the last jobs are recorded."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True


def _when_stopped(stop: Callable[[], object], *signals: signal.Signals) -> None:
    with suppress(NotImplementedError):  # Windows
        for each in signals:
            asyncio.get_running_loop().add_signal_handler(each, stop)


def http_app(server: Server[Any], port: int, token: str) -> ASGIApp:
    """Return the server as an app that answers only to this machine's names, and to the token."""
    names = [f"{host}:{port}" for host in (HOST, "localhost", "[::1]")]
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        transport_security=TransportSecuritySettings(
            allowed_hosts=names, allowed_origins=[f"http://{name}" for name in names]
        ),
    )
    expected = f"Bearer {token}".encode()

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, expected):
                refusal = PlainTextResponse(
                    "The bearer token is missing or wrong.\n", 401, {"www-authenticate": "Bearer"}
                )
                await refusal(scope, receive, send)
                return
        await app(scope, receive, send)

    return guarded
