"""The server as an ASGI application: a small core for the document's routes, Starlette for files and control.

Starlette is imported when first needed; the core does without it to start and respond faster.
"""

from __future__ import annotations

import contextlib
import logging
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from .apply_fault import apply_faults, struck_on_arrival
from .bodies import JSON, chosen, is_json, read_value
from .faults import ANSWER, ARRIVAL
from .json_reading import read_json
from .parameters import Given, read_parameters
from .plain import PlainAnswers
from .refusals import Answer, Refusal, written
from .validation import check_body
from .wire import ClientGone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from .service import Service
    from .spec import Operation, Place

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]

CONTROL, FILES = b"/__mock__/", b"/files/"
LARGEST_BODY = 1 << 20
LARGEST_UPLOAD = 1 << 26
_log = logging.getLogger(__name__)


class App:
    """ASGI application of one service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._spec = service.spec
        self._plain = PlainAnswers(service.spec)
        self._keys = frozenset(service.settings.keys)
        self._sides: dict[bytes, Any] = {}
        self._second, self._dated = -1, (b"date", b"")
        self._known_types = next((each.task_type for each in self._spec.operations.values() if each.is_paid), "unknown")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        # A client that disconnects before its request is complete, or during a delay fault, gets no response.
        with contextlib.suppress(ClientGone):
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: bytes = scope["raw_path"]
        faults, aside = self.service.faults, path.startswith((CONTROL, FILES))
        if not faults and not aside:
            await _send(send, await self._answer(scope, receive), self._date())
            return

        async def dated(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], self._date()]}
            await send(message)

        side = self._side(path) if aside else None
        if side is not None and (path.startswith(CONTROL) or not faults):
            await side(scope, receive, dated)
        else:
            await self._with_faults(scope, receive, dated, side)

    def _date(self) -> tuple[bytes, bytes]:
        """Return the Date header; formatted once a second, not for each response."""
        second = int(self.service.clock.now)
        if second != self._second:
            self._second, self._dated = second, (b"date", formatdate(second, usegmt=True).encode())
        return self._dated

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        operation: Operation | None = None
        try:
            place = self._spec.find(scope["raw_path"])
            if place is None:
                raise Refusal(404, f"There is nothing at {_shown(scope['raw_path'])}. Is the base URL right?")
            method: str = scope["method"]
            operation = place.operations.get(method)
            if operation is None:
                allowed = ", ".join(place.operations)
                raise Refusal(405, f"{method} is not allowed here; use {allowed}.", allow=allowed)
            headers: list[tuple[bytes, bytes]] = scope["headers"]
            key = self._checked_key(headers) if operation.needs_key else ""
            self.service.greet(key)
            asked = (method, scope["path"])
            given = self._parameters(operation, place, scope) if operation.parameters else {}
            value = await self._value(operation, headers, receive) if operation.bodies else None
            if operation.makes_job:
                return self.service.submit(operation, key, value or {}, asked)
            if operation.role == "balance":
                return self.service.balance()
            return self._about(operation, place, asked) or self._plain.answer(operation, given)
        except Refusal as refusal:
            task_type = operation.task_type if operation is not None and operation.is_paid else self._known_types
            return written(refusal, self.service.error_shape(), task_type)
        except ClientGone:
            raise
        except Exception:
            _log.exception("the mock server failed at %s %s", scope["method"], _shown(scope["raw_path"]))
            return written(Refusal(500, "The mock server itself failed; its log says why."), "flat", self._known_types)

    def _checked_key(self, headers: list[tuple[bytes, bytes]]) -> str:
        name = self._spec.key_header
        if name is None:
            return ""
        given = [value for header, value in headers if header == name]
        key = given[0].decode("latin-1") if len(given) == 1 else ""
        if key not in self._keys:
            raise Refusal(401, "Failed to verify api key")
        return key

    def _parameters(self, operation: Operation, place: Place, scope: Scope) -> dict[str, Any]:
        given = Given.of(scope, operation.path_names, place.values)
        return read_parameters(self._spec, operation.parameters, given)

    async def _value(self, operation: Operation, headers: list[tuple[bytes, bytes]], receive: Receive) -> Any:
        """Return the checked body; None if it is absent and optional."""
        name, kind, body = await _body(operation, headers, receive)
        if not body and not operation.needs_body:
            return None
        media = operation.bodies[name]
        value = read_json(body) if name == JSON else read_value(self._spec, name, media, kind, body)
        check_body(self._spec, media.schema, media.validator, value)
        return value

    def _about(self, operation: Operation, place: Place, asked: tuple[str, str]) -> Answer | None:
        """Act on the job in the path and return its response; None if the response comes from the document."""
        if operation.about_job is None:
            return None
        job_id = place.values[operation.path_names.index(operation.about_job)]
        self.service.job(job_id)
        if "ends" in operation.extension:
            self.service.end(job_id, operation.extension["ends"])
        if not operation.tells_job:
            return None
        return self.service.tell(job_id, asked)._replace(status=operation.status)

    async def _with_faults(self, scope: Scope, receive: Receive, send: Send, side: Any) -> None:
        method, path = scope["method"], scope["path"]
        faults = self.service.faults
        for fault in faults.take(ARRIVAL, method, path):
            instead = struck_on_arrival(fault, scope)
            if instead is None:
                await _until_gone(receive)
            else:
                await _send(send, instead)
            return
        answer = await _gathered(side, scope, receive) if side else await self._answer(scope, receive)
        after = faults.take(ANSWER, method, path)
        if not after:
            await _send(send, answer)
        elif await apply_faults(after, answer, scope, send):
            await _until_gone(receive)

    def _side(self, path: bytes) -> Any:
        name = CONTROL if path.startswith(CONTROL) else FILES
        if name not in self._sides:
            if name == CONTROL:
                from .control import control_app

                self._sides[name] = control_app(self.service)
            else:
                from .files import FilesApp

                self._sides[name] = FilesApp(self.service)
        return self._sides[name]

    def close(self) -> None:
        """Remove the generated files."""
        if FILES in self._sides:
            self._sides[FILES].close()


async def _send(send: Send, answer: Answer, *more: tuple[bytes, bytes]) -> None:
    length = (b"content-length", b"%d" % len(answer.body))
    headers = [*answer.headers, length, *more]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _body(
    operation: Operation, headers: Iterable[tuple[bytes, bytes]], receive: Receive
) -> tuple[str, bytes, bytes]:
    """Return the media type, the Content-Type header, and the complete body.

    A body that is too large (413) or of an unsupported type (400) is not read.
    """
    kind = length = b""
    for header, value in headers:
        if header == b"content-type":
            kind = value
        elif header == b"content-length":
            length = value
    most = LARGEST_BODY if all(map(is_json, operation.bodies)) else LARGEST_UPLOAD
    if length.isdigit() and int(length[:20]) > most:
        raise _too_large(most)
    name = JSON if kind == b"application/json" and JSON in operation.bodies else _named(operation, kind)
    return name, kind, await _whole(receive, most)


async def _whole(receive: Receive, most: int) -> bytes:
    message = await receive()
    if not message.get("more_body") and message["type"] == "http.request":
        body: bytes = message.get("body", b"")
        if len(body) > most:
            raise _too_large(most)
        return body
    parts: list[bytes] = []
    size = 0
    while True:
        if message["type"] != "http.request":
            raise ClientGone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > most:
            raise _too_large(most)
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()


def _named(operation: Operation, kind: bytes) -> str:
    """Refuse (400) another content type. The documents do not require the header and do not list 415."""
    said = kind.decode("latin-1")
    name = chosen(operation.bodies, kind)
    parameters = (part.strip() for part in said.lower().split(";")[1:])
    charsets = {each.removeprefix("charset=").strip('"') for each in parameters if each.startswith("charset=")}
    if is_json(name) and not charsets <= {"", "utf-8", "utf8"}:
        raise Refusal(400, f"The content type must be {name}, in UTF-8, if any is given; got {said[:80]!r}.")
    return name


def _too_large(most: int) -> Refusal:
    return Refusal(413, f"The body is larger than {most} bytes. Send addresses of files, not files.")


async def _until_gone(receive: Receive) -> None:
    """Wait until the connection is closed; otherwise uvicorn would send its own response."""
    while (await receive())["type"] != "http.disconnect":
        continue


async def _gathered(side: Any, scope: Scope, receive: Receive) -> Answer:
    """Return the complete response of another application."""
    status = 500
    headers: list[tuple[bytes, bytes]] = []
    parts: list[bytes] = []

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = [each for each in message["headers"] if each[0] != b"content-length"]
        else:
            parts.append(message.get("body", b""))

    await side(scope, receive, send)
    return Answer(status, b"".join(parts), tuple(headers))


def _shown(raw_path: bytes) -> str:
    return raw_path.decode("latin-1")[:200]
