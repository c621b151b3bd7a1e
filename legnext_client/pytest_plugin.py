"""Fixtures for the tests of your app, found by pytest once this package is installed.

`legnext_mock` is a `MockServer` without a socket, whose clock the clients' own waiting moves; `legnext_client` and
`async_legnext_client` lead to it. `@pytest.mark.legnext(credits=…, plan=…, faults=["name", {…}])` sets it up.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.client import AsyncClient, Client
    from legnext_client.testing import MockServer


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "legnext(**settings): settings of the mock server in legnext_mock, as for legnext_client.testing.MockServer; "
        "`faults` is a list of names or of keyword arguments for faults.add.",
    )


@pytest.fixture
def legnext_mock(request: pytest.FixtureRequest) -> Iterator[MockServer]:
    """The whole API, on this machine, in this process; nothing is paid and nothing waited for."""
    from legnext_client.testing import MockServer

    settings: dict[str, Any] = {"in_process": True}
    for mark in reversed(list(request.node.iter_markers("legnext"))):
        settings |= mark.kwargs
    faults = settings.pop("faults", ())
    with MockServer(**settings) as server:
        for fault in faults:
            if isinstance(fault, str):
                server.faults.add(fault, times=1)
            else:
                server.faults.add(**fault)
        yield server


@pytest.fixture
def legnext_client(legnext_mock: MockServer) -> Iterator[Client]:
    """A client of `legnext_mock`."""
    with legnext_mock.client() as client:
        yield client


@pytest.fixture
def async_legnext_client(legnext_mock: MockServer) -> Iterator[AsyncClient]:
    """An async client of `legnext_mock`, for whichever asyncio plugin the tests use."""
    client = legnext_mock.async_client()
    yield client
    asyncio.run(client.close())
