"""A budget is never passed: not by the next call, not by many at once, not by what is in flight."""

from __future__ import annotations

import random
import threading

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from legnext_client.errors import BudgetExceeded
from legnext_client.prices import Budget
from tests.thorough import often


def test_the_call_that_would_pass_it_is_refused() -> None:
    budget = Budget(1000)
    budget.reserve("a", 480)
    budget.reserve("b", 480)
    with pytest.raises(
        BudgetExceeded, match="80 points would exceed the budget of 1000: 960 are already counted"
    ) as caught:
        budget.reserve("c", 80)
    assert (caught.value.budget, caught.value.counted, caught.value.price) == (1000, 960, 80)
    assert (budget.spent, budget.reserved, budget.left) == (0, 960, 40)
    budget.reserve("d", 40)
    assert budget.left == 0


def test_what_is_settled_stays_counted() -> None:
    budget = Budget(200)
    budget.reserve("a", 160)
    budget.settle("a", 80)
    assert (budget.spent, budget.reserved, budget.left) == (80, 0, 120)
    budget.reserve("b", 120)
    with pytest.raises(BudgetExceeded, match=r"200 are already counted \(80 spent, 120 reserved\)"):
        budget.reserve("c", 1)


def test_what_is_released_is_free_again() -> None:
    budget = Budget(100)
    budget.reserve("a", 100)
    budget.release("a")
    budget.release("a")
    assert budget.left == 100
    budget.reserve("b", 100)


def test_what_nobody_settles_or_releases_stays_reserved() -> None:
    budget = Budget(100)
    budget.reserve("unknown outcome", 60)
    with pytest.raises(BudgetExceeded):
        budget.reserve("b", 60)


def test_more_frozen_than_reserved_is_told_and_counted() -> None:
    budget = Budget(500)
    budget.reserve("a", 480)
    assert budget.freeze("a", 1536) == 1056
    assert (budget.reserved, budget.left) == (1536, -1036)
    with pytest.raises(BudgetExceeded):
        budget.reserve("b", 1)


def test_less_frozen_than_reserved_sets_nothing_free_until_the_job_has_ended() -> None:
    budget = Budget(100)
    budget.reserve("a", 80)
    assert budget.freeze("a", 1) == 0
    assert budget.left == 20
    budget.freeze("a", 90)
    budget.freeze("a", 85)
    assert budget.left == 10
    budget.settle("a", 40)
    assert budget.left == 60


def test_frozen_nothing_says_nothing() -> None:
    budget = Budget(100)
    budget.reserve("a", 80)
    assert budget.freeze("a", 0) == 0
    assert budget.left == 20


def test_every_step_may_be_repeated() -> None:
    budget = Budget(100)
    for _ in range(3):
        budget.reserve("a", 80)
    assert budget.reserved == 80
    for _ in range(3):
        budget.freeze("a", 90)
    for _ in range(3):
        budget.settle("a", 70)
    assert budget.freeze("a", 90) == 0
    budget.release("a")
    assert (budget.spent, budget.reserved) == (70, 0)
    budget.settle("a", 60)
    assert budget.spent == 60


def test_a_settled_key_is_not_taken_again() -> None:
    budget = Budget(100)
    budget.settle("a", 10)
    with pytest.raises(ValueError, match="already settled"):
        budget.reserve("a", 10)


def test_jobs_of_an_earlier_run_are_counted() -> None:
    budget = Budget(1000)
    budget.settle("done", 480)
    assert budget.freeze("running", 480) == 480
    with pytest.raises(BudgetExceeded):
        budget.reserve("next", 480)


@pytest.mark.parametrize("points", [-1, 1.5, float("inf"), float("nan"), "500", None])
def test_points_are_whole_and_not_negative(points: object) -> None:
    with pytest.raises(ValueError, match="whole number, 0 or more"):
        Budget(points)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="whole number, 0 or more"):
        Budget(10).reserve("a", points)  # type: ignore[arg-type]


