"""Calling an ASGI application by hand: what the server would tell it, and what it answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from legnext_client._callbacks.receiver import CallbackReceiver

TOKEN = "a-token-that-nobody-guesses"


class Answered(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    read: int
    """How many pieces of the body were asked for."""


def callback(job_id: str = "job", status: str = "completed", **more: Any) -> bytes:
    return json.dumps({"job_id": job_id, "status": status, **more}).encode()


def post(receiver: CallbackReceiver, body: bytes = b"", **how: Any) -> Answered:
    return asyncio.run(async_post(receiver, body, **how))


async def async_post(
    receiver: CallbackReceiver,
    body: bytes = b"",
    *,
    path: str = f"/{TOKEN}",
    method: str = "POST",
    headers: Iterable[tuple[bytes, bytes]] = (),
    pieces: Iterable[bytes] | None = None,
) -> Answered:
    parts = [body] if pieces is None else list(pieces)
    read, told = 0, list[MutableMapping[str, Any]]()

    async def receive() -> MutableMapping[str, Any]:
        nonlocal read
        if read == len(parts):
            return {"type": "http.disconnect"}
        read += 1
        return {"type": "http.request", "body": parts[read - 1], "more_body": read < len(parts)}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": list(headers)}
    await receiver(scope, receive, send)
    start, end = told
    return Answered(
        start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, end["body"], read
    )
