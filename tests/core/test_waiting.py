"""Waiting, by hand and by simulation: the loop asks when it should, ends when it must, and never too late."""

from __future__ import annotations

import json
import logging
import math
from typing import Any

import pytest

from legnext_client._protocol.flow import NoResponse, Response
from legnext_client._protocol.polling import Expectation
from legnext_client._protocol.retries import Retries
from legnext_client._protocol.state import State
from legnext_client._transport.clocks import SystemClock
from legnext_client.errors import AuthenticationError, LegnextError, NotFoundError
from tests.tables import for_each
from tests.waits import IMAGE, ONCE, VIDEO, Reply, World, done_at, told


def failing(status: int, **body: Any) -> Response:
    return Response(status, {}, json.dumps({"code": status, "message": "no", **body}).encode())


NEVER = done_at(float("inf"))


@pytest.mark.parametrize(("expected", "seconds"), [(IMAGE, 300.0), (VIDEO, 630.0), (Expectation(5, 0.3), 300.0)])
def test_the_default_timeout_is_300_seconds_or_three_times_the_typical_time(
    expected: Expectation, seconds: float
) -> None:
    world = World(NEVER).wait(expected=expected)
    assert seconds * 0.95 <= world.now <= seconds
    assert world.error is None


def test_the_default_timeout_of_many_is_that_of_the_longest() -> None:
    states = [State({"job_id": kind, "status": "pending"}) for kind in ("image", "video")]
    world = World(NEVER).wait(states, expected=lambda state: VIDEO if state.job_id == "video" else IMAGE)
    assert 600 < world.now <= 630


@for_each("timeout", [0.5, 3.0, 10.0, 60.0, 61.7, 600.0])
@for_each("takes", [0.0, 0.4, 29.0, 1000.0])
def test_no_sleep_or_request_runs_past_the_deadline(timeout: float, takes: float) -> None:
    world = World(NEVER, takes=takes).wait(timeout=timeout, retries=Retries())
    assert world.now <= timeout
    assert world.asked, "even a short wait asks once"
    for time, patience in zip(world.times, world.patience, strict=True):
        assert time < timeout
        assert time + patience <= timeout or patience == 0.001


def late(seconds: float, said: str) -> LegnextError:
    return LegnextError(f"late after {seconds:g} seconds.{said}")


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("timeout", [None, 60.0])
def test_who_was_suspended_asks_once_more_before_the_time_is_over(jobs: int, timeout: float | None) -> None:
    def reply(job_id: str, now: float) -> Reply:
        world.now = max(now, 7200.0)  # while the first question was under way, all was suspended
        return done_at(3600)(job_id, now)

    world = World(reply)
    world.wait(jobs, timeout=timeout, late=late)
    assert [status for *_, status in world.emitted].count("completed") == jobs
    assert world.error is None


def test_who_asks_last_and_has_no_answer_asks_no_others() -> None:
    world = World(lambda _, __: NoResponse("ReadTimeout", sent=True), takes=30.0).wait(50, timeout=40, late=late)
    assert len(world.asked) <= 4
    assert "ReadTimeout" in str(world.error)


def test_a_job_that_was_never_asked_for_is_never_late() -> None:
    world = World(done_at(0)).wait(400, per_second=10.0, timeout=20, late=late)
    assert world.error is None
    assert len({job_id for _, job_id in world.asked}) == 400


@pytest.mark.parametrize("told_seconds", ["1e300", "1e17", "99999999"])
def test_no_service_puts_a_question_off_for_ever(told_seconds: str) -> None:
    def reply(job_id: str, now: float) -> Reply:
        return told(done_at(3000)(job_id, now), retry_after=told_seconds)  # type: ignore[arg-type]

    world = World(reply).wait(timeout=math.inf)
    assert world.emitted[-1][2] == "completed"
    assert max(world.slept) <= 600
    busy = Response(429, {"retry-after": told_seconds}, b"")
    refused = World(lambda _, now: busy if now < 9 else {"job_id": "j0", "status": "completed"})
    assert refused.wait(timeout=math.inf, retry_after=1e300).emitted
    assert max(refused.slept) <= 600


@pytest.mark.parametrize("timeout", [5.0, 20.0, 100.0])
def test_the_last_question_comes_just_before_the_end(timeout: float) -> None:
    world = World(NEVER).wait(timeout=timeout)
    assert timeout - min(2.0, 0.05 * timeout) == pytest.approx(world.times[-1])
    assert World(done_at(timeout * 0.949)).wait(timeout=timeout).emitted[-1][2] == "completed"


