"""The life of one row from nothing to its files, step by step: by hand, with a clock that stands."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED
from legnext_client._protocol.flow import Do, Flow, Received
from legnext_client._runs.wishes import Aside, Pause, Room, Stopped
from legnext_client.errors import (
    BudgetExceeded,
    DownloadError,
    InvalidRequest,
    JobFailed,
    JournalError,
    LegnextError,
    WaitTimeout,
)
from legnext_client.generated.rules import FOLLOW_UP_DAYS

from .households import (
    FILM,
    PRICE,
    ROW,
    Household,
    Row,
    broken,
    ended,
    job,
    listening,
    lived,
    lost,
    posts,
    prepared,
)

if TYPE_CHECKING:
    from collections.abc import Callable


# ---- a row from nothing ---------------------------------------------------------------------------------------------


def test_a_row_is_submitted_waited_for_and_told() -> None:
    house = Household()
    house.token = "token"
    outcome = lived(house, ROW, job("pending"), job("completed", points=75))
    assert (outcome.item, outcome.state, outcome.error, outcome.files) == (ROW, DONE, None, ())
    assert [(state.job_id, origin) for state, origin in outcome.jobs] == [("j-1", "plan of a, accepted")]
    assert (outcome.points, outcome.earlier, house.unsettled) == (75, False, {})
    entry = house.entry()
    assert (entry.item, entry.step, entry.digest, entry.operation) == ("a", 0, "d", "diffusion")
    assert (entry.body, entry.price, entry.token, entry.state) == ({"text": "after []"}, PRICE, "token", DONE)
    assert house.book.described("a") == {"row": "a"}
    assert [(aside.request, aside.finish) for aside in house.asides] == [(True, True), (True, False)]
    assert house.emitted[0].title == "step 1"


def test_a_place_comes_first_then_the_price_and_only_then_it_is_sent() -> None:
    house = Household()
    lived(house, ROW, job("pending"), job("completed"))
    assert [entry if isinstance(entry, str) else entry[0] for entry in house.log][:5] == [
        "room", "prepare", "POST", "occupy", "watch",
    ]  # fmt: skip


def test_a_row_that_is_wrong_costs_nothing_and_is_told_as_new() -> None:
    house, wrong = Household(), InvalidRequest("text is missing")
    outcome = lived(house, Row(wrong=wrong, steps=0))
    assert (outcome.state, outcome.error, outcome.earlier, outcome.jobs) == (NEW, wrong, True, ())
    assert house.log == []


def test_what_is_found_wrong_when_it_is_to_be_sent_is_told_as_new() -> None:
    house, wrong = Household(), InvalidRequest("image_no must be below 4")

    def refusing() -> int:
        raise wrong

    house.prices = refusing
    outcome = lived(house)
    assert (outcome.state, outcome.error, outcome.earlier) == (NEW, wrong, False)
    assert house.book.entry("a") is None
    assert outcome.error is not None
    assert outcome.error.__cause__ is None


def test_a_budget_that_does_not_hold_is_no_matter_of_the_row() -> None:
    house = Household()

    def refusing() -> int:
        raise BudgetExceeded("80 of 20")

    house.prices = refusing
    with pytest.raises(BudgetExceeded):
        lived(house)
    assert house.emitted == []


def test_how_long_not_to_ask_is_heard_with_the_acceptance() -> None:
    house = Household()
    accepting = job("pending", headers={"retry-after": "7"})
    lived(house, ROW, accepting, job("completed"))
    assert ("watch", "j-1", "plan of a, accepted", 7.0) in house.log


def test_an_acceptance_gives_back_what_refusals_took() -> None:
    house = Household()
    for _ in range(3):
        house.pacing.refused(0.0)
    assert house.pacing.jobs == 1
    lived(house, ROW, job("pending"), job("completed"))
    assert house.pacing.jobs == 2


def test_a_job_that_fails_is_told_as_failed_with_its_job() -> None:
    house = Household()
    failing = job("failed", error={"message": "banned word"})
    outcome = lived(house, ROW, job("pending"), failing)
    assert outcome.state == FAILED
    assert isinstance(outcome.error, JobFailed)
    assert "banned word" in str(outcome.error)
    assert outcome.error.job == ("j-1", "plan of a, accepted")
    assert [state.status for state, _ in outcome.jobs] == ["failed"]


def test_a_wait_that_takes_too_long_is_told_as_submitted() -> None:
    house = Household()
    outcome = lived(house, ROW, *[job("processing")] * 11)
    assert (outcome.state, type(outcome.error), outcome.jobs) == (SUBMITTED, WaitTimeout, ())


# ---- a film ---------------------------------------------------------------------------------------------------------


def test_a_film_goes_on_from_job_to_job() -> None:
    house = Household()
    outcome = lived(
        house, FILM,
        job("pending"), job("completed", points=80),
        job("pending", job_id="j-2"), job("completed", job_id="j-2", points=20),
    )  # fmt: skip
    assert [state.job_id for state, _ in outcome.jobs] == ["j-1", "j-2"]
    assert (outcome.state, outcome.points) == (DONE, 100)
    assert prepared(house) == [
        ("prepare", "f/1", {"text": "after []"}, None),
        ("prepare", "f/2", {"text": "after ['j-1']"}, "j-1"),
    ]
    assert [(entry.key, entry.step) for entry in house.book.entries()] == [("f/1", 0), ("f/2", 1)]


def test_a_film_goes_on_where_an_earlier_run_has_left_it() -> None:
    house = Household()
    number = ended(house, key="f/1", row=FILM)
    outcome = lived(house, FILM, job("pending", job_id="j-9"), job("completed", job_id="j-9", points=20))
    assert [(state.job_id, origin) for state, origin in outcome.jobs] == [
        (f"j-{number}", "recalled f/1"),
        ("j-9", "plan of f/2, accepted"),
    ]
    assert (outcome.points, outcome.earlier) == (90, False)
    assert len(posts(house)) == 1


def test_a_film_ends_with_the_step_that_fails() -> None:
    house = Household()
    outcome = lived(house, FILM, job("pending"), job("failed"))
    assert (outcome.state, len(outcome.jobs), len(posts(house))) == (FAILED, 1, 1)


def choosing(choose: Callable[[Any], Any]) -> Row:
    return Row("f", steps=2, choices={"image_no": choose})


def test_what_a_caller_chooses_by_the_job_before_is_what_is_sent() -> None:
    house, seen = Household(), list[Any]()

    def choose(before: Any) -> int:
        seen.append(before)
        return 2

    second = [job("pending", job_id="j-2"), job("completed", job_id="j-2")]
    lived(house, choosing(choose), job("pending"), job("completed"), *second)
    assert seen == [("j-1", "plan of f/1, accepted")]
    assert house.entry("f/2").body == {"text": "after ['j-1']", "image_no": 2}


def test_a_choice_that_fails_is_told_and_sends_nothing() -> None:
    house, why = Household(), KeyError("nothing is good enough")

    def choose(_: Any) -> int:
        raise why

    outcome = lived(house, choosing(choose), job("pending"), job("completed"))
    assert (outcome.state, len(posts(house))) == (NEW, 1)
    assert outcome.error is not None
    assert str(outcome.error) == "the function that chooses image_no raised KeyError('nothing is good enough')."
    assert outcome.error.__cause__ is why


def test_an_interrupt_while_a_caller_chooses_is_not_swallowed() -> None:
    house = Household()

    def choose(_: Any) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lived(house, choosing(choose), job("pending"), job("completed"))


@pytest.mark.parametrize(("days", "state"), [(FOLLOW_UP_DAYS, DONE), (FOLLOW_UP_DAYS + 1, NEW)])
def test_a_job_is_followed_up_only_while_the_service_keeps_it(days: int, state: str) -> None:
    house = Household()
    ended(house, key="f/1", row=FILM)
    house.days = timedelta(days=days)
    if state == DONE:
        outcome = lived(house, FILM, job("pending"), job("completed"))
    else:
        outcome = lived(house, FILM)
        assert isinstance(outcome.error, InvalidRequest)
        assert f"ended {days} days ago, and one can be followed up for {FOLLOW_UP_DAYS} days" in str(outcome.error)
    assert outcome.state == state


def test_the_age_of_a_job_of_this_run_counts_as_well() -> None:
    house = Household()

    def long_ago() -> Received:
        house.days = timedelta(days=FOLLOW_UP_DAYS + 2)
        return job("completed", meta={"created_at": "2026-01-01T00:00:00Z", "ended_at": "2026-01-01T00:00:05Z"})

    outcome = lived(house, FILM, job("pending"), long_ago)
    assert (outcome.state, len(posts(house))) == (NEW, 1)


# ---- files ----------------------------------------------------------------------------------------------------------


def fetching(*paths: str, error: LegnextError | None = None) -> Flow[list[str]]:
    yield Do(int)
    if error is not None:
        raise error
    return list(paths)


def test_what_was_made_is_fetched_and_where_it_is_written_down() -> None:
    house = Household()
    house.files = fetching("out/a.png", "out/b.png")
    outcome = lived(
        house, FILM, job("pending"), job("completed"), job("pending", job_id="j-2"), job("completed", job_id="j-2")
    )
    assert (outcome.state, outcome.files) == (DONE, ("out/a.png", "out/b.png"))
    assert (house.entry("f/1").files, house.entry("f/2").files) == ((), ("out/a.png", "out/b.png"))
    assert ("fetching", "f", "j-2", ()) in house.log
    assert (house.asides[-1].request, house.asides[-1].finish) == (False, False)


def test_files_of_an_earlier_run_are_known() -> None:
    house = Household()
    house.book.downloaded(ended(house), ["out/a.png"])
    outcome = lived(house)
    assert outcome.files == ("out/a.png",)
    assert house.log == [("fetching", "a", "j-1", ("out/a.png",))]


@pytest.mark.parametrize("error", [DownloadError("the disk is full"), InvalidRequest("a name leads out of it")])
def test_a_row_whose_files_cannot_be_had_is_done_all_the_same(error: LegnextError) -> None:
    house = Household()
    house.book.downloaded(ended(house), ["out/a.png"])
    house.files = fetching(error=error)
    outcome = lived(house)
    assert (outcome.state, outcome.error, outcome.files) == (DONE, error, ("out/a.png",))


def test_another_error_of_a_download_is_no_matter_of_the_row() -> None:
    house = Household()
    ended(house)
    house.files = fetching(error=LegnextError("closed"))
    with pytest.raises(LegnextError, match="closed"):
        lived(house)


def test_places_of_files_that_cannot_be_written_down_end_the_run() -> None:
    house = Household()
    ended(house)
    house.files = fetching("out/a.png")
    broken(house, "downloaded")
    with pytest.raises(JournalError):
        lived(house)


# ---- it is stopped --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", [Room, Aside])
def test_a_row_that_is_stopped_before_it_was_sent_tells_nothing_and_holds_nothing(wish: Any) -> None:
    house = Household()
    house.stops = wish
    with pytest.raises(Stopped):
        lived(house)
    assert (house.emitted, house.unsettled) == ([], {"a": ROW})
    assert (("refused", "plan of a") in house.log) is (wish is Aside)
    assert house.book.entry("a") is None


def test_a_row_that_is_stopped_while_it_listens_may_still_be_told_of() -> None:
    house = listening()
    lost(house)
    house.stops = Pause
    with pytest.raises(Stopped):
        lived(house)
    assert house.unsettled == {"a": ROW}
