"""One paid job of a run is watched until it has ended, and how is written down: by hand, with a clock that stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._journal.submit import FAILED, SUBMITTED, UNKNOWN, Intent
from legnext_client._protocol.state import State
from legnext_client._runs.outcomes import Over
from legnext_client._runs.vigils import UNREACHABLE, Ended, Vigil, may_run_until
from legnext_client.errors import AuthenticationError, ConnectionError, InvalidRequest, NotFoundError, WaitTimeout

from .households import EVERY, LASTS, PATIENCE, PRICE, SILENCE, TIMEOUT, Household, Row, job, refusal

if TYPE_CHECKING:
    from legnext_client._protocol.flow import Received

LAST = PATIENCE - 2.0
"""When a job is asked for a last time."""
ROW = Row()


def submitted(house: Household, status: str | None = "pending", **told: Any) -> None:
    """A job is in the records, as `j-1`; without a status, someone has only guessed that it is that one."""
    intent = Intent("a", "a", 0, "d", {}, "diffusion", {}, PRICE, "token")
    number = house.book.begin(intent).entry.id
    if status is None:
        house.book.lost(number, "cut")
        house.book.claim(number, "j-1")
    else:
        house.book.accepted(number, State({"job_id": "j-1", "status": status, **told}))


def kept(house: Household, state: State | None = None, told: float | None = None) -> Ended:
    """Watch the job of the records."""
    vigil = Vigil(ROW, house.entry(), "a title", "an origin", house)
    ended: Ended = house.live(vigil.keeping(state or State({"job_id": "j-1"}), told))
    return ended


def test_a_job_is_asked_for_until_it_has_ended_and_each_answer_is_told() -> None:
    house = Household()
    submitted(house)
    house.says.extend([job("processing"), job("processing"), job("completed", points=70)])
    ended = kept(house)
    assert (ended.state.job_id, ended.state.status, ended.points) == ("j-1", "completed", 70)
    assert house.asked == [10.0, 20.0, 30.0]
    assert [(step.item, step.number, step.title) for step in house.emitted] == [(ROW, 0, "a title")] * 4
    assert [step.state.status for step in house.emitted] == ["pending", "processing", "processing", "completed"]
    entry = house.entry()
    assert (entry.state, entry.status, entry.points, entry.ended_at) == ("done", "completed", 70, house.today())
    assert entry.output == ended.state.raw


def test_it_has_its_place_before_it_is_asked_for_and_gives_it_back_before_it_is_told_as_done() -> None:
    house = Household()
    submitted(house)
    house.says.append(job("completed", points=70))
    kept(house, told=7.0)
    assert house.log == [
        "occupy",
        ("watch", "j-1", "an origin", 7.0),
        ("step", "pending"),
        ("pause", EVERY, None, True),
        ("GET", EVERY, TIMEOUT),
        ("saw", "j-1", "an origin", 0.0, PRICE),
        "leave",
        ("step", "completed"),
    ]


def test_a_job_that_has_ended_before_it_is_asked_for_is_written_down_without_a_question() -> None:
    house = Household()
    submitted(house)
    ended = kept(house, State({"job_id": "j-1", "status": "failed"}))
    assert (ended.state.status, ended.points, house.entry().state) == ("failed", 0, FAILED)
    assert house.log == [
        "occupy",
        ("watch", "j-1", "an origin", None),
        ("saw", "j-1", "an origin", None, PRICE),
        "leave",
        ("step", "failed"),
    ]


def test_how_long_a_job_was_seen_to_run_is_known_by_the_last_answer_that_said_so() -> None:
    house = Household()
    submitted(house)
    house.says.extend([job("processing"), SILENCE, job("completed")])
    kept(house)
    assert ("saw", "j-1", "an origin", 10.0, PRICE) in house.log
    assert house.now > 20.0


# ---- it takes too long ----------------------------------------------------------------------------------------------


def test_a_job_that_takes_too_long_is_asked_for_a_last_time_and_keeps_its_place_while_it_may_run() -> None:
    house = Household()
    house.now = 7.0
    submitted(house)
    house.says.extend([job("processing")] * 10)
    with pytest.raises(Over) as over:
        kept(house)
    assert house.asked == [7.0 + second for second in (10, 20, 30, 40, 50, 60, 70, 80, 90, LAST)]
    assert over.value.state == SUBMITTED
    assert isinstance(over.value.error, WaitTimeout)
    assert str(over.value.error).startswith("j-1 is processing after 98 seconds. The job goes on")
    assert over.value.error.__cause__ is None
    assert over.value.error.job == ("j-1", "an origin")
    assert house.log[-1] == ("leave", 7.0 + LASTS)
    assert house.entry().state == SUBMITTED


def test_the_last_question_has_what_is_left_of_the_wait() -> None:
    house = Household()
    submitted(house)
    house.says.extend([job("processing")] * 10)
    with pytest.raises(Over):
        kept(house)
    timeouts = [entry[2] for entry in house.log if entry[0] == "GET"]
    assert timeouts == [TIMEOUT] * 7 + [20.0, 10.0, 2.0]


def test_who_comes_late_because_the_caller_took_its_time_asks_all_the_same() -> None:
    house = Household()
    house.late = 1000.0
    submitted(house)
    house.says.append(job("completed"))
    assert kept(house).state.ok
    assert [entry for entry in house.log if entry[0] == "GET"] == [("GET", 1010.0, TIMEOUT)]


def test_who_comes_late_and_finds_it_running_does_not_wait_on() -> None:
    house = Household()
    house.late = 1000.0
    submitted(house)
    house.says.append(job("processing"))
    with pytest.raises(Over) as over:
        kept(house)
    assert house.asked == [1010.0]
    assert "after 1010 seconds" in str(over.value.error)


def test_who_comes_just_at_the_end_has_the_whole_of_a_requests_time() -> None:
    house = Household()
    house.late = PATIENCE - EVERY
    submitted(house)
    house.says.append(job("completed"))
    kept(house)
    assert ("GET", PATIENCE, TIMEOUT) in house.log


def test_who_has_no_time_looks_once() -> None:
    house = Household()
    house.wait = 0.0
    submitted(house)
    house.says.append(job("processing"))
    with pytest.raises(Over):
        kept(house)
    assert house.asked == [0.0]


def test_a_last_question_in_the_midst_of_a_silence_is_not_the_last() -> None:
    house = Household()
    submitted(house)
    house.says.extend([*[job("processing")] * 8, SILENCE, SILENCE, job("completed")])
    assert kept(house).state.ok
    assert house.asked[-3:] == [90.0, LAST, LAST + 8.0], "as much later as nobody answered"


def silence_of(*seconds: float) -> float:
    """After silences of so many seconds on end: when the job is asked for a last time."""
    house = Household()
    submitted(house)

    def silent(lasts: float) -> Any:
        def pass_by() -> Any:
            house.now += lasts
            return SILENCE

        return pass_by

    for lasts in seconds:
        house.says.extend([silent(0.0), silent(lasts), job("processing")])
    house.says.extend([job("processing")] * 100)
    with pytest.raises(Over):
        kept(house)
    return house.asked[-1]


def test_a_wait_is_prolonged_by_the_silences_of_the_network_and_by_no_more() -> None:
    assert silence_of() == LAST
    one, two = silence_of(50.0), silence_of(50.0, 30.0)
    assert one == LAST + 50.0 + 20.0, "from the first question without an answer to the next answer"
    assert two == one + 30.0 + 20.0


def test_a_silence_that_never_ends_ends_the_wait_all_the_same() -> None:
    house = Household()
    submitted(house)
    house.says.extend([SILENCE] * 200)
    with pytest.raises(Over) as over:
        kept(house)
    assert house.asked[-1] == LAST + UNREACHABLE
    assert isinstance(over.value.error, WaitTimeout)
    assert str(over.value.error).startswith(
        f"j-1 is pending after 698 seconds. The last {len(house.asked)} questions failed: GET /job/j-1: the network"
    )
    assert isinstance(over.value.error.__cause__, ConnectionError)


# ---- it is refused --------------------------------------------------------------------------------------------------


def test_one_refusal_may_be_a_replica_that_does_not_know_the_job_yet() -> None:
    house = Household()
    submitted(house)
    house.says.extend([refusal(404), job("completed")])
    assert kept(house).state.ok


def test_a_job_that_is_not_told_of_stays_as_it_was() -> None:
    house = Household()
    submitted(house)
    house.says.extend([refusal(404), refusal(404)])
    with pytest.raises(Over) as over:
        kept(house)
    assert over.value.state == SUBMITTED
    assert isinstance(over.value.error, NotFoundError)
    assert (house.entry().state, house.entry().job_id) == (SUBMITTED, "j-1")


def test_a_job_that_was_just_accepted_is_no_guess_though_the_records_were_read_before() -> None:
    house = Household()
    entry = house.book.begin(Intent("a", "a", 0, "d", {}, "diffusion", {}, PRICE)).entry
    house.book.accepted(entry.id, State({"job_id": "j-1", "status": "pending"}))
    house.says.extend([refusal(404), refusal(404)])
    with pytest.raises(Over) as over:
        house.live(Vigil(ROW, entry, "a title", "an origin", house).keeping(State({"job_id": "j-1"}), None))
    assert over.value.state == SUBMITTED


def test_a_key_that_is_revoked_is_the_error_of_the_run_and_not_of_the_job() -> None:
    house = Household()
    submitted(house)
    house.says.extend([refusal(401), refusal(401)])
    with pytest.raises(AuthenticationError):
        kept(house)
    assert house.entry().state == SUBMITTED


def test_a_guessed_job_that_is_not_told_of_is_asked_for_again_by_the_next_run() -> None:
    house = Household()
    submitted(house, None)
    house.says.extend([refusal(404), refusal(404)])
    with pytest.raises(Over) as over:
        kept(house)
    assert over.value.state == UNKNOWN
    entry = house.entry()
    assert (entry.state, entry.job_id) == (UNKNOWN, "j-1")
    assert entry.error == str(over.value.error)
    assert isinstance(over.value.error, NotFoundError)
    assert house.log[-1] == ("leave", LASTS), "from the submission on"


def test_a_guessed_job_of_another_kind_is_nobodys() -> None:
    house = Household()
    submitted(house, None)
    house.says.append(job("processing", task_type="describe"))
    with pytest.raises(Over) as over:
        kept(house)
    assert over.value.state == UNKNOWN
    assert isinstance(over.value.error, InvalidRequest)
    assert "job j-1 is no diffusion but a describe" in str(over.value.error)
    assert (house.entry().state, house.entry().job_id) == (UNKNOWN, None)
    assert [step.state.status for step in house.emitted] == ["pending"], "what is another's is not told as the row's"


def test_a_guessed_job_of_the_right_kind_is_it() -> None:
    house = Household()
    submitted(house, None)
    house.says.append(job("completed", task_type="diffusion"))
    assert kept(house).state.ok


def test_a_job_that_the_service_named_is_it_whatever_kind_it_says() -> None:
    house = Household()
    submitted(house)
    house.says.append(job("completed", task_type="describe"))
    assert kept(house).state.ok


# ---- what it costs --------------------------------------------------------------------------------------------------


def test_when_more_is_held_than_was_thought_that_is_written_down_before_the_run_is_stopped() -> None:
    house = Household()
    submitted(house)
    house.says.extend([job("processing", points=120.5), job("completed", points=121)])
    kept(house)
    assert house.halted is not None
    assert "120.5 held, 80 thought" in str(house.halted)
    assert house.log[house.log.index("halt") + 1] == ("step", "processing"), "stopped before it is told"


def test_what_is_held_is_written_down_in_whole_points() -> None:
    house = Household()
    submitted(house)
    seen: list[int] = []

    def look() -> Received:
        seen.append(house.entry().frozen)
        return job("completed", points=121)

    house.says.extend([job("processing", points=120.5), look])
    kept(house)
    assert seen == [121]


def test_what_was_known_to_be_held_stops_nothing_again() -> None:
    house = Household()
    submitted(house, meta={"usage": {"frozen": 160}})
    house.says.append(job("completed", points=160))
    kept(house)
    assert house.halted is None


def test_a_price_above_what_is_held_is_what_counts() -> None:
    house = Household()
    submitted(house, meta={"usage": {"frozen": 20}})
    house.says.append(job("completed", points=PRICE))
    kept(house)
    assert house.halted is None


# ---- the rate -------------------------------------------------------------------------------------------------------


def test_too_many_questions_slow_all_of_them_and_answers_hasten_them() -> None:
    house = Household()
    submitted(house)
    seen: list[tuple[float, float]] = []

    def look() -> Received:
        seen.append((house.pacing.per_second, house.pacing.next_request))
        return job("processing")

    house.says.extend([refusal(429, **{"retry-after": "30"}), look, job("completed")])
    kept(house)
    assert seen == [(5.0, EVERY + 30.0)]
    assert 5.0 < house.pacing.per_second < 10.0


def test_a_refusal_of_what_was_asked_before_it_was_slowed_slows_nothing_again() -> None:
    house = Household()
    submitted(house)

    def slowed_meanwhile() -> Received:
        house.now += 1.0
        house.pacing.slower(None)
        return refusal(429)

    house.says.extend([slowed_meanwhile, job("completed")])
    kept(house)
    assert house.pacing.per_second == pytest.approx(5.0 * 1.02)


def test_a_server_error_slows_nothing() -> None:
    house = Household()
    submitted(house)
    house.says.extend([refusal(503), job("completed")])
    kept(house)
    assert house.pacing.per_second == 10.0


# ---- callbacks ------------------------------------------------------------------------------------------------------


def called_back() -> Household:
    house = Household(callbacks=True, every=None)
    submitted(house)
    return house


def test_a_job_that_is_called_back_is_asked_for_at_once() -> None:
    house = called_back()
    house.heard.append((12.0, "j-1", "called"))
    house.says.append(job("completed"))
    kept(house, State({"job_id": "j-1", "status": "pending"}))
    assert house.asked == [12.0]


def test_a_callback_right_after_a_question_is_answered_a_little_later() -> None:
    house = called_back()
    house.heard.extend([(12.0, "j-1", "called"), (12.5, "j-1", "called")])
    house.says.extend([job("processing"), job("completed")])
    kept(house, State({"job_id": "j-1", "status": "pending"}))
    assert house.asked == [12.0, 14.0]


def test_without_callbacks_nothing_is_listened_for() -> None:
    house = Household()
    submitted(house)
    house.says.append(job("completed"))
    kept(house)
    assert ("pause", EVERY, None, True) in house.log


def test_with_callbacks_a_wait_that_is_over_is_over() -> None:
    house = called_back()
    house.says.extend([job("processing")] * 10)
    with pytest.raises(Over):
        kept(house, State({"job_id": "j-1", "status": "pending"}))
    assert house.asked[-1] == LAST


# ---- when -----------------------------------------------------------------------------------------------------------


def ended_at(house: Household, *, created: str, ended: str) -> datetime:
    house.says.append(job("completed", meta={"created_at": created, "ended_at": ended}))
    return kept(house).at


def test_when_a_job_ended_is_told_by_this_machines_calendar() -> None:
    house = Household()
    begun = house.today()
    submitted(house)
    at = ended_at(house, created="1999-01-01T00:00:00Z", ended="1999-01-01T00:00:04Z")
    assert at == begun + timedelta(seconds=4)
    assert house.entry().ended_at == at


def test_no_job_has_ended_later_than_now() -> None:
    house = Household()
    submitted(house)
    assert ended_at(house, created="1999-01-01T00:00:00Z", ended="2001-01-01T00:00:00Z") == house.today()


def test_where_the_service_does_not_say_how_long_it_took_it_has_ended_now() -> None:
    house = Household()
    submitted(house)
    assert ended_at(house, created="", ended="2001-01-01T00:00:00Z") == house.today()


def test_a_request_that_was_never_written_down_as_sent_may_run_from_now_on() -> None:
    house = Household()
    house.now = 50.0
    submitted(house)
    entry = house.entry()
    house.now = 80.0
    assert may_run_until(entry, house) == 50.0 + LASTS
    assert may_run_until(entry._replace(submitting_at=None), house) == 80.0 + LASTS
    house.days = timedelta(days=-1)  # the calendar was set back
    assert may_run_until(entry, house) == 80.0 + LASTS


def test_a_job_of_which_nobody_knows_when_it_was_sent_has_ended_now() -> None:
    house = Household()
    submitted(house)
    house.says.append(job("completed", meta={"created_at": "1999-01-01T00:00:00Z", "ended_at": "1999-01-01T00:00:04Z"}))
    entry = house.entry()._replace(submitting_at=None)
    ended: Ended = house.live(Vigil(ROW, entry, "", "an origin", house).keeping(State({"job_id": "j-1"}), None))
    assert ended.at == house.today()
