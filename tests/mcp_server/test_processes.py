"""The command as clients start it: each way to connect, and killed in mid-call."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.journal import Ledger
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION, VIDEO, points
from tests.mcp_server import sdk
from tests.mcp_server.agents import Person, World, error_of, value_of
from tests.mcp_server.test_http import TOKEN, agent_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from contextlib import AbstractAsyncContextManager

    from mcp import Client
    from mcp.client.stdio import StdioServerParameters
    from mcp_types import CallToolResult

    Connect = Callable[..., AbstractAsyncContextManager[Client]]

LEGNEXT = Path(sys.executable).with_name("legnext")
KEY = "a-key-that-no-result-may-hold"
CAT = {"text": "a cat"}


@pytest.fixture(scope="module")
def service() -> Any:
    with MockServer(credits=10**6, keys=(KEY,)) as server:
        yield server


@pytest.fixture
def mock(service: MockServer) -> MockServer:
    service.reset()
    return service


def started(mock: MockServer, folder: Path, *words: str) -> StdioServerParameters:
    """How a client starts the server; `pid` will hold the process."""
    command = ["mcp", "--ledger", str(folder / "legnext.db"), *words]
    return sdk.StdioServerParameters(
        command="/bin/sh",
        args=["-c", 'echo $$ > pid; exec "$0" "$@"', str(LEGNEXT), *command],
        env={"LEGNEXT_API_KEY": KEY, "LEGNEXT_BASE_URL": mock.base_url, "HOME": str(folder)},
        cwd=folder,
    )


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not happened():
            await asyncio.sleep(0.01)


@pytest.fixture(params=["stdio", "http"])
def connect(request: pytest.FixtureRequest, mock: MockServer, tmp_path: Path) -> Connect:
    """Start the command and connect an agent, whose person is asked for prices."""

    @asynccontextmanager
    async def over_stdio(person: Person, *words: str) -> AsyncGenerator[Client]:
        async with sdk.Client(started(mock, tmp_path, *words), elicitation_callback=person) as agent:
            yield agent

    @asynccontextmanager
    async def over_http(person: Person, *words: str) -> AsyncGenerator[Client]:
        way = started(mock, tmp_path, "--http", "0", *words)
        environment = {"PATH": os.environ["PATH"], "LEGNEXT_MCP_TOKEN": TOKEN, **(way.env or {})}
        command = [way.command, *way.args]
        with subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as server:
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


def test_a_whole_session(connect: Connect, mock: MockServer) -> None:
    """Every tool, a price declined and accepted, a mistake, progress, a call cancelled, and a budget that ends."""
    person, seen, results = Person("decline", "accept"), list[float](), list[Any]()
    total = 2 * DIFFUSION + points("upscale", type=1) + VIDEO

    async def heard(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
        seen.append(progress)

    async def session() -> None:
        async with connect(person, "--in-all", f"{total + DIFFUSION}") as agent:

            async def call(tool: str, **fields: Any) -> CallToolResult:
                results.append(await agent.call_tool(tool, fields))
                result: CallToolResult = results[-1]
                return result

            async def ended(made: CallToolResult) -> dict[str, Any]:
                job_id = value_of(made)["job_id"]
                mock.jobs.complete(job_id)
                return value_of(await call("get_job", job_id=job_id))

            assert "did not accept the price" in error_of(await call("make_image", **CAT))
            assert "text is required" in error_of(await call("make_image"))
            assert value_of(await call("check_prompt", prompt="a cat"))["problems"] == "none"
            assert mock.ledger == []
            made = await call("make_image", **CAT)
            source = {"job_id": value_of(made)["job_id"]}
            waiting = asyncio.create_task(agent.call_tool("get_job", source, progress_callback=heard))
            await until(lambda: bool(seen))
            waiting.cancel()
            assert len((await ended(made))["images"]) == 4
            upscale = {"operation": "upscale", **source, "image_no": 1, "type": "creative"}
            assert (await ended(await call("follow_up", **upscale)))["images"]
            video = {"prompt": "https://example.com/a.png waves", "video_type": "sd-480p"}
            assert (await ended(await call("make_video", **video)))["videos"]

            mock.faults.add("delay", seconds=0.3)
            cancelled = asyncio.create_task(agent.call_tool("make_image", {"text": "a dog"}))
            await until(lambda: len(mock.ledger) == 4)
            cancelled.cancel()
            with pytest.raises(asyncio.CancelledError):
                await cancelled
            assert value_of(await call("make_image", text="a dog"))["job_id"] in mock.jobs

            budget = value_of(await call("get_balance"))["budget"]["in all"]
            assert budget["counted"] == sum(each.points for each in mock.ledger) == total
            value_of(await call("make_image", text="a hare"))
            assert f"{DIFFUSION} points would exceed the {total + DIFFUSION} in all" in error_of(
                await call("make_image", text="a fox")
            )
            results.extend((await agent.read_resource("legnext://history"), await agent.list_tools()))

    asyncio.run(session())
    made = ["diffusion", "upscale", "video_diffusion", "diffusion", "diffusion"]
    assert [each.operation for each in mock.ledger] == made
    assert len(person.asked) == 6
    assert KEY not in "".join(map(repr, results))


def test_after_a_kill_in_mid_call_two_servers_pay_nothing_twice_and_share_the_budget(
    mock: MockServer, tmp_path: Path
) -> None:
    async def killed() -> None:
        mock.faults.add("delay", seconds=600)
        async with sdk.Client(started(mock, tmp_path, "--in-all", f"{3 * DIFFUSION}")) as agent:
            call = asyncio.create_task(agent.call_tool("make_image", CAT))
            await until(lambda: len(mock.ledger) == 1)
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
            with pytest.raises(sdk.MCPError, match=r"[Cc]losed"):
                await call

    async def two_at_once() -> list[Any]:
        after = World(mock, tmp_path / "legnext.db", in_all=3 * DIFFUSION)
        async with after.agent() as one, after.agent() as two:
            assert "It is not sent again by itself" in error_of(await one.call_tool("make_image", CAT))
            dog = [value_of(await agent.call_tool("make_image", {"text": "a dog"}))["job_id"] for agent in (one, two)]
            assert len(set(dog)) == 1
            calls = [agent.call_tool("make_image", {"text": f"{place}"}) for place, agent in enumerate((one, two) * 2)]
            return await asyncio.gather(*calls)

    asyncio.run(killed())
    [entry] = Ledger(tmp_path / "legnext.db").entries()
    assert (entry.job_id, entry.price) == (None, DIFFUSION)
    results = asyncio.run(two_at_once())
    refused = [error_of(result) for result in results if result.is_error]
    assert all(f"would exceed the {3 * DIFFUSION} in all" in message for message in refused)
    assert len(refused) == len(mock.ledger) == 3


def test_it_can_be_tried_without_a_key_and_stopped_while_it_waits_for_its_client(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process: Any
    with subprocess.Popen([LEGNEXT, "mcp", "--mock"], env=environment, cwd=tmp_path, **pipes) as process:

        def ask(method: str, **params: Any) -> Any:
            request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())["result"]

        about = {"name": "a client", "version": "1"}
        ask("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=about)
        made = ask("tools/call", name="make_image", arguments=CAT)
        assert made["structuredContent"]["job_id"]
        process.terminate()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""
    assert list(tmp_path.iterdir()) == []


def test_without_a_key_it_says_what_to_set(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEGNEXT_")}
    command = [str(LEGNEXT), "mcp", "--ledger", str(tmp_path / "l.db")]
    ended = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 3
    assert "LEGNEXT_API_KEY is not set" in ended.stderr


@pytest.mark.parametrize(
    ("missing", "words", "extra"),
    [("mcp", [], "mcp"), ("jsonschema_rs", ["--mock"], "mock")],
)
def test_a_missing_extra_is_named(tmp_path: Path, missing: str, words: list[str], extra: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; from legnext_client.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "mcp", "--ledger", str(tmp_path / "l.db"), *words]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert f"pip install 'legnext-client[{extra}]'" in ended.stderr
