"""How long a batch waits: for slow callers, jobs that take too long, a service that has too many; and no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._protocol.flow import Response
from legnext_client.errors import ConfigurationError, JournalError, RateLimitError, WaitTimeout
from tests.systems import needs_links

from .test_bad_weather import behind
from .test_batches import cats

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import World


def too_many(tried: list[int], **headers: str) -> Callable[[Any], Any]:
    """The service refuses every submission for being too many."""

    def passing(send: Any) -> Any:
        if not send.request.paid:
            return None
        tried.append(1)
        return Response(429, headers, b'{"code": 429, "message": "too many"}')

    return passing


def test_who_takes_an_hour_over_a_result_finds_the_other_jobs_done(world: World) -> None:
    def look(update: Any) -> None:
        if update.counts.done == 1:
            world.server.clock.advance(3600)

    results, _ = world.batch(cats(6), concurrency=6, on_progress=look)
    assert [result.state for result in results] == ["done"] * 6


def test_a_wait_of_a_second_lasts_nearly_a_second(world: World) -> None:
    asked: list[float] = []

    def count(send: Any) -> None:
        if "/job/" in send.request.path:
            asked.append(world.server.clock.now)

    [result], _ = world.batch(cats(1), client=behind(world, count), timeout=1.0)
    assert isinstance(result.error, WaitTimeout)
    assert asked == [pytest.approx(world.server.ledger[0].at + 0.95, abs=0.02)]


def test_who_has_no_time_submits_looks_once_and_goes_on_another_day(world: World) -> None:
    results, batch = world.batch(cats(3), timeout=0)
    assert [(result.state, type(result.error)) for result in results] == [("submitted", WaitTimeout)] * 3
    assert batch.summary.running == 3
    world.server.clock.advance(3600)
    assert [result.state for result in world.batch(cats(3), timeout=0)[0]] == ["done"] * 3
    assert len(world.server.ledger) == 3


def test_a_job_that_takes_too_long_is_asked_for_once_in_the_last_seconds_of_its_wait(world: World) -> None:
    asked: list[float] = []

    def count(send: Any) -> None:
        if "/job/" in send.request.path:
            asked.append(world.server.clock.now)

    world.server.faults.add("never_ends")
    [result], _ = world.batch(cats(1), client=behind(world, count), timeout=100)
    assert isinstance(result.error, WaitTimeout)
    end = world.server.ledger[0].at + 100
    assert [moment for moment in asked if moment > end - 3] == [pytest.approx(end - 2, abs=0.2)]


def test_refusals_without_end_are_told_of_and_end_the_batch_after_half_an_hour(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    begun = world.server.clock.now
    with pytest.raises(RateLimitError) as caught:
        world.batch(cats(3), client=behind(world, too_many([])))
    assert 1800 < world.server.clock.now - begun < 1900
    assert caplog.text.count("The service has refused jobs as too many for") == 1
    assert f"Run it again with the journal {world.path} to resume" in caught.value.__notes__[0]
    results, _ = world.batch(cats(3))
    assert [result.state for result in results] == ["done"] * 3
    assert len(world.server.ledger) == 3


def test_who_shall_come_back_tomorrow_is_told_at_once(world: World) -> None:
    tried: list[int] = []
    with pytest.raises(RateLimitError) as caught:
        world.batch(cats(3), client=behind(world, too_many(tried, **{"retry-after": "86400"})), concurrency=1)
    assert caught.value.retry_after == 86400
    assert len(tried) == 1
    assert world.states() == {"cat-0": "new"}


@pytest.mark.parametrize(("fault", "seconds"), [("never_ends", 50), ("close_after", 0)])
def test_a_run_ends_with_its_last_row_though_all_places_are_taken_by_what_may_run_on(
    world: World, fault: str, seconds: float
) -> None:
    world.server.faults.add(fault, times=3, method="POST")
    begun = world.server.clock.now
    results, _ = world.batch(cats(3), concurrency=3, timeout=50)
    assert len(results) == 3
    assert world.server.clock.now - begun == pytest.approx(seconds, abs=2)


def test_a_run_goes_on_beside_what_may_be_running_though_others_were_refused(world: World) -> None:
    world.server.faults.add("close_after", times=2, method="POST")
    refused: list[int] = []
    refuse = too_many(refused, **{"retry-after": "1"})

    def passing(send: Any) -> Any:
        return refuse(send) if len(world.server.ledger) == 2 and len(refused) < 4 else None

    results, _ = world.batch(cats(6), client=behind(world, passing), concurrency=4)
    assert len(refused) == 4
    assert sorted(result.state for result in results) == ["done"] * 4 + ["unknown"] * 2
    assert world.server.ledger[-1].at < world.server.ledger[1].at + 300, "no row waits until what is unknown has ended"


def test_a_row_that_was_changed_while_its_request_may_run_keeps_the_place_of_that(world: World) -> None:
    world.server.faults.add("close_after", times=1, method="POST")
    world.batch(cats(1), concurrency=1)
    changed = [{"key": "cat-0", "text": "a dog"}, *cats(2)[1:]]
    results, _ = world.batch(changed, concurrency=1)
    assert [(result.key, result.state) for result in results] == [("cat-0", "unknown"), ("cat-1", "done")]
    assert world.server.ledger[1].at >= world.server.ledger[0].at + 300


def test_what_is_unknown_keeps_its_place_though_no_row_asks_for_it_any_more(world: World) -> None:
    world.server.faults.add("close_after", times=1, method="POST")
    world.batch(cats(1), concurrency=1)
    lost = world.server.ledger[0].at
    results, batch = world.batch(cats(2)[1:], concurrency=1)
    assert [result.key for result in results] == ["cat-1"]
    assert [one.key for one in batch.summary.unknown] == ["cat-0"]
    assert world.server.ledger[1].at >= lost + 300, "an image may last so long"


def test_a_client_that_is_closed_amid_its_batch_sends_nothing_more_and_leaves_nothing_unknown(world: World) -> None:
    client = world.client()

    def close(update: Any) -> None:
        if update.counts.done == 2:
            client._transport._closed = True

    with pytest.raises(ConfigurationError, match="is closed"):
        world.batch(cats(6), client=client, concurrency=2, on_progress=close)
    assert set(world.states().values()) <= {"done", "submitted", "new"}
    results, _ = world.batch(cats(6))
    assert [result.state for result in results] == ["done"] * 6
    assert len(world.server.ledger) == 6


@needs_links
def test_a_file_that_may_not_be_put_there_is_told_of_its_row_and_stops_no_other(world: World, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "cat-1").symlink_to(tmp_path)
    results, _ = world.batch(cats(3), download=tmp_path / "out", name="{key}/{n}{ext}")
    found = {result.key: (result.state, len(result.files), str(result.error or "")) for result in results}
    assert found["cat-1"][:2] == ("done", 0)
    assert "leads out of it" in found["cat-1"][2]
    assert found["cat-0"] == found["cat-2"] == ("done", 4, "")
    (tmp_path / "out" / "cat-1").unlink()
    again, _ = world.batch(cats(3), download=tmp_path / "out", name="{key}/{n}{ext}")
    assert all(len(result.files) == 4 for result in again)
    assert len(world.server.ledger) == 3


def test_a_batch_that_is_left_amid_its_block_can_be_run_again_at_once(world: World) -> None:
    client = world.client()

    async def leave_and_go_on() -> list[str]:
        async with client.batch(cats(6), world.path, concurrency=2) as batch:
            async for _ in batch:
                break
        return [result.state async for result in client.batch(cats(6), world.path)]

    def leave() -> list[str]:
        with client.batch(cats(6), world.path, concurrency=2) as batch:
            kept = iter(batch)
            next(kept)
            with pytest.raises(JournalError, match="in use"):
                list(client.batch(cats(6), world.path))
        return [result.state for result in client.batch(cats(6), world.path)]

    states = world.colour.do(leave_and_go_on()) if world.colour.is_async else leave()
    assert states == ["done"] * 6
    assert len(world.server.ledger) == 6
