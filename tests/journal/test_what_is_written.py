"""What the journal holds of each paid request, and how what is unknown is settled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._journal.files import BATCH
from legnext_client._journal.submit import SubmissionIntent
from legnext_client._protocol.state import State
from legnext_client.errors import InvalidRequest, JournalError
from legnext_client.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = datetime(2030, 1, 1, tzinfo=UTC)


class Calendar:
    """A date that is moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def journal(tmp_path: Path, calendar: Calendar) -> Iterator[Journal]:
    with Journal.open(tmp_path / "run.db", BATCH, now=calendar) as opened:
        yield opened


def intent(key: str = "a", price: int = 80, token: str | None = None) -> SubmissionIntent:
    return SubmissionIntent(key, key, 0, "d", {"text": "ein Kätzchen"}, "paint", {"text": "ein Kätzchen"}, price, token)


def begun(journal: Journal, key: str = "a") -> int:
    return journal.begin(intent(key)).entry.id


def job(job_id: str = "j-1", status: str = "pending", **usage: int) -> State:
    return State({"job_id": job_id, "status": status, "meta": {"usage": usage}})


def test_the_whole_life_of_a_request_is_there(journal: Journal, calendar: Calendar) -> None:
    number = begun(journal)
    calendar.now += timedelta(seconds=2)
    journal.accepted(number, job(frozen=80))
    entry = journal.entry("a")
    assert entry is not None
    assert (entry.state, entry.job_id, entry.status, entry.frozen, entry.points) == (
        "submitted", "j-1", "pending", 80, 0,
    )  # fmt: skip
    calendar.now += timedelta(seconds=44)
    done = job(status="completed", consume=75)
    journal.ended(number, done, 75)
    journal.downloaded(number, ["out/a_0.png"])
    entry = journal.entry("a")
    assert entry is not None
    assert (entry.state, entry.points, entry.frozen, entry.output, entry.files) == (
        "done", 75, 0, dict(done.raw), ("out/a_0.png",),
    )  # fmt: skip
    assert entry.body == {"text": "ein Kätzchen"}
    assert [entry.submitting_at, entry.submitted_at, entry.ended_at] == [
        START,
        START + timedelta(seconds=2),
        START + timedelta(seconds=46),
    ]


@pytest.mark.parametrize("end", ["accepted", "refused", "lost", "done"])
def test_what_was_sent_is_never_begun_again(journal: Journal, end: str) -> None:
    number = begun(journal)
    match end:
        case "refused":
            journal.refused(number, "400", None)
        case "lost":
            journal.mark_unknown(number, "no answer")
        case _:
            journal.accepted(number, job())
    if end == "done":
        journal.ended(number, job(status="completed"), 80)
    assert not journal.begin(intent()).acquired


def test_what_was_provably_not_accepted_may_be_sent_again_with_another_body(journal: Journal) -> None:
    number = begun(journal)
    journal.mark_not_sent(number)
    again = journal.begin(intent(price=90, token="t"))
    assert again.acquired
    assert (again.entry.id, again.entry.price, again.entry.token) == (number, 90, "t")


def test_what_is_given_up_has_failed_and_keeps_what_the_service_holds_or_the_price_whichever_is_more(
    journal: Journal,
) -> None:
    number = begun(journal)
    journal.accepted(number, job(frozen=200))
    assert (journal.summary().frozen, journal.summary().uncertain) == (200, 0)
    journal.give_up("a")
    assert (journal.summary().frozen, journal.summary().uncertain) == (0, 200)
    journal.mark_unknown(begun(journal, "b"), "no answer")
    journal.give_up("b")
    entry = journal.entry("b")
    assert entry is not None
    assert (entry.state, entry.error, entry.frozen) == ("failed", "given up", 80)
    assert journal.summary().uncertain == 280


def test_a_number_that_no_file_can_hold_is_an_error_of_ours(journal: Journal) -> None:
    with pytest.raises(JournalError, match="could not be written"):
        journal.ended(begun(journal), job(), 10**25)


