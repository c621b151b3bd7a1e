"""Submit once: what is written down at which moment, for every outcome there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client._journal.submit import Begun, Entry, Submission, SubmissionIntent, submit_once
from legnext_client._protocol.flow import NoResponse, Request, Response, RunBlocking, Send
from legnext_client.errors import (
    BadRequestError,
    ConfigurationError,
    ConnectionError,
    InsufficientCreditsError,
    LegnextError,
    RateLimitError,
    SubmissionUnknown,
)
from tests.tables import for_each

if TYPE_CHECKING:
    from legnext_client._protocol.state import State

REQUEST = Request("POST", "/paint", b"{}", paid=True, operation="paint", sent={"text": "a cat"})
INTENT = SubmissionIntent("a", "a", 0, "d", {"text": "a cat"}, "paint", {"text": "a cat"}, 80)
ENTRY = Entry(7, "a", "a", 0, "d", "paint", {"text": "a cat"}, "submitting", 80)


class Written:
    """Records that remember what they were told, between what was sent."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def begin(self, intent: SubmissionIntent) -> Begun:
        self.told.append(("begin", intent.key))
        return Begun(ENTRY, True)

    def mark_not_sent(self, number: int) -> None:
        self.told.append(("mark_not_sent", number))

    def accepted(self, number: int, state: State) -> None:
        self.told.append(("accepted", number, state.job_id))

    def refused(self, number: int, reason: str, job_id: str | None) -> None:
        self.told.append(("refused", number, job_id) if reason else "no reason")

    def mark_unknown(self, number: int, reason: str, job_id: str | None) -> None:
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
    assert submission.answer is not None
    assert (submission.answer.state.job_id, submission.answer.headers) == ("j-1", {"retry-after": "3"})
    assert submission.error is None


def answer(status: int, body: bytes = b"{}") -> Response:
    return Response(status, {}, body)


@for_each(
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
        (answer(200, b'{"job_id": "j-1", "st'), ("mark_unknown", 7, "j-1"), SubmissionUnknown, False),
    ],
)
def test_what_becomes_of_it_is_written_down(
    outcome: Response | NoResponse, written: tuple[object, ...], error: type[LegnextError], again: bool
) -> None:
    records = Written()
    submission = submitted(records, outcome)
    assert records.told == [("begin", "a"), "sent", written]
    assert submission.answer is None
    assert isinstance(submission.error, error)
    assert submission.again is again
