"""Try an installed package, as somebody who has just installed it would: `python smoke.py cli mock` with these extras.

scripts/dist.py runs it with the Python of an environment that holds the wheel and nothing of this project's sources.
Without the mock, a small service of its own answers. Each step prints its name when it succeeds; an exception means
failure.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

import legnext_client
from legnext_client import AsyncClient, Client
from legnext_client.errors import ConnectionError, InvalidRequest, WaitTimeout
from legnext_client.generated.operations import OPERATIONS, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

KEY = "a-key-to-try-with-0123"
NEEDS_MORE = ("fleet", "mcp", "otel", "pytest_plugin")
"""Beginnings of the names of modules that need other packages."""
IMAGES = ["http://127.0.0.1/1.png"]
JOB = {
    "job_id": "tried",
    "status": "completed",
    "output": {"image_urls": IMAGES},
    # As the service writes times: nine digits, an offset, and what stands for none.
    "meta": {
        "created_at": "2025-11-05T08:22:37.784663288Z",
        "started_at": "2025-12-17T03:22:29+08:00",
        "ended_at": "0001-01-01T00:00:00Z",
    },
    "unheard_of": {"by": "this client"},
}


def main() -> int:
    steps = [installed, core, core_awaited, unreachable]
    if "mock" in sys.argv:
        steps.append(mock)
    if {"cli", "mock"} <= {*sys.argv}:
        steps += [everything_imports, commands]
    for step in steps:
        step()
        print(f"  {step.__name__.replace('_', ' ')}", flush=True)
    return 0


# ---- without any extra ------------------------------------------------------------------------------------------


def installed() -> None:
    """It is the installed package that is tried, whole and typed."""
    package = Path(legnext_client.__file__).parent
    assert package.is_relative_to(sys.prefix), f"{package} is not what was installed"
    assert legnext_client.__version__ == distribution("legnext-client").version
    for name in ("py.typed", "openapi.json"):
        assert (package / name).is_file(), f"{name} is missing"


def core() -> None:
    with service() as (url, asked), Client(KEY, base_url=url) as client:
        job = call(client, starter()).wait()
        assert job.ok
        assert job.image_urls == IMAGES
        assert job.raw["unheard_of"] == JOB["unheard_of"]
        assert (job.created_at.microsecond, job.started_at.hour, job.ended_at) == (784663, 3, None)
        assert len(asked) == 1
        assert raises(InvalidRequest, lambda: call(client, starter(), **{field.name: -1 for field in starter().fields}))
        assert len(asked) == 1, "it was sent before it was refused"
        assert client.price(starter(), **arguments(starter())).points > 0


def core_awaited() -> None:
    async def wait() -> None:
        with service() as (url, asked):
            async with AsyncClient(KEY, base_url=url) as client:
                job = await (await call(client, starter())).wait()
                assert job.ok
                assert len(asked) == 1

    asyncio.run(wait())


def unreachable() -> None:
    with service() as (url, _):
        pass
    with Client(KEY, base_url=url, retries=0) as client:
        assert raises(ConnectionError, lambda: call(client, starter()))


@contextmanager
def service() -> Generator[tuple[str, list[str]]]:
    """A service that answers everything with one finished job, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            asked.append(self.path)
            body = json.dumps(JOB).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


# ---- with every extra -------------------------------------------------------------------------------------------


def everything_imports() -> None:
    for module in pkgutil.walk_packages(legnext_client.__path__, "legnext_client."):
        parts = module.name.split(".")
        if parts[-1] != "__main__" and not any(part.startswith(NEEDS_MORE) for part in parts):
            importlib.import_module(module.name)


def mock() -> None:
    """A job from its prompt to its files, and one that builds on it; what is wrong is refused, there as here."""
    import httpx

    from legnext_client.testing import MockServer

    strict = MockServer(bodies="strict")
    with strict as server, server.client() as client, tempfile.TemporaryDirectory() as folder:
        job = call(client, starter()).wait()
        paths = job.download(folder)
        assert len(paths) == 4
        assert paths[0].stat().st_size > 1000
        tag = httpx.head(job.image_urls[0]).headers["etag"]
        rest = httpx.get(job.image_urls[0], headers={"range": "bytes=10-", "if-range": tag})
        assert (rest.status_code, rest.content) == (206, paths[0].read_bytes()[10:])
        upon = follow_up()
        assert getattr(job, upon.name)(**arguments(upon)).wait().ok
        headers = {"x-api-key": server.api_key}
        refused = httpx.post(server.base_url + upon.path, headers=headers, json={"imageNo": 7, "unheard_of": 1})
        assert refused.status_code == 400, refused.text
        assert "unheard_of" in refused.text
        assert len(server.ledger) == 2
        server.faults.add("never_ends")
        endless = call(client, starter())
        assert raises(WaitTimeout, lambda: endless.wait(timeout=5))


def commands() -> None:
    """Every command of the package says what it can do."""
    here = Path(sys.executable).parent
    scripts = [entry.name for entry in distribution("legnext-client").entry_points if entry.group == "console_scripts"]
    for command in (*([str(here / name)] for name in scripts), [sys.executable, "-m", "legnext_client.mock"]):
        done = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert "--help" in done.stdout, f"{command}: {done.stdout}"


# ---- from the table, so that no operation is spelled here ------------------------------------------------------


def starter() -> Operation:
    """What makes images of nothing but a text."""
    fit = (one for one in OPERATIONS.values() if (one.takes, one.makes) == ("nothing", "images"))
    return min(fit, key=lambda one: one.prompt is None)


def follow_up() -> Operation:
    """What takes an image of a job, and no other: of a job of any prompt, if there is such."""
    fit = [one for one in OPERATIONS.values() if one.takes == "image" and "job_id" in needed(one)]
    return min(fit, key=lambda one: one.source is not None)


def needed(operation: Operation) -> dict[str, Any]:
    """Something that fits, for every field that must be there."""
    fields = (field for field in operation.fields if field.required)
    return {field.name: "a fox" if field.type == "string" else 0 for field in fields}


def arguments(operation: Operation) -> dict[str, Any]:
    """What must be given besides the job itself."""
    return {name: value for name, value in needed(operation).items() if name != "job_id"}


def call(client: Client | AsyncClient, operation: Operation, **given: Any) -> Any:
    return getattr(getattr(client, operation.namespace), operation.name)(**arguments(operation) | given)


def raises(kind: type[Exception], doing: Callable[[], object]) -> bool:
    try:
        doing()
    except kind:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
