"""What the tests of chains and batches share: a mock in memory, both colours of client, and a calendar."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._runs import batch_work
from legnext_client.journal import Journal
from legnext_client.testing import MockServer
from tests.client.worlds import Colour
from tests.thorough import parametrize_colour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class World:
    """A mock, a client of one colour and a journal; the calendar goes with the mock's clock."""

    def __init__(self, colour: Colour, path: Path, server: MockServer) -> None:
        self.colour = colour
        self.path = path
        self.server = server
        self.day = timedelta()
        self.clients: list[Any] = []

    def today(self) -> datetime:
        return datetime.fromtimestamp(self.server.clock.now, UTC) + self.day

    def client(self, **options: Any) -> Any:
        make = self.server.async_client if self.colour.is_async else self.server.client
        client = make(**options)
        self.clients.append(client)
        return client

    def batch(
        self, rows: Any, journal: Path | None = None, *, client: Any = None, **options: Any
    ) -> tuple[list[Any], Any]:
        """Run a batch to its end: the results, and the batch."""
        made = (client or self.client()).batch(rows, journal or self.path, **options)
        return self.drained(made), made

    def drained(self, batch: Any) -> list[Any]:
        if self.colour.is_async:
            found: list[Any] = self.colour.do(batch)
            return found
        return list(batch)

    def chain(self, chain: Any, journal: Path | None = None, *, client: Any = None, **options: Any) -> Any:
        return self.colour.do((client or self.client()).run(chain, journal or self.path, **options))

    def job(self, call: Any) -> Any:
        return self.colour.do(call)

    def journal(self) -> Journal:
        return Journal(self.path)

    def states(self) -> dict[str, str]:
        with self.journal() as journal:
            return {entry.key: entry.state for entry in journal.entries()}

    def bodies(self) -> list[dict[str, Any]]:
        """What was accepted and paid, in its order."""
        return [dict(submission.body) for submission in self.server.ledger]

    def close(self) -> None:
        for client in self.clients:
            self.colour.do(client.close())


pytest_generate_tests = parametrize_colour


@pytest.fixture
def colour(request: pytest.FixtureRequest) -> Iterator[Colour]:
    colour = Colour(request.param)
    yield colour
    colour.close()


@pytest.fixture(scope="package")
def usual_server() -> Iterator[MockServer]:
    with MockServer(in_process=True) as server:
        yield server


@pytest.fixture
def make_world(
    colour: Colour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual_server: MockServer
) -> Iterator[Callable[..., World]]:
    """A world whose server has these settings; without any, it is one that was used before and has forgotten it."""
    with contextlib.ExitStack() as stack:

        def make(**settings: Any) -> World:
            if settings:
                server = stack.enter_context(MockServer(in_process=True, **settings))
            else:
                usual_server.reset()
                server = usual_server
            world = World(colour, tmp_path / "run.db", server)
            monkeypatch.setattr(batch_work, "_utc_now", world.today)
            stack.callback(world.close)
            return world

        yield make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


@pytest.fixture
def called_back(colour: Colour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world whose callbacks come over a socket."""
    with MockServer(concurrency=0) as server:
        world = World(colour, tmp_path / "run.db", server)
        monkeypatch.setattr(batch_work, "_utc_now", world.today)
        yield world
        world.close()
