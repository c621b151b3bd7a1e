"""Submit once: a paid request goes out at most one time under its key, whatever happens before, meanwhile or after.

The heart of chains and batches, and apart from their scheduling: whoever keeps the records (one file here, a database
for many machines elsewhere) and whoever sends can be someone else. The states of a request:

    new → submitting → submitted → done | failed
                     → unknown   (sent, and no readable answer: never sent again by itself)
                     → failed    (refused by the service)
                     → new       (provably not accepted: it may be sent again)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Protocol, TypeAlias

from legnext_client._protocol.flow import Flow, Request, RunBlocking, Send
from legnext_client._protocol.send import Answer, Retry, classify
from legnext_client._protocol.state import State
from legnext_client.errors import (
    APIError,
    AuthenticationError,
    ConfigurationError,
    InsufficientCreditsError,
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
"""Refusals that say nothing of the request: when the account, or the client, is in order again, it can be sent."""


class SubmissionIntent(NamedTuple):
    """What is about to be sent, and for which step of which row; on disk before it goes out."""

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
    """What is recorded of a paid request."""

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
        """Counted as failed by a person, though its job may run: only the same person has it sent again."""
        return self.state == FAILED and self.frozen > 0

    @property
    def may_be_retried(self) -> bool:
        """Failed for certain: sent again, it is not paid for twice."""
        return self.state == FAILED and not self.given_up


class Begun(NamedTuple):
    """How a request stands; `acquired` is true for the one caller that may send it."""

    entry: Entry
    acquired: bool


class Records(Protocol):
    """Who keeps the records. When a method returns, what it was told survives the loss of the machine's power."""

    def begin(self, intent: SubmissionIntent) -> Begun:
        """Move a request from new (or from not being there) to submitting, unless someone has done so before."""
        ...

    def mark_not_sent(self, number: int) -> None:
        """The request was provably not accepted."""
        ...

    def accepted(self, number: int, state: State) -> None:
        """The service has accepted it, as this job."""
        ...

    def refused(self, number: int, reason: str, job_id: str | None) -> None:
        """The service has refused it."""
        ...

    def mark_unknown(self, number: int, reason: str, job_id: str | None) -> None:
        """It was sent, and what became of it is not known; but perhaps the id of its job."""
        ...


class Submission(NamedTuple):
    """What came of it: the job and the headers it came with, or why there is none; or how it stood before."""

    entry: Entry
    state: State | None = None
    headers: Mapping[str, str] = {}
    error: LegnextError | None = None
    again: bool = False
    """Nothing was accepted: another try costs nothing."""


def submit_once(intent: SubmissionIntent, request: Request, records: Records, timeout: float) -> Flow[Submission]:
    """Record the intent, send the request one time, record what came of it; the id before anything else happens."""
    begun: Begun = checked((yield RunBlocking(partial(records.begin, intent))))
    number = begun.entry.id
    if not begun.acquired:
        return Submission(begun.entry)
    verdict = classify(request, (yield Send(request, timeout)))
    if isinstance(verdict, Answer):
        state = State(verdict.data)
        _written((yield RunBlocking(partial(records.accepted, number, state))), intent, state.job_id)
        return Submission(begun.entry, state, verdict.headers)
    error = verdict.error
    if isinstance(error, SubmissionUnknown):
        written = yield RunBlocking(partial(records.mark_unknown, number, error.message or str(error), error.job_id))
        _written(written, intent, error.job_id)
    elif isinstance(verdict, Retry) or not isinstance(error, APIError) or isinstance(error, NOT_ITS_FAULT):
        checked((yield RunBlocking(partial(records.mark_not_sent, number))))
    else:
        checked((yield RunBlocking(partial(records.refused, number, str(error), error.job_id))))
    return Submission(begun.entry, error=error, again=isinstance(verdict, Retry))


def _written(done: Any, intent: SubmissionIntent, job_id: str | None) -> None:
    """What was to be written of a paid request; an id that could not be is in the error."""
    try:
        checked(done)
    except JournalError as unwritten:
        if job_id:
            unwritten.job_id = job_id
            unwritten.message = (
                f"{intent.operation} ({intent.key}) was accepted and paid as job {job_id}, and that could not be "
                f"written down: {unwritten.message} Keep the id."
            )
        raise


def checked(done: Any) -> Any:
    """What the work on the records gave; an error is raised."""
    if isinstance(done, LegnextError):
        raise done
    if isinstance(done, OSError):
        raise JournalError(f"the journal could not be written: {done}.") from done
    return done
