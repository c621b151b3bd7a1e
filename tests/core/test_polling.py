"""When a job is asked for: seldom, and soon after it is done, however fast the service is. Simulated, fixed seeds."""

from __future__ import annotations

import importlib.util
import itertools
import random
from pathlib import Path
from typing import Any

import pytest

from legnext_client._protocol.polling import (
    LONGEST,
    SHORTEST,
    UNKNOWN,
    Durations,
    Expectation,
    default_timeout,
    moments,
    noticed,
)
from legnext_client.generated.operations import OPERATIONS
from tests.tables import for_each


def _benchmark() -> Any:
    path = Path(__file__).parents[2] / "benchmarks" / "polls.py"
    found = importlib.util.spec_from_file_location("benchmark_polls", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


polls = _benchmark()
IMAGE, VIDEO = Expectation(45.0, 0.35), Expectation(210.0, 0.25)


@pytest.mark.parametrize(("expected", "most", "latest"), [(IMAGE, 6.5, 0.065), (VIDEO, 5.05, 0.06)])
def test_few_questions_find_a_job_soon(expected: Expectation, most: float, latest: float) -> None:
    figures = polls.schedule(expected, 20_000)
    assert figures.polls <= most
    assert figures.delay <= latest


@pytest.mark.parametrize(("expected", "about"), [(IMAGE, 15), (VIDEO, 70)])
def test_a_short_fixed_interval_asks_far_more_often(expected: Expectation, about: float) -> None:
    assert polls.fixed(expected, 3.0, 2000).polls == pytest.approx(about, rel=0.12)


@pytest.mark.parametrize("told", [True, False], ids=["durations told", "ends noticed"])
@pytest.mark.parametrize("speed", [3.0, 1 / 3], ids=["slower", "faster"])
def test_a_service_of_another_speed_is_followed_within_a_few_jobs(speed: float, told: bool) -> None:
    fifth = polls.learning(IMAGE, speed, told=told, skip=4, jobs=5, clients=1500)
    assert fifth.polls <= 6.5 * 1.2
    assert fifth.delay <= 0.065 * 1.35
    later = polls.learning(IMAGE, speed, told=told, skip=8, jobs=25, clients=300)
    assert later.polls <= 6.5 * 1.08
    assert later.delay <= 0.065 * 1.12


def test_a_service_that_changes_its_speed_is_followed() -> None:
    dice = random.Random(3)
    seen = Durations()
    for speed in (3.0, 1 / 3, 1.0):
        for _ in range(60):
            seen.record("image", 45.0, 45.0 * speed * dice.lognormvariate(0, 0.35))
        assert seen.correct("image", IMAGE).median == pytest.approx(45 * speed, rel=0.35)


def test_the_first_question_comes_when_the_fastest_jobs_are_done() -> None:
    for expected in (IMAGE, VIDEO, UNKNOWN):
        first = next(moments(expected))
        assert 0.3 * expected.median < first < 0.75 * expected.median


@for_each("chance", [0.0, 0.5, 1.0])
@for_each("expected", [IMAGE, VIDEO, UNKNOWN, Expectation(1.0, 0.3), Expectation(5000.0, 1.0)])
def test_the_moments_only_grow_by_pauses_within_bounds(expected: Expectation, chance: float) -> None:
    times = list(itertools.islice(moments(expected, lambda: chance), 300))
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert all(SHORTEST <= pause <= LONGEST + 1e-6 for pause in pauses)


def test_the_questions_stand_closest_about_the_median_and_widen_after_it() -> None:
    times = list(itertools.islice(moments(VIDEO, lambda: 0.5), 40))
    share = {time / VIDEO.median: after / time for time, after in itertools.pairwise(times)}
    early = next(iter(share.values()))
    late = [ratio for place, ratio in share.items() if 1.1 < place < 1.5]
    very_late = [ratio for place, ratio in share.items() if 1.8 < place < 2.5]
    assert max(late) < early
    assert min(very_late) > max(late)


def test_two_clients_do_not_ask_at_the_same_moments() -> None:
    first, second = (list(itertools.islice(moments(IMAGE, random.Random(seed).random), 6)) for seed in (1, 2))
    assert all(a != b for a, b in zip(first[1:], second[1:], strict=True))


def test_what_was_seen_counts_for_its_kind_alone() -> None:
    seen = Durations()
    seen.record("a", 45.0, 450.0)
    assert seen.correct("b", IMAGE) == IMAGE
    assert seen.correct("a", IMAGE).median > 200
    assert seen.correct("a", IMAGE).spread == IMAGE.spread


def test_a_correction_is_a_share_so_that_a_draft_teaches_about_the_rest() -> None:
    seen = Durations()
    for _ in range(20):
        seen.record("a", 4.5, 9.0)
    assert seen.correct("a", IMAGE).median == pytest.approx(90, rel=0.05)


@pytest.mark.parametrize(("expected", "lasted"), [(45.0, 0.0), (45.0, -1.0), (0.0, 45.0)])
def test_what_cannot_be_a_duration_teaches_nothing(expected: float, lasted: float) -> None:
    seen = Durations()
    seen.record("a", expected, lasted)
    assert seen.correct("a", IMAGE) == IMAGE


def test_a_job_that_was_looked_at_long_after_its_end_teaches_nothing() -> None:
    assert noticed(3600.0, 0.0, IMAGE) is None
    assert noticed(3600.0, 30.0, IMAGE) is None
    assert noticed(3600.0, 3400.0, IMAGE) == 3600.0
    assert noticed(46.0, 42.0, IMAGE) == 46.0
    found_done = noticed(27.0, 0.0, IMAGE)
    assert found_done is not None
    assert 5 < found_done < 27, "it ended some time before the first question"
    assert noticed(40.0, 0.0, IMAGE) == 40.0, "it was called back"


def test_every_kind_of_job_has_an_expectation_and_a_timeout_that_suits_it() -> None:
    paid = [operation for operation in OPERATIONS.values() if operation.price is not None]
    assert len(paid) > 10
    for operation in paid:
        assert operation.seconds is not None, operation.name
        assert default_timeout(Expectation(*operation.seconds)) >= max(300, 3 * operation.seconds.median)
