"""The account's figures for Prometheus, served by a worker at `/metrics`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


def exposition(fleet: Any) -> str:
    """Return the figures in the text format."""
    figures = {name: value for name, value in fleet.status()._asdict().items() if isinstance(value, int | float)}
    return "".join(
        f'# TYPE legnext_fleet_{name} gauge\nlegnext_fleet_{name}{{account="{fleet.account}"}} {float(value):g}\n'
        for name, value in figures.items()
    )


async def serve(fleet: Any, port: int, host: str = "0.0.0.0") -> AbstractAsyncContextManager[object]:
    """Serve the figures; every request gets them, whatever its path."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10.0)
            body = (await asyncio.to_thread(exposition, fleet)).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass  # the reader has gone
        finally:
            writer.close()

    return await asyncio.start_server(answer, host, port)
