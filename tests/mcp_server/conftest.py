from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.testing import MockServer
from tests.mcp_server.agents import ERAS, World

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def mock() -> Any:
    with MockServer(credits=10**6, in_process=True) as server:
        yield server


@pytest.fixture
def world(mock: MockServer, tmp_path: Path) -> World:
    return World(mock, tmp_path / "legnext.db")


@pytest.fixture(params=ERAS)
def any_world(mock: MockServer, tmp_path: Path, request: pytest.FixtureRequest) -> World:
    """A world in which the agent speaks either version of the protocol."""
    return World(mock, tmp_path / "legnext.db", request.param)
