"""Over HTTP: on this machine only, for those who hold the token, and as on standard input and output otherwise."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import httpx2
import pytest
import uvicorn

from legnext_client.journal import Ledger
from tests.mcp_server import sdk
from tests.mcp_server.agents import Person, value_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from mcp import Client

    from legnext_client.testing import MockServer

TOKEN = "a-token"
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = {"accept": "application/json, text/event-stream"}


@asynccontextmanager
async def serving(mock: MockServer, path: Path) -> AsyncGenerator[int]:
    """Serve over HTTP in this process; yields the port."""
    ledger = Ledger(path)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        async with mock.async_client(ledger=ledger) as client:
            submitter = sdk.Submitter(client, ledger)
            config = uvicorn.Config(sdk.http_app(sdk.make_server(submitter), port, TOKEN), log_level="warning")
            server = sdk.Uvicorn(config)
            running = asyncio.create_task(server.serve([listening]))
            try:
                yield port
            finally:
                server.stop()
                await running
                await submitter.close()


@asynccontextmanager
async def agent_of(port: int, era: str, person: Person | None = None) -> AsyncGenerator[Client]:
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"}) as http:
        way = sdk.streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http)
        async with sdk.Client(way, mode=era, elicitation_callback=person) as agent:
            yield agent


def test_two_agents_of_one_server_share_a_job(mock: MockServer, tmp_path: Path) -> None:
    person, seen = Person("accept"), list[float]()

    async def heard(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
        seen.append(progress)

    async def session() -> None:
        async with (
            serving(mock, tmp_path / "l.db") as port,
            agent_of(port, "legacy", person) as one,
            agent_of(port, "auto", person) as two,
        ):
            first = value_of(await one.call_tool("make_image", {"text": "a cat"}))
            assert value_of(await two.call_tool("make_image", {"text": "a cat"}))["job_id"] == first["job_id"]
            done = first
            while done["status"] != "completed":
                job = {"job_id": first["job_id"]}
                done = value_of(await one.call_tool("get_job", job, progress_callback=heard))
            assert len(done["images"]) == 4

    asyncio.run(session())
    assert len(person.asked) == len(mock.ledger) == 1
    assert seen


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer another"}, 401),
        ({"authorization": TOKEN}, 401),
        ({"authorization": f"Bearer {TOKEN}", "host": "evil.example"}, 421),
        ({"authorization": f"Bearer {TOKEN}", "host": "127.0.0.1:1"}, 421),
        ({"authorization": f"Bearer {TOKEN}", "origin": "https://evil.example"}, 403),
        ({"authorization": f"Bearer {TOKEN}", "origin": "http://localhost.evil.example"}, 403),
        ({"authorization": f"Bearer {TOKEN}", "mcp-protocol-version": "2026-07-28", "host": "evil.example"}, 421),
    ],
)
def test_strangers_are_refused(mock: MockServer, tmp_path: Path, headers: dict[str, str], status: int) -> None:
    async def ask() -> int:
        async with serving(mock, tmp_path / "l.db") as port, httpx.AsyncClient() as http:
            answer = await http.post(f"http://127.0.0.1:{port}/mcp", json=PING, headers=ACCEPT | headers)
            return answer.status_code

    assert asyncio.run(ask()) == status
    assert mock.ledger == []
