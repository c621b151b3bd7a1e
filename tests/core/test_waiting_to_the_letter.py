"""One job on the list of a wait, question by question: what a failure, a refusal and a callback do to the next one."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from legnext_client.core.flow import Emit, Lost, Received, Request, Send, Sleep
from legnext_client.core.retries import Retries
from legnext_client.core.state import State
from legnext_client.core.waiting import DOUBT, Pace, Schedule, Waited, Watch, unanswered, waiting
from legnext_client.errors import APIError, ConnectionError, LegnextError, NotFoundError, RateLimitError
from tests.core.test_waiting import IMAGE, NEVER, VIDEO, World, done_at, failing, told

LOST = Lost("reset", sent=True)
ONCE, THRICE = Retries(attempts=1), Retries(attempts=3)
NO_JOB = told({"words": "hello"})


class Hand:
    """A watch whose questions are answered by hand; its luck is always the same."""

    def __init__(self, retries: Retries = ONCE, *, called_back: bool = False, **state: Any) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.patience: list[float] = []
        pace = Pace(retries, 30.0, clock=lambda: self.now, chance=lambda: 1.0)
        waited = Waited(State({"job_id": "j", **state}), Request("GET", "/j"), lambda _: Schedule(0.0, IMAGE))
        self.watch = Watch(waited, pace)
        if called_back:
            self.watch.called_back = True

    def ask(self, *outcomes: Received | Lost, until: float = 1e6) -> bool:
        left, flow, result = list(outcomes), self.watch.ask(until), None
        try:
            while True:
                effect = flow.send(result)
                if isinstance(effect, Sleep):
                    self.slept.append(effect.seconds)
                    self.now, result = self.now + effect.seconds, None
                else:
                    assert isinstance(effect, Send)
                    self.patience.append(effect.timeout)
                    result = left.pop(0)
        except StopIteration as end:
            assert not left
            return bool(end.value)


def test_the_usual_rate_is_ten_questions_in_a_second() -> None:
    assert Pace(ONCE, 30.0).per_second == 10.0


def test_a_question_of_one_job_is_asked_again_by_itself() -> None:
    hand = Hand(THRICE)
    assert hand.ask(LOST, LOST, told({"job_id": "j", "status": "processing"})) is True
    assert hand.slept == [1.0, 2.0], "by the wait's own clock and luck"
    assert hand.patience == [30.0] * 3
    assert hand.ask(told({"job_id": "j", "status": "processing"}), until=hand.now + 5) is True
    assert hand.patience[-1] == 5.0


def test_one_job_is_asked_again_at_once_and_one_of_many_is_put_back() -> None:
    def shaky(job_id: str, now: float) -> Any:
        return LOST if now <= 51 else done_at(0)(job_id, now)

    alone = World(shaky).wait(1, poll_interval=50, retries=Retries(attempts=9, first_pause=2), timeout=300)
    assert alone.times[-1] < 60
    both = World(shaky).wait(2, poll_interval=50, retries=Retries(attempts=9, first_pause=2), timeout=300)
    assert [time // 50 for time in both.times] == [1, 1, 2, 2]


def test_why_there_was_no_answer_is_known_until_there_is_one() -> None:
    hand = Hand()
    assert hand.ask(LOST) is False
    assert isinstance(hand.watch.failure, ConnectionError)
    assert hand.ask(failing(429)) is False
    assert isinstance(hand.watch.failure, RateLimitError)
    assert hand.ask(told({"job_id": "j", "status": "processing"})) is True
    assert hand.watch.failure is None


@pytest.mark.parametrize("outcome", [LOST, failing(503), NO_JOB, failing(404)])
def test_how_many_questions_in_a_row_had_no_answer_is_counted(outcome: Received | Lost) -> None:
    hand = Hand()
    assert (hand.watch.failures, unanswered([hand.watch])) == (0, ("", None))
    assert hand.ask(outcome) is False
    said, failure = unanswered([hand.watch])
    assert failure is not None
    assert failure is hand.watch.failure
    assert said.startswith(f" The last question failed: {str(failure).removesuffix(failure.advice).strip()}")
    assert hand.ask(outcome) is False
    assert unanswered([hand.watch])[0].startswith(" The last 2 questions failed: ")
    assert hand.ask(told({"job_id": "j", "status": "processing"})) is True
    assert (hand.watch.failures, unanswered([hand.watch])) == (0, ("", None))


def test_the_reason_of_the_last_one_stands_for_all_without_its_advice() -> None:
    one, two, three = Hand(), Hand(), Hand()
    assert unanswered([one.watch, two.watch]) == ("", None)
    one.ask(failing(503))
    two.ask(LOST)
    two.ask(LOST)
    said, failure = unanswered([one.watch, two.watch])
    assert (said, failure) == (" The last 3 questions failed: GET /j: reset.", two.watch.failure)
    said, failure = unanswered([two.watch, three.watch, one.watch])
    assert (said, failure) == (" The last 3 questions for 2 of them failed: 503 no (GET /j).", one.watch.failure)


def test_who_waits_may_say_what_a_wait_is_that_is_over_too_soon() -> None:
    made: list[tuple[float, str]] = []

    def late(seconds: float, said: str) -> LegnextError:
        made.append((seconds, said))
        return LegnextError("late")

    world = World(NEVER, now=5.0).wait(1, timeout=100, late=late)
    assert (str(world.error), world.error and world.error.__cause__) == ("late.", None)
    assert made == [(98.0, "")]
    world = World(lambda *_: LOST).wait(2, timeout=100, late=late)
    assert str(world.error) == "late."
    assert isinstance(world.error, LegnextError)
    assert isinstance(world.error.__cause__, ConnectionError)
    assert made[-1][1].endswith(" questions failed: GET /j1: reset.")
    assert World(done_at(0)).wait(1, late=late).error is None
    assert len(made) == 2


@pytest.mark.parametrize("outcome", [LOST, failing(503), NO_JOB])
def test_pauses_after_failures_double_where_a_question_is_not_repeated(outcome: Received | Lost) -> None:
    hand, pauses = Hand(), list[float]()
    for _ in range(4):
        assert hand.ask(outcome) is False
        pauses.append(hand.watch.next(hand.now) - hand.now)
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert hand.ask(told({"job_id": "j", "status": "processing"})) is True
    assert hand.ask(outcome) is False
    assert hand.watch.next(hand.now) - hand.now == 1.0, "an answer begins the count again"


@pytest.mark.parametrize("retries", [ONCE, Retries(attempts=2, longest_wait=5)])
def test_what_the_service_says_of_when_to_ask_again_is_kept(retries: Retries) -> None:
    hand = Hand(retries)
    hand.ask(Received(503, {"retry-after": "7"}, b"{}"))
    assert hand.watch.next(hand.now) == hand.now + 7


@pytest.mark.parametrize("retries", [Retries(attempts=2), THRICE])
def test_a_question_that_was_repeated_in_vain_is_asked_by_the_schedule(retries: Retries) -> None:
    usual, hand = Hand(), Hand(retries)
    hand.ask(*[LOST] * retries.attempts)
    assert hand.watch.next(0.0) == usual.watch.next(0.0)


def test_a_moment_of_the_schedule_is_used_once() -> None:
    hand = Hand()
    first = hand.watch.next(0.0)
    assert first > 0
    assert hand.watch.next(first - 1) == first
    assert hand.watch.next(first) > first


def test_with_callbacks_a_job_of_which_nothing_is_known_is_asked_for_at_once_and_only_once() -> None:
    unknown = Hand(called_back=True)
    assert unknown.watch.next(0.0) == 0.0
    assert unknown.ask(LOST) is False
    assert unknown.watch.next(0.0) == DOUBT
    known = Hand(called_back=True, status="pending")
    assert known.watch.next(0.0) > 60


@pytest.mark.parametrize("outcome", [LOST, NO_JOB])
def test_doubt_about_a_callback_doubles_and_a_failure_does_not_begin_it_again(outcome: Received | Lost) -> None:
    hand = Hand(Retries(attempts=1, first_pause=0.0), called_back=True, status="pending")
    assert hand.watch.wake(0.0) == 0.0
    assert hand.watch.next(0.0) == DOUBT
    assert hand.ask(outcome) is False
    assert hand.watch.next(0.0) == 2 * DOUBT
    assert hand.watch.next(0.0) == 4 * DOUBT


@pytest.mark.parametrize("outcome", [LOST, NO_JOB])
def test_a_failure_brings_doubt_where_there_was_none(outcome: Received | Lost) -> None:
    hand = Hand(Retries(attempts=1, first_pause=0.0), called_back=True, status="pending")
    assert hand.ask(outcome) is False
    assert hand.watch.next(0.0) == DOUBT


@pytest.mark.parametrize(
    "outcome",
    [Received(300, {}, b""), Received(302, {}, b""), told({"code": 400}), told({"code": 404}), failing(404)],
    ids=["300", "302", "a hidden 400", "a hidden 404", "404"],
)
def test_two_refusals_in_a_row_end_the_wait_of_a_job(outcome: Received) -> None:
    hand = Hand()
    assert hand.ask(outcome) is False
    assert hand.watch.refusal is None
    assert hand.ask(outcome) is False
    assert isinstance(hand.watch.refusal, APIError)


def test_an_answer_that_is_no_job_is_no_refusal_and_no_news() -> None:
    def odd(job_id: str, now: float) -> Any:
        return NO_JOB if now < 100 else done_at(0)(job_id, now)

    world = World(odd).wait(1)
    assert world.error is None
    assert [status for _, _, status in world.emitted] == ["completed"]


def test_an_unknown_status_is_warned_of_once_in_the_log_of_this_package(caplog: pytest.LogCaptureFixture) -> None:
    hand = Hand()
    for status in ("retry", "staged", "retry", "processing", "odd"):
        assert hand.ask(told({"job_id": "j", "status": status})) is True
    warned = [(record.name, record.levelname, record.args) for record in caplog.records]
    assert warned == [("legnext_client", "WARNING", ("j", status)) for status in ("retry", "odd")]


# ---- many --------------------------------------------------------------------------------------------------------


def refusing(*refused: str) -> Any:
    return lambda job_id, now: failing(404) if job_id in refused else done_at(0)(job_id, now)


@pytest.mark.parametrize(
    ("refused", "notes"),
    [(["j1"], []), (["j1", "j2"], ["So were j2."]), (["j0", "j1", "j2"], ["So were j1, j2."])],
)
def test_of_jobs_that_were_given_up_the_first_is_raised_and_the_others_are_named(
    refused: list[str], notes: list[str]
) -> None:
    world = World(refusing(*refused)).wait(3)
    assert isinstance(world.error, NotFoundError)
    assert getattr(world.error, "__notes__", []) == notes
    assert len(world.emitted) == 3 - len(refused)


def by_type(state: State) -> Any:
    return VIDEO if state.task_type == "video" else IMAGE


def test_the_job_that_may_last_longest_decides_though_nothing_is_heard_of_any() -> None:
    jobs = [State({"job_id": "a", "task_type": "image"}), State({"job_id": "b", "task_type": "video"})]
    world = World(lambda *_: LOST).wait(jobs, expected=by_type)
    assert 600 < world.times[-1] < 630


def test_questions_keep_their_distance() -> None:
    world = World(done_at(0)).wait(4, poll_interval=10, per_second=2)
    assert world.times == [10, 10.5, 11, 11.5]


def test_no_sleep_runs_past_the_end_for_the_sake_of_the_distance() -> None:
    world = World(NEVER).wait(2, per_second=0.01, timeout=50)
    assert len(world.times) == 1
    assert world.now <= 50


def test_the_last_question_is_asked_once() -> None:
    world = World(NEVER).wait(1, poll_interval=298)
    assert world.times == [298]


def test_a_last_question_that_tells_of_a_longer_job_is_not_the_last() -> None:
    world = World(done_at(600, task_type="video")).wait(1, poll_interval=400, expected=by_type)
    assert world.times == [298, 628]
    assert world.emitted[-1][2] == "completed"


# ---- bells --------------------------------------------------------------------------------------------------------


class OneBell:
    """Rings and closes when it is told to."""

    def __init__(self) -> None:
        self.closed = False
        self.rung: list[str] = []

    def called(self) -> list[str]:
        rung, self.rung = self.rung, []
        return rung

    def listening(self, _: Any) -> Any:
        return nullcontext(self)


def waited_for(bell: OneBell, clock: list[float]) -> Any:
    """A wait for a running image, by a bell, as far as its first sleep."""
    running = State({"job_id": "j", "status": "processing"})
    job = Waited(running, Request("GET", "/j"), lambda _: Schedule(0.0, IMAGE))
    pace = Pace(ONCE, 30.0, clock=lambda: clock[0], chance=lambda: 1.0, callbacks=bell)
    return waiting([job], pace, timeout=1000)


def test_when_no_callback_will_come_any_more_the_usual_questions_begin_and_nobody_listens() -> None:
    bell, clock = OneBell(), [0.0]
    flow = waited_for(bell, clock)
    first = next(flow)
    heard: object = first.bell
    assert heard is bell
    clock[0], bell.closed = 10.0, True
    second = flow.send(None)  # it was woken up, and asks nobody out of turn
    assert isinstance(second, Sleep)
    assert (second.bell, clock[0] + second.seconds < first.seconds) == (None, True)


def test_a_callback_that_comes_with_an_answer_brings_the_next_question_forward() -> None:
    bell, clock = OneBell(), [0.0]
    flow = waited_for(bell, clock)
    first = next(flow)
    clock[0] += first.seconds
    assert isinstance(flow.send(None), Send)
    bell.rung.append("j")
    assert isinstance(flow.send(told({"job_id": "j", "status": "processing"})), Emit)
    after = flow.send(None)
    assert isinstance(after, Sleep)
    assert after.seconds == pytest.approx(DOUBT)
