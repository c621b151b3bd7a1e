"""A budget is never passed: not by the next call, not by many at once, not by what is in flight."""

from __future__ import annotations

import multiprocessing
import os
import random
import threading

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from legnext_client.errors import BudgetExceeded
from legnext_client.prices import Budget
from tests.systems import needs_fork
from tests.tables import for_each
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


@for_each("points", [-1, 1.5, float("inf"), float("nan"), "500", None])
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


@needs_fork
def test_a_child_process_counts_though_a_thread_of_its_parent_was_counting() -> None:
    counting, forking = threading.Event(), threading.Event()

    class Slow:
        """A key that takes as long as it is not forked."""

        def __hash__(self) -> int:
            counting.set()
            return int(forking.wait(30))

    budget = Budget(100)
    thread = threading.Thread(target=budget.reserve, args=(Slow(), 80))
    thread.start()
    assert counting.wait(30)
    os.register_at_fork(before=forking.set)
    child = multiprocessing.get_context("fork").Process(target=budget.reserve, args=("child", 20))
    child.start()
    child.join(30)
    child.kill()
    thread.join(30)
    assert child.exitcode == 0
    assert budget.left == 20
