"""How many jobs at once: down fast, up slowly, never above what was given."""

from __future__ import annotations

import pytest

from legnext_client._protocol.retries import Retries
from legnext_client._runs.rate import SLOWEST, RateController


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def pacing(jobs: int = 8, per_second: float = 10.0) -> tuple[RateController, Clock]:
    clock = Clock()
    return RateController(jobs, per_second, Retries(), clock=clock, chance=lambda: 1.0), clock


def test_a_refusal_halves_what_is_allowed() -> None:
    pace, _ = pacing(jobs=8)
    pace.refused(None)
    assert pace.jobs == 4


def test_refusals_of_what_was_sent_together_count_once() -> None:
    pace, clock = pacing(jobs=8)
    for _ in range(5):
        pace.refused(2.0)
    assert pace.jobs == 4
    clock.now += 2.0
    pace.refused(2.0)
    assert pace.jobs == 2


def test_one_job_is_always_tried() -> None:
    pace, clock = pacing(jobs=2)
    for _ in range(10):
        pace.refused(1.0)
        clock.now += 60
    assert pace.jobs == 1


def test_each_round_of_acceptances_gives_one_back_and_never_more_than_was_given() -> None:
    pace, _ = pacing(jobs=8)
    pace.refused(None)
    for _ in range(5):
        pace.accepted()
    assert pace.jobs == 5
    for _ in range(200):
        pace.accepted()
    assert pace.jobs == 8


def test_the_service_says_when_to_submit_again() -> None:
    pace, _ = pacing()
    pace.refused(45.0)
    assert pace.next_submission == 145.0


def test_without_a_word_of_the_service_the_pauses_grow_up_to_a_bound() -> None:
    pace, clock = pacing()
    pauses = []
    for _ in range(12):
        pace.refused(None)
        pauses.append(pace.next_submission - clock.now)
        clock.now = pace.next_submission
    assert pauses[:3] == [1.0, 2.0, 4.0]
    assert max(pauses) == Retries().longest_pause


def test_requests_keep_their_distance() -> None:
    pace, clock = pacing(per_second=10)
    pace.began()
    assert pace.next_request == pytest.approx(clock.now + 0.1)
    pace.began()
    assert pace.next_request == pytest.approx(clock.now + 0.2)
    clock.now += 50  # what was not used is not saved up
    pace.began()
    assert pace.next_request == pytest.approx(clock.now + 0.1)


def test_too_many_requests_halve_the_rate_and_answers_bring_it_back() -> None:
    pace, _ = pacing(per_second=10)
    pace.slower(None)
    assert pace.per_second == 5
    for _ in range(200):
        pace.answered()
    assert pace.per_second == 10
    for _ in range(20):
        pace.slower(None)
    assert pace.per_second == SLOWEST


def test_questions_that_were_sent_together_and_refused_slow_the_rate_once() -> None:
    pace, clock = pacing(per_second=10)
    sent = clock.now
    clock.now += 0.5
    for _ in range(6):
        pace.slower(None, sent)
    assert pace.per_second == 5
    pace.slower(None, clock.now)
    assert pace.per_second == 5
    sent = clock.now + 0.1
    clock.now += 0.5
    pace.slower(None, sent)
    assert pace.per_second == 2.5


def test_what_goes_wrong_for_a_minute_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    pace, clock = pacing()
    for _ in range(40):
        pace.refused(5.0)
        pace.unreachable()
        clock.now += 5
    said = [record.message for record in caplog.records]
    assert {record.name for record in caplog.records} == {"legnext_client"}
    assert said == [
        "The service has taken no job for 60 seconds, it has too many; it is asked on.",
        "The service has not been reached for 60 seconds; it is tried on.",
    ]
    pace.accepted()
    assert pace.refused(5.0) == pace.unreachable() == 0.0


def test_no_network_puts_submissions_off_and_says_since_when() -> None:
    pace, clock = pacing(jobs=8)
    assert pace.unreachable() == 0
    clock.now = pace.next_submission
    waited = pace.unreachable()
    assert waited > 0
    assert pace.jobs == 8
    pace.answered()
    assert pace.unreachable() == 0
