"""Prompts, prices and budgets at the calls: known before they are sent, held while they run, settled when they end."""

from __future__ import annotations

import warnings
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import Budget, BudgetExceeded, InvalidRequest, JobFailed, PromptWarning, SubmissionUnknown
from legnext_client._protocol.flow import NoResponse
from legnext_client.errors import ConfigurationError, ForbiddenError
from legnext_client.generated.operations import OPERATIONS
from legnext_client.prompts.policy import request_problems
from tests.facts import CREATIVE, DIFFUSION, LARGE_EXTENSION, LONGEST, VARIATION, VIDEO

from .worlds import Colour, Service, done, job, told

if TYPE_CHECKING:
    from collections.abc import Hashable

GONE = NoResponse("ReadTimeout", sent=True)


def usage(**points: Any) -> dict[str, Any]:
    return {"meta": {"usage": points}}


def call(colour: Colour, client: Any, text: str = "x") -> Any:
    return colour.do(client.midjourney.diffusion(text=text))


def test_a_call_that_would_pass_the_budget_is_not_sent(colour: Colour) -> None:
    service = Service(job())
    client = colour.client(service)
    with client.budget(2 * DIFFUSION + 40) as budget:
        call(colour, client)
        call(colour, client)
        with pytest.raises(BudgetExceeded):
            call(colour, client)
        assert (len(service.sent), budget.reserved, budget.left) == (2, 2 * DIFFUSION, 40)
    call(colour, client)
    assert len(service.sent) == 3


def test_a_budget_is_settled_when_the_job_is_done(colour: Colour) -> None:
    client = colour.client(Service(job(**usage(frozen=DIFFUSION)), job(), done(**usage(frozen=DIFFUSION, consume=40))))
    with client.budget(DIFFUSION + 20) as budget:
        waited = call(colour, client, "x --draft")
        assert (budget.reserved, budget.spent) == (DIFFUSION, 0)
        colour.do(waited.wait())
        assert (budget.reserved, budget.spent, budget.left) == (0, 40, DIFFUSION - 20)
        colour.do(waited.refresh())
        assert budget.spent == 40


@pytest.mark.parametrize(
    "told_usage", [{}, {"meta": None}, usage(consume=None), usage(consume="80"), usage(consume=-4)]
)
def test_what_a_job_has_cost_stays_reserved_until_it_is_told(colour: Colour, told_usage: Any) -> None:
    client = colour.client(Service(job(), done() | told_usage))
    with client.budget(DIFFUSION + 20) as budget:
        ended = colour.do(call(colour, client).wait())
        assert ended.ok, "an odd count of points does not lose a job"
        assert budget.left == (20 if told_usage != usage(consume=-4) else budget.left)
        assert budget.left <= DIFFUSION + 20


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (told({"code": 403, "message": "no"}, 403), ForbiddenError),
        (told({"code": 403, "message": "no"}), ForbiddenError),
        (NoResponse("certificate", sent=False, retryable=False), ConnectionError),
    ],
)
def test_a_refused_call_holds_nothing(colour: Colour, answer: Any, kind: type[Exception]) -> None:
    client = colour.client(Service(answer))
    with client.budget(DIFFUSION + 20) as budget:
        with pytest.raises(kind):
            call(colour, client)
        assert budget.left == DIFFUSION + 20


@pytest.mark.parametrize("answer", [GONE, told({}, 500), told(b"<html>"), KeyboardInterrupt()])
def test_a_call_whose_outcome_is_unknown_keeps_its_price(colour: Colour, answer: Any) -> None:
    client = colour.client(Service(answer))
    with client.budget(DIFFUSION + 20) as budget:
        with pytest.raises((SubmissionUnknown, KeyboardInterrupt)):
            call(colour, client)
        assert budget.left == 20


def test_a_failed_job_gives_its_points_back(colour: Colour) -> None:
    client = colour.client(Service(job(), job("failed", **usage(frozen=DIFFUSION, consume=0))))
    with client.budget(DIFFUSION + 20) as budget:
        waited = call(colour, client)
        with pytest.raises(JobFailed):
            colour.do(waited.wait())
        assert (budget.left, budget.spent) == (DIFFUSION + 20, 0)


def test_a_call_that_is_wrong_or_comes_too_late_holds_nothing(colour: Colour) -> None:
    client = colour.client(Service(job()))
    with client.budget(DIFFUSION + 20) as budget:
        with pytest.raises(InvalidRequest):
            call(colour, client, "")
        assert budget.left == DIFFUSION + 20
        colour.do(client.close())
        with pytest.raises(ConfigurationError):
            call(colour, client)
        assert budget.left == DIFFUSION + 20


def test_budgets_within_budgets_all_count(colour: Colour) -> None:
    client = colour.client(Service(job()))
    with client.budget(5 * DIFFUSION) as outer:
        call(colour, client)
        with client.budget(DIFFUSION + 20) as inner:
            call(colour, client)
            with pytest.raises(BudgetExceeded, match=f"budget of {DIFFUSION + 20}"):
                call(colour, client)
            assert (outer.reserved, inner.reserved) == (2 * DIFFUSION, DIFFUSION)
        with client.budget(10_000) as wide:
            for _ in range(3):
                call(colour, client)
            with pytest.raises(BudgetExceeded, match=f"budget of {5 * DIFFUSION}"):
                call(colour, client)
            assert (outer.left, wide.reserved) == (0, 3 * DIFFUSION)


