"""Callbacks that come at odd moments: each claims its job for its own row, which comes once for good."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import VideoChain
from legnext_client._protocol.flow import NoResponse
from legnext_client.journal import Journal
from tests.facts import DIFFUSION
from tests.systems import press_ctrl_c

from .test_bad_weather import behind
from .test_batches import cats

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .conftest import World

ADDRESS = "https://example.com/hooks"


class Ears:
    """Hears what a test says."""

    @contextlib.contextmanager
    def subscribe(self, hear: Callable[[str, str], object]) -> Generator[None]:
        self.hear = hear
        yield


class Losing:
    """Accepts submissions and loses their answers; `ids` are the jobs by their tokens."""

    def __init__(self, world: World, *texts: str) -> None:
        self._world, self._texts = world, texts
        self.ids: dict[str, str] = {}

    def __call__(self, send: Any) -> Any:
        if not send.request.paid:
            return None
        body = json.loads(send.request.body)
        if not any(text in str(body) for text in self._texts):
            return None
        with self._world.server.client() as other:
            answer = other.request("POST", send.request.path, json=body)
        self.ids[body["callback"].rsplit(".", 1)[1]] = answer["job_id"]
        return NoResponse("reset", sent=True)

    def call_back(self, ears: Ears) -> None:
        for token, job_id in self.ids.items():
            self._world.server.jobs.complete(job_id)
            ears.hear(job_id, job_id)
            ears.hear(token, job_id)
        self.ids.clear()


def run(world: World, rows: Any, losing: Losing, ears: Ears | None = None, **options: Any) -> tuple[list[Any], Any]:
    """A batch with callbacks; by itself, it only says where they go."""
    heard: dict[str, Any] = {} if ears is None else {"callbacks": ears}
    return world.batch(rows, client=behind(world, losing), callback=ADDRESS, **heard, **options)


def test_a_callback_that_comes_before_its_loss_is_written_down_is_heard_by_its_own_row(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ears, losing, plain = Ears(), Losing(world, "waves"), Journal.mark_unknown

    def lost(journal: Journal, *what: Any) -> None:
        plain(journal, *what)
        losing.call_back(ears)

    monkeypatch.setattr(Journal, "mark_unknown", lost)
    chain = VideoChain.start("waves roll in").extend("waves again")
    result = world.chain(chain, client=behind(world, losing), callback=ADDRESS, callbacks=ears)
    assert [job.ok for job in result.jobs] == [True, True]
    assert len(world.server.ledger) == 2


@pytest.mark.parametrize("read_once", [False, True])
def test_callbacks_for_rows_that_have_not_begun_yet_wait_for_them(world: World, read_once: bool) -> None:
    losing = Losing(world, "number")
    run(world, cats(3), losing)
    ears, called = Ears(), list(losing.ids.items())
    losing.ids = dict(called)

    def at_once(send: Any) -> None:
        if losing.ids and send.request.paid:
            losing.call_back(ears)

    rows = [{"key": "new", "text": "a dog"}, *cats(3)]
    source: Any = (row for row in rows) if read_once else rows
    results, batch = world.batch(
        source,
        client=behind(world, at_once),
        callback=ADDRESS,
        callbacks=ears,
        concurrency=8,
        download=world.path.parent / "out",
    )
    assert sorted((result.key, result.state, len(result.files)) for result in results) == [
        ("cat-0", "done", 4), ("cat-1", "done", 4), ("cat-2", "done", 4), ("new", "done", 4)
    ]  # fmt: skip
    assert batch.summary.points == batch._points == 4 * DIFFUSION
    assert (batch.counts.done, batch.counts.unknown) == (4, 0)
    assert len(world.server.ledger) == 4


def test_a_callback_for_a_row_that_was_sent_away_by_an_interrupt_brings_it_back_while_others_run(world: World) -> None:
    ears, losing, seen = Ears(), Losing(world, "number 0"), list[str]()

    def listen(update: Any) -> None:
        if update.key == "slow" and losing.ids:
            seen.append(update.key)
            if len(seen) == 1:
                press_ctrl_c()
            if len(seen) == 3:
                losing.call_back(ears)

    results: list[Any] = []
    rows = [*cats(1), {"key": "slow", "operation": "video_diffusion", "prompt": "waves"}]
    batch = behind(world, losing).batch(
        rows, world.path, callback=ADDRESS, callbacks=ears, on_progress=listen, poll_interval=5,
        download=world.path.parent / "out",
    )  # fmt: skip

    async def each() -> None:
        async for result in batch:
            results.append(result)  # noqa: PERF401

    def all_of_them() -> None:
        if world.colour.is_async:
            world.colour.do(each())
        else:
            results.extend(batch)

    with pytest.raises(KeyboardInterrupt):
        all_of_them()
    world.colour.start_anew()
    assert sorted((result.key, result.state) for result in results) == [("cat-0", "done"), ("slow", "done")]
    assert all(result.files for result in results)
    assert (batch.summary.done, batch.summary.left) == (2, 0)


def test_what_nobody_could_hear_is_known_to_the_next_run(world: World) -> None:
    losing = Losing(world, "number")
    run(world, cats(2), losing)
    ears, before = Ears(), dict(losing.ids)

    def call_back(_: Any) -> None:
        losing.call_back(ears)

    world.server.faults.add("never_ends", method="POST")
    rows = [{"key": f"new-{n}", "text": "a dog"} for n in range(1)]
    # One place, and the unknown rows come behind the new one: nobody listens for them when this run ends.
    results, _ = world.batch(
        (row for row in rows), callback=ADDRESS, callbacks=ears, concurrency=1, timeout=50, on_progress=call_back
    )
    assert results
    world.server.faults.clear()
    with world.journal() as journal:
        claimed = {entry.job_id for entry in journal.entries("submitted", "done")}
    assert set(before.values()) <= claimed
    again, _ = world.batch(cats(2))
    assert {result.state for result in again} >= {"done"}
    assert len(world.server.ledger) == 3
