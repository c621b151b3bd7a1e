"""Calling an ASGI application by hand: what the server would tell it, and what it answers."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

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
    incoming = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)} for number, part in enumerate(parts, 1)
    ]
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": list(headers)}
    (start, end), left = await drive(receiver, scope, incoming)
    return Answered(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        end["body"],
        len(parts) - left,
    )


async def drive(
    receiver: CallbackReceiver,
    scope: MutableMapping[str, Any],
    incoming: Iterable[MutableMapping[str, Any]] = (),
    told: list[MutableMapping[str, Any]] | None = None,
) -> tuple[list[MutableMapping[str, Any]], int]:
    """Send these messages, then that the sender has gone; return what was answered, and how many were not read."""
    left, told = list(incoming), [] if told is None else told

    async def receive() -> MutableMapping[str, Any]:
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    await receiver(scope, receive, send)
    return told, len(left)
