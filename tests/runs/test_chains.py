"""Chains: made step by step, and gone on with where they were, for the same bill."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import Budget, VideoChain
from legnext_client.errors import (
    BudgetExceeded,
    ChainError,
    InsufficientCreditsError,
    InvalidRequest,
    JobFailed,
    JournalError,
    LegnextError,
    SubmissionUnknown,
    WaitTimeout,
)
from tests.facts import CHAIN_PRICE, VIDEO, VIDEO_UPSCALE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import World

CHAIN = VideoChain.start("waves roll in --motion high").extend("the camera pulls back").upscale(video_no=1)
PRICE = CHAIN_PRICE


def follow(world: World) -> list[str]:
    """The sources of the paid requests, in their order."""
    return [body.get("jobId", "") for body in world.bodies()]


def test_a_chain_is_made_step_by_step_from_one_call(world: World, tmp_path: Path) -> None:
    result = world.chain(CHAIN)
    assert [job.task_type for job in result.jobs] == ["video_diffusion", "extend_video", "video_upscale"]
    assert follow(world) == ["", result.jobs[0].job_id, result.jobs[1].job_id]
    assert world.bodies()[2]["videoNo"] == 1
    assert (result.seconds, result.points, len(result.video_urls)) == (8, PRICE, 1)
    [path] = world.job(result.download(tmp_path / "out"))
    assert path.stat().st_size > 1000


def test_progress_says_which_step_of_how_many_and_the_points_so_far(world: World) -> None:
    updates: list[Any] = []
    world.chain(CHAIN, on_progress=updates.append)
    assert {(update.step, update.steps, update.title) for update in updates} == {
        (1, 3, "start"),
        (2, 3, "extension 1"),
        (3, 3, "upscale"),
    }
    assert [update.points for update in updates] == sorted(update.points for update in updates)
    assert updates[-1].points == PRICE
    assert updates[-1].job.status == "completed"
    assert updates[-1].elapsed > 300
    assert str(updates[0]) == "chain: step 1 of 3, start: pending 0 %, 0 points so far, 0:00"


def test_a_finished_chain_is_there_again_for_nothing(world: World) -> None:
    first = world.chain(CHAIN)
    again = world.chain(CHAIN)
    assert again.video_urls == first.video_urls
    assert again.points == first.points
    assert len(world.server.ledger) == 3


def test_a_video_can_be_chosen_by_a_function_of_the_finished_job(world: World) -> None:
    seen: list[Any] = []

    def last(job: Any) -> int:
        seen.append(job)
        return len(job.video_urls) - 1

    result = world.chain(VideoChain.start("waves").extend(video_no=last))
    assert seen[0].job_id == result.jobs[0].job_id
    assert world.bodies()[1]["videoNo"] == len(result.jobs[0].video_urls) - 1


@pytest.mark.parametrize("colour", ["async"], indirect=True)
def test_a_coroutine_can_choose_for_an_async_client(world: World) -> None:
    async def second(_: Any) -> int:
        return 1

    world.chain(VideoChain.start("waves").extend(video_no=second))
    assert world.bodies()[1]["videoNo"] == 1


def test_a_choice_that_cannot_be_is_told_and_nothing_is_sent(world: World) -> None:
    with pytest.raises(ChainError, match=r"step 2 of 2, extension 1: .*video_no must be") as caught:
        world.chain(VideoChain.start("waves").extend(video_no=lambda _: 9))
    assert [job.ok for job in caught.value.finished] == [True]
    assert len(world.server.ledger) == 1


def test_what_a_choosing_function_raises_stops_its_chain_alone_and_the_chain_can_go_on(world: World) -> None:
    def undecided(_: Any) -> int:
        raise LookupError("which one?")

    chain = VideoChain.start("waves").extend(video_no=undecided)
    with pytest.raises(ChainError, match=r"extension 1: the function that chooses video_no raised Look") as caught:
        world.chain(chain)
    assert isinstance(caught.value.__cause__, LegnextError)
    assert isinstance(caught.value.__cause__.__cause__, LookupError)
    world.chain(VideoChain.start("waves").extend(video_no=lambda _: 0))
    assert len(world.server.ledger) == 2
    results, _ = world.batch([chain, ("imagine", {"text": "a cat"})], world.path.with_name("both.db"))
    assert sorted(result.state for result in results) == ["done", "new"]


def test_a_failed_step_keeps_the_finished_ones_and_is_tried_again_only_when_asked(world: World) -> None:
    world.server.faults.add("job_fails", times=1, path="/v1/extend-video")
    with pytest.raises(ChainError, match=r"step 2 of 3, extension 1: .* failed") as caught:
        world.chain(CHAIN)
    assert isinstance(caught.value.__cause__, JobFailed)
    assert (caught.value.step, [job.task_type for job in caught.value.finished]) == (2, ["video_diffusion"])
    assert caught.value.journal == str(world.path)
    with pytest.raises(ChainError, match="retry_failed=True"):
        world.chain(CHAIN)
    assert len(world.server.ledger) == 2
    result = world.chain(CHAIN, retry_failed=True)
    assert len(world.server.ledger) == 4
    assert result.points == PRICE


def test_an_unknown_step_stops_the_chain_and_is_never_sent_again_by_itself(world: World) -> None:
    world.server.faults.add("close_after", times=1, path="/v1/extend-video")
    with pytest.raises(ChainError, match=r"step 2 of 3.*adopt\('chain/2', job_id\)") as caught:
        world.chain(CHAIN)
    assert isinstance(caught.value.__cause__, SubmissionUnknown)
    with pytest.raises(ChainError, match="step 2 of 3"):
        world.chain(CHAIN)
    assert len(world.server.ledger) == 2


def unknown(world: World) -> None:
    world.server.faults.add("close_after", times=1, path="/v1/extend-video")
    with pytest.raises(ChainError):
        world.chain(CHAIN)


def test_an_unknown_step_goes_on_with_the_job_that_it_has_become(world: World) -> None:
    unknown(world)
    with world.journal() as journal:
        journal.adopt("chain/2", world.server.ledger[1].job_id)
    result = world.chain(CHAIN)
    assert result.points == PRICE
    assert len(world.server.ledger) == 3


def test_a_job_that_is_none_is_not_adopted_for_good(world: World) -> None:
    unknown(world)
    with world.journal() as journal:
        journal.adopt("chain/2", "no-such-job")
    with pytest.raises(ChainError, match="404"):
        world.chain(CHAIN)
    assert world.states()["chain/2"] == "unknown"
    assert len(world.server.ledger) == 2


def test_an_unknown_step_can_be_sent_again_by_who_says_so(world: World) -> None:
    unknown(world)
    with world.journal() as journal:
        journal.resubmit("chain/2")
    result = world.chain(CHAIN)
    assert len(world.server.ledger) == 4
    assert follow(world)[3] == result.jobs[1].job_id


def test_a_wait_that_is_over_is_gone_on_with_by_another_run(world: World) -> None:
    world.server.faults.add("never_ends", times=1, path="/v1/extend-video")
    with pytest.raises(ChainError, match="step 2 of 3") as caught:
        world.chain(CHAIN)
    assert isinstance(caught.value.__cause__, WaitTimeout)
    world.server.jobs.complete(world.server.ledger[1].job_id)
    world.chain(CHAIN)
    assert len(world.server.ledger) == 3


def test_a_chain_that_is_resumed_too_late_says_so_before_it_sends(world: World) -> None:
    world.server.faults.add("job_fails", times=1, path="/v1/extend-video")
    with pytest.raises(ChainError):
        world.chain(CHAIN)
    world.day += timedelta(days=3, hours=1)
    with pytest.raises(ChainError, match=r"extension 1: .*ended 3 days ago.*followed up for 3 days"):
        world.chain(CHAIN, retry_failed=True)
    assert len(world.server.ledger) == 2


def test_a_chain_whose_job_ended_while_nobody_ran_is_as_old_as_that_job(world: World) -> None:
    world.server.faults.add("never_ends", times=1, path="/v1/video-diffusion")
    with pytest.raises(ChainError):
        world.chain(CHAIN)
    world.server.jobs.complete(world.server.ledger[0].job_id)
    world.day += timedelta(days=4)
    for _ in range(2):  # the first of them finds the job done, and writes down when that was
        with pytest.raises(ChainError, match=r"extension 1: .*followed up for 3 days"):
            world.chain(CHAIN)
    assert len(world.server.ledger) == 1


def test_the_journal_of_another_chain_is_refused(world: World) -> None:
    world.chain(CHAIN)
    with pytest.raises(JournalError, match="another chain"):
        world.chain(VideoChain.start("another").upscale())
    assert len(world.server.ledger) == 3


def test_a_chain_that_the_account_cannot_pay_is_not_begun(make_world: Callable[..., World]) -> None:
    world = make_world(credits=PRICE - 101, points=100)
    with pytest.raises(BudgetExceeded, match=f"up to {PRICE} points, and the account has {PRICE - 1}"):
        world.chain(CHAIN)
    assert world.server.ledger == []


def test_only_what_is_left_of_a_chain_must_be_payable(make_world: Callable[..., World]) -> None:
    world = make_world(credits=PRICE)
    world.server.faults.add("job_fails", times=1, path="/v1/extend-video")
    with pytest.raises(ChainError):
        world.chain(CHAIN)
    assert world.chain(CHAIN, retry_failed=True).points == PRICE
    assert world.server.balance == 0


def test_a_budget_that_the_chain_passes_stops_it_before_the_step_that_would(world: World) -> None:
    with pytest.raises(BudgetExceeded, match=f"{VIDEO_UPSCALE} points would exceed the budget of {PRICE - 1}"):
        world.chain(CHAIN, budget=PRICE - 1)
    assert len(world.server.ledger) == 2
    with pytest.raises(BudgetExceeded):
        world.chain(CHAIN, budget=PRICE - 1)
    assert len(world.server.ledger) == 2
    assert world.chain(CHAIN, budget=PRICE).points == PRICE


def test_a_budget_counts_what_may_have_been_charged(world: World) -> None:
    unknown(world)
    with world.journal() as journal:
        journal.resubmit("chain/2")
    counted = rf"{PRICE} .*{PRICE - VIDEO_UPSCALE} spent, {VIDEO_UPSCALE} reserved"
    with pytest.raises(BudgetExceeded, match=f"would exceed the budget of {PRICE}: {counted}"):
        world.chain(CHAIN, budget=PRICE)
    assert len(world.server.ledger) == 3


def test_one_budget_serves_chain_and_client(world: World) -> None:
    client, budget = world.client(), Budget(PRICE + 100)
    with client.budget(budget):
        world.chain(CHAIN, client=client, budget=budget)
        assert budget.spent == PRICE
        with pytest.raises(BudgetExceeded):
            world.job(client.midjourney.variation(job_id="x", image_no=0, type=0))
    world.chain(CHAIN, client=client, budget=budget)
    assert (budget.spent, budget.reserved) == (PRICE, 0)


def test_no_credit_stops_the_chain_and_it_goes_on_when_there_is(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.server.faults.add("error_before", times=1, path="/v1/extend-video", status=402)
    with pytest.raises(InsufficientCreditsError):
        world.chain(CHAIN)
    assert world.states() == {"chain/1": "done", "chain/2": "new"}
    assert world.chain(CHAIN).points == PRICE


def test_a_chain_without_a_journal_runs_all_the_same(world: World) -> None:
    client = world.client()
    result = world.job(client.run(CHAIN))
    assert result.points == PRICE
    assert not world.path.exists()


def test_without_a_journal_nobody_is_told_to_run_it_again(world: World) -> None:
    world.server.faults.add("job_fails", times=1, path="/v1/extend-video")
    client = world.client()
    with pytest.raises(
        ChainError, match=r"step 2 of 3, .*Nothing was charged for it\. This run had no journal"
    ) as caught:
        world.job(client.run(CHAIN))
    said = str(caught.value)
    assert "retry_failed" not in said
    assert "same journal" not in said
    assert "VideoChain.from_video(error.finished[-1])" in said
    left = VideoChain.from_video(caught.value.finished[-1]).extend("the camera pulls back").upscale(video_no=1)
    assert world.job(client.run(left)).points == PRICE - VIDEO
    assert len(world.server.ledger) == 4  # the one that failed was charged nothing


def test_without_a_journal_a_step_that_goes_on_is_named_by_its_id(world: World) -> None:
    with pytest.raises(
        ChainError, match=r"client\.tasks\.get\(job_id\)\. This run had no journal to resume from"
    ) as caught:
        world.job(world.client().run(CHAIN, timeout=5))
    assert world.server.ledger[0].job_id in str(caught.value)
    assert caught.value.finished == ()


def test_without_a_journal_whatever_stops_a_chain_names_what_is_paid(world: World) -> None:
    with pytest.raises(BudgetExceeded) as caught:
        world.job(world.client().run(CHAIN, budget=500))
    [line] = world.server.ledger
    assert caught.value.__notes__ == [
        f"There is no journal, so running it again would pay again for: chain/1 is job {line.job_id}."
    ]
    with pytest.raises(BudgetExceeded) as caught:
        world.job(world.client().run(CHAIN, budget=400))
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize(("chain", "got"), [("waves", "'waves'"), ([CHAIN], r"\[<VideoChain"), (None, "None")])
def test_what_is_no_chain_is_told_as_such_and_nothing_is_sent(world: World, chain: Any, got: str) -> None:
    with pytest.raises(InvalidRequest, match=f"chain must be a VideoChain; got {got}"):
        world.chain(chain)
    assert not world.path.exists()


def test_bad_options_are_named_as_those_of_a_batch(world: World) -> None:
    with pytest.raises(InvalidRequest, match="timeout must be seconds, 0 or more; got -1"):
        world.chain(CHAIN, timeout=-1)
    with pytest.raises(TypeError, match="concurency"):
        world.chain(CHAIN, concurency=3)
    assert not world.path.exists()


def test_a_chain_without_a_step_cannot_be_run(world: World) -> None:
    with pytest.raises(InvalidRequest, match="without a step"):
        world.chain(VideoChain.from_video("some-job"))
