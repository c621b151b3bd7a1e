"""Serve over standard input and output, or over HTTP on this machine."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import PlainTextResponse

from legnext_client.client import AsyncClient
from legnext_client.mcp.server import make_server
from legnext_client.mcp.submitting import Submitter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from mcp.server import Server
    from starlette.types import ASGIApp, Receive, Scope, Send

    from legnext_client.journal import Ledger

HOST, PATH = "127.0.0.1", "/mcp"


def serve(
    ledger: Ledger, client: dict[str, Any], port: int | None, token: str | None, say: Callable[[str], None]
) -> None:
    """Serve until the client leaves, or over HTTP until Ctrl-C. `client` are the arguments of `AsyncClient`."""
    asyncio.run(_serve(ledger, client, port, token, say))


async def _serve(
    ledger: Ledger, client: dict[str, Any], port: int | None, token: str | None, say: Callable[[str], None]
) -> None:
    async with opened(ledger, client) as server:
        if port is not None:
            await _over_http(server, port, token or secrets.token_urlsafe(24), say, given=bool(token))
            return
        async with stdio_server() as (received, sent):
            await server.run(received, sent, server.create_initialization_options())


@asynccontextmanager
async def opened(ledger: Ledger, client: dict[str, Any]) -> AsyncGenerator[Server[Any]]:
    """Open a client and its server; at the end, wait for what is being sent."""
    async with AsyncClient(**client, ledger=ledger) as opened_client:
        submitter = Submitter(opened_client, ledger)
        try:
            yield make_server(submitter)
        finally:
            await submitter.close()


async def _over_http(server: Server[Any], port: int, token: str, say: Callable[[str], None], *, given: bool) -> None:
    import uvicorn

    with socket.create_server((HOST, port)) as listening:
        port = listening.getsockname()[1]
        say(f"Serving on http://{HOST}:{port}{PATH} until Ctrl-C.")
        if not given:
            say(f"Clients must send the header Authorization: Bearer {token}")
        config = uvicorn.Config(http_app(server, port, token), log_level="warning", access_log=False)
        await uvicorn.Server(config).serve([listening])


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
