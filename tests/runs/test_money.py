"""What a run may spend: earlier runs, the balance, and what the service says late are all counted."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import Budget, VideoChain
from legnext_client._protocol.flow import Response
from legnext_client.errors import BudgetExceeded, ChainError, JobFailed, SubmissionUnknown
from tests.facts import DIFFUSION, VIDEO

from .test_bad_weather import behind
from .test_batches import cats

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client.uploads import LocalFile

    from .conftest import World

CHAIN = VideoChain.start("waves roll in").extend("the camera pulls back").upscale()


def test_what_is_paid_for_is_waited_for_before_it_is_told_that_the_rest_cannot_be(
    make_world: Callable[..., World],
) -> None:
    world = make_world(credits=3 * VIDEO + DIFFUSION - 40)
    world.server.faults.add("never_ends", times=1)
    with pytest.raises(ChainError):
        world.chain(CHAIN)
    world.job(world.client().midjourney.diffusion(text="a cat"))
    world.server.jobs.complete(world.server.ledger[0].job_id)
    with pytest.raises(BudgetExceeded, match=f"up to {2 * VIDEO} points, and the account has {2 * VIDEO - 40}"):
        world.chain(CHAIN)
    assert world.states() == {"chain/1": "done"}
    assert len(world.server.ledger) == 2


@pytest.mark.parametrize(
    ("fault", "others", "reason"), [("job_fails", 8, JobFailed), ("close_after", 1, SubmissionUnknown)]
)
def test_the_steps_behind_a_failed_or_unknown_one_need_not_be_paid(
    make_world: Callable[..., World], fault: str, others: int, reason: type[Exception]
) -> None:
    world = make_world(credits=1500)
    world.server.faults.add(fault, times=1, path="/v1/extend-video")
    with pytest.raises(ChainError, match="step 2 of 3"):
        world.chain(CHAIN)
    for _ in range(others):
        world.job(world.client().midjourney.diffusion(text="a cat"))
    with pytest.raises(ChainError, match="step 2 of 3") as caught:
        world.chain(CHAIN)
    assert isinstance(caught.value.__cause__, reason)
    assert len(world.server.ledger) == 2 + others


def test_a_row_that_was_changed_while_it_may_run_need_not_be_paid(make_world: Callable[..., World]) -> None:
    world = make_world(credits=120)
    world.server.faults.add("close_after", times=1, method="POST")
    world.batch(cats(1))
    changed = [row | {"text": f"{row['text']}, asleep"} for row in cats(1)]
    batch = world.client().batch(changed, world.path)
    assert batch.survey().left.rows == 0
    (result,) = world.drained(batch)
    assert "was changed while its earlier request is unknown" in str(result.error)
    assert len(world.server.ledger) == 1


def test_rows_that_were_changed_are_counted_as_new_ones(make_world: Callable[..., World]) -> None:
    world = make_world(credits=2 * DIFFUSION + 40)
    world.batch(cats(2))
    changed = [row | {"text": f"{row['text']}, asleep"} for row in cats(2)]
    with pytest.raises(BudgetExceeded, match=f"up to {2 * DIFFUSION} points, and the account has 40"):
        world.batch(changed)
    assert len(world.server.ledger) == 2


def test_a_budget_of_the_client_counts_what_may_still_be_spent_for_earlier_runs_and_not_what_was(world: World) -> None:
    world.server.faults.add("close_after", times=1, method="POST")
    world.batch(cats(2))
    client, budget = world.client(), Budget(3 * DIFFUSION)
    with client.budget(budget), pytest.raises(BudgetExceeded):
        world.batch(cats(5), client=client)
    assert (budget.spent, budget.reserved) == (2 * DIFFUSION, DIFFUSION)
    assert len(world.server.ledger) == 4


def test_rows_that_were_done_come_again_before_it_is_told_that_the_balance_is_short(
    make_world: Callable[..., World],
) -> None:
    world = make_world(credits=4 * DIFFUSION)
    world.batch(cats(3))
    batch = world.client().batch(cats(6), world.path)
    with pytest.raises(BudgetExceeded, match=f"up to {3 * DIFFUSION} points, and the account has {DIFFUSION}"):
        world.drained(batch)
    assert (batch.summary.done, batch.summary.left) == (3, 3)
    assert len(world.server.ledger) == 3


def test_what_was_planned_and_never_sent_is_given_back_when_one_leaves(world: World) -> None:
    budget, client = Budget(1000), world.client(requests_per_second=1)
    rows = [{"key": "quick", "text": "complete-at-once"}, *cats(5)]

    async def leave() -> None:
        async with client.batch(rows, budget=budget) as batch:
            async for _ in batch:
                break

    if world.colour.is_async:
        world.colour.do(leave())
    else:
        with client.batch(rows, budget=budget) as batch:
            next(iter(batch))
    sent = len(world.server.ledger)
    assert sent < 6
    assert budget.spent + budget.reserved == DIFFUSION * sent


@pytest.mark.parametrize("colour", ["sync"], indirect=True)
def test_what_is_held_for_a_call_is_given_back_when_one_leaves_while_its_file_is_uploaded(world: World) -> None:
    begun, may_go_on = threading.Event(), threading.Event()

    def upload(_: LocalFile) -> str:
        begun.set()
        may_go_on.wait(30)
        return "https://files.test/cat.png"

    budget, client = Budget(1000), world.client(uploader=upload)
    rows = [("describe", {"img_url": b"\x89PNG\r\n\x1a\n and the rest"}), ("diffusion", {"text": "complete-at-once"})]
    with client.batch(rows, budget=budget) as batch:
        next(iter(batch))
        assert begun.wait(30)
    may_go_on.set()
    assert len(world.server.ledger) == 1
    assert budget.spent + budget.reserved == DIFFUSION


def test_a_job_that_is_dearer_than_was_thought_stops_one_run_and_not_each(world: World) -> None:
    world.server.faults.add("never_ends", times=1, method="POST")

    def first(path: str) -> bool:
        return bool(world.server.ledger) and world.server.ledger[0].job_id in path

    tell = telling(world, 999, frozen=500)
    client = behind(world, lambda send: tell(send) if first(send.request.path) else None)
    with pytest.raises(BudgetExceeded, match="holds 500 points"):
        world.batch(cats(3), concurrency=1, budget=5000, timeout=100, client=client)
    results, _ = world.batch(cats(3), client=client, budget=5000, timeout=100)
    assert sorted(result.key for result in results if result.state == "done") == ["cat-1", "cat-2"]
    assert len(world.server.ledger) == 3


def telling(world: World, until: int, **usage: int) -> Callable[[Any], Any]:
    """The service tells of the use of points only when it is asked for a job, for so many questions."""
    asked: dict[str, int] = {}

    def passing(send: Any) -> Any:
        if "/job/" not in send.request.path:
            return None
        job_id = send.request.path.rpartition("/")[2]
        asked[job_id] = asked.get(job_id, 0) + 1
        job = world.server.jobs[job_id]
        if asked[job_id] > until or job["status"] == "completed":
            return None
        return Response(200, {}, json.dumps(job | {"meta": {"usage": usage}}).encode())

    return passing


def test_a_service_that_says_only_later_that_it_holds_more_stops_the_batch_then(world: World) -> None:
    client = behind(world, telling(world, 1, frozen=500))
    with pytest.raises(BudgetExceeded, match=f"holds 500 points for diffusion, job .*; {DIFFUSION} were estimated"):
        world.batch(cats(4), client=client, concurrency=1, budget=5 * DIFFUSION)
    assert len(world.server.ledger) == 1
    assert world.states() == {"cat-0": "done"}


class Understating:
    """Holds one point for each job, and charges its whole price in the end."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self, send: Any) -> Any:
        if send.request.paid:
            with self._world.server.client() as other:
                job_id = getattr(other.midjourney, send.request.operation)(**json.loads(send.request.body)).job_id
        elif "/job/" in send.request.path:
            job_id = send.request.path.rpartition("/")[2]
        else:
            return None
        job = self._world.server.jobs[job_id]
        usage = {} if job["status"] == "completed" else {"meta": {"usage": {"frozen": 1}}}
        return Response(200, {}, json.dumps(job | usage).encode())


