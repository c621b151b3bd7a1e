"""A mock server, a client of each colour before it, and someone who listens on the line.

Jobs to build upon lie ready, each of another kind and with another sort of id. Nothing here decides what is right.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from legnext_client import AsyncClient, Client
from legnext_client._transport import async_transports, transports
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.testing import ClockOfMock, MockServer
from tests.contract.description import base_path

from .sources import put_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.mock.service import Submission

    from .effort import Effort

Json = dict[str, Any]
KEY = "a-key-that-nobody-else-has-0123"
RICH = 10**12
LONG = 2_000.0
"""Virtual seconds in which any job is done."""
_MANY = 40
"""So many jobs are made before the server begins anew; until then the jobs to build upon are not too old."""


class Heard(NamedTuple):
    """A request as it was on the line."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        return self.url.removeprefix(ROOT)

    def header(self, name: str) -> list[str]:
        return [value for each, value in self.headers if each.lower() == name]

    @classmethod
    def of(cls, request: httpx.Request, body: bytes) -> Heard:
        headers = tuple((name.decode(), value.decode("latin-1")) for name, value in request.headers.raw)
        return cls(request.method, str(request.url), headers, body)


ROOT = "https://mock.invalid"


class Line(httpx.BaseTransport):
    """Passes everything on, and writes it down."""

    def __init__(self, inner: httpx.BaseTransport, heard: list[Heard]) -> None:
        self._inner, self._heard = inner, heard

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._heard.append(Heard.of(request, request.read()))
        return self._inner.handle_request(request)


class AsyncLine(httpx.AsyncBaseTransport):
    """The same, awaited."""

    def __init__(self, inner: httpx.AsyncBaseTransport, heard: list[Heard]) -> None:
        self._inner, self._heard = inner, heard

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._heard.append(Heard.of(request, await request.aread()))
        return await self._inner.handle_async_request(request)


class Stage:
    """What a check can do."""

    def __init__(self, server: MockServer, loop: asyncio.AbstractEventLoop, effort: Effort) -> None:
        self.server = server
        self.heard: list[Heard] = []
        self._loop = loop
        self._booked = self._spent = 0
        self._raw = server.transport()
        self.both = clients(Line(self._raw, self.heard), AsyncLine(server.async_transport(), self.heard), server)
        self.colours = effort.turns(self.both)

    def do(self, outcome: Any) -> Any:
        """What a call gives in the end, awaited where it must be."""
        return self._loop.run_until_complete(outcome) if inspect.isawaitable(outcome) else outcome

    def raw(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Send a body as it is, past the clients, and unheard."""
        headers = {API_KEY_HEADER: KEY, "content-type": "application/json"}
        url = ROOT + base_path() + path
        answer = self._raw.handle_request(httpx.Request(method, url, headers=headers, content=body))
        return answer.status_code, answer.read()

    def ready(self) -> None:
        """Have the jobs to build upon there, and listen from now on."""
        # Jobs that are not done would be charged in the midst of what comes next.
        if self.server.frozen or len(self.server.ledger) >= _MANY or not self.server.jobs:
            self.server.reset()
            put_there(self.server)
        self.heard.clear()
        self._booked, self._spent = len(self.server.ledger), self.server.consumed

    @property
    def booked(self) -> list[Submission]:
        """What the server has accepted since."""
        return self.server.ledger[self._booked :]

    @property
    def charged(self) -> int:
        """The points that it has charged since."""
        return self.server.consumed - self._spent

    def close(self) -> None:
        for _, client in self.both:
            self.do(client.close())


def clients(
    line: httpx.BaseTransport, async_line: httpx.AsyncBaseTransport, server: MockServer | None = None
) -> list[tuple[str, Any]]:
    """Name and make a client of each colour as any program makes one, but for the pool of connections under it."""
    options: Json = {"base_url": ROOT + base_path(), "retries": 2, "prompts": "warn"}
    if server is not None:
        options["clock"] = ClockOfMock(server)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transports, "HttpxTransport", partial(transports.HttpxTransport, mounted=line))
        patch.setattr(
            async_transports, "AsyncHttpxTransport", partial(async_transports.AsyncHttpxTransport, mounted=async_line)
        )
        made: list[Any] = [Client(KEY, **options, max_jobs=10**9), AsyncClient(KEY, **options, max_jobs=10**9)]
        assert all(client._transport for client in made)  # else made with the first request, and not patched
        return list(zip(("sync", "async"), made, strict=True))


@contextmanager
def staged(effort: Effort) -> Iterator[Stage]:
    """A stage whose server has so much money and so few limits that nothing but the matter of a check is refused."""
    settings: Json = {
        "keys": (KEY,),
        "credits": RICH,
        "concurrency": 0,
        "answers": "drawn",
        "callbacks": "off",
        "bodies": "strict",
    }
    with MockServer(in_process=True, **settings) as server, asyncio.Runner() as runner:
        stage = Stage(server, runner.get_loop(), effort)
        try:
            yield stage
        finally:
            stage.close()


def same(left: Any, right: Any) -> bool:
    """Equal, and of the same types at every depth: to Python 1, 1.0 and True are one."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def shown(value: Any) -> str:
    """A value for the message of a check that fails."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 600 else f"{text[:600]}… ({len(text)} characters)"
