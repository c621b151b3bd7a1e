"""All that an agent can do, over standard input and output and over HTTP, with the command as people start it."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from mcp import Client

from legnext_client.testing import MockServer
from tests.mcp_server.agents import Person, error_of, value_of
from tests.mcp_server.test_http import TOKEN, agent_of
from tests.mcp_server.test_processes import CAT, KEY, LEGNEXT, started, until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from mcp_types import CallToolResult

    Connect = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture(scope="module")
def service() -> Any:
    with MockServer(credits=10**6, keys=(KEY,)) as server:
        yield server


@pytest.fixture
def mock(service: MockServer) -> MockServer:
    service.reset()
    return service


@pytest.fixture(params=["stdio", "http"])
def connect(request: pytest.FixtureRequest, mock: MockServer, tmp_path: Path) -> Connect:
    """Start the command and connect an agent, whose person, if any, is asked for prices."""

    @asynccontextmanager
    async def over_stdio(person: Person | None = None, *words: str) -> AsyncGenerator[Client]:
        async with Client(started(mock, tmp_path, *words), elicitation_callback=person) as agent:
            yield agent

    @asynccontextmanager
    async def over_http(person: Person | None = None, *words: str) -> AsyncGenerator[Client]:
        command = [str(LEGNEXT), "mcp", "--http", "0", "--ledger", str(tmp_path / "legnext.db"), *words]
        own = {"LEGNEXT_API_KEY": KEY, "LEGNEXT_BASE_URL": mock.base_url, "LEGNEXT_MCP_TOKEN": TOKEN}
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **own}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
            assert server.stderr is not None
            try:
                said = await asyncio.to_thread(server.stderr.readline)
                found = re.search(r"http://127\.0\.0\.1:(\d+)/mcp", said)
                assert found is not None, said
                async with agent_of(int(found[1]), "auto", person) as agent:
                    yield agent
            finally:
                server.terminate()

    return over_stdio if request.param == "stdio" else over_http


def test_every_tool_with_prices_accepted_and_progress(connect: Connect, mock: MockServer) -> None:
    person, seen = Person("accept"), list[float]()

    async def heard(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
        seen.append(progress)

    async def session() -> None:
        async with connect(person) as agent:

            async def ended(made: CallToolResult) -> dict[str, Any]:
                job_id = value_of(made)["job_id"]
                mock.jobs.complete(job_id)
                return value_of(await agent.call_tool("get_job", {"job_id": job_id}))

            assert value_of(await agent.call_tool("check_prompt", {"prompt": "a cat"}))["problems"] == "none"
            made = await agent.call_tool("make_image", CAT)
            source = {"job_id": value_of(made)["job_id"]}
            waiting = asyncio.create_task(agent.call_tool("get_job", source, progress_callback=heard))
            await until(lambda: bool(seen))
            waiting.cancel()
            assert len((await ended(made))["images"]) == 4
            upscale = {"operation": "upscale", **source, "image_no": 1, "type": "creative"}
            assert (await ended(await agent.call_tool("follow_up", upscale)))["images"]
            video = {"prompt": "https://example.com/a.png waves", "video_type": "sd-480p"}
            assert (await ended(await agent.call_tool("make_video", video)))["videos"]
            counted = value_of(await agent.call_tool("get_balance", {}))["budget"]["per day"]["counted"]
            assert counted == sum(each.points for each in mock.ledger)

    asyncio.run(session())
    assert [each.operation for each in mock.ledger] == ["diffusion", "upscale", "video_diffusion"]
    assert len(person.asked) == 3


def test_a_price_declined_a_mistake_and_a_budget_that_ends_send_nothing(connect: Connect, mock: MockServer) -> None:
    async def declined() -> None:
        async with connect(Person("decline")) as agent:
            assert "did not accept the price" in error_of(await agent.call_tool("make_image", CAT))
            assert "text is required" in error_of(await agent.call_tool("make_image", {}))

    async def beyond() -> None:
        async with connect(None, "--in-all", "80") as agent:  # its client cannot ask
            value_of(await agent.call_tool("make_image", CAT))
            assert "80 in all" in error_of(await agent.call_tool("make_image", {"text": "a dog"}))

    asyncio.run(declined())
    assert mock.ledger == []
    asyncio.run(beyond())
    assert len(mock.ledger) == 1


def test_a_call_that_is_cancelled_does_not_lose_its_job(connect: Connect, mock: MockServer) -> None:
    async def session() -> str:
        mock.faults.add("delay", seconds=0.3)
        async with connect() as agent:
            call = asyncio.create_task(agent.call_tool("make_image", CAT))
            await until(lambda: len(mock.ledger) == 1)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            job_id: str = value_of(await agent.call_tool("make_image", CAT))["job_id"]
            return job_id

    assert asyncio.run(session()) in mock.jobs
    assert len(mock.ledger) == 1
