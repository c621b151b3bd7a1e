"""The command as clients start it: over standard input and output, killed in mid-call, and two at once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters

from legnext_client.journal import Ledger
from legnext_client.testing import MockServer
from tests.mcp_server.agents import error_of, value_of

if TYPE_CHECKING:
    from collections.abc import Callable

LEGNEXT = Path(sys.executable).with_name("legnext")
KEY = "a-key-that-no-result-may-hold"
CAT = {"text": "a cat"}


@pytest.fixture
def mock() -> Any:
    with MockServer(credits=10**6, keys=(KEY,)) as server:
        yield server


def started(mock: MockServer, folder: Path, *words: str) -> StdioServerParameters:
    """How a client starts the server; `pid` will hold the process."""
    command = ["mcp", "--ledger", str(folder / "legnext.db"), *words]
    return StdioServerParameters(
        command="/bin/sh",
        args=["-c", 'echo $$ > pid; exec "$0" "$@"', str(LEGNEXT), *command],
        env={"LEGNEXT_API_KEY": KEY, "LEGNEXT_BASE_URL": mock.base_url, "HOME": str(folder)},
        cwd=folder,
    )


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not happened():
            await asyncio.sleep(0.01)


def test_a_whole_session_over_standard_input_and_output(mock: MockServer, tmp_path: Path) -> None:
    async def session() -> None:
        async with Client(started(mock, tmp_path)) as agent:
            made = value_of(await agent.call_tool("make_image", CAT))
            mock.jobs.complete(made["job_id"])
            done = await agent.call_tool("get_job", {"job_id": made["job_id"]})
            assert len(value_of(done)["images"]) == 4
            results = [made, done, await agent.read_resource("legnext://history"), await agent.list_tools()]
            assert KEY not in "".join(map(repr, results))

    asyncio.run(session())
    assert len(mock.ledger) == 1


def test_killed_in_mid_call_and_started_again_nothing_is_paid_twice(mock: MockServer, tmp_path: Path) -> None:
    async def killed() -> None:
        mock.faults.add("delay", seconds=600)
        async with Client(started(mock, tmp_path)) as agent:
            call = asyncio.create_task(agent.call_tool("make_image", CAT))
            await until(lambda: len(mock.ledger) == 1)
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
            with pytest.raises(MCPError, match=r"[Cc]losed"):
                await call

    async def again() -> str:
        async with Client(started(mock, tmp_path)) as agent:
            return error_of(await agent.call_tool("make_image", CAT))

    asyncio.run(killed())
    assert "It is not sent again by itself" in asyncio.run(again())
    assert len(mock.ledger) == 1
    ledger = Ledger(tmp_path / "legnext.db")
    [entry] = ledger.entries()
    assert entry.job_id is None
    assert ledger.counted() == 80


def test_two_servers_at_once_share_the_jobs_and_the_budget(mock: MockServer, tmp_path: Path) -> None:
    async def session() -> list[Any]:
        way = started(mock, tmp_path, "--in-all", "160")
        async with Client(way) as one, Client(way) as two:
            same = [value_of(await agent.call_tool("make_image", CAT))["job_id"] for agent in (one, two)]
            assert len(set(same)) == 1
            calls = [
                agent.call_tool("make_image", {"text": f"{name} {turn}"})
                for name, agent in (("one", one), ("two", two))
                for turn in range(2)
            ]
            return await asyncio.gather(*calls)

    results = asyncio.run(session())
    assert sum(not result.is_error for result in results) == 1
    assert all("would exceed the 160 in all" in error_of(result) for result in results if result.is_error)
    assert len(mock.ledger) == 2


def test_it_can_be_stopped_while_it_waits_for_its_client(mock: MockServer, tmp_path: Path) -> None:
    way = started(mock, tmp_path)
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process: Any
    with subprocess.Popen([way.command, *way.args], env=os.environ | (way.env or {}), cwd=tmp_path, **pipes) as process:
        process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{}}\n')
        process.stdin.flush()
        assert process.stdout.readline().startswith(b'{"jsonrpc"')
        process.terminate()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


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


def test_it_can_be_tried_without_a_key(tmp_path: Path) -> None:
    async def session() -> None:
        environment = {"HOME": str(tmp_path)}
        way = StdioServerParameters(command=str(LEGNEXT), args=["mcp", "--mock"], env=environment, cwd=tmp_path)
        async with Client(way) as agent:
            assert value_of(await agent.call_tool("make_image", CAT))["job_id"]

    asyncio.run(session())
    assert list(tmp_path.iterdir()) == []
