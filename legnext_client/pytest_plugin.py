"""Fixtures for the tests of your app; pytest finds them once this package is installed.

`legnext_mock` is a `MockServer` without a socket; its clients' waits advance its clock. `legnext_client` and
`async_legnext_client` connect to it. `@pytest.mark.legnext(credits=…, plan=…, faults=["name", {…}])` configures it,
and so does `scenario="file.yaml"`.

Every pytest run in this environment imports this module, so it imports nothing until a fixture is used.
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
        "`faults` is a list of names or of keyword arguments for faults.add; "
        "`scenario` is a YAML file, relative to the test's.",
    )


@pytest.fixture
def legnext_mock(request: pytest.FixtureRequest) -> Iterator[MockServer]:
    """The whole API in this process: nothing is paid for, and waits take no time."""
    from contextlib import ExitStack
    from inspect import signature

    from legnext_client.testing import MockServer

    settings = _settings(request.node)
    faults = settings.pop("faults", ())
    known = signature(MockServer).parameters
    with ExitStack() as stack:
        try:
            for name in settings.keys() - known:
                raise ValueError(f"{name} is not a setting; use {', '.join(known)}, faults.")
            if "scenario" in settings:
                settings["scenario"] = request.path.parent / settings["scenario"]
            server = stack.enter_context(MockServer(**settings))
            for fault in _listed(faults):
                server.faults.add(**fault)
        except (OSError, TypeError, ValueError) as error:
            _refuse(str(error))
        yield server


@pytest.fixture
def legnext_client(legnext_mock: MockServer) -> Iterator[Client]:
    """A client of `legnext_mock`."""
    with legnext_mock.client() as client:
        yield client


@pytest.fixture
def async_legnext_client(request: pytest.FixtureRequest, legnext_mock: MockServer) -> Iterator[AsyncClient]:
    """An async client of `legnext_mock`, for any asyncio plugin."""
    if not _settings(request.node)["in_process"]:
        _refuse(
            "with in_process=False the connections belong to the test's event loop, where async_legnext_client cannot "
            "close them; write `async with legnext_mock.async_client() as client:` in the test."
        )
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    client = legnext_mock.async_client()
    yield client
    # In its own thread: here, `asyncio.run` would remove a plugin's event loop.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, client.close()).result()


def _settings(node: pytest.Item) -> dict[str, Any]:
    """Return the settings from a test's markers; the nearest marker wins."""
    settings: dict[str, Any] = {"in_process": True}
    for mark in reversed(list(node.iter_markers(MARKER))):
        if mark.args:
            _refuse(f"settings must have names, as in credits=500; got {mark.args[0]!r}.")
        settings |= mark.kwargs
    return settings


def _listed(faults: Any) -> list[dict[str, Any]]:
    if not isinstance(faults, list | tuple) or not all(isinstance(fault, str | dict) for fault in faults):  # pyright: ignore[reportUnknownVariableType]
        raise TypeError(f"faults must be a list of names or of dicts; got {faults!r}.")
    return [{"name": fault, "times": 1} if isinstance(fault, str) else fault for fault in faults]  # pyright: ignore[reportUnknownVariableType]


def _refuse(reason: str) -> NoReturn:
    pytest.fail(f"@pytest.mark.{MARKER}: {reason}", pytrace=False)
