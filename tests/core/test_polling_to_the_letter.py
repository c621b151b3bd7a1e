"""The figures of the schedule, held against what is said of them: shares of jobs, bounds of pauses, luck."""

from __future__ import annotations

import math
from itertools import islice, pairwise
from statistics import NormalDist

import pytest

from legnext_client.core.polling import (
    FIRST,
    STEP,
    Durations,
    Expectation,
    backstop,
    default_timeout,
    moments,
    noticed,
)

NORMAL = NormalDist()
IMAGE = Expectation(44.0, 0.35)


def pauses(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(times)]


def test_the_first_question_comes_when_one_job_in_twelve_is_done() -> None:
    first = next(moments(IMAGE))
    assert NORMAL.cdf(math.log(first / 44.0) / 0.35) == pytest.approx(1 / 12, rel=0.05)


def test_questions_stand_the_closer_the_likelier_a_job_ends() -> None:
    first, second = islice(moments(Expectation(600.0, 1.0), lambda: 0.5), 2)
    hazard = NORMAL.pdf(FIRST) / (1 - NORMAL.cdf(FIRST))
    assert math.log(second / first) == pytest.approx(STEP / math.sqrt(hazard))


def test_no_pause_is_shorter_than_a_quarter_second_or_longer_than_two_minutes() -> None:
    short = pauses(list(islice(moments(Expectation(0.5, 0.3), lambda: 0.5), 4)))
    assert short == pytest.approx([0.25] * 3)
    long = pauses(list(islice(moments(Expectation(50_000.0, 0.5), lambda: 0.5), 5)))
    assert long == pytest.approx([120.0] * 4)


def step(chance: float) -> float:
    first, second = islice(moments(Expectation(600.0, 0.35), lambda: chance), 2)
    return second / first


def test_luck_moves_a_pause_by_a_tenth_either_way() -> None:
    steps = [math.log(step(0.0)), math.log(step(0.5)), math.log(step(1.0))]
    assert [steps[0] / steps[1], steps[2] / steps[1]] == pytest.approx([0.9, 1.1])


def test_with_callbacks_the_first_question_comes_when_one_job_in_fifteen_is_left() -> None:
    first = next(backstop(IMAGE))
    assert 1 - NORMAL.cdf(math.log(first / 44.0) / 0.35) == pytest.approx(1 / 15, rel=0.01)
    assert next(backstop(Expectation(1.0, 0.35))) == 10.0


def test_with_callbacks_each_time_is_two_fifths_later_within_bounds() -> None:
    times = list(islice(backstop(Expectation(100.0, 0.35), lambda: 0.5), 12))
    usual = [pause / earlier for earlier, pause in zip(times, pauses(times), strict=False) if pause < 299]
    assert usual == pytest.approx([0.4] * len(usual))
    assert len(usual) > 3
    assert pauses(times)[-1] == pytest.approx(300.0)
    assert pauses(list(islice(backstop(Expectation(1.0, 0.35), lambda: 0.5), 3))) == pytest.approx([10.0, 10.0])


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.9), (0.25, 0.95), (1.0, 1.1)])
def test_luck_moves_a_pause_with_callbacks_by_a_tenth_too(chance: float, share: float) -> None:
    first, second = islice(backstop(Expectation(100.0, 0.35), lambda: chance), 2)
    assert (second - first) / (0.4 * first) == pytest.approx(share)


@pytest.mark.parametrize(
    ("elapsed", "ran", "lasted"),
    [
        (100.0, 50.0, 100.0),
        (100.0, 49.0, None),
        (44.0, 0.0, 44.0),  # at the median itself nobody can have been late to look
        (5.0, 0.5, 5.0),
    ],
    ids=["seen to run for half of it", "for less", "at the median", "seen to run for a moment"],
)
def test_how_long_a_job_lasted_is_known_when_it_was_seen_to_run(
    elapsed: float, ran: float, lasted: float | None
) -> None:
    assert noticed(elapsed, ran, IMAGE) == lasted


def test_a_job_found_done_by_the_first_question_ended_well_before_it() -> None:
    first = next(moments(IMAGE))
    for elapsed in (first, 1.3 * first):
        assert noticed(elapsed, 0.0, IMAGE) == pytest.approx(elapsed * math.exp(-2.5 * 0.35))


def test_one_sighting_weighs_twenty_times_the_spec() -> None:
    durations = Durations()
    durations.saw("image", 40.0, 80.0)
    assert durations.correct("image", Expectation(40.0, 0.3)).median == pytest.approx(40.0 * 2 ** (1 / 1.05))


def test_jobs_of_less_than_a_second_are_seen_too() -> None:
    durations = Durations()
    durations.saw("image", 0.8, 0.4)
    assert durations.correct("image", IMAGE).median < IMAGE.median


def test_the_shortest_patience_is_five_minutes() -> None:
    assert default_timeout(IMAGE) == 300.0
    assert default_timeout(Expectation(200.0, 0.3)) == 600.0