def test_a_service_that_holds_less_than_it_charges_cannot_make_a_batch_pass_its_budget(world: World) -> None:
    budget = Budget(10 * DIFFUSION)
    with pytest.raises(BudgetExceeded):
        world.batch(cats(24), client=behind(world, Understating(world)), concurrency=24, budget=budget)
    assert (budget.spent, len(world.server.ledger)) == (10 * DIFFUSION, 10)


def test_a_service_that_holds_less_than_it_charges_cannot_make_a_resumed_batch_pass_its_budget(world: World) -> None:
    client = behind(world, Understating(world))
    for _ in range(6):
        world.server.faults.add("never_ends", times=1, method="POST")
    results, _ = world.batch(cats(6), client=client, timeout=1, budget=10 * DIFFUSION)
    assert {result.state for result in results} == {"submitted"}
    for line in world.server.ledger:
        world.server.jobs.complete(line.job_id)
    budget = Budget(10 * DIFFUSION)
    with pytest.raises(BudgetExceeded):
        world.batch(cats(24), client=client, concurrency=24, budget=budget)
    assert (budget.spent, len(world.server.ledger)) == (10 * DIFFUSION, 10)


def test_a_service_that_holds_less_than_it_charges_cannot_make_a_clients_budget_pass(world: World) -> None:
    client = behind(world, Understating(world))
    with client.budget(2 * DIFFUSION + 40) as budget:
        for _ in range(2):
            world.job(client.midjourney.diffusion(text="a cat"))
        with pytest.raises(BudgetExceeded):
            world.job(client.midjourney.diffusion(text="a cat"))
    assert (budget.reserved, budget.left) == (2 * DIFFUSION, 40)


