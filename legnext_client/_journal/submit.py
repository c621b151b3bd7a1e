"""Submit once: a paid request is sent at most once under its key, whatever happens before, during or after.

Independent of scheduling, of the store behind `Records`, and of the transport. The states of a request:

    new → submitting → submitted → done | failed
                     → unknown   (sent, and no readable answer: never sent again by itself)
                     → failed    (refused by the service)
                     → new       (provably not accepted: it may be sent again)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Protocol, TypeAlias

from legnext_client._protocol.flow import Flow, Request, RunBlocking, Send
from legnext_client._protocol.send import Answer, Fail, Retry, Verdict, classify
from legnext_client._protocol.state import State
from legnext_client.errors import (
    APIError,
    AuthenticationError,
    ConfigurationError,
    InsufficientCreditsError,
    InvalidRequest,
    JournalError,
    LegnextError,
    SubmissionUnknown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

NEW: Final = "new"
SUBMITTING: Final = "submitting"
SUBMITTED: Final = "submitted"
DONE: Final = "done"
FAILED: Final = "failed"
UNKNOWN: Final = "unknown"
RequestState: TypeAlias = Literal["new", "submitting", "submitted", "done", "failed", "unknown"]
STATES: tuple[RequestState, ...] = (NEW, SUBMITTING, SUBMITTED, DONE, FAILED, UNKNOWN)
NOT_ITS_FAULT = (AuthenticationError, InsufficientCreditsError, ConfigurationError)
"""Errors that concern the account or the client, not the request; it can be sent once they are fixed."""


class SubmissionIntent(NamedTuple):
    """A request to be sent, and its step and row; on disk before it is sent."""

    key: str
    item: str
    step: int
    digest: str
    described: Mapping[str, Any]
    operation: str
    body: Mapping[str, Any]
    price: int
    token: str | None = None


class Entry(NamedTuple):
    """A recorded paid request."""

    id: int
    key: str
    item: str
    step: int
    digest: str
    operation: str
    body: dict[str, Any]
    state: str
    price: int
    token: str | None = None
    job_id: str | None = None
    status: str | None = None
    frozen: int = 0
    points: int = 0
    output: dict[str, Any] | None = None
    error: str | None = None
    files: tuple[str, ...] = ()
    current: bool = True
    submitting_at: datetime | None = None
    submitted_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def given_up(self) -> bool:
        """Whether a person counted it as failed although its job may run; only a person resubmits it."""
        return self.state == FAILED and self.frozen > 0

    @property
    def unpolled(self) -> State:
        """The job before it is polled in this run."""
        return State({"job_id": self.job_id or ""})

    @property
    def may_be_retried(self) -> bool:
        """Whether it failed for certain, so sending it again does not pay twice."""
        return self.state == FAILED and not self.given_up

    def to_dict(self) -> dict[str, Any]:
        """Return what a reader needs as plain data that `json.dumps` takes; `sent` is when it was sent."""
        shown = ("key", "operation", "state", "price", "points", "job_id", "error", "body")
        sent = self.submitting_at.isoformat() if self.submitting_at else None
        return {"sent": sent, **{name: getattr(self, name) for name in shown}}


class Begun(NamedTuple):
    """The state of a request; `acquired` is true for the only caller that may send it."""

    entry: Entry
    acquired: bool


class Records(Protocol):
    """A store of requests, such as a journal. When a method returns, its change survives a power failure."""

    def begin(self, intent: SubmissionIntent) -> Begun: ...
    def mark_not_sent(self, number: int) -> None: ...
    def accepted(self, number: int, state: State) -> None: ...
    def refused(self, number: int, reason: str, job_id: str | None) -> None: ...
    def mark_unknown(self, number: int, reason: str, job_id: str | None) -> None: ...


class Submission(NamedTuple):
    """The outcome: the answer with an accepted job, an error, or only the earlier state."""

    entry: Entry
    answer: Answer | None = None
    error: LegnextError | None = None
    again: bool = False
    """Whether nothing was accepted, so another attempt costs nothing."""


def submit_once(
    intent: SubmissionIntent, request: Request, records: Records, timeout: float, attempt: int = 1
) -> Flow[Submission]:
    """Record the intent, send the request once, and record the outcome before anything else happens."""
    begun: Begun = checked((yield RunBlocking(partial(records.begin, intent))))
    number = begun.entry.id
    if not begun.acquired:
        return Submission(begun.entry)
    verdict = classify(request, (yield Send(request, timeout, attempt)))
    if isinstance(verdict, Answer):
        state = verdict.state
        _written((yield RunBlocking(partial(records.accepted, number, state))), intent, state.job_id)
        return Submission(begun.entry, verdict)
    error = verdict.error
    if isinstance(error, SubmissionUnknown):
        written = yield RunBlocking(partial(records.mark_unknown, number, error.message or str(error), error.job_id))
        _written(written, intent, error.job_id)
    elif is_refused(verdict):
        checked((yield RunBlocking(partial(records.refused, number, str(error), getattr(error, "job_id", None)))))
    else:
        checked((yield RunBlocking(partial(records.mark_not_sent, number))))
    return Submission(begun.entry, error=error, again=isinstance(verdict, Retry))


def is_refused(verdict: Retry | Fail) -> bool:
    """Return whether the service refused the request itself. Otherwise, unless it is unknown, it may be sent again."""
    return (
        isinstance(verdict, Fail)
        and isinstance(verdict.error, APIError)
        and not isinstance(verdict.error, NOT_ITS_FAULT)
    )


def submit_by_key(
    intent: SubmissionIntent, records: Records, request: Request, timeout: float, attempt: int
) -> Flow[Verdict]:
    """Send a request once under its key, and return its job; if the key already has a job, return that one."""
    submission = yield from submit_once(intent, request, records, timeout, attempt)
    error = submission.error
    if error is not None:
        return Retry(error, getattr(error, "retry_after", None)) if submission.again else Fail(error)
    if submission.answer is not None:
        return submission.answer
    entry = submission.entry
    if entry.state in (SUBMITTED, DONE) or (entry.state == FAILED and entry.output is not None):
        return Answer(entry.output or {"job_id": entry.job_id}, {"retry-after": "0"})  # poll it without delay
    reason = (
        "another call is sending it" if entry.state == SUBMITTING else (entry.error or "no reason given").rstrip(".")
    )
    if entry.given_up:
        given_up = f"{entry.operation} (key {entry.key!r}) was given up. For a new call, use another key."
        return Fail(InvalidRequest(given_up))
    return Fail(
        SubmissionUnknown(
            f"{entry.operation} (key {entry.key!r}) was recorded earlier, but not with a job: {reason}. It is not sent "
            "again by itself.",
            operation=entry.operation,
            sent=entry.body,
            job_id=entry.job_id,
        )
    )


def _written(done: Any, intent: SubmissionIntent, job_id: str | None) -> None:
    """Raise an error of a write; it carries the id of a job that could not be recorded."""
    try:
        checked(done)
    except JournalError as unwritten:
        if job_id:
            unwritten.job_id = job_id
            unwritten.message = (
                f"{intent.operation} ({intent.key}) was accepted and paid as job {job_id}, but that could not be "
                f"recorded: {unwritten.message} Keep the id."
            )
        raise


def checked(done: Any) -> Any:
    """Return the result of an operation on the records, or raise its error."""
    if isinstance(done, LegnextError):
        raise done
    if isinstance(done, OSError):
        raise JournalError(f"the journal could not be written: {done}.") from done
    return done
