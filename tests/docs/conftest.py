"""A place where pages can be run: the environment leads to a mock on a socket, and waiting takes no time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from legnext_client._calls.settings import KEY_VARIABLE, URL_VARIABLE
from legnext_client._client import base as base_client
from legnext_client.testing import ClockOfMock, MockServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEYS = ("your-api-key-here", "your-api-key")
"""What the service's pages write where a key belongs."""


@pytest.fixture(scope="package")
def running() -> Iterator[MockServer]:
    with MockServer(keys=KEYS, concurrency=0) as server:
        yield server


@pytest.fixture
def server(running: MockServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MockServer:
    """The mock that `Client()` leads to. The clock of every client is the server's, so a wait moves it."""
    running.reset()
    monkeypatch.setenv(KEY_VARIABLE, running.api_key)
    monkeypatch.setenv(URL_VARIABLE, running.base_url)
    monkeypatch.setattr(base_client, "SystemClock", lambda: ClockOfMock(running))
    monkeypatch.chdir(tmp_path)
    return running
