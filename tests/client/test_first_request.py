"""httpx is imported, and the connections are made, with the first request."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from legnext_client import Client
from legnext_client._transport import transports
from legnext_client.testing import MockServer


@pytest.mark.parametrize(
    "program",
    [
        "Client('key').close()",
        "asyncio.run(AsyncClient('key').close())",
        "Client('key').with_options(retries=0).price('diffusion', text='x')",
    ],
)
def test_a_client_that_sends_nothing_does_not_import_httpx(program: str) -> None:
    program = f"import asyncio, sys; from legnext_client import AsyncClient, Client; {program}"
    subprocess.run([sys.executable, "-c", f"{program}; assert 'httpx' not in sys.modules"], check=True)


def test_threads_that_race_to_the_first_request_share_one_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    used: set[Any] = set()
    send, barrier = transports.HttpxTransport.send, threading.Barrier(8)

    def noted(self: Any, what: Any) -> Any:
        used.add(self)
        return send(self, what)

    monkeypatch.setattr(transports.HttpxTransport, "send", noted)
    with (
        MockServer() as server,
        Client(server.api_key, base_url=server.base_url) as client,
        ThreadPoolExecutor(8) as threads,
    ):

        def ask() -> object:
            barrier.wait()
            return client.account.balance()

        for asked in [threads.submit(ask) for _ in range(8)]:
            asked.result()
    assert len(used) == 1
