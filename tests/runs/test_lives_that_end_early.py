"""Rows whose jobs fail, vanish or can no longer be asked for: each is told as what it is, and no other row suffers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import VideoChain
from legnext_client._protocol.flow import Response
from legnext_client.errors import AuthenticationError, BudgetExceeded, JobFailed, NotFoundError, WaitTimeout
from tests.facts import DIFFUSION

from .test_bad_weather import behind
from .test_batches import cats

if TYPE_CHECKING:
    from .conftest import World


def answering(status: int, times: int = 1_000_000) -> Any:
    """What the service says whenever it is asked for a job."""
    left = [times]

    def passing(send: Any) -> Any:
        if send.request.method != "GET" or "balance" in send.request.path or not left[0]:
            return None
        left[0] -= 1
        return Response(status, {}, b'{"message": "not here"}')

    return passing


def test_a_job_whose_row_is_gone_may_fail_and_is_told(world: World) -> None:
    world.server.faults.add("never_ends", times=1)
    world.batch(cats(2), timeout=200, concurrency=1)
    world.server.jobs.fail(world.server.ledger[0].job_id)
    results, _ = world.batch(cats(2)[1:])
    found = {result.key: (result.state, type(result.error)) for result in results}
    assert found == {"cat-0": ("failed", JobFailed), "cat-1": ("done", type(None))}


def test_a_job_whose_row_is_gone_may_take_too_long_once_more(world: World) -> None:
    world.server.faults.add("never_ends", times=1)
    world.batch(cats(2), timeout=200, concurrency=1)
    results, _ = world.batch(cats(2)[1:], timeout=100)
    found = {result.key: (result.state, type(result.error)) for result in results}
    assert found == {"cat-0": ("submitted", WaitTimeout), "cat-1": ("done", type(None))}


def test_a_chain_whose_row_is_gone_is_not_told_as_done_with_its_first_step(world: World) -> None:
    world.server.faults.add("never_ends", times=1)
    chain = VideoChain.start("waves").extend("night")
    world.batch([{"key": "f", "chain": chain}], timeout=200)
    world.server.jobs.complete(world.server.ledger[0].job_id)
    results, batch = world.batch(cats(1))
    assert {result.key: result.state for result in results} == {"f": "new", "cat-0": "done"}
    assert "1 of 2 steps are done" in str(next(result.error for result in results if result.key == "f"))
    assert (batch.counts.done, batch.counts.failed, batch.summary.left) == (1, 0, 0)


def test_a_job_that_the_service_no_longer_tells_of_stays_submitted(world: World) -> None:
    results, _ = world.batch(cats(1), client=behind(world, answering(404)))
    assert [(result.state, type(result.error)) for result in results] == [("submitted", NotFoundError)]
    assert world.states() == {"cat-0": "submitted"}
    again, _ = world.batch(cats(1))
    assert [result.state for result in again] == ["done"]
    assert len(world.server.ledger) == 1


def test_one_refusal_is_not_the_end_of_a_wait(world: World) -> None:
    results, _ = world.batch(cats(1), client=behind(world, answering(404, times=1)))
    assert [result.state for result in results] == ["done"]


def test_a_key_that_is_revoked_while_jobs_run_stops_the_batch_and_loses_none_of_them(world: World) -> None:
    with pytest.raises(AuthenticationError):
        world.batch(cats(6), client=behind(world, answering(401)), concurrency=3)
    sent = len(world.server.ledger)
    assert 1 <= sent <= 3
    results, _ = world.batch(cats(6))
    assert [result.state for result in results] == ["done"] * 6
    assert len(world.server.ledger) == 6


def test_a_balance_that_is_not_told_as_expected_is_warned_of_and_stops_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def odd(send: Any) -> Any:
        return Response(200, {}, b'{"data": {"coins": 3}}') if "balance" in send.request.path else None

    results, _ = world.batch(cats(2), client=behind(world, odd))
    assert [result.state for result in results] == ["done"] * 2
    assert "so the balance is not checked" in caplog.text


def test_what_may_still_be_spent_for_an_earlier_run_counts_against_the_budget(world: World) -> None:
    world.server.faults.add("never_ends", times=1)
    world.batch(cats(1), timeout=200)
    with pytest.raises(BudgetExceeded):
        world.batch([{"key": "dog", "text": "a dog"}], budget=2 * DIFFUSION - 1, timeout=200)
    assert len(world.server.ledger) == 1
    results, _ = world.batch([{"key": "dog", "text": "a dog"}], budget=2 * DIFFUSION, timeout=200)
    assert {result.key: result.state for result in results}["dog"] == "done"
