"""What the pace does after each thing that happens, figure by figure."""

from __future__ import annotations

import pytest

from legnext_client.core.pacing import SLOWEST, Pacing
from legnext_client.core.retries import Retries

RETRIES = Retries(first_pause=0.5, longest_pause=20.0, longest_wait=60.0)


class Paced(Pacing):
    """On a clock that is moved by hand, and without luck."""

    def __init__(self, jobs: int = 6, per_second: float = 10.0, chance: float = 1.0) -> None:
        self.now = 100.0
        super().__init__(jobs, per_second, RETRIES, clock=lambda: self.now, chance=lambda: chance)


def test_the_slowest_that_is_ever_tried_is_a_request_in_ten_seconds() -> None:
    pacing = Paced()
    for _ in range(20):
        pacing.slower(None)
    assert pacing.per_second == SLOWEST == 0.1
    lower = Paced(per_second=0.05)
    lower.slower(None)
    assert lower.per_second == 0.05, "what the caller has set is never passed"


def test_each_refusal_in_a_row_doubles_the_pause_and_an_acceptance_begins_again() -> None:
    pacing = Paced()
    pauses: list[float] = []
    for _ in range(3):
        pacing.refused(None)
        pauses.append(pacing.next_submission - pacing.now)
        pacing.now = pacing.next_submission
    assert pauses == [1.0, 2.0, 4.0]
    pacing.accepted()
    pacing.refused(None)
    assert pacing.next_submission - pacing.now == 1.0


def test_what_was_sent_together_is_refused_as_one_and_halves_once() -> None:
    pacing = Paced(jobs=8)
    for _ in range(4):
        pacing.refused(None)
    assert (pacing.jobs, pacing.per_second) == (4, 5.0)
    pacing.now = pacing.next_submission
    pacing.refused(None)
    assert (pacing.jobs, pacing.per_second) == (2, 2.5)


def test_the_first_refusal_counts_though_a_pause_is_on() -> None:
    pacing = Paced(jobs=8)
    pacing.unreachable()
    assert pacing.next_submission > pacing.now
    pacing.refused(None)
    assert (pacing.jobs, pacing.per_second) == (4, 5.0)


def test_an_acceptance_is_an_answer_too() -> None:
    pacing = Paced()
    pacing.unreachable()
    pacing.slower(None)
    pacing.now += 30
    pacing.accepted()
    assert pacing.per_second == pytest.approx(5.0 * 1.02)
    assert pacing.unreachable() == 0.0, "the network was there in between"


def test_each_answer_gives_back_a_fiftieth_of_the_rate() -> None:
    pacing = Paced()
    pacing.slower(None)
    pacing.answered()
    assert pacing.per_second == pytest.approx(5.1)
    for _ in range(100):
        pacing.answered()
    assert pacing.per_second == 10.0


def test_a_question_that_is_put_off_puts_off_all_of_them_up_to_the_longest_wait() -> None:
    pacing = Paced()
    pacing.slower(7.0)
    assert pacing.next_request == 107.0
    pacing.slower(2.0)
    assert pacing.next_request == 107.0, "never earlier than was told before"
    pacing.slower(3600.0)
    assert pacing.next_request == 160.0


def test_without_a_network_the_pauses_double_and_an_answer_begins_again() -> None:
    pacing = Paced()
    pauses: list[float] = []
    for _ in range(8):
        pacing.unreachable()
        pauses.append(pacing.next_submission - pacing.now)
        pacing.now = pacing.next_submission
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0, 20.0]
    pacing.answered()
    pacing.unreachable()
    assert pacing.next_submission - pacing.now == 1.0


@pytest.mark.parametrize(("chance", "pause"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
def test_a_pause_is_between_its_half_and_all_of_it(chance: float, pause: float) -> None:
    pacing = Paced(chance=chance)
    pacing.unreachable()
    assert pacing.next_submission - pacing.now == pause
