"""How the life of a row goes on from every state that an earlier run can have left it in."""

from __future__ import annotations

import pytest

from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED, UNKNOWN
from legnext_client._runs.lives import Life
from legnext_client.errors import (
    BadRequestError,
    InvalidRequest,
    JobFailed,
    JournalError,
    LegnextError,
)

from .households import (
    FILM,
    LASTS,
    PRICE,
    ROW,
    Household,
    Row,
    accepted,
    begun,
    broken,
    ended,
    job,
    left_over,
    listening,
    lived,
    lost,
    posts,
    refusal,
)

# ---- from the records -----------------------------------------------------------------------------------------------


def test_a_row_that_was_done_comes_again_and_costs_nothing() -> None:
    house = Household()
    number = ended(house)
    outcome = lived(house)
    assert (outcome.state, outcome.earlier, outcome.points) == (DONE, True, 70)
    assert [(state.job_id, origin) for state, origin in outcome.jobs] == [(f"j-{number}", "recalled a")]
    assert house.log == [("fetching", "a", f"j-{number}", ())]


def test_a_job_that_failed_comes_again_as_such() -> None:
    house = Household()
    ended(house, "failed")
    outcome = lived(house)
    assert (outcome.state, outcome.earlier, outcome.points) == (FAILED, True, 70)
    assert isinstance(outcome.error, JobFailed)
    assert "diffusion (a) failed in an earlier run: " in str(outcome.error)
    assert "the service does not say why" in str(outcome.error)


def test_a_request_that_was_refused_comes_again_as_such_and_is_no_failed_job() -> None:
    house = Household()
    house.book.refused(begun(house), "text is too long", None)
    outcome = lived(house)
    assert (outcome.state, type(outcome.error)) == (FAILED, LegnextError)
    assert str(outcome.error) == "diffusion (a) failed in an earlier run: text is too long."


def test_a_failure_without_a_reason_says_so() -> None:
    house = Household()
    house.book.refused(begun(house), "", None)
    assert str(lived(house).error) == "diffusion (a) failed in an earlier run: no reason was written down."


def test_what_failed_is_sent_again_when_that_is_wanted_and_once() -> None:
    house = Household(retry_failed=True)
    house.book.refused(begun(house), "text is too long", None)
    outcome = lived(house, ROW, refusal(400))
    assert (outcome.state, type(outcome.error), len(posts(house))) == (FAILED, BadRequestError, 1)
    assert [entry.current for entry in house.book.entries(history=True)] == [False, True]


def test_what_a_person_has_given_up_is_not_sent_again() -> None:
    house = Household(retry_failed=True)
    number = lost(house)
    house.book._write("UPDATE requests SET state = 'failed', frozen = 80 WHERE id = ?", number)
    assert lived(house).state == FAILED
    assert posts(house) == []


def test_only_what_failed_is_sent_again() -> None:
    house = Household(retry_failed=True)
    ended(house)
    assert lived(house).state == DONE
    assert posts(house) == []


def test_what_was_not_accepted_before_is_sent_now() -> None:
    house = Household()
    house.book.returned(begun(house))
    assert lived(house, ROW, job("pending"), job("completed")).state == DONE
    assert len(posts(house)) == 1


def test_a_job_that_is_under_way_is_waited_for_and_not_paid_again() -> None:
    house = Household()
    number = accepted(house)
    outcome = lived(house, ROW, job("completed", job_id=f"j-{number}", points=70))
    assert (outcome.state, outcome.earlier, outcome.points) == (DONE, False, 70)
    assert ("watch", f"j-{number}", "recalled a for step 1", 0.0) in house.log
    assert posts(house) == []
    assert {step.title for step in house.emitted[:-1]} == {"step 1"}


def test_a_request_that_someone_else_has_begun_meanwhile_is_as_the_records_say() -> None:
    house = Household(retry_failed=True)

    def meanwhile() -> int:
        house.book.refused(begun(house), "by another", None)
        return PRICE

    house.prices = meanwhile
    outcome = lived(house)
    assert (outcome.state, posts(house)) == (FAILED, [])
    assert ("refused", "plan of a") in house.log, "what was held for it is free again"
    assert "by another" in str(outcome.error)


# ---- a row that was changed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [NEW, DONE, FAILED])
def test_a_row_that_was_changed_is_sent_as_it_is_now(state: str) -> None:
    house = Household()
    if state == DONE:
        ended(house)
    elif state == FAILED:
        house.book.refused(begun(house), "no", None)
    else:
        house.book.returned(begun(house))
    outcome = lived(house, Row(digest="other"), job("pending"), job("completed"))
    assert (outcome.state, len(posts(house))) == (DONE, 1)
    assert [(entry.digest, entry.current) for entry in house.book.entries(history=True)] == [
        ("d", False),
        ("other", True),
    ]