def test_a_budget_counts_although_another_is_left_at_that_moment(colour: Colour) -> None:
    """As another thread may leave its own while this call holds its price in all."""
    service, left = Service(job()), ExitStack()
    client = colour.client(service)

    class Left(Budget):
        def reserve(self, key: Hashable, points: int) -> None:
            super().reserve(key, points)
            left.close()

    left.enter_context(client.budget(Left(1000)))
    with client.budget(DIFFUSION - 1), pytest.raises(BudgetExceeded):
        call(colour, client)
    assert service.sent == []


def test_a_budget_may_be_brought_along_and_holds_for_twins_and_follow_ups(colour: Colour) -> None:
    client = colour.client(Service(done(**usage(consume=DIFFUSION)), job(job_id="j2"), job(job_id="j3")))
    shared = Budget(2 * DIFFUSION + CREATIVE - 1)
    with client.budget(shared) as same:
        assert same is shared
        first = call(colour, client)
        assert shared.spent == DIFFUSION
        colour.do(first.upscale(image_no=0, type=1))
        assert shared.reserved == CREATIVE
        with pytest.raises(BudgetExceeded):
            call(colour, client.with_options(retries=0))


def test_an_extension_costs_by_what_its_source_is_known_to_be(colour: Colour) -> None:
    chain = job("completed", output={"video_urls": ["https://files.test/1.mp4"]}, **usage(consume=VIDEO))
    client = colour.client(Service(chain))
    with client.budget(10_000) as budget:
        first = colour.do(client.midjourney.video_diffusion(prompt="waves", video_type=0))
        colour.do(first.extend_video(video_no=0))
        assert budget.spent == 2 * VIDEO
    picked_up = colour.do(client.tasks.get("j1"))
    with client.budget(LARGE_EXTENSION - 1), pytest.raises(BudgetExceeded, match=f"{LARGE_EXTENSION} points"):
        colour.do(picked_up.extend_video(video_no=0))


def test_free_calls_need_no_budget(colour: Colour) -> None:
    client = colour.client(Service(job()))
    with client.budget(0) as budget:
        colour.do(client.tasks.get("j1"))
        assert budget.left == 0


# ---- prompts ---------------------------------------------------------------------------------------------------------


def test_a_warning_of_a_prompt_points_at_the_line_that_called(colour: Colour) -> None:
    client = colour.client(Service(done()), prompts="warn")
    first = call(colour, client)

    async def calls() -> None:
        await client.midjourney.diffusion(text="x --zebra 1")
        await client.midjourney.imagine(text="x --zebra 1")
        await first.remix(image_no=0, remix_prompt="x --zebra 1")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if colour.is_async:
            colour.do(calls())
            begin = calls.__code__.co_firstlineno
        else:
            begin = _calls.__code__.co_firstlineno
            _calls(client, first)
    assert [warning.category for warning in caught] == [PromptWarning] * 3
    assert {warning.filename for warning in caught} == {__file__}
    assert [warning.lineno - begin for warning in caught] == [1, 2, 3]


def _calls(client: Any, first: Any) -> None:
    client.midjourney.diffusion(text="x --zebra 1")
    client.midjourney.imagine(text="x --zebra 1")
    first.remix(image_no=0, remix_prompt="x --zebra 1")


def test_prompts_with_errors_are_refused_and_nothing_is_sent(colour: Colour) -> None:
    service = Service(job())
    client = colour.client(service)
    with client.budget(DIFFUSION + 20) as budget:
        with pytest.raises(InvalidRequest, match="zebra"):
            call(colour, client, "x --zebra 1")
        assert budget.left == DIFFUSION + 20
    assert service.sent == []
    call(colour, client, "x --v 7")
    with pytest.warns(PromptWarning):
        call(colour, client.with_options(prompts="warn"), "x --zebra 1")


def test_a_client_lets_pass_what_an_operation_without_a_bound_takes(colour: Colour) -> None:
    service, long = Service(job()), "x" * (LONGEST + 1)
    client = colour.client(service)
    colour.do(client.midjourney.retexture(img_url="https://a.example/b.png", remix_prompt=long))
    assert (service.sent[0].request.sent or {})["remixPrompt"] == long
    with pytest.raises(InvalidRequest, match=f"1 to {LONGEST} characters"):
        call(colour, client, long)
    assert len(service.sent) == 1
    assert request_problems(OPERATIONS["retexture"], {"remixPrompt": long}) == []


def test_a_job_that_is_done_once_more_is_held_at_what_it_cost(colour: Colour) -> None:
    dear_points = 4 * max(DIFFUSION, VARIATION)
    held = job(**usage(frozen=DIFFUSION))
    service = Service(done(**usage(consume=dear_points)), held, held)
    client = colour.client(service)
    dear = call(colour, client, "x --v 8.1")
    with client.budget(dear_points - 1) as budget:
        with pytest.raises(BudgetExceeded, match=f"{dear_points}"):
            colour.do(dear.reroll())
        assert (len(service.sent), budget.left) == (1, dear_points - 1)
        colour.do(dear.variation(image_no=0, type=0))
        assert budget.reserved == VARIATION, "what is not the same again has a price of its own"
    with client.budget(dear_points) as budget:
        colour.do(dear.reroll())
        assert (budget.reserved, budget.left) == (dear_points, 0), "the service may charge more than it holds"
