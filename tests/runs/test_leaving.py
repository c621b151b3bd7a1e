"""Leaving a run: Ctrl-C is heard at once, what is on its way is written down, and the summary says what is left."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import VideoChain
from legnext_client._calls.queue import JobQueue
from legnext_client._journal.files import BATCH
from legnext_client._journal.journal import Journal
from legnext_client._runs import portal, tasks
from legnext_client._runs.batch_work import INTERRUPTED
from legnext_client._runs.engine import Engine
from legnext_client.errors import ConfigurationError, InvalidRequest, JournalError
from tests.systems import needs_fork, press_ctrl_c

from .test_bad_weather import behind
from .test_batches import cats

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client.uploads import LocalFile

    from .conftest import World


def press(_: Any = None) -> None:
    press_ctrl_c()


class _Heard(logging.Handler):
    """Knows when the client has heard of an interrupt."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == INTERRUPTED:
            self.heard.set()


def press_when(event: threading.Event, times: int) -> None:
    """Ctrl-C, in the main thread, once this has happened; the second time when the first was heard."""
    listener, logger = _Heard(), logging.getLogger("legnext_client")

    def press_it() -> None:
        event.wait(30)
        press()
        if times == 2:
            listener.heard.wait(30)
            press()
        logger.removeHandler(listener)

    logger.addHandler(listener)
    threading.Thread(target=press_it, daemon=True).start()


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


def test_a_chain_that_is_stopped_between_its_steps_is_left_over(world: World) -> None:
    chain = VideoChain.start("waves").extend("night")
    batch = world.client().batch([chain, *cats(1)], world.path, concurrency=1, on_progress=once(press))
    with pytest.raises(KeyboardInterrupt):
        world.drained(batch)
    world.colour.start_anew()
    assert (batch.summary.done, batch.summary.running, batch.summary.left) == (0, 0, 2)
    assert "2 left; 480 points charged in" in str(batch.summary)
    assert f"Run it again with the journal {world.path} to resume." in str(batch.summary)


# ---- in a process that goes on, such as a notebook's -----------------------------------------------------------------


class Held:
    """Holds a paid request back until it may go on; `begun` is set when it is on its way."""

    def __init__(self) -> None:
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def __call__(self, send: Any) -> None:
        if send.request.paid:
            self.begun.set()
            self.may_go_on.wait(30)


