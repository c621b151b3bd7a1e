"""A server to hold against the document: in this process, with time that stands still, and perhaps with a fault in it.

Everything that a check asks goes through `Server.call`, so that the witness sees every answer.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.mock.app import App
from legnext_client.mock.clock import Clock
from legnext_client.mock.service import Service
from legnext_client.mock.settings import Settings
from legnext_client.mock.spec import Spec

from .description import Operation, base_path, copy_of_the_document, with_role
from .witness import Witness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from .faults import Fault

Headers = tuple[tuple[bytes, bytes], ...]
Message = dict[str, Any]

KEY = "a-good-key"
ROOT = "http://mock.test"
RICH = 10**9
LONG = 100_000.0
"""Virtual seconds in which any job is done."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def message(self) -> str:
        """What a refusal says, whichever shape it has."""
        value = self.json
        error = value.get("error") if isinstance(value.get("error"), dict) else value
        return str(error.get("message") or "")


class Server:
    """What a check can do with a server."""

    def __init__(self, service: Service, app: App, loop: asyncio.AbstractEventLoop) -> None:
        self._service, self._app, self._loop = service, app, loop
        self._is_watched = True
        self.witness = Witness(service.settings.credits + service.settings.points)

    def call(
        self, method: str, path: str, body: bytes | None = None, *, key: str | None = KEY, **headers: str
    ) -> Answer:
        """Send a request and see what comes back; `headers` in snake case."""
        sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if key is not None:
            sent[API_KEY_HEADER] = key
        if body is not None:
            sent.setdefault("content-type", "application/json")
            sent.setdefault("content-length", str(len(body)))
        wire = tuple((name.encode(), value.encode("latin-1")) for name, value in sent.items())
        answer = self._loop.run_until_complete(_exchange(self._app, method, path, wire, body or b""))
        assert KEY.encode() not in answer.content, "the key is in the answer"
        if self._is_watched:
            self.witness.saw(method, path, body, answer, known_key=key == KEY)
        return answer

    def post(self, operation: Operation, body: Any, **options: Any) -> Answer:
        written = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.call(operation.method.upper(), base_path() + operation.path, written, **options)

    @contextmanager
    def unwitnessed(self) -> Iterator[None]:
        """The witness does not listen to what is said inside: it insists on what some answers leave out."""
        self._is_watched = False
        try:
            yield
        finally:
            self._is_watched = True

    def get(self, job_id: str, **options: Any) -> Answer:
        path = with_role("job").path.replace("{job_id}", job_id)
        return self.call("GET", base_path() + path, **options)

    def job(self, job_id: str) -> dict[str, Any]:
        """A job that must be there."""
        answer = self.get(job_id)
        assert answer.status == 200, f"{job_id} is lost: {answer.status} {answer.content[:200]!r}"
        told: dict[str, Any] = answer.json
        return told

    def balance(self) -> dict[str, Any]:
        answer = self.call("GET", base_path() + with_role("balance").path)
        assert answer.status == 200, f"the balance answers {answer.status}"
        data: dict[str, Any] = answer.json["data"]
        return data

    def accepted(self, operation: Operation, body: dict[str, Any]) -> str:
        """The id of a job that must be accepted."""
        answer = self.post(operation, body)
        assert answer.status == operation.accepted, (
            f"{operation.name} of {body} answers {answer.status}: {answer.content[:300]!r}"
        )
        job_id: str = answer.json["job_id"]
        return job_id

    def finished(self, operation: Operation, body: dict[str, Any]) -> str:
        """The id of a job that must be accepted and completed."""
        job_id = self.accepted(operation, body)
        self.advance(LONG / 100)
        job = self.job(job_id)
        assert job["status"] == "completed", f"{operation.name} is {job['status']}"
        return job_id

    def advance(self, seconds: float) -> None:
        self._service.clock.advance(seconds)

    @property
    def ledger(self) -> list[str]:
        """The ids of the jobs that were paid for, as the server lists them."""
        return [line.job_id for line in self._service.ledger]

    @property
    def points_in_the_ledger(self) -> dict[str, float]:
        """The points that were held for each of these jobs, as the server lists them."""
        return {line.job_id: line.points for line in self._service.ledger}


class Start(Protocol):
    """Starts a server with these settings; a check never learns which fault it has."""

    def __call__(self, **settings: Any) -> AbstractContextManager[Server]: ...


async def _exchange(app: App, method: str, path: str, headers: Headers, body: bytes) -> Answer:
    sent: list[Message] = []
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if not unread:
            await asyncio.Event().wait()  # a caller who waits for the whole answer
        return unread.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    raw, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": raw,
        "raw_path": raw.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
        "server": ("mock.test", 80),
        "extensions": {},
    }
    await app(scope, receive, send)
    start, *parts = sent
    named = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], named, b"".join(part.get("body", b"") for part in parts))


NO_LIMITS: dict[str, Any] = {
    "keys": (KEY,),
    "credits": RICH,
    "concurrency": 0,
    "answers": "plain",
    "bodies": "strict",
    "time_scale": None,
}


@cache
def sound_spec() -> Spec:
    return Spec(copy_of_the_document())


def spoiled_spec(fault: Fault) -> Spec:
    document = copy_of_the_document()
    if fault.document is not None:
        fault.document(document)
    return Spec(document)


@contextmanager
def running(fault: Fault | None = None, **settings: Any) -> Iterator[Server]:
    """A server with so much money and so few limits that nothing but the matter of a check is refused."""
    chosen = Settings(**{**NO_LIMITS, **settings})
    spec = sound_spec() if fault is None else spoiled_spec(fault)
    with asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patch:
        if fault is not None and fault.inside is not None:
            fault.inside(patch)
        service = Service(spec, chosen, Clock(chosen.time_scale), f"{ROOT}/files")
        app = App(service)
        server = Server(service, app, runner.get_loop())
        try:
            yield server
        finally:
            service.callbacks.close()
            app.close()