@pytest.mark.parametrize("state", [SUBMITTED, UNKNOWN])
def test_a_row_that_was_changed_waits_for_what_is_under_way(state: str) -> None:
    house = Household()
    if state == SUBMITTED:
        accepted(house)
    else:
        lost(house)
    house.now = 50.0
    row = Row(digest="other")
    outcome = lived(house, row)
    assert (outcome.state, type(outcome.error), posts(house)) == (state, InvalidRequest, [])
    assert f"a was changed while its earlier request is {state}" in str(outcome.error)
    assert house.log == ["occupy", ("leave", LASTS)]
    assert house.unsettled == ({"a": row} if state == UNKNOWN else {})


def test_of_a_film_that_was_changed_all_is_put_aside_or_nothing() -> None:
    house = Household()
    ended(house, key="f/1", row=FILM)
    accepted(house, "f/2", FILM, 1)
    changed = Row("f", "other", steps=2)
    assert lived(house, changed).state == SUBMITTED
    assert [entry.current for entry in house.book.entries(history=True)] == [True, True]


def test_of_a_film_of_which_a_part_was_changed_all_is_put_aside() -> None:
    house = Household()
    ended(house, key="f/1", row=FILM)
    ended(house, key="f/2", row=FILM, step=1, digest="other")
    second = [job("pending", job_id="j-9"), job("completed", job_id="j-9")]
    assert lived(house, FILM, job("pending", job_id="j-8"), job("completed", job_id="j-8"), *second).state == DONE
    assert [entry.current for entry in house.book.entries(history=True)] == [False, False, True, True]


# ---- nobody asks for it any more ------------------------------------------------------------------------------------


def test_a_paid_job_is_waited_for_though_no_row_asks_for_it() -> None:
    house = Household()
    number = accepted(house)
    emitted = left_over(house, ROW, job("completed", job_id=f"j-{number}", points=70))
    outcome = house.outcome
    assert (outcome.state, outcome.points, outcome.earlier, outcome.files) == (DONE, 70, False, ())
    assert [(state.job_id, origin) for state, origin in outcome.jobs] == [(f"j-{number}", "recalled a")]
    assert ("watch", f"j-{number}", "recalled a", 0.0) in house.log
    assert emitted[0].title == "a"
    assert house.entry().state == DONE


def test_a_job_that_no_row_asks_for_may_fail() -> None:
    house = Household()
    number = accepted(house)
    left_over(house, ROW, job("failed", job_id=f"j-{number}"))
    assert (house.outcome.state, type(house.outcome.error)) == (FAILED, JobFailed)


@pytest.mark.parametrize(("step", "state"), [(0, NEW), (1, NEW), (2, DONE)])
def test_a_film_that_no_row_asks_for_is_done_only_with_its_last_step(step: int, state: str) -> None:
    house, film, key = Household(), Row("f", steps=3), f"f/{step + 1}"
    number = accepted(house, key, film, step)
    left_over(house, film, job("completed", job_id=f"j-{number}"), key=key)
    assert house.outcome.state == state
    if state == NEW:
        said = f"{step + 1} of 3 steps are done, and nobody asks for the others any more"
        assert said in str(house.outcome.error)
    else:
        assert house.outcome.error is None


def test_a_film_that_no_row_asks_for_and_that_failed_is_told_as_failed() -> None:
    house = Household()
    number = accepted(house, "f/1", FILM)
    left_over(house, FILM, job("failed", job_id=f"j-{number}"), key="f/1")
    assert (house.outcome.state, type(house.outcome.error)) == (FAILED, JobFailed)


def test_an_unknown_request_that_no_row_asks_for_keeps_its_place_and_is_not_told_of_again() -> None:
    house = Household()
    lost(house)
    assert left_over(house) == []
    assert house.log == ["occupy", ("leave", LASTS)]
    assert house.unsettled == {"a": ROW}


def test_an_unknown_request_that_no_row_asks_for_may_be_told_of_by_a_callback() -> None:
    house = listening()
    lost(house)
    house.heard.extend([(12.0, "token", "j-7"), (20.0, "j-7", "called")])
    left_over(house, ROW, job("processing", job_id="j-7"), job("completed", job_id="j-7", points=70))
    assert (house.outcome.state, house.outcome.points, house.unsettled) == (DONE, 70, {})
    assert [state.job_id for state, _ in house.outcome.jobs] == ["j-7"]


def test_records_that_cannot_be_read_after_a_callback_end_the_run() -> None:
    house = listening()
    lost(house)
    house.heard.append((12.0, "token", "j-7"))
    life = Life(ROW, house).leftover(house.entry())
    broken(house, "entry")
    with pytest.raises(JournalError):
        house.live(life)
