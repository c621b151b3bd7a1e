"""Leaving a run: Ctrl-C is heard at once, what is on its way is written down, and the summary says what is left."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import VideoChain, workers
from legnext_client._protocol.flow import Ask, Do, Flow, Start
from legnext_client._transport.clocks import SystemClock
from legnext_client._transport.drivers import AsyncHands, Hands
from legnext_client.errors import ConfigurationError, InvalidRequest

from .test_batches import cats

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import World


def press(_: Any = None) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def once(what: Callable[[], object]) -> Callable[[Any], None]:
    left = [what]

    def listen(_: Any) -> None:
        if left:
            left.pop()()

    return listen


def test_an_interrupt_while_earlier_results_come_again_is_heard_before_anything_is_submitted(world: World) -> None:
    world.batch(cats(30), concurrency=30)
    told: list[str] = []
    batch = world.client().batch(
        [*cats(30), *({"key": f"dog-{n}", "text": f"a dog {n}"} for n in range(5))], world.path
    )

    def listen(result: Any) -> None:
        told.append(result.key)
        if len(told) == 3:
            press()

    async def each() -> None:
        async for result in batch:
            listen(result)

    def listen_to_all() -> None:
        if world.colour.is_async:
            world.colour.do(each())
        for result in batch:
            listen(result)

    with pytest.raises(KeyboardInterrupt):
        listen_to_all()
    assert 3 <= len(told) <= 5
    assert len(world.server.ledger) == 30
    world.colour.start_anew()


def test_a_film_that_is_stopped_between_its_steps_is_left_over(world: World) -> None:
    chain = VideoChain.start("waves").extend("night")
    batch = world.client().batch([chain, *cats(1)], world.path, concurrency=1, on_progress=once(press))
    with pytest.raises(KeyboardInterrupt):
        world.drained(batch)
    world.colour.start_anew()
    assert (batch.summary.done, batch.summary.running, batch.summary.left) == (0, 0, 2)
    assert "2 left; 480 points charged in" in str(batch.summary)
    assert f"Run it again with the journal {world.path} to go on." in str(batch.summary)


# ---- in a process that goes on, such as a notebook's -----------------------------------------------------------------


def test_who_has_left_lets_go_of_the_journal_when_the_last_answer_is_written_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "HURRY", 0.0)
    answered, told = threading.Event(), list[str]()

    def paid() -> Flow[None]:
        yield Do(answered.wait)
        yield Do(lambda: told.append("written down"))

    transport: Any = None
    helpers = workers.ThreadWorkers(Hands(transport, SystemClock()))
    helpers.start(Start("paid", paid(), finish=True))
    helpers.__exit__(KeyboardInterrupt, None, None)
    helpers.lastly(lambda: told.append("let go"))
    assert told == []
    answered.set()
    for thread in helpers._threads:
        thread.join(30)
    assert told == ["written down", "let go"]


def test_the_journal_is_let_go_of_once_whatever_ends_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "HURRY", 0.0)
    paid, free, told = threading.Event(), threading.Event(), list[str]()

    def waiting(for_what: threading.Event) -> Flow[None]:
        yield Do(for_what.wait)

    transport: Any = None
    helpers = workers.ThreadWorkers(Hands(transport, SystemClock()))
    helpers.start(Start("paid", waiting(paid), finish=True))
    helpers.start(Start("free", waiting(free)))
    helpers.__exit__(KeyboardInterrupt, None, None)
    helpers.lastly(lambda: told.append("let go"))
    paid.set()
    free.set()
    for thread in helpers._threads:
        thread.join(30)
    assert told == ["let go"]


def test_the_same_in_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "HURRY", 0.0)
    told: list[str] = []

    async def leave() -> None:
        answered = asyncio.Event()

        def paid() -> Flow[None]:
            yield Ask(answered.wait)
            yield Do(lambda: told.append("written down"))

        transport: Any = None
        helpers = workers.TaskWorkers(AsyncHands(transport, SystemClock()))
        helpers.start(Start("paid", paid(), finish=True))
        await helpers.__aexit__(asyncio.CancelledError, None, None)
        helpers.lastly(lambda: told.append("let go"))
        assert told == []
        answered.set()
        await asyncio.gather(*helpers._tasks)

    asyncio.run(leave())
    assert told == ["written down", "let go"]


def test_workers_that_have_nothing_left_let_go_at_once() -> None:
    told: list[str] = []
    transport: Any = None
    with workers.ThreadWorkers(Hands(transport, SystemClock())) as helpers:
        pass
    helpers.lastly(lambda: told.append("let go"))
    assert told == ["let go"]


def test_a_system_without_more_threads_makes_do_with_those_that_are_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, real = list[int](), threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if thread.name == "legnext-worker":
            if len(started) == 2:
                raise RuntimeError("can't start new thread")
            started.append(1)
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    results, _ = world.batch(cats(8), concurrency=8)
    assert [result.state for result in results] == ["done"] * 8


@pytest.mark.parametrize("colour", ["sync"], indirect=True)
def test_a_system_without_any_thread_is_told_and_nothing_is_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(ConfigurationError, match="a batch needs a thread"):
        world.batch(cats(1))
    monkeypatch.undo()
    assert world.server.ledger == []


# ---- where things are ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("journal", [":memory:", "a\0b", "", "runs/", 3])
def test_what_can_be_no_journal_is_refused_and_leaves_nothing_behind(
    world: World, journal: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = list(tmp_path.iterdir())
    with pytest.raises(InvalidRequest, match="journal must be the path of a file"):
        world.client().batch(cats(1), journal)
    with pytest.raises(InvalidRequest, match="journal must be the path of a file"):
        world.job(world.client().run(VideoChain.start("waves"), journal))
    assert list(tmp_path.iterdir()) == before


def test_a_change_of_the_working_directory_changes_no_file_of_a_batch(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    go = once(lambda: os.chdir(tmp_path / "elsewhere"))
    results, _ = world.batch(cats(4), Path("run.db"), concurrency=1, download="shots", on_progress=go)
    assert {str(file.parent) for result in results for file in result.files} == {"shots"}
    assert len(list((tmp_path / "shots").iterdir())) == 16
    assert list((tmp_path / "elsewhere").iterdir()) == []