def test_it_shows_where_it_stands() -> None:
    budget = Budget(1000)
    budget.settle("a", 80)
    budget.reserve("b", 120)
    assert repr(budget) == "<Budget of 1000: 80 spent, 120 reserved, 800 left>"


class _KeyThatLetsAnotherIn:
    """A key that, when the budget looks it up in the middle of a reservation, lets another thread try one."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.looked_up = 0
        self.refused = threading.Event()
        self.other = threading.Thread(target=self._reserve_too)

    def _reserve_too(self) -> None:
        try:
            self.budget.reserve("other", 60)
        except BudgetExceeded:
            self.refused.set()

    def __hash__(self) -> int:
        self.looked_up += 1
        if self.looked_up == 2:
            self.other.start()
            self.other.join(timeout=0.2)
        return 1


def test_no_thread_comes_between_the_look_and_the_reservation() -> None:
    budget = Budget(100)
    key = _KeyThatLetsAnotherIn(budget)
    budget.reserve(key, 60)
    assert key.looked_up > 2
    key.other.join()
    assert key.refused.is_set()
    assert (budget.reserved, budget.left) == (60, 40)


def test_many_threads_together_do_not_pass_it() -> None:
    budget = Budget(5000)
    start = threading.Barrier(8)
    highest: list[int] = []
    accepted: list[tuple[int, int]] = []

    def work(number: int) -> None:
        dice = random.Random(number)
        start.wait()
        for turn in range(often(60, 300)):
            key, points = (number, turn), dice.choice([80, 120, 480])
            try:
                budget.reserve(key, points)
            except BudgetExceeded:
                continue
            accepted.append(key)
            highest.append(5000 - budget.left)
            step = dice.randrange(3)
            if step == 0:
                budget.release(key)
            elif step == 1:
                budget.freeze(key, points // 2)
                budget.settle(key, points // 4)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(accepted) > 8
    assert max(highest) <= 5000
    assert 0 <= budget.left == 5000 - budget.spent - budget.reserved
    for key in accepted:
        budget.release(key)
    assert budget.reserved == 0


class BudgetLife(RuleBasedStateMachine):
    """Any order of steps: the sums are those of a plain reckoning, and only the service can pass the budget."""

    def __init__(self) -> None:
        super().__init__()
        self.budget = Budget(1000)
        self.held: dict[int, int] = {}
        self.spent: dict[int, int] = {}
        self.surprises = 0

    keys = st.integers(0, 4)
    points = st.integers(0, 600)

    @rule(key=keys, points=points)
    def reserve(self, key: int, points: int) -> None:
        others = sum(self.spent.values()) + sum(held for other, held in self.held.items() if other != key)
        if key in self.spent:
            with pytest.raises(ValueError, match="settled"):
                self.budget.reserve(key, points)
        elif others + points > 1000:
            with pytest.raises(BudgetExceeded):
                self.budget.reserve(key, points)
        else:
            self.budget.reserve(key, points)
            self.held[key] = points

    @rule(key=keys, points=points)
    def freeze(self, key: int, points: int) -> None:
        more = self.budget.freeze(key, points)
        if key not in self.spent:
            assert more == max(0, points - self.held.get(key, 0))
            self.surprises += more
            self.held[key] = max(points, self.held.get(key, 0))

    @rule(key=keys, points=points)
    def settle(self, key: int, points: int) -> None:
        self.budget.settle(key, points)
        self.surprises += max(0, points - self.held.pop(key, 0) - self.spent.get(key, 0))
        self.spent[key] = points

    @rule(key=keys)
    def release(self, key: int) -> None:
        self.budget.release(key)
        self.held.pop(key, None)

    @invariant()
    def the_sums_are_right(self) -> None:
        assert self.budget.spent == sum(self.spent.values())
        assert self.budget.reserved == sum(self.held.values())
        assert self.budget.left >= -self.surprises


BudgetLife.TestCase.settings = settings(deadline=None, max_examples=often(10, 50), stateful_step_count=30)
TestBudgetLife = BudgetLife.TestCase
