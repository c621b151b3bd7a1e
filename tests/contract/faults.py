"""What a seeded fault is: a small, named way for the server to be wrong.

A fault spoils the document that the server is made from, what goes over the wire, or the server's own code. The checks
never see which one it is: they read the sound document and talk to the server like anybody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Document = dict[str, Any]
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Asked:
    """A request on its way to the server."""

    method: str
    path: str
    headers: Headers
    body: bytes

    def header(self, name: bytes) -> bytes | None:
        return next((value for each, value in self.headers if each.lower() == name), None)

    def with_header(self, name: bytes, value: bytes) -> Asked:
        return replace(self, headers=(*(pair for pair in self.headers if pair[0].lower() != name), (name, value)))


@dataclass(frozen=True)
class Answered:
    """An answer on its way back."""

    status: int
    headers: Headers
    body: bytes

    def without_header(self, name: bytes) -> Answered:
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0].lower() != name))

    def with_body(self, body: bytes) -> Answered:
        size = (b"content-length", str(len(body)).encode())
        return replace(self, headers=(*self.without_header(b"content-length").headers, size), body=body)


class Wire:
    """A fault between caller and server; made anew for each server, so that it may remember things."""

    def before(self, asked: Asked) -> Asked | Answered:
        """What the server gets to see instead; or an answer, and the server sees nothing."""
        return asked

    def after(self, asked: Asked, answered: Answered) -> Answered:  # noqa: ARG002
        """What the caller gets to see instead."""
        return answered


@dataclass(frozen=True)
class Fault:
    """`what` completes the sentence: the server …"""

    name: str
    what: str
    document: Callable[[Document], None] | None = None
    wire: Callable[[], Wire] | None = None
    inside: Callable[[pytest.MonkeyPatch], None] | None = None


def on_the_wire(name: str, what: str, kind: Callable[..., Wire], *arguments: Any, **options: Any) -> Fault:
    """A fault whose `kind` stands between caller and server."""
    return Fault(name, what, wire=partial(kind, *arguments, **options))


def wired(app: App, wire: Wire) -> App:
    """`app` with a fault on its wire."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        asked = Asked(scope["method"], scope["path"], tuple(map(tuple, scope["headers"])), await _whole(receive))
        seen = wire.before(asked)
        answered = seen if isinstance(seen, Answered) else await _answer(app, scope, seen)
        answered = wire.after(asked, answered)
        await send({"type": "http.response.start", "status": answered.status, "headers": list(answered.headers)})
        await send({"type": "http.response.body", "body": answered.body})

    return faulty


async def staying() -> Message:
    """What a caller who waits for the whole answer sends after the request: nothing."""
    await asyncio.Event().wait()
    raise AssertionError


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


async def _answer(app: App, scope: Scope, asked: Asked) -> Answered:
    sent: list[Message] = []
    unread: list[Message] = [{"type": "http.request", "body": asked.body, "more_body": False}]

    async def receive() -> Message:
        return unread.pop() if unread else await staying()

    async def send(message: Message) -> None:
        sent.append(message)

    changed = {**scope, "method": asked.method, "path": asked.path, "headers": list(asked.headers)}
    changed["raw_path"] = scope.get("raw_path") if asked.path == scope["path"] else asked.path.encode()
    await app(changed, receive, send)
    start, *parts = sent
    return Answered(
        start["status"], tuple(map(tuple, start["headers"])), b"".join(part.get("body", b"") for part in parts)
    )