class Closing:
    """Knows when the journal is closed of a run that starts after this."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._closed, plain = threading.Event(), Journal.close

        def close(journal: Journal) -> None:
            plain(journal)
            self._closed.set()

        monkeypatch.setattr(Journal, "close", close)

    def wait(self) -> None:
        assert self._closed.wait(30)


@pytest.mark.parametrize("colour", ["sync"], indirect=True)
def test_who_has_left_lets_go_of_the_journal_when_the_last_answer_is_written_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "HURRY", 0.0)
    held, closing = Held(), Closing(monkeypatch)
    client = behind(world, held)
    press_when(held.begun, times=2)
    with pytest.raises(KeyboardInterrupt):
        world.batch(cats(3), client=client, concurrency=1)
    with pytest.raises(JournalError, match="in use"):
        world.batch(cats(3))
    held.may_go_on.set()
    closing.wait()
    assert world.states() == {"cat-0": "submitted"}
    results, _ = world.batch(cats(3))
    assert [result.state for result in results] == ["done"] * 3
    assert len(world.server.ledger) == 3


@pytest.mark.parametrize("colour", ["async"], indirect=True)
def test_the_same_in_tasks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "HURRY", 0.0)
    closing = Closing(monkeypatch)

    async def leave() -> None:
        begun, may_go_on = asyncio.Event(), asyncio.Event()

        class Holding:
            def __init__(self, inner: Any) -> None:
                self._inner = inner

            async def send(self, send: Any) -> Any:
                if send.request.paid:
                    begun.set()
                    await may_go_on.wait()
                return await self._inner.send(send)

            async def close(self) -> None:
                await self._inner.close()

        inner = world.client()
        client = world.client(transport=Holding(inner._transport))
        batch = client.batch(cats(3), world.path, concurrency=1)

        async def run() -> None:
            async for _ in batch:
                pass

        running = asyncio.create_task(run())
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        with pytest.raises(JournalError, match="in use"):
            Journal.open(world.path, BATCH)
        may_go_on.set()
        await asyncio.to_thread(closing.wait)

    world.colour.do(leave())
    assert world.states() == {"cat-0": "submitted"}
    assert len(world.server.ledger) == 1


@pytest.mark.parametrize("colour", ["sync"], indirect=True)
def test_who_leaves_before_the_run_has_begun_lets_go_of_the_journal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "HURRY", 0.0)
    left, closing = threading.Event(), Closing(monkeypatch)

    def late(*given: Any) -> Engine:
        press()
        left.wait(30)
        return Engine(*given)

    monkeypatch.setattr(portal, "Engine", late)
    with pytest.raises(KeyboardInterrupt):
        world.batch(cats(1))
    monkeypatch.undo()
    left.set()
    closing.wait()
    assert not world.server.ledger
    assert [result.state for result in world.batch(cats(1))[0]] == ["done"]


@pytest.mark.parametrize("colour", ["sync"], indirect=True)
def test_who_leaves_while_a_row_is_about_to_wait_for_a_place_leaves_it_free(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "HURRY", 0.0)
    monkeypatch.setattr(portal, "LINGER", 0.0)
    monkeypatch.setattr(portal, "REQUESTS", 1)  # one thread, which is busy with the upload
    waiting, may_go_on, wait = threading.Event(), threading.Event(), JobQueue.waiting

    def upload(_: LocalFile) -> str:
        may_go_on.wait(30)
        return "https://files.test/cat.png"

    def told(*given: Any) -> Any:
        waiting.set()
        return wait(*given)

    monkeypatch.setattr(JobQueue, "waiting", told)
    client = world.client(max_jobs=1, uploader=upload)
    press_when(waiting, times=2)
    with pytest.raises(KeyboardInterrupt):
        world.batch(
            [("describe", {"img_url": b"\x89PNG\r\n\x1a\n and the rest"}), *cats(1)], client=client, concurrency=2
        )
    may_go_on.set()
    for thread in threading.enumerate():
        if thread.name == "legnext-worker":
            thread.join(30)
    assert client.queue == (1, 0, 0)
    assert not world.server.ledger


@needs_fork
@pytest.mark.parametrize("colour", ["sync"], indirect=True)
def test_a_child_process_leaves_the_run_and_its_journal_to_its_parent(world: World) -> None:
    batch = world.client().batch(cats(3), world.path)
    results = iter(batch)
    found = [next(results)]
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            results.close()
            os._exit(0)
        os._exit(1)
    assert ended_within(30, child) == 0
    found += results
    assert [result.state for result in found] == ["done"] * 3
    assert len(world.server.ledger) == 3


def ended_within(seconds: float, child: int) -> int | None:
    """Return the exit status of a child process, which is killed if it does not end."""
    killer = threading.Timer(seconds, os.kill, (child, signal.SIGKILL))
    killer.start()
    try:
        return os.waitpid(child, 0)[1]
    finally:
        killer.cancel()


def test_a_batch_that_cannot_read_its_rows_again_lets_go_of_its_journal(world: World, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"operation": "diffusion", "text": "a cat"}\n')
    _, batch = world.batch(rows)
    saved = rows.rename(tmp_path / "saved.jsonl")
    with pytest.raises(InvalidRequest, match="cannot be read"):
        world.drained(batch)
    assert [result.state for result in world.batch(saved)[0]] == ["done"]
    assert len(world.server.ledger) == 1


@pytest.mark.parametrize("colour", ["sync"], indirect=True)
def test_whoever_leaves_waits_until_the_paid_answer_is_written_down(world: World) -> None:
    held = Held()

    def hold_the_second(send: Any) -> None:
        if b"number 1" in (send.request.body or b""):
            held(send)

    def leave(_: Any) -> None:
        held.begun.wait(30)
        threading.Thread(target=held.may_go_on.set).start()
        raise LookupError

    client = behind(world, hold_the_second, world.client(requests_per_second=1e12))
    with pytest.raises(LookupError):
        world.batch(cats(2), client=client, on_progress=leave)
    assert world.states() == {"cat-0": "submitted", "cat-1": "submitted"}


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


@pytest.mark.parametrize("colour", ["sync"], indirect=True)
def test_who_leaves_does_not_wait_for_a_poll(world: World) -> None:
    asked, never = threading.Event(), threading.Event()

    def hang(send: Any) -> None:
        if "/job/" in send.request.path:
            asked.set()
            never.wait(30)

    press_when(asked, times=2)
    with pytest.raises(KeyboardInterrupt):
        world.batch(cats(1), client=behind(world, hang))
    assert not never.is_set()
    assert world.states() == {"cat-0": "submitted"}
    never.set()
    [result], _ = world.batch(cats(1))
    assert result.ok


@pytest.mark.parametrize("colour", ["sync"], indirect=True)
def test_one_interrupt_while_an_answer_is_waited_for_is_heard_when_it_has_come(world: World) -> None:
    asked, heard = threading.Event(), threading.Event()

    def wait_for_it(send: Any) -> None:
        if "/job/" in send.request.path and not heard.is_set():
            asked.set()
            heard.wait(30)

    def press_once() -> None:
        asked.wait(30)
        press()
        heard.set()

    threading.Thread(target=press_once, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        world.batch(cats(4), client=behind(world, wait_for_it), concurrency=1)
    assert world.states() == {"cat-0": "done"}


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


def test_a_batch_that_is_cancelled_while_its_journal_is_opened_lets_go_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not world.colour.is_async:
        pytest.skip("only tasks can be cancelled")
    begun, go_on, opening = threading.Event(), threading.Event(), Journal.open

    def slow(*args: Any, **options: Any) -> Journal:
        begun.set()
        assert go_on.wait(30)
        return opening(*args, **options)

    async def cancelled() -> None:
        task = asyncio.ensure_future(anext(aiter(world.client().batch(cats(2), world.path))))
        await asyncio.to_thread(begun.wait, 30)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "open", slow)
        world.colour.do(cancelled())
    assert world.server.ledger == []
    results, _ = world.batch(cats(2))
    assert [result.state for result in results] == ["done"] * 2


@pytest.mark.parametrize("colour", ["async"], indirect=True)
@pytest.mark.parametrize("steps", range(6))
def test_a_batch_that_is_cancelled_twice_leaves_no_task_in_its_loop(
    world: World, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "HURRY", 0.0)  # as on a machine that stands still for a second

    async def cancelled() -> set[asyncio.Task[Any]]:
        under_way = asyncio.Event()
        batch = world.client().batch(cats(3), world.path, concurrency=3, on_progress=lambda _: under_way.set())

        async def run() -> None:
            async for _ in batch:
                pass

        before = asyncio.all_tasks()
        task = asyncio.create_task(run())
        await under_way.wait()
        for _ in range(2):
            task.cancel()
            for _ in range(steps):
                await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        return {left for left in asyncio.all_tasks() - before if "_outcome" not in repr(left)}  # last writes go on

    assert world.colour.do(cancelled()) == set()
