"""One PostgreSQL server for the tests of this folder, and a fleet in an empty database for each."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from legnext_client.fleet import Fleet, worker
from legnext_client.testing import MockServer
from tests.fleet.cluster import Cluster, programs

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Callable, Iterator

    from legnext_client import Event
    from legnext_client.fleet import Status


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    if programs() is None:
        if os.environ.get("CI"):
            raise AssertionError("PostgreSQL is not installed.")
        pytest.skip("PostgreSQL is not installed: install Debian's postgresql, or set POSTGRES_BIN.")
    with Cluster() as running:
        yield running


@pytest.fixture(scope="session")
def database(cluster: Cluster) -> str:
    return cluster.database()


@pytest.fixture
def fleet(database: str) -> Fleet:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return Fleet(database)


@pytest.fixture(scope="session")
def one_server() -> Iterator[MockServer]:
    with MockServer(time_scale=1000.0, credits=10**9) as running:
        yield running


@pytest.fixture
def server(one_server: MockServer, monkeypatch: pytest.MonkeyPatch) -> MockServer:
    """A mock server whose jobs last milliseconds, and workers that look as often."""
    monkeypatch.setattr(worker, "CHECK", 0.05)
    monkeypatch.setattr(worker, "HOUSEKEEPING", 0.1)
    one_server.reset()
    return one_server


@asynccontextmanager
async def working(
    fleet: Fleet,
    server: MockServer,
    hook: Callable[[Event], object] | None = None,
    ssl_context: ssl.SSLContext | None = None,
    **options: Any,
) -> AsyncGenerator[asyncio.Task[None]]:
    """Run a worker in this process, and stop it at the end."""
    async with server.async_client(ssl_context=ssl_context) as client:
        if hook is not None:
            client.add_hook(hook)
        each = fleet.worker(client, **options)
        running = asyncio.create_task(each.run())
        yield running
        each.stop()
        await running


async def work_until(fleet: Fleet, server: MockServer, done: Callable[[Status], bool], **options: Any) -> Status:
    """Run a worker in this process until the fleet is in this state."""
    async with asyncio.timeout(60), working(fleet, server, **options) as running:
        while not running.done() and not done(status := await asyncio.to_thread(fleet.status)):
            await asyncio.sleep(0.02)
    return status


@pytest.fixture
def finish(fleet: Fleet, server: MockServer) -> Callable[[], Status]:
    """Work until nothing is left to do."""
    return lambda: asyncio.run(work_until(fleet, server, lambda status: status.ended))
