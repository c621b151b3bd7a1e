"""A callback wakes a wait and proves nothing: few questions when callbacks come, all jobs found when they do not."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._calls.wait import DOUBT, waiting
from legnext_client._protocol.flow import NoResponse, Response
from legnext_client._protocol.state import State
from tests import waits
from tests.waits import IMAGE, Call, target, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STEP = 1.0
"""Virtual clocks are slept by in steps of one second."""
ANSWER_TAKES = 0.05


class World(waits.World):
    """Jobs by id, each with the time at which it ends."""

    def __init__(self, ends: Mapping[str, float], calls: Iterable[Call] = ()) -> None:
        super().__init__(self.truth, takes=ANSWER_TAKES, calls=calls)
        self.ends = ends

    def truth(self, job_id: str, now: float, **headers: str) -> Response:
        status = "completed" if self.ends[job_id] <= now else "processing"
        return told({"job_id": job_id, "status": status}, **headers)

    def wait(self, *arguments: Any, **how: Any) -> waits.World:
        jobs = arguments[0] if arguments else [State({"job_id": job_id, "status": "pending"}) for job_id in self.ends]
        return super().wait(jobs, **{"per_second": 10.0, "chance": lambda: 0.5, **how})

    def questions(self, job_id: str) -> list[float]:
        return [at for at, asked in self.asked if asked == job_id]


def drawn_ends(jobs: int, seed: int = 5) -> dict[str, float]:
    chance = random.Random(seed)
    return {f"job-{number}": IMAGE.median * chance.lognormvariate(0.0, IMAGE.spread) for number in range(jobs)}


def all_found(world: World, ends: Mapping[str, float]) -> bool:
    return len(world.ended) == len(ends) and all(world.ended[place] >= end for place, end in enumerate(ends.values()))


@pytest.mark.parametrize("per_second", [10.0, 100.0])
def test_a_thousand_jobs_with_callbacks_need_at_most_1_2_questions_each(per_second: float) -> None:
    ends = drawn_ends(1000)
    world = World(ends, [Call(end + 0.2, job_id) for job_id, end in ends.items()])
    world.wait(per_second=per_second)
    assert all_found(world, ends)
    assert len(world.asked) <= 1.2 * len(ends)


def test_with_30_percent_of_callbacks_lost_doubled_or_late_all_jobs_are_found() -> None:
    ends, chance = drawn_ends(1000), random.Random(7)
    calls: list[Call] = []
    harmed: Counter[str] = Counter()
    for job_id, end in ends.items():
        harm = chance.choice(("lost", "doubled", "late")) if chance.random() < 0.3 else ""
        harmed[harm] += 1
        if harm != "lost":
            calls.append(Call(end + (chance.uniform(20.0, 400.0) if harm == "late" else 0.2), job_id))
        if harm == "doubled":
            calls.append(Call(end + chance.uniform(0.2, 30.0), job_id))
    assert min(harmed.values()) > 50
    world = World(ends, calls)
    world.wait(per_second=100.0)
    assert all_found(world, ends)
    assert len(world.asked) <= 1.5 * len(ends)


def test_without_a_single_callback_all_jobs_are_found() -> None:
    ends = drawn_ends(300)
    world = World(ends)
    world.wait(per_second=100.0)
    assert all_found(world, ends)
    assert len(world.asked) <= 3 * len(ends)


def test_a_callback_that_came_before_the_wait_counts() -> None:
    world = World({"job": 20.0}, [Call(20.5, "job")])
    world.sleep(21.0)
    world.wait()
    assert world.ended == {0: pytest.approx(21.0 + ANSWER_TAKES)}


@pytest.mark.parametrize("status", ["failed", "ended-somehow", ""])
def test_whatever_a_callback_says_of_the_end_wakes_the_wait(status: str) -> None:
    world = World({"job": 20.0}, [Call(20.5, "job", status)])
    world.wait()
    assert len(world.asked) == 1


@pytest.mark.parametrize("status", ["pending", "staged", "processing"])
def test_a_callback_that_says_the_job_goes_on_brings_no_question(status: str) -> None:
    world = World({"job": 20.0}, [Call(5.0, "job", status), Call(20.5, "job")])
    world.wait()
    assert len(world.asked) == 1


def test_callbacks_for_jobs_that_nobody_waits_for_bring_no_question() -> None:
    world = World({"job": 20.0}, [Call(at, f"stranger-{at}") for at in range(1, 20)] + [Call(20.5, "job")])
    world.wait()
    assert len(world.asked) == 1


def test_a_lie_ends_no_wait_and_the_truth_after_it_is_found_at_once() -> None:
    world = World({"job": 40.0}, [Call(3.0, "job"), Call(40.5, "job")])
    world.wait()
    assert world.ended[0] == pytest.approx(40.5, abs=STEP + DOUBT)
    assert len(world.asked) <= 7


def test_a_callback_that_came_too_early_is_followed_by_questions_ever_wider_apart() -> None:
    world = World({"job": 25.0}, [Call(20.0, "job")])
    world.wait()
    pauses = [after - before for before, after in zip(world.questions("job"), world.questions("job")[1:], strict=False)]
    assert pauses == pytest.approx([2.0, 4.0], abs=0.2)


def test_a_lie_does_not_put_the_late_questions_off() -> None:
    world, undisturbed = World({"job": 70.0}, [Call(3.0, "job")]), World({"job": 70.0})
    world.wait()
    undisturbed.wait()
    assert world.ended[0] == pytest.approx(undisturbed.ended[0], abs=2 * ANSWER_TAKES)


def test_a_flood_of_callbacks_brings_a_question_every_two_seconds_at_most() -> None:
    flood = [Call(tenth / 10, "job", f"lie-{tenth}") for tenth in range(300)]
    world = World({"job": 30.0}, [*flood, Call(30.1, "job")])
    world.wait()
    assert len(world.asked) <= 30.0 / DOUBT + 2
    assert world.ended[0] == pytest.approx(30.0, abs=STEP + DOUBT + ANSWER_TAKES)


def test_retry_after_does_not_make_a_wait_with_callbacks_ask_more_often() -> None:
    world = World({"job": 200.0})
    world.wait(retry_after=1.0)
    plain = len(world.asked)
    hinting = World({"job": 200.0})
    hinting.reply = lambda job_id, now: hinting.truth(job_id, now, retry_after="1")
    hinting.wait(retry_after=1.0)
    assert plain == len(hinting.asked) <= 5


@pytest.mark.parametrize(
    "failure",
    [Response(503, {}, b"{}"), NoResponse("reset", sent=True), Response(200, {}, b"<html>"), Response(404, {}, b"")],
)
def test_a_question_that_fails_after_a_callback_is_asked_again_soon(failure: Response | NoResponse) -> None:
    world = World({"job": 20.0}, [Call(20.5, "job")])

    def reply(_: str, __: float) -> Response | NoResponse:
        world.reply = world.truth
        return failure

    world.reply = reply
    world.wait()
    assert len(world.asked) == 2
    assert world.ended[0] <= 20.5 + STEP + DOUBT + 2 * ANSWER_TAKES


def test_a_callback_does_not_override_the_pause_that_a_refusal_asks_for() -> None:
    world = World({"job": 20.0}, [Call(20.5, "job"), Call(21.5, "job"), Call(25.5, "job")])

    def reply(_: str, __: float) -> Response | NoResponse:
        world.reply = world.truth
        return Response(429, {"retry-after": "30"}, b"{}")

    world.reply = reply
    world.wait()
    first, second = world.questions("job")
    assert second - first >= 30.0


def test_when_callbacks_end_on_the_way_the_wait_goes_on_alone() -> None:
    class Closing(World):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if self.now >= 10.0:
                self.hub.close()

    world, patient = Closing({"job": 50.0}), World({"job": 50.0})
    world.wait()
    patient.wait()
    assert world.ended[0] < 55.0 < patient.ended[0]


def test_a_fixed_interval_is_kept_and_a_callback_comes_before_it() -> None:
    world = World({"job": 25.0}, [Call(25.0, "job")])
    world.wait(poll_interval=10.0)
    assert world.questions("job") == pytest.approx([10.0, 20.0, 25.0], abs=0.2)


def test_a_wait_with_callbacks_ends_in_time_and_asks_a_last_time_before() -> None:
    world = World({"job": 1000.0}, [Call(3.0, "stranger")])
    world.wait(timeout=30.0)
    assert world.ended == {}
    assert world.now <= 30.0
    assert world.questions("job") == pytest.approx([28.5], abs=0.2)


def test_a_wait_that_ends_or_is_given_up_leaves_nobody_listening() -> None:
    world = World({"job": 20.0})
    world.wait(timeout=5.0)
    assert world.hub.waits == 0
    given_up = waiting([target(State({"job_id": "job", "status": "pending"}), world.settings())], world.settings())
    next(given_up)
    assert world.hub.waits == 1
    given_up.close()
    assert world.hub.waits == 0
