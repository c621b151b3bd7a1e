"""Submissions that are refused, not sent, or of unknown outcome: what is tried again, and what never is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from legnext_client._journal.submit import DONE, FAILED, NEW, UNKNOWN
from legnext_client._protocol.flow import Lost, Received
from legnext_client._runs.lives import TOO_MANY, Life
from legnext_client._runs.vigils import UNREACHABLE
from legnext_client.errors import (
    AuthenticationError,
    BadRequestError,
    ConnectionError,
    InsufficientCreditsError,
    JournalError,
    LegnextError,
    RateLimitError,
    SubmissionUnknown,
)

from .households import (
    LASTS,
    ROW,
    SILENCE,
    UNSENT,
    Household,
    Row,
    begun,
    broken,
    ended,
    job,
    listening,
    lived,
    lost,
    posts,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Callable


# ---- nothing was accepted -------------------------------------------------------------------------------------------


def test_a_refusal_for_being_too_many_is_tried_again_when_the_service_says_so() -> None:
    house = Household()
    outcome = lived(house, ROW, refusal(429, **{"retry-after": "20"}), job("pending"), job("completed"))
    assert (outcome.state, len(posts(house))) == (DONE, 2)
    assert house.log.count(("refused", "plan of a")) == 1
    assert house.log.count("room") == 2
    assert house.log[house.log.index(("refused", "plan of a")) + 1] == "leave"
    assert house.pacing.next_submission == 20.0


def test_refusals_for_half_an_hour_end_the_run() -> None:
    house = Household()

    def later(seconds: float) -> Callable[[], Received]:
        def refusing() -> Received:
            house.now += seconds
            return refusal(429)

        return refusing

    with pytest.raises(RateLimitError):
        lived(house, ROW, refusal(429), later(TOO_MANY), later(0.5))
    assert house.entry().state == NEW
    assert len(posts(house)) == 3


@pytest.mark.parametrize(("after", "tried_on"), [("60", True), ("61", False)])
def test_a_service_that_wants_more_patience_than_the_client_has_ends_the_run(after: str, tried_on: bool) -> None:
    house = Household()
    refusing = refusal(429, **{"retry-after": after})
    if tried_on:
        assert lived(house, ROW, refusing, job("pending"), job("completed")).state == DONE
    else:
        with pytest.raises(RateLimitError):
            lived(house, ROW, refusing)


def test_what_was_provably_not_sent_is_sent_when_the_network_is_back() -> None:
    house = Household()
    outcome = lived(house, ROW, UNSENT, UNSENT, job("pending"), job("completed"))
    assert (outcome.state, len(posts(house))) == (DONE, 3)
    assert house.pacing.next_submission > 0.0


def test_a_network_that_stays_away_ends_the_run() -> None:
    house = Household()

    def later(seconds: float) -> Callable[[], Lost]:
        def failing() -> Lost:
            house.now += seconds
            return UNSENT

        return failing

    with pytest.raises(ConnectionError):
        lived(house, ROW, UNSENT, later(UNREACHABLE), later(0.5))
    assert house.entry().state == NEW
    assert len(posts(house)) == 3


def test_what_no_other_try_can_mend_is_not_tried_again() -> None:
    house = Household()
    with pytest.raises(ConnectionError):
        lived(house, ROW, UNSENT._replace(again=False))
    assert house.entry().state == NEW


@pytest.mark.parametrize(("status", "error"), [(401, AuthenticationError), (402, InsufficientCreditsError)])
def test_an_account_that_is_not_in_order_ends_the_run_and_not_the_row(status: int, error: type[LegnextError]) -> None:
    house = Household()
    with pytest.raises(error):
        lived(house, ROW, refusal(status))
    assert house.entry().state == NEW
    assert house.emitted == []


def test_a_refusal_of_the_request_is_the_rows_own() -> None:
    house = Household()
    outcome = lived(house, ROW, refusal(400))
    assert (outcome.state, type(outcome.error), outcome.earlier) == (FAILED, BadRequestError, False)
    assert house.entry().state == FAILED


# ---- it is not known ------------------------------------------------------------------------------------------------


def test_what_got_no_answer_keeps_its_place_while_its_job_may_run_and_is_never_sent_again() -> None:
    house = Household()
    outcome = lived(house, ROW, SILENCE)
    assert (outcome.state, type(outcome.error)) == (UNKNOWN, SubmissionUnknown)
    assert house.log[-2:] == ["occupy", ("leave", LASTS)]
    assert (house.entry().state, len(posts(house))) == (UNKNOWN, 1)
    assert house.unsettled == {"a": ROW}
    assert ("refused", "plan of a") not in house.log, "its points stay held"
    again = Household()
    again.book = house.book
    assert lived(again).state == UNKNOWN
    assert posts(again) == []


def test_an_earlier_request_of_unknown_outcome_says_what_it_was() -> None:
    house = Household()
    lost(house)
    outcome = lived(house)
    assert isinstance(outcome.error, SubmissionUnknown)
    assert str(outcome.error).startswith("diffusion (a): the line was cut.")
    assert (outcome.error.operation, outcome.error.sent) == ("diffusion", {"n": 0})
    assert outcome.earlier is False


def test_a_request_that_is_being_sent_elsewhere_is_not_sent_here() -> None:
    house = Household()
    begun(house)
    outcome = lived(house)
    assert (outcome.state, posts(house)) == (UNKNOWN, [])
    assert str(outcome.error).startswith("diffusion (a): it was sent.")


CUT = Received(200, {}, b'{"job_id": "j-7", "status": "pend')


def test_an_answer_that_cannot_be_read_is_handed_on_as_it_came() -> None:
    house = Household()
    outcome = lived(house, ROW, Received(200, {}, b'{"job'))
    assert isinstance(outcome.error, SubmissionUnknown)
    assert outcome.error.answer == b'{"job'


def test_an_id_in_an_answer_that_was_cut_is_asked_for() -> None:
    house = Household()
    outcome = lived(house, ROW, CUT, job("completed", job_id="j-7", points=75))
    assert (outcome.state, [state.job_id for state, _ in outcome.jobs]) == (DONE, ["j-7"])
    assert house.entry().job_id == "j-7"
    assert len(posts(house)) == 1


def test_an_id_that_was_kept_by_an_earlier_run_is_asked_for() -> None:
    house = Household()
    lost(house, "j-7")
    assert lived(house, ROW, job("completed", job_id="j-7")).state == DONE


def test_an_id_that_is_another_requests_is_not_taken() -> None:
    house = Household()
    number = ended(house, key="b", row=Row("b"))
    lost(house, f"j-{number}")
    outcome = lived(house)
    assert isinstance(outcome.error, SubmissionUnknown)
    assert (outcome.state, outcome.error.job_id) == (UNKNOWN, f"j-{number}")


def test_a_callback_tells_which_job_it_is() -> None:
    house = listening()
    lost(house)
    house.heard.append((12.0, "token", "j-7"))
    house.heard.append((30.0, "j-7", "called"))
    outcome = lived(house, ROW, job("processing", job_id="j-7"), job("completed", job_id="j-7"))
    assert (outcome.state, [state.job_id for state, _ in outcome.jobs]) == (DONE, ["j-7"])
    assert house.log[:2] == ["occupy", ("pause", LASTS, "token", False)]


def test_a_callback_of_another_requests_job_is_not_taken_and_it_is_listened_on() -> None:
    house = listening()
    number = ended(house, key="b", row=Row("b"), token="other")
    lost(house)
    house.heard.extend([(12.0, "token", f"j-{number}"), (20.0, "token", "j-7")])
    outcome = lived(house, ROW, job("completed", job_id="j-7"))
    assert [state.job_id for state, _ in outcome.jobs] == ["j-7"]


def test_when_no_job_can_run_any_more_nobody_listens_on() -> None:
    house = listening()
    number = ended(house, key="b", row=Row("b"), token="other")
    lost(house)
    house.heard.extend([(LASTS, "token", f"j-{number}"), (LASTS, "token", "j-7")])
    outcome = lived(house)
    assert outcome.state == UNKNOWN
    assert house.log == ["occupy", ("pause", LASTS, "token", False), ("leave", LASTS)]


def test_who_hears_nothing_until_then_gives_up_listening() -> None:
    house = listening()
    lost(house)
    assert lived(house).state == UNKNOWN
    assert house.log == ["occupy", ("pause", LASTS, "token", False), ("leave", LASTS)]


def test_it_is_listened_once_even_when_the_time_is_over() -> None:
    house = listening()
    lost(house)
    house.days = timedelta(days=1)
    house.heard.append((0.0, "token", "j-7"))
    house.now = LASTS
    until = LASTS + LASTS - (24 * 3600.0 + LASTS)
    house.says.append(job("completed", job_id="j-7"))
    house.live(Life(ROW, house).living())
    assert ("pause", until, "token", False) in house.log


@pytest.mark.parametrize(("callbacks", "token"), [(False, "token"), (True, None)])
def test_nobody_listens_where_nothing_can_be_heard(callbacks: bool, token: str | None) -> None:
    house = listening(callbacks, token)
    lost(house)
    assert lived(house).state == UNKNOWN
    assert house.log == ["occupy", ("leave", LASTS)]


@pytest.mark.parametrize("method", ["entry", "entries_of", "claim"])
def test_records_that_cannot_be_used_end_the_run(method: str) -> None:
    house = Household()
    lost(house, "j-7")
    broken(house, method)
    with pytest.raises(JournalError):
        lived(house)


def test_a_claim_by_a_callback_that_cannot_be_written_ends_the_run() -> None:
    house = listening()
    lost(house)
    house.heard.append((12.0, "token", "j-7"))
    broken(house, "claim")
    with pytest.raises(JournalError):
        lived(house)


def test_what_cannot_be_put_aside_is_not_sent_anew() -> None:
    house = Household(retry_failed=True)
    house.book.refused(begun(house), "no", None)
    broken(house, "retire")
    with pytest.raises(JournalError):
        lived(house)
    with pytest.raises(JournalError):
        lived(house, Row(digest="other"))
    assert posts(house) == []
