"""Prism, started and stopped, and what it says of each exchange: as a server of its own, or between client and server.

Prism speaks through the header `sl-violations`: what breaks the document, in the request and in the answer.
"""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import httpx
import npm_tools
from table import HTTP_METHODS

import legnext_client
from legnext_client import AsyncClient, Client
from legnext_client._transport.async_transports import AsyncHttpxTransport
from legnext_client._transport.transports import HttpxTransport
from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.service import API_KEY_HEADER
from tests.contract.description import with_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from legnext_client._transport.clocks import Clock

KEY = "a-key-for-prism-0123456789"
LONGEST_START = 60.0


class Violation(NamedTuple):
    """Something that breaks the document: `request` or `response`, where in it, by which rule."""

    side: str
    place: str
    rule: str
    message: str


class Exchange(NamedTuple):
    """A request, its answer, and what Prism says of the two."""

    method: str
    path: str
    status: int
    answer: bytes
    violations: tuple[Violation, ...]

    def against(self, side: str) -> list[Violation]:
        return [violation for violation in self.violations if violation.side == side]


class Listener(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Passes everything on and writes down what Prism says. `prefer` asks Prism for a certain answer."""

    def __init__(self) -> None:
        self._inner, self._async_inner = httpx.HTTPTransport(), httpx.AsyncHTTPTransport()
        self.exchanges: list[Exchange] = []
        self.prefer = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(self._asked(request))
        return self._heard(request, response, response.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._async_inner.handle_async_request(self._asked(request))
        return self._heard(request, response, await response.aread())

    def _asked(self, request: httpx.Request) -> httpx.Request:
        if self.prefer:
            request.headers["prefer"] = self.prefer
        return request

    def _heard(self, request: httpx.Request, response: httpx.Response, body: bytes) -> httpx.Response:
        told = violations(response.headers)
        body = about_the_same_job(request, body)
        self.exchanges.append(Exchange(request.method, request.url.path, response.status_code, body, told))
        return httpx.Response(response.status_code, headers=response.headers, content=body)

    def close(self) -> None:
        self._inner.close()

    async def aclose(self) -> None:
        await self._async_inner.aclose()

    @property
    def last(self) -> Exchange:
        return self.exchanges[-1]


def about_the_same_job(request: httpx.Request, body: bytes) -> bytes:
    """An answer to a poll with the id that was asked for: Prism has one for all, and the client takes no other's."""
    asked = with_role("job").path.partition("{")[0].encode()
    _, found, job_id = request.url.raw_path.partition(asked)
    answer = json.loads(body) if found and request.method == "GET" and body.startswith(b"{") else {}
    return json.dumps({**answer, "job_id": unquote(job_id.decode())}).encode() if "job_id" in answer else body


def violations(headers: Mapping[str, str]) -> tuple[Violation, ...]:
    return tuple(
        Violation(one["location"][0], ".".join(one["location"][1:]), str(one.get("code", "")), one["message"])
        for one in json.loads(headers.get("sl-violations", "[]"))
    )


def document(folder: Path, spoil: Callable[[dict[str, Any]], object] = id) -> Path:
    """The document for Prism, without callbacks: it would carry them out, and call the addresses of the examples."""
    spec = json.loads(Path(legnext_client.__file__).with_name("openapi.json").read_text(encoding="utf-8"))
    for item in spec["paths"].values():
        for method in HTTP_METHODS:
            item.get(method, {}).pop("callbacks", None)
    spoil(spec)
    path = folder / "openapi.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    return path


@contextmanager
def running(*words: str) -> Iterator[str]:
    """Prism with these words, and where it listens. It is stopped in the end, whatever happens."""
    port = free_port()
    command = [npm_tools.command("prism"), *words, "--host", "127.0.0.1", "--port", str(port)]
    with tempfile.TemporaryFile() as log:  # a pipe that nobody reads would fill, and Prism wait
        process = subprocess.Popen(
            [*command, "--verboseLevel", "warn"], env=npm_tools.environment(), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            if not listens(process, port):
                log.seek(0)
                raise RuntimeError(f"Prism does not listen (status {process.poll()}): {log.read().decode()}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until a process listens; False when it has ended, or takes too long."""
    end = time.monotonic() + LONGEST_START
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)  # another process has to get on; there is nothing to wait by
        else:
            return True
    return False


def client_before(base_url: str, listener: Listener, clock: Clock, key: str = KEY, **options: Any) -> Client:
    """A client whose requests go through the listener to this address."""
    transport = HttpxTransport(base_url, {API_KEY_HEADER: key}, listener)
    options = {"prompts": "warn", "max_jobs": 10**9, **options}
    return Client(key, base_url=base_url, transport=transport, clock=clock, **options)


def async_client_before(base_url: str, listener: Listener, clock: Clock, key: str = KEY) -> AsyncClient:
    """The same for asyncio."""
    transport = AsyncHttpxTransport(base_url, {API_KEY_HEADER: key}, listener)
    return AsyncClient(key, base_url=base_url, transport=transport, clock=clock, prompts="warn", max_jobs=10**9)


def call(client: Client | AsyncClient, name: str, body: Mapping[str, Any]) -> Any:
    """Call the method of an operation as a program would, with the fields of this body."""
    return getattr(getattr(client, OPERATIONS[name].namespace), name)(**arguments(name, body))


def arguments(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body by the names that Python has for them."""
    names = {field.wire: field.name for field in OPERATIONS[name].fields}
    return {names.get(wire, wire): value for wire, value in body.items()}
