"""Submit once: what is written down at which moment, for every outcome there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._journal.submit import Begun, Entry, Submission, SubmissionIntent, submit_once
from legnext_client._protocol.flow import NoResponse, Request, Response, RunBlocking, Send
from legnext_client.errors import (
    BadRequestError,
    ConfigurationError,
    ConnectionError,
    InsufficientCreditsError,
    JournalError,
    LegnextError,
    RateLimitError,
    SubmissionUnknown,
)

if TYPE_CHECKING:
    from legnext_client._protocol.state import State

REQUEST = Request("POST", "/paint", b"{}", paid=True, operation="paint", sent={"text": "a cat"})
INTENT = SubmissionIntent("a", "a", 0, "d", {"text": "a cat"}, "paint", {"text": "a cat"}, 80)
ENTRY = Entry(7, "a", "a", 0, "d", "paint", {"text": "a cat"}, "submitting", 80)


class Written:
    """Records that remember what they were told, between what was sent."""

    def __init__(self, *, acquired: bool = True, full: bool = False) -> None:
        self.told: list[Any] = []
        self._acquired, self._full = acquired, full

    def begin(self, intent: SubmissionIntent) -> Begun:
        self.told.append(("begin", intent.key))
        return Begun(ENTRY, self._acquired)

    def mark_not_sent(self, number: int) -> None:
        self.told.append(("mark_not_sent", number))

    def accepted(self, number: int, state: State) -> None:
        if self._full:
            raise JournalError("the disk is full.", journal="run.db")
        self.told.append(("accepted", number, state.job_id))

    def refused(self, number: int, reason: str, job_id: str | None) -> None:
        self.told.append(("refused", number, job_id) if reason else "no reason")

    def mark_unknown(self, number: int, reason: str, job_id: str | None) -> None:
        if self._full:
            raise JournalError("the disk is full.", journal="run.db")
        self.told.append(("mark_unknown", number, *filter(None, [job_id])) if reason else "no reason")


def submitted(records: Written, outcome: Response | NoResponse) -> Submission:
    """Carry the flow out by hand; what is sent stands among what is written."""
    flow = submit_once(INTENT, REQUEST, records, 30.0)
    result: Any = None
    try:
        while True:
            effect = flow.send(result)
            if isinstance(effect, Send):
                records.told.append("sent")
                result = outcome
            else:
                assert isinstance(effect, RunBlocking)
                try:
                    result = effect.function()
                except LegnextError as error:
                    result = error
    except StopIteration as end:
        found: Submission = end.value
        return found


JOB = Response(200, {"retry-after": "3"}, b'{"job_id": "j-1", "status": "pending"}')


def test_the_intent_is_written_before_it_is_sent_and_the_id_before_anything_else() -> None:
    records = Written()
    submission = submitted(records, JOB)
    assert records.told == [("begin", "a"), "sent", ("accepted", 7, "j-1")]
    assert submission.state is not None
    assert (submission.state.job_id, submission.headers, submission.error) == ("j-1", {"retry-after": "3"}, None)


def test_nothing_is_sent_when_someone_else_has_begun_it() -> None:
    records = Written(acquired=False)
    submission = submitted(records, JOB)
    assert records.told == [("begin", "a")]
    assert submission == Submission(ENTRY)


def answer(status: int, body: bytes = b"{}") -> Response:
    return Response(status, {}, body)


@pytest.mark.parametrize(
    ("outcome", "written", "error", "again"),
    [
        (NoResponse("refused", sent=False), ("mark_not_sent", 7), ConnectionError, True),
        (
            NoResponse("untrusted certificate", sent=False, retryable=False),
            ("mark_not_sent", 7),
            ConnectionError,
            False,
        ),
        (
            NoResponse("closed", sent=False, error=ConfigurationError("closed")),
            ("mark_not_sent", 7),
            ConfigurationError,
            False,
        ),
        (answer(429), ("mark_not_sent", 7), RateLimitError, True),
        (answer(402), ("mark_not_sent", 7), InsufficientCreditsError, False),
        (answer(400), ("refused", 7, None), BadRequestError, False),
        (answer(400, b'{"job_id": "j-2"}'), ("mark_unknown", 7, "j-2"), SubmissionUnknown, False),
        (NoResponse("reset", sent=True), ("mark_unknown", 7), SubmissionUnknown, False),
        (answer(500), ("mark_unknown", 7), SubmissionUnknown, False),
        (answer(200, b"<html>"), ("mark_unknown", 7), SubmissionUnknown, False),
        (answer(200, b"{}"), ("mark_unknown", 7), SubmissionUnknown, False),
        (answer(200, b'{"job_id": "j-1", "st'), ("mark_unknown", 7, "j-1"), SubmissionUnknown, False),
        (answer(200, b'{"job_id": "j-'), ("mark_unknown", 7), SubmissionUnknown, False),
        (answer(502, b'{"job_id": "j-1", "status": "pending"}'), ("mark_unknown", 7, "j-1"), SubmissionUnknown, False),
        (
            NoResponse("reset", sent=True, answer=b'{"job_id": "\\u006a"'),
            ("mark_unknown", 7, "j"),
            SubmissionUnknown,
            False,
        ),
    ],
)
def test_what_becomes_of_it_is_written_down(
    outcome: Response | NoResponse, written: tuple[object, ...], error: type[LegnextError], again: bool
) -> None:
    records = Written()
    submission = submitted(records, outcome)
    assert records.told == [("begin", "a"), "sent", written]
    assert submission.state is None
    assert isinstance(submission.error, error)
    assert submission.again is again


def test_what_is_given_up_is_what_has_failed_and_may_cost_something() -> None:
    assert ENTRY._replace(state="failed", frozen=1).given_up
    assert not ENTRY._replace(state="failed", frozen=0).given_up
    assert not ENTRY._replace(state="submitted", frozen=80).given_up


def test_what_may_be_tried_again_is_what_has_failed_for_certain() -> None:
    assert ENTRY._replace(state="failed", frozen=0).may_be_retried
    assert not ENTRY._replace(state="failed", frozen=1).may_be_retried
    assert not ENTRY._replace(state="unknown", frozen=0).may_be_retried


@pytest.mark.parametrize(
    ("outcome", "named"),
    [(answer(200, b'{"job_id": "j-1", "sta'), "j-1"), (NoResponse("reset", sent=True), None)],
)
def test_a_loss_that_cannot_be_written_down_is_told_with_the_id_if_there_is_one(
    outcome: Response | NoResponse, named: str | None
) -> None:
    with pytest.raises(JournalError, match="the disk is full") as caught:
        submitted(Written(full=True), outcome)
    assert caught.value.job_id == named
    assert ("paid as job j-1" in str(caught.value)) == (named is not None)


def test_an_id_that_cannot_be_written_down_is_in_the_error() -> None:
    with pytest.raises(JournalError, match=r"accepted and paid as job j-1, .* the disk is full") as caught:
        submitted(Written(full=True), JOB)
    assert (caught.value.job_id, caught.value.journal) == ("j-1", "run.db")


def test_an_error_of_the_disk_is_one_of_ours() -> None:
    flow = submit_once(INTENT, REQUEST, Written(), 30.0)
    assert isinstance(next(flow), RunBlocking)
    with pytest.raises(JournalError, match=r"could not be written: .*read-only"):
        flow.send(OSError("read-only file system"))