def test_a_failed_job_that_cost_more_than_was_thought_may_still_be_retried(world: World) -> None:
    def dear(send: Any) -> Any:
        if "/job/" not in send.request.path:
            return None
        job = world.server.jobs[send.request.path.rpartition("/")[2]]
        usage = {"meta": {"usage": {"consume": 500}}} if job["status"] == "failed" else {}
        return Response(200, {}, json.dumps(job | usage).encode())

    world.server.faults.add("job_fails", times=1)
    with pytest.raises(BudgetExceeded):
        world.batch(cats(1), client=behind(world, dear), budget=2000)
    with world.journal() as journal:
        assert (journal.summary().points, journal.summary().uncertain) == (500, 0)
    results, _ = world.batch(cats(1), retry_failed=True)
    assert [result.state for result in results] == ["done"]


def test_a_job_that_failed_and_was_charged_all_the_same_counts_against_the_budget(world: World) -> None:
    def charged(send: Any) -> Any:
        if "/job/" not in send.request.path:
            return None
        job = world.server.jobs[send.request.path.rpartition("/")[2]]
        if job["status"] != "failed":
            return None
        return Response(200, {}, json.dumps(job | {"meta": {"usage": {"consume": DIFFUSION}}}).encode())

    world.server.faults.add("job_fails", times=1)
    budget = Budget(2 * DIFFUSION)
    with pytest.raises(BudgetExceeded):
        world.batch(cats(3), client=behind(world, charged), concurrency=1, budget=budget)
    assert budget.spent == 2 * DIFFUSION
    assert len(world.server.ledger) == 2
    with pytest.raises(BudgetExceeded):
        world.batch(cats(3), budget=2 * DIFFUSION)
    assert len(world.server.ledger) == 2