def test_a_job_cannot_be_two_requests(journal: Journal) -> None:
    journal.accepted(begun(journal, "a"), job("j-1"))
    journal.mark_unknown(begun(journal, "b"), "no answer")
    with pytest.raises(InvalidRequest, match="j-1 already belongs to another request"):
        journal.adopt("b", "j-1")
    assert journal.summary().states == {"submitted": 1, "unknown": 1}


def test_a_resubmission_keeps_the_history_and_its_price_counts_on(journal: Journal) -> None:
    journal.mark_unknown(begun(journal), "no answer")
    journal.resubmit("a")
    assert journal.entry("a") is None
    assert journal.attempts("a") == 1
    assert journal.begin(intent()).acquired
    assert [(entry.state, entry.current) for entry in journal.entries(history=True)] == [
        ("unknown", False),
        ("submitting", True),
    ]
    assert journal.summary().uncertain == 160


@pytest.mark.parametrize(
    ("settle", "said"),
    [
        (lambda journal: journal.adopt("nobody", "j"), "has no request 'nobody'"),
        (lambda journal: journal.resubmit("a"), "must be unknown or failed for this; it is submitted"),
        (lambda journal: journal.adopt("a", "j"), "must be unknown for this; it is submitted"),
        (lambda journal: journal.adopt("a", ""), "must be the id of a job; got ''"),
    ],
)
def test_only_what_is_unsettled_can_be_settled(journal: Journal, settle: object, said: str) -> None:
    journal.accepted(begun(journal), job())
    assert callable(settle)
    with pytest.raises(InvalidRequest, match=said):
        settle(journal)
    assert journal.summary().states == {"submitted": 1}


def test_the_summary_is_one_line_for_people(journal: Journal) -> None:
    assert str(journal.summary()) == "nothing yet; 0 points charged"
    number = begun(journal, "a")
    journal.accepted(number, job("j-1", frozen=80))
    journal.ended(number, job("j-1", "completed"), 80)
    journal.accepted(begun(journal, "b"), job("j-2", frozen=80))
    journal.mark_unknown(begun(journal, "c"), "no answer")
    assert str(journal.summary()) == "1 done, 1 submitted, 1 unknown; 80 points charged, 80 held, 80 uncertain"


@pytest.mark.parametrize("state", ["unkown", "DONE", "", 3, None])
def test_a_state_that_there_is_not_is_refused_and_not_nothing(journal: Journal, state: Any) -> None:
    said = f"state must be one of new, submitting, submitted, done, failed, unknown; got {state!r}."
    with pytest.raises(InvalidRequest) as caught:
        journal.entries("done", state)
    assert caught.value.message == said


def test_no_row_costs_more_in_a_long_journal_than_in_a_short_one(journal: Journal) -> None:
    said: list[str] = []
    journal._connection.set_trace_callback(said.append)
    number = begun(journal)
    journal.accepted(number, job(frozen=80))
    journal.ended(number, job(status="completed", consume=80), 80)
    journal.downloaded(number, ["a.png"])
    journal.retire(number)
    journal.attempts("a")
    journal.described("a")
    other = begun(journal, "b")
    journal.mark_unknown(other, "no answer")
    journal.claim(other, "j-2")
    journal._connection.set_trace_callback(None)
    asked = [statement for statement in said if statement.startswith(("SELECT", "UPDATE"))]
    assert len(asked) >= 10
    scanned = {
        statement: detail
        for statement in asked
        for *_, detail in journal._connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        if detail.startswith("SCAN")
    }
    assert scanned == {}


def test_words_that_no_file_can_hold_lose_no_job(journal: Journal) -> None:
    number = begun(journal)
    journal.accepted(number, job())
    half = State({"job_id": "j-1", "status": "failed", "error": {"code": 500, "message": "half \ud800 a pair"}})
    journal.ended(number, half, 0)
    entry = journal.entry("a")
    assert entry is not None
    assert entry.output == half.raw
    assert "half ? a pair" in (entry.error or "")
    journal.mark_unknown(begun(journal, "b"), "half \udfff")
    journal.refused(begun(journal, "c"), "half \udfff", None)
    assert journal.summary().states == {"failed": 2, "unknown": 1}
