"""The server as an ASGI application: Starlette's routes for the document, the files and the control interface."""

from __future__ import annotations

import contextlib
import logging
import re
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route, Router

from .control import PREFIX, control_routes
from .faults import ANSWER, ARRIVAL, FILES
from .files import Files
from .plain import PlainAnswers
from .refusals import ClientGone, Refusal, written
from .requests import read_body, read_parameters
from .spec import Spec
from .wire import SLASH, apply_faults, struck_on_arrival

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from .service import Service
    from .spec import Operation

_log = logging.getLogger(__name__)


class App:
    """ASGI application of one service."""

    def __init__(self, service: Service, watched: str | Path | None = None) -> None:
        self.service = service
        self.keys = frozenset(service.settings.keys)
        self._files = Files(service)
        self._watched = None if watched is None else Path(watched)
        self._stamp = self._edited()
        self._second, self._dated = -1, (b"date", b"")
        self._serve(service.spec)

    def _serve(self, spec: Spec) -> None:
        service = self.service
        self.plain = PlainAnswers(spec)
        self.known_type = next((each.task_type for each in spec.operations.values() if each.is_paid), "unknown")
        ranked = sorted(spec.paths.items(), key=lambda each: _rank(each[0], each[1], list(spec.paths)))
        endpoints = [(path, _Endpoint(self, operations)) for path, operations in ranked]
        routes = [Route(_matching(spec.base_path + path), endpoint) for path, endpoint in endpoints]
        routes += [Route(FILES + "{job_id}/{name}", self._files.serve), *control_routes(service)]
        if spec.base_path:  # a base URL is often written without its path
            routes += [Route(_matching(path), endpoint) for path, endpoint in endpoints]
        self._router = Router(routes, redirect_slashes=False, default=_Endpoint(self, {}))

    def _edited(self) -> tuple[int, int] | None:
        """Return the time and size of the watched document; both change when it is edited."""
        if self._watched is None or not self._watched.exists():
            return None
        found = self._watched.stat()
        return found.st_mtime_ns, found.st_size

    def _reload(self) -> None:
        """Read the document again if it has changed; keep the old one if the new one cannot be served."""
        stamp = self._edited()
        if stamp is None or stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            spec = Spec.load(self._watched)
            self.service.use(spec)
            self._serve(spec)
            _log.warning("%s has changed and was read again.", self._watched)
        except Exception as error:
            _log.warning("%s has changed but cannot be served; the old one still is: %s", self._watched, error)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], self._date()]
            await send(message)

        if self._watched is not None:
            self._reload()
        # A client that disconnects before its request is complete, or during a delay fault, gets no response.
        with contextlib.suppress(ClientGone):
            if self.service.faults and scope["path"] != "/" and not scope["path"].startswith(f"{PREFIX}/"):
                await self._with_faults(scope, receive, dated)
            else:
                await self._route(scope, receive, dated)

    def close(self) -> None:
        """Remove the generated files."""
        self._files.close()

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if b"%2" in scope["raw_path"]:
            raw = re.sub("%2f", SLASH, scope["raw_path"].decode("latin-1"), flags=re.IGNORECASE)
            scope = {**scope, "path": unquote(raw)}
        scope["app"] = self  # for Starlette to raise an exception, not to respond, if the method is wrong
        try:
            await self._router(scope, receive, send)
        except HTTPException as error:
            allowed = (error.headers or {})["Allow"]
            refusal = Refusal(405, f"{scope['method']} is not allowed here; use {allowed}.", allow=allowed)
            await written(refusal, "flat", "")(scope, receive, send)

    def _date(self) -> tuple[bytes, bytes]:
        """Return the Date header; formatted once a second, not for each response."""
        second = int(self.service.clock.now)
        if second != self._second:
            self._second, self._dated = second, (b"date", formatdate(second, usegmt=True).encode())
        return self._dated

    async def _with_faults(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        for fault in self.service.faults.take(ARRIVAL, method, path):
            instead = struck_on_arrival(fault, scope)
            if instead is None:
                await _until_gone(receive)
            else:
                await instead(scope, receive, send)
            return
        response = await self._gathered(scope, receive)
        after = self.service.faults.take(ANSWER, method, path)
        if await apply_faults(after, response, scope, receive, send):
            await _until_gone(receive)

    async def _gathered(self, scope: Scope, receive: Receive) -> Response:
        """Return the complete response."""
        start: dict[str, Any] = {}
        parts: list[bytes] = []

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self._route(scope, receive, send)
        response = Response(b"".join(parts), start["status"])
        response.raw_headers = start["headers"]
        return response


class _Endpoint:
    """ASGI application of one path of the document; without operations, of all other paths."""

    def __init__(self, app: App, operations: dict[str, Operation]) -> None:
        self._app = app
        self._service = app.service
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self._operations.get(scope["method"])
        try:
            response = await self._answer(operation, scope, receive)
        except Refusal as refusal:
            task_type = operation.task_type if operation is not None and operation.is_paid else self._app.known_type
            response = written(refusal, self._service.error_shape(), task_type)
        except ClientGone:
            raise
        except Exception:
            _log.exception("the mock server failed at %s %s", scope["method"], scope["path"][:200])
            response = written(Refusal(500, "The mock server itself failed; its log says why."), "flat", "")
        await response(scope, receive, send)

    async def _answer(self, operation: Operation | None, scope: Scope, receive: Receive) -> Response:
        if not self._operations:
            path = scope["raw_path"].decode("latin-1")[:200]
            raise Refusal(404, f"There is nothing at {path}. Is the base URL right?")
        method: str = scope["method"]
        if operation is None:
            allowed = ", ".join(self._operations)
            raise Refusal(405, f"{method} is not allowed here; use {allowed}.", allow=allowed)
        key = self._key(scope["headers"]) if operation.needs_key else ""
        self._service.greet(key)
        asked = (method, scope["path"])
        found = (value.replace(SLASH, "/") for value in scope["path_params"].values())
        path = dict(zip(operation.path_names, found, strict=True))
        spec = self._service.spec
        given = read_parameters(spec, operation.parameters, scope, path) if operation.parameters else {}
        value = None
        if operation.bodies:
            strict = self._service.settings.bodies == "strict"
            value = await read_body(spec, operation, scope["headers"], receive, strict=strict)
        if operation.makes_job:
            return self._service.submit(operation, key, value or {}, asked)
        if operation.role == "balance":
            return self._service.balance()
        return self._about(operation, path, asked) or self._app.plain.answer(operation, given)

    def _key(self, headers: list[tuple[bytes, bytes]]) -> str:
        name = self._service.spec.key_header
        if name is None:
            return ""
        given = [value for header, value in headers if header == name]
        key = given[0].decode("latin-1") if len(given) == 1 else ""
        if key not in self._app.keys:
            raise Refusal(401, "Failed to verify api key")
        return key

    def _about(self, operation: Operation, path: dict[str, str], asked: tuple[str, str]) -> Response | None:
        """Act on the job in the path and return its response; None if the response comes from the document."""
        if operation.about_job is None:
            return None
        job_id = path[operation.about_job]
        self._service.job(job_id)
        if "ends" in operation.extension:
            self._service.end(job_id, operation.extension["ends"])
        if not operation.tells_job:
            return None
        response = self._service.tell(job_id, asked)
        response.status_code = operation.status
        return response


def _rank(path: str, operations: dict[str, Operation], paths: list[str]) -> tuple[bool, bool]:
    """Return the order of a path: one that also matches another path is last; polls are first, as the most frequent."""
    pattern = re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path))
    matches_another = any(other != path and re.fullmatch(pattern, other) for other in paths)
    return matches_another, "GET" not in operations


def _matching(path: str) -> str:
    """Return a path with parameter names that Starlette allows."""
    numbers = iter(range(len(path)))
    return re.sub(r"\{[^}]+\}", lambda _: f"{{p{next(numbers)}}}", path)


async def _until_gone(receive: Receive) -> None:
    """Wait until the connection is closed; otherwise uvicorn would send its own response."""
    while (await receive())["type"] != "http.disconnect":
        continue
