"""Where a client is used: the proxies and certificates of the environment, and the event loops of the program."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import AsyncClient, Client
from legnext_client.errors import ConfigurationError, ConnectionError
from legnext_client.testing import MockServer

from .worlds import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .worlds import Colour


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(time_scale=100_000) as server:
        yield server


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9", "httpx[socks]"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:9", "cannot be used"),
        ("HTTPS_PROXY", "http://127.0.0.1:port", "cannot be used"),
        ("SSL_CERT_FILE", "nowhere.pem", "SSL_CERT_FILE"),
    ],
)
def test_the_first_request_says_that_the_environment_cannot_be_used(
    colour: Colour, variable: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    client: Any = AsyncClient(KEY) if colour.is_async else Client(KEY)
    with pytest.raises(ConfigurationError) as caught:
        colour.do(client.account.balance())
    colour.do(client.close())
    assert words in str(caught.value)


def test_no_proxy_comes_between_this_machine_and_itself(
    server: MockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would get the key in the clear, and could not find the way back."""
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Client(server.api_key, base_url=server.base_url, retries=0) as client:
        job = client.midjourney.diffusion(text="x").wait()
        assert len(job.download(tmp_path)) == 4


# What a loop leaves open when it is closed can only be collected, and says so.
@pytest.mark.filterwarnings("ignore:.*unclosed:ResourceWarning")
def test_a_client_outlives_the_loop_it_was_used_in(server: MockServer, tmp_path: Path) -> None:
    assert _waited_for_in_two_loops(server, tmp_path) == [paid.job_id for paid in server.ledger]
    gc.collect()


def _waited_for_in_two_loops(server: MockServer, directory: Path) -> list[str]:
    client = AsyncClient(server.api_key, base_url=server.base_url, retries=0)

    async def one() -> str:
        job = await (await client.midjourney.diffusion(text="x")).wait()
        assert len(await job.download(directory)) == 4
        return job.job_id

    found = [asyncio.run(one()), asyncio.run(one())]
    asyncio.run(client.close())
    return found


def test_a_client_is_not_shared_by_two_loops(server: MockServer) -> None:
    refused: list[BaseException] = []

    async def one() -> None:
        async with AsyncClient(server.api_key, base_url=server.base_url, retries=0) as client:
            await client.midjourney.diffusion(text="x")

            def elsewhere() -> None:
                with pytest.raises(ConfigurationError) as caught:
                    asyncio.run(client.midjourney.diffusion(text="x"))
                refused.append(caught.value)

            thread = threading.Thread(target=elsewhere)
            thread.start()
            await asyncio.to_thread(thread.join)

    asyncio.run(one())
    assert "event loop" in str(refused[0])
    assert len(server.ledger) == 1


def test_a_proxy_still_stands_before_every_other_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with (
        Client(KEY, base_url="https://legnext.invalid", retries=0) as client,
        pytest.raises(ConnectionError, match="refused"),
    ):
        client.account.balance()


def test_a_client_that_is_closed_in_another_loop_ends_the_calls_that_wait(server: MockServer) -> None:
    server.faults.add("never_ends")
    client = AsyncClient(server.api_key, base_url=server.base_url, retries=0, max_jobs=1)

    async def main() -> list[Any]:
        await client.midjourney.diffusion(text="x")
        calls = [asyncio.ensure_future(client.midjourney.diffusion(text="x")) for _ in range(3)]
        while client.queue.waiting < 3:
            await asyncio.sleep(0)
        closing = asyncio.to_thread(asyncio.run, client.close())
        return await asyncio.gather(closing, *calls, return_exceptions=True)

    closed, *outcomes = asyncio.run(main())
    assert closed is None
    assert [type(outcome) for outcome in outcomes] == [ConfigurationError] * 3
    with pytest.raises(ConfigurationError, match="closed"):
        asyncio.run(client.midjourney.diffusion(text="x"))
