"""Send a request until there is a response or a reason to stop.

`classify` decides what each outcome means for free and paid requests; see the table in docs/sending.md.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._protocol.flow import Flow, NoResponse, Request, Response, Send, Sleep
from legnext_client._protocol.responses import (
    ResponseInfo,
    as_json,
    as_object,
    hidden_error,
    is_job,
    job_id_of,
    named,
    read_error,
)
from legnext_client._protocol.state import FAILED, State
from legnext_client.errors import (
    APIError,
    ConnectionError,
    LegnextError,
    RateLimitError,
    ServerError,
    SubmissionUnknown,
    SubmissionUnknownAPIError,
    SubmissionUnknownServerError,
)
from legnext_client.generated.types import is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client._protocol.retries import Retries

Clock = Callable[[], float]


class Answer(NamedTuple):
    """A successful response: parsed data, headers, status and raw body.

    Without `elapsed`, it was recorded earlier instead of received now.
    """

    data: Any
    headers: Mapping[str, str]
    status: int = 200
    body: bytes = b""
    elapsed: float | None = None

    @property
    def state(self) -> State:
        """The job in it, with what came back."""
        return State(self.data, None if self.elapsed is None else ResponseInfo(self.status, self.headers, self.elapsed))


class Retry(NamedTuple):
    """Verdict: retry, after `after` seconds if the service said so. `error` is raised if no attempts remain."""

    error: LegnextError
    after: float | None = None


class Fail(NamedTuple):
    error: LegnextError


Verdict = Answer | Retry | Fail
Once = Callable[[Request, float, int], Flow[Verdict]]
"""Sends a request a single time, within so many seconds, as the so many-th attempt."""


def send_once(request: Request, limit: float, attempt: int) -> Flow[Verdict]:
    return classify(request, (yield Send(request, limit, attempt)))


def sending(
    request: Request,
    retries: Retries,
    timeout: float,
    *,
    until: float | None = None,
    clock: Clock = time.monotonic,
    chance: Callable[[], float] = random.random,
    once: Once = send_once,
) -> Flow[Answer]:
    """Send until there is a response or a reason to stop, but not past `until` on the clock.

    `once` sends a single time, and may record it.
    """
    end = clock() + retries.seconds
    end = end if until is None else min(end, until)
    for attempt in range(1, retries.attempts + 1):
        limit = timeout if until is None else max(0.001, min(timeout, until - clock()))
        verdict = yield from once(request, limit, attempt)
        match verdict:
            case Answer():
                return verdict
            case Fail(error):
                raise error
            case Retry(error, after):
                pause = pause_before(retries, attempt, after, chance)
                if attempt == retries.attempts or pause > retries.longest_wait or clock() + pause >= end:
                    raise error
                yield Sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def classify(request: Request, outcome: Response | NoResponse) -> Verdict:
    """Classify an outcome as an answer, a retry or an error."""
    if isinstance(outcome, NoResponse):
        return _classify_lost(request, outcome)
    status = outcome.status
    if 200 <= status <= 299:
        return _classify_success(request, outcome)
    error = read_error(request, outcome)
    if status <= 399:
        error.message = error.message or "redirects are not followed; check the base URL"
    if request.paid and (status >= 500 or error.job_id):
        return Fail(_unknown_after(request, outcome, error))
    if status >= 500 or isinstance(error, RateLimitError):
        return Retry(error, error.retry_after)
    return Fail(error)


def may_be_accepted(request: Request, outcome: Response | NoResponse) -> bool:
    """Return whether a paid request may have been accepted, given its outcome."""
    verdict = classify(request, outcome)
    return isinstance(verdict, Answer) or isinstance(verdict.error, SubmissionUnknown)


def _classify_lost(request: Request, lost: NoResponse) -> Verdict:
    if lost.error is not None:
        return Fail(lost.error)
    if lost.sent and request.paid:
        return Fail(_unknown(request, lost.reason, lost.answer))
    error = ConnectionError(f"{request.method} {request.path}: {lost.reason.rstrip('. ')}.")
    return Retry(error) if lost.retryable else Fail(error)


def _classify_success(request: Request, outcome: Response) -> Verdict:
    if not request.expects_job and _is_accepted(request, outcome):
        data = None if not outcome.body else as_json(outcome.body) if _media(outcome) == JSON else outcome.body
        return Answer(data, outcome.headers, outcome.status, outcome.body, outcome.elapsed)
    data = as_object(outcome.body)
    code = hidden_error(data) if data is not None else None
    if data is not None and code is not None:
        error = read_error(request, outcome, code)
        broken = code >= 500 and data.get("status") != FAILED  # a failed job costs nothing
        unsure = request.paid and (broken or error.job_id)
        return Fail(_unknown_after(request, outcome, error) if unsure else error)
    if data is not None and request.expects_job and not is_job(data) and is_object(data.get("data")):
        data = data["data"]  # unwrap like the balance, rather than lose a job id in it
    asked = request.job_id if request.expects_job and not request.paid else None
    other = data is not None and asked is not None and asked != job_id_of(data)
    if data is not None and (is_job(data) or not request.expects_job) and not other:
        return Answer(data, outcome.headers, outcome.status, outcome.body, outcome.elapsed)
    problem = "cannot be read" if data is None else "is about another job" if is_job(data) else "is not a job"
    if request.paid:
        return Fail(_unknown(request, f"the response {problem}", outcome.body, outcome.headers))
    error = read_error(request, outcome)
    error.message = f"the response {problem}: {error.message}"
    if other:  # its code and id belong to the other job
        error.code, error.job_id = outcome.status, request.job_id
    return Retry(error)


JSON = "application/json"


def _is_accepted(request: Request, outcome: Response) -> bool:
    """Return whether the request accepts this response, apart from a JSON object."""
    if not outcome.body:
        return outcome.status == 204 or "" in request.accepts
    media = _media(outcome)
    if media == JSON:
        return JSON in request.accepts and not is_object(data := as_json(outcome.body)) and data is not None
    return media in request.accepts or ("*/*" in request.accepts and media != "text/html")


def _media(outcome: Response) -> str:
    """Return the media type of a response; all JSON types count as `application/json`."""
    media = outcome.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    return JSON if media.endswith("+json") or media == "text/json" else media


def _unknown(request: Request, reason: str, answer: bytes | None, headers: Mapping[str, str] = {}) -> SubmissionUnknown:
    job_id = named(request, answer)
    names = f" The response names job {job_id}: fetch that job first." if job_id else ""
    return SubmissionUnknown(
        f"{request.operation or request.path} was sent, but {reason.rstrip('. ')}.{names}",
        operation=request.operation,
        sent=request.sent,
        answer=answer,
        job_id=job_id,
        headers=dict(headers),
    )


def _unknown_after(request: Request, outcome: Response, error: APIError) -> SubmissionUnknownAPIError:
    kind = SubmissionUnknownServerError if isinstance(error, ServerError) else SubmissionUnknownAPIError
    told = {name: value for name, value in vars(error).items() if name != "advice"}
    return kind(operation=request.operation, sent=request.sent, answer=outcome.body, **told)


def pause_before(retries: Retries, attempt: int, after: float | None, chance: Callable[[], float]) -> float:
    """Return the seconds before a retry: the service's value, or exponential backoff with full jitter."""
    if after is not None:
        return after
    return chance() * min(retries.longest_pause, retries.first_pause * 2.0 ** min(attempt, 64))
