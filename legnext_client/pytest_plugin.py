"""Fixtures for the tests of your app, found by pytest once this package is installed.

`legnext_mock` is a `MockServer` without a socket, whose clock the clients' own waiting moves; `legnext_client` and
`async_legnext_client` lead to it. `@pytest.mark.legnext(credits=…, plan=…, faults=["name", {…}])` sets it up.

Every pytest run of every project imports this module, so it imports nothing until a fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.client import AsyncClient, Client
    from legnext_client.testing import MockServer

MARKER = "legnext"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{MARKER}(**settings): settings of the mock server in legnext_mock, as for legnext_client.testing.MockServer; "
        "`faults` is a list of names or of keyword arguments for faults.add.",
    )


@pytest.fixture
def legnext_mock(request: pytest.FixtureRequest) -> Iterator[MockServer]:
    """The whole API, on this machine, in this process; nothing is paid and nothing waited for."""
    from contextlib import ExitStack
    from inspect import signature

    from legnext_client.testing import MockServer

    settings = _settings(request.node)
    faults = settings.pop("faults", ())
    known = signature(MockServer).parameters
    with ExitStack() as stack:
        try:
            for name in settings.keys() - known:
                raise ValueError(f"{name} is no setting; there are {', '.join(known)}, faults.")
            server = stack.enter_context(MockServer(**settings))
            for fault in _listed(faults):
                server.faults.add(**fault)
        except (TypeError, ValueError) as error:
            _refuse(str(error))
        yield server


@pytest.fixture
def legnext_client(legnext_mock: MockServer) -> Iterator[Client]:
    """A client of `legnext_mock`."""
    with legnext_mock.client() as client:
        yield client


@pytest.fixture
def async_legnext_client(request: pytest.FixtureRequest, legnext_mock: MockServer) -> Iterator[AsyncClient]:
    """An async client of `legnext_mock`, for whichever asyncio plugin the tests use."""
    if not _settings(request.node)["in_process"]:
        _refuse(
            "with in_process=False the connections belong to the test's event loop, where async_legnext_client cannot "
            "close them; write `async with legnext_mock.async_client() as client:` in the test."
        )
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    client = legnext_mock.async_client()
    yield client
    # In a thread of its own: here, `asyncio.run` would take away the event loop that a plugin may keep.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, client.close()).result()


def _settings(node: pytest.Item) -> dict[str, Any]:
    """What the markers of a test say; the nearer ones count."""
    settings: dict[str, Any] = {"in_process": True}
    for mark in reversed(list(node.iter_markers(MARKER))):
        if mark.args:
            _refuse(f"every setting has a name, as in credits=500; got {mark.args[0]!r}.")
        settings |= mark.kwargs
    return settings


def _listed(faults: Any) -> list[dict[str, Any]]:
    if not isinstance(faults, list | tuple) or not all(isinstance(fault, str | dict) for fault in faults):  # pyright: ignore[reportUnknownVariableType]
        raise TypeError(f"faults must be a list of names or of dicts; got {faults!r}.")
    return [{"name": fault, "times": 1} if isinstance(fault, str) else fault for fault in faults]  # pyright: ignore[reportUnknownVariableType]


def _refuse(reason: str) -> NoReturn:
    pytest.fail(f"@pytest.mark.{MARKER}: {reason}", pytrace=False)
