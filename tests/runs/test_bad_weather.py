"""Batches in bad weather: refusals, no network, broken answers, Ctrl-C, late callbacks. Nothing is paid twice."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import VideoChain
from legnext_client._callbacks.receiver import CallbackReceiver
from legnext_client._calls.service import CallService
from legnext_client._protocol.flow import NoResponse
from legnext_client.errors import BudgetExceeded, ConnectionError
from tests.facts import DIFFUSION, VIDEO
from tests.systems import press_ctrl_c

from .test_batches import cats

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import World


class Wrapped:
    """A transport over another one: what `passing` says of a request is its outcome, and None lets it through."""

    def __init__(self, inner: Any, passing: Callable[[Any], Any]) -> None:
        self._inner, self._passing = inner, passing

    def send(self, send: Any) -> Any:
        outcome = self._passing(send)
        return self._inner.send(send) if outcome is None else outcome

    def fetch(self, fetch: Any) -> Any:
        return self._inner.fetch(fetch)

    def close(self) -> Any:
        return self._inner.close()


class AsyncWrapped(Wrapped):
    async def send(self, send: Any) -> Any:
        outcome = self._passing(send)
        return await self._inner.send(send) if outcome is None else outcome


def behind(world: World, passing: Callable[[Any], Any], client: Any = None) -> Any:
    """A client whose requests pass here first."""
    wrap = AsyncWrapped if world.colour.is_async else Wrapped
    inner = client or world.client()
    rate = inner._settings.requests_per_second
    return world.client(transport=wrap(inner._transport, passing), requests_per_second=rate)


def all_done(results: list[Any], world: World, count: int) -> None:
    assert [result.state for result in results] == ["done"] * count
    assert len(world.server.ledger) == count


def test_refusals_for_being_too_many_stay_few(make_world: Callable[..., World]) -> None:
    world, posts = make_world(concurrency=3), 0

    def count(send: Any) -> None:
        nonlocal posts
        posts += send.request.paid

    results, _ = world.batch(cats(20), client=behind(world, count), concurrency=20)
    all_done(results, world, 20)
    assert posts < 20 * 3


def test_no_more_requests_go_out_in_a_second_than_were_set(make_world: Callable[..., World]) -> None:
    world = make_world(concurrency=0, requests_per_second=5)
    results, _ = world.batch(cats(25), client=world.client(requests_per_second=4), concurrency=25)
    all_done(results, world, 25)
    begun = [submission.at for submission in world.server.ledger]
    assert all(later - earlier > 0.99 for earlier, later in zip(begun, begun[4:], strict=False))


def test_a_service_that_takes_fewer_requests_is_obeyed(make_world: Callable[..., World]) -> None:
    world, sent = make_world(concurrency=0, requests_per_second=2), 0

    def count(_: Any) -> None:
        nonlocal sent
        sent += 1

    client = world.client(requests_per_second=50)
    results, _ = world.batch(cats(20), client=behind(world, count, client), concurrency=20)
    all_done(results, world, 20)
    assert sent < 20 * 15


@pytest.mark.parametrize("fault", ["rate_limit", "job_fails", "at_once", "unknown_status", "unknown_fields", "delay"])
def test_odd_answers_lose_and_double_nothing(world: World, fault: str) -> None:
    world.server.faults.add(fault, rate=0.3, seconds=0.01 if fault == "delay" else None)
    results, _ = world.batch(cats(20))
    assert len(results) == len(world.server.ledger) == 20
    world.server.faults.clear()
    with world.journal() as journal:
        assert {entry.job_id for entry in journal.entries()} == {line.job_id for line in world.server.ledger}


@pytest.mark.parametrize("fault", ["close_after", "error_after", "html"])
def test_whatever_is_lost_on_the_way_is_told_and_not_paid_again(world: World, fault: str) -> None:
    world.server.faults.add(fault, rate=0.3)
    results, batch = world.batch(cats(20))
    unknown = {result.key for result in results if result.state == "unknown"}
    assert 0 < len(unknown) < 20
    assert {one.key for one in batch.summary.unknown} == unknown
    world.server.faults.clear()
    again, _ = world.batch(cats(20))
    assert {result.key for result in again if result.state == "unknown"} == unknown
    assert {result.state for result in again} == {"done", "unknown"}
    assert len(world.server.ledger) == 20


def test_a_network_that_is_gone_for_minutes_is_waited_for(world: World) -> None:
    start, missed = world.server.clock.now, 0

    def gone(_: Any) -> Any:
        nonlocal missed
        if not 30 < world.server.clock.now - start < 330:
            return None
        missed += 1
        return NoResponse("no route", sent=False)

    results, _ = world.batch(cats(20), client=behind(world, gone), concurrency=4)
    all_done(results, world, 20)
    assert missed > 10


def test_a_network_that_stays_away_ends_the_batch_and_the_next_run_goes_on(world: World) -> None:
    start = world.server.clock.now

    def gone(_: Any) -> Any:
        return NoResponse("no route", sent=False) if world.server.clock.now - start > 100 else None

    with pytest.raises(ConnectionError, match="no route"):
        world.batch(cats(16), client=behind(world, gone), concurrency=4)
    sent = len(world.server.ledger)
    assert 0 < sent < 16
    results, _ = world.batch(cats(16))
    all_done(results, world, 16)


def test_a_certificate_that_is_not_trusted_ends_the_batch_at_once(world: World) -> None:
    tried = 0

    def untrusted(send: Any) -> Any:
        nonlocal tried
        tried += send.request.paid
        return NoResponse("certificate verify failed", sent=False, retryable=False) if send.request.paid else None

    with pytest.raises(ConnectionError, match="certificate"):
        world.batch(cats(10), client=behind(world, untrusted), concurrency=1)
    assert tried == 1


# ---- money --------------------------------------------------------------------------------------------------------


def test_a_budget_is_not_passed_with_any_number_of_jobs_in_flight(world: World) -> None:
    with pytest.raises(BudgetExceeded, match=f"would exceed the budget of {5 * DIFFUSION}: {5 * DIFFUSION}"):
        world.batch(cats(20), concurrency=20, budget=5 * DIFFUSION)
    assert len(world.server.ledger) == 5
    with pytest.raises(BudgetExceeded):
        world.batch(cats(20), concurrency=20, budget=5 * DIFFUSION)
    assert len(world.server.ledger) == 5
    results, _ = world.batch(cats(20), budget=20 * DIFFUSION)
    all_done(results, world, 20)


def test_what_others_give_back_is_spent(world: World) -> None:
    rows = [{"key": f"draft-{number}", "text": f"a cat {number} --draft --v 7"} for number in range(10)]
    results, _ = world.batch(rows, concurrency=10, budget=6 * DIFFUSION)  # each costs half of what it holds
    assert [result.points for result in results] == [DIFFUSION // 2] * 10
    assert len(world.server.ledger) == 10


def test_unknown_submissions_count_against_the_budget(world: World) -> None:
    world.server.faults.add("close_after", times=2, method="POST")
    with pytest.raises(BudgetExceeded):
        world.batch(cats(10), budget=5 * DIFFUSION)
    assert len(world.server.ledger) == 5


def test_a_service_that_holds_more_than_was_estimated_stops_the_batch(world: World) -> None:
    dear = {"key": "dear", "text": "a cat that costs more than it says"}

    original = CallService.accepted

    def held(service: CallService, call: Any, answer: Any) -> Any:
        if "costs more" in call.request.sent["text"]:
            answer.state.raw["meta"]["usage"]["frozen"] = 2 * DIFFUSION
        return original(service, call, answer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CallService, "accepted", held)
        with pytest.raises(
            BudgetExceeded, match=rf"holds {2 * DIFFUSION} points for diffusion, job .*; {DIFFUSION} were estimated"
        ):
            world.batch([dear, *cats(5)], concurrency=1, budget=5000)
    assert world.states() == {"dear": "done"}
    results, _ = world.batch([dear, *cats(5)], budget=5000)
    all_done(results, world, 6)


def test_a_balance_that_does_not_reach_is_told_before_anything_is_sent(make_world: Callable[..., World]) -> None:
    credits = 6 * DIFFUSION + 20
    world = make_world(credits=credits)
    with pytest.raises(BudgetExceeded, match=f"up to {10 * DIFFUSION} points, and the account has {credits}"):
        world.batch(cats(10))
    assert world.server.ledger == []
    with pytest.raises(BudgetExceeded, match=f"budget of {credits}"):
        world.batch(cats(10), budget=credits)
    assert len(world.server.ledger) == 6


# ---- Ctrl-C -------------------------------------------------------------------------------------------------------


def interrupt_at(count: int, times: int) -> Callable[[Any], None]:
    """A listener that presses Ctrl-C, so often, when so many rows are done."""
    left = [times]

    def listen(update: Any) -> None:
        if update.counts.done >= count and left[0]:
            presses, left[0] = left[0], 0
            for _ in range(presses):
                press_ctrl_c()

    return listen


def test_one_interrupt_stops_submitting_and_waits_for_what_runs(world: World, caplog: pytest.LogCaptureFixture) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt) as caught:
        world.batch(cats(20), concurrency=4, on_progress=interrupt_at(3, times=1))
    assert "Interrupt again to leave at once" in caplog.text
    assert f"Run it again with the journal {world.path}" in "".join(caught.value.__notes__)
    assert set(world.states().values()) == {"done"}
    assert 4 <= len(world.server.ledger) < 12
    assert signal.getsignal(signal.SIGINT) is before
    world.colour.start_anew()
    results, _ = world.batch(cats(20))
    all_done(results, world, 20)


def test_what_waits_for_its_turn_is_not_sent_after_an_interrupt(world: World) -> None:
    pressed: list[int] = []

    def press(_: Any) -> None:
        if not pressed:
            pressed.append(1)
            press_ctrl_c()

    with pytest.raises(KeyboardInterrupt):
        world.batch(cats(10), client=world.client(requests_per_second=0.5), concurrency=6, on_progress=press)
    assert len(world.server.ledger) <= 2


def test_two_interrupts_leave_at_once_and_lose_nothing(world: World) -> None:
    with pytest.raises(KeyboardInterrupt):
        world.batch(cats(20), concurrency=4, on_progress=interrupt_at(3, times=2))
    world.colour.start_anew()
    assert "submitted" in world.states().values()
    results, _ = world.batch(cats(20))
    all_done(results, world, 20)


def test_a_handler_of_the_callers_own_is_left_alone(world: World) -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        results, _ = world.batch(cats(5), on_progress=interrupt_at(1, times=1))
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]
    all_done(results, world, 5)


# ---- callbacks ----------------------------------------------------------------------------------------------------


def test_a_callback_that_comes_later_claims_the_job_of_an_unknown_submission(called_back: World) -> None:
    world = called_back
    world.server.faults.add("close_after", times=3, method="POST")
    receiver = CallbackReceiver(now=lambda: world.server.clock.now)
    with receiver.serve() as served:
        results, batch = world.batch(cats(6), callback=served.url, callbacks=receiver)
    all_done(results, world, 6)
    assert batch.summary.unknown == ()


def test_with_callbacks_a_job_needs_little_more_than_one_question(called_back: World) -> None:
    world, asked = called_back, 0

    def count(send: Any) -> None:
        nonlocal asked
        asked += not send.request.paid

    receiver = CallbackReceiver(now=lambda: world.server.clock.now)
    with receiver.serve() as served:
        results, _ = world.batch(cats(20), client=behind(world, count), callback=served.url, callbacks=receiver)
    all_done(results, world, 20)
    assert asked - 1 <= 20 * 1.3


def test_each_submission_has_a_token_of_its_own_and_it_is_in_the_journal(called_back: World) -> None:
    world = called_back
    receiver = CallbackReceiver()
    with receiver.serve() as served:
        world.batch(cats(3), callback=served.url, callbacks=receiver)
        with world.journal() as journal:
            for entry in journal.entries():
                assert entry.body["callback"] == f"{served.url}.{entry.token}"
    assert len({body["callback"] for body in world.bodies()}) == 3


def test_an_unknown_submission_without_its_callback_is_told_in_the_end(called_back: World) -> None:
    world = called_back
    world.server.faults.add("close_after", times=1, method="POST")
    receiver = CallbackReceiver()
    with receiver.serve() as served:
        nowhere = served.url.rsplit("/", 1)[0] + "/nobody-listens-here"
        results, batch = world.batch(cats(2), callback=nowhere, callbacks=receiver)
    assert sorted(result.state for result in results) == ["done", "unknown"]
    assert len(batch.summary.unknown) == 1


def test_a_stranger_cannot_claim_a_job(called_back: World) -> None:
    world = called_back
    world.server.faults.add("close_after", times=1, method="POST")
    receiver = CallbackReceiver()
    with receiver.serve() as served:
        mine = world.server.jobs.add("not-of-this-batch")

        def pretend(_: Any) -> None:
            receiver.take(served.url.rsplit("/", 1)[1] + ".guessed", f'{{"job_id": "{mine["job_id"]}"}}'.encode())

        world.batch(cats(2), callback=served.url, callbacks=receiver, on_progress=pretend)
    with world.journal() as journal:
        assert "not-of-this-batch" not in {entry.job_id for entry in journal.entries()}


def test_a_chain_is_called_back_too(called_back: World) -> None:
    world = called_back
    world.server.faults.add("close_after", times=1, path="/v1/extend-video")
    receiver = CallbackReceiver(now=lambda: world.server.clock.now)
    with receiver.serve() as served:
        chain = world.chain(VideoChain.start("waves").extend(), callback=served.url, callbacks=receiver)
    assert chain.points == 2 * VIDEO
    assert len(world.server.ledger) == 2