def test_a_fixed_interval_beats_what_the_service_says() -> None:
    world = World(lambda job_id, _: told({"job_id": job_id, "status": "pending"}, retry_after="9")).wait(
        poll_interval=4, timeout=30
    )
    assert world.times[:3] == [4, 8, 12]


def test_what_the_service_says_beats_the_schedule() -> None:
    world = World(
        lambda job_id, now: told(
            {"job_id": job_id, "status": "completed" if now > 5.3 else "pending"}, retry_after="0.7"
        )
    ).wait(retry_after=1.5)
    assert world.times == pytest.approx([1.5, 2.2, 2.9, 3.6, 4.3, 5.0, 5.7])


def test_a_far_retry_after_does_not_pass_the_deadline() -> None:
    world = World(NEVER).wait(retry_after=3600, timeout=100)
    assert world.times == [98]


@for_each(
    "failure",
    [
        NoResponse("ConnectError", sent=False),
        NoResponse("ReadTimeout", sent=True),
        NoResponse("the certificate is not trusted", sent=False, retryable=False),
        failing(503),
        failing(429),
        Response(200, {}, b"<html><title>Please log in</title></html>"),
        told({"code": 500, "message": "hidden"}),
    ],
)
@for_each("retries", [ONCE, Retries()])
def test_a_question_that_fails_does_not_end_the_wait(failure: Reply, retries: Retries) -> None:
    def reply(job_id: str, now: float) -> Reply:
        return failure if now < 44 else done_at(50)(job_id, now)

    world = World(reply).wait(retries=retries)
    assert world.error is None
    assert world.emitted[-1][2] == "completed"


def test_failing_until_the_end_ends_at_the_deadline_without_an_error_of_its_own() -> None:
    world = World(lambda _, __: failing(503)).wait(timeout=100, retries=Retries())
    assert (world.error, world.emitted) == (None, [])
    assert world.now <= 100


@pytest.mark.parametrize(("refusal", "kind"), [(failing(404), NotFoundError), (failing(401), AuthenticationError)])
def test_two_refusals_in_a_row_end_the_wait(refusal: Response, kind: type[LegnextError]) -> None:
    world = World(lambda _, __: refusal).wait()
    assert type(world.error) is kind
    assert len(world.asked) == 2
    assert world.times[1] - world.times[0] == 2.0


def test_an_unknown_status_is_logged_once_and_waited_through(caplog: pytest.LogCaptureFixture) -> None:
    def reply(job_id: str, now: float) -> Reply:
        return {"job_id": job_id, "status": "completed" if now > 60 else "retry" if int(now) % 2 else "processing"}

    with caplog.at_level(logging.WARNING, "legnext_client"):
        world = World(reply).wait(poll_interval=1)
    assert world.emitted[-1][2] == "completed"
    assert [record.getMessage() for record in caplog.records] == ["j0: unknown status 'retry'; still waiting"]


def test_many_jobs_obey_one_rate() -> None:
    world = World(NEVER).wait(50, per_second=5, timeout=100)
    gaps = [after - before for before, after in zip(world.times, world.times[1:], strict=False)]
    assert min(gaps) >= 0.2 - 1e-9
    assert {job_id for _, job_id in world.asked} == {f"j{number}" for number in range(50)}


@pytest.mark.parametrize("failure", [failing(503), failing(429), NoResponse("ReadTimeout", sent=True)])
def test_a_job_that_cannot_be_asked_for_does_not_hold_up_the_others(failure: Reply) -> None:
    def reply(job_id: str, now: float) -> Reply:
        return failure if job_id == "j0" and now < 200 else done_at(60)(job_id, now)

    world = World(reply).wait(5, retries=Retries())
    ended = {index: time for time, index, status in world.emitted if status == "completed"}
    assert set(ended) == set(range(5))
    assert max(ended[index] for index in range(1, 5)) < 70
    assert ended[0] < 230
    questions = sum(1 for _, job_id in world.asked if job_id == "j0")
    assert questions < 35, "but it is asked for ever more seldom"


def test_the_clock_sleeps_longer_than_any_system_can_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world, slept = SystemClock(), list[float]()
    monkeypatch.setattr(SystemClock, "now", lambda _: sum(slept))
    monkeypatch.setattr("time.sleep", slept.append)
    world.sleep(10 * 86_400.0)
    world.sleep(0.25)
    assert slept == [86_400.0] * 10 + [0.25]
