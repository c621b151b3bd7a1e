"""What each outcome of a request means, row by row of the table in docs/sending.md; no network, no clock."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._protocol.flow import NoResponse, Request, Response, Send, Sleep
from legnext_client._protocol.retries import Retries
from legnext_client._protocol.send import Answer, Fail, Retry, classify, sending
from legnext_client.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConnectionError,
    ForbiddenError,
    InsufficientCreditsError,
    NotFoundError,
    PayloadTooLargeError,
    RateLimitError,
    ServerError,
    SubmissionUnknown,
    SubmissionUnknownAPIError,
    UnprocessableError,
    error_class,
)
from tests.tables import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

USUAL = Retries()
FREE = Request("GET", "/things/1", operation="look")
PAID = Request("POST", "/things", b"{}", paid=True, operation="make", sent={"text": "x"})
JOB = b'{"job_id": "j1", "status": "pending"}'


def answer(status: int, body: bytes | dict[str, Any] = b"", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, body if isinstance(body, bytes) else json.dumps(body).encode())


REFUSED = NoResponse("ConnectError: Connection refused", sent=False)
BROKEN = {
    "read timeout": NoResponse("ReadTimeout", sent=True),
    "cut short": NoResponse("RemoteProtocolError: incomplete", sent=True, answer=b'{"job_'),
}
NO_JOBS = {
    "a page": answer(200, b"<html><title>Welcome</title></html>"),
    "nothing": answer(200),
    "truncated": answer(200, JOB[:-5]),
    "a list": answer(200, b"[1, 2]"),
    "an object without id": answer(200, {"status": "pending"}),
    "an empty id": answer(201, {"job_id": "", "status": "pending"}),
    "a wrong error code": answer(200, {"code": 0, "message": ""}),
}
HIDDEN = {
    "flat": (answer(200, {"code": 402, "message": "no points"}), InsufficientCreditsError),
    "envelope": (answer(201, {"error": {"code": 403, "message": "policy"}}), ForbiddenError),
    "failed job without id": (
        answer(200, {"job_id": "", "status": "failed", "error": {"code": 403, "message": "policy"}}),
        ForbiddenError,
    ),
    "failed job without id or code": (answer(200, {"status": "failed", "error": {"code": 0}}), ServerError),
}
OWN = {
    400: BadRequestError,
    401: AuthenticationError,
    402: InsufficientCreditsError,
    403: ForbiddenError,
    404: NotFoundError,
    405: APIError,
    408: APIError,
    409: APIError,
    413: PayloadTooLargeError,
    422: UnprocessableError,
}
BOTH = pytest.mark.parametrize("request_", [FREE, PAID], ids=["free", "paid"])


def error_of(kind: type[Retry | Fail], request: Request, outcome: Response | NoResponse) -> Any:
    """Return the error of a verdict of this kind."""
    verdict = classify(request, outcome)
    assert isinstance(verdict, kind)
    return verdict.error


@BOTH
def test_what_was_not_sent_is_sent_again(request_: Request) -> None:
    error = error_of(Retry, request_, REFUSED)
    assert type(error) is ConnectionError
    assert REFUSED.reason in str(error)


@BOTH
def test_a_certificate_that_is_not_trusted_is_the_end(request_: Request) -> None:
    distrust = NoResponse("the certificate is not trusted", sent=False, retryable=False)
    assert type(error_of(Fail, request_, distrust)) is ConnectionError


@BOTH
@pytest.mark.parametrize(("told", "after"), [({"retry_after": "7"}, 7.0), ({}, None)])
def test_429_is_sent_again_when_the_service_says(request_: Request, told: dict[str, str], after: float | None) -> None:
    verdict = classify(request_, answer(429, {"code": 429, "message": "slow down"}, **told))
    assert isinstance(verdict, Retry)
    assert isinstance(verdict.error, RateLimitError)
    assert (verdict.after, verdict.error.retry_after, verdict.error.message) == (after, after, "slow down")


@pytest.mark.parametrize("lost", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_asked_for_again_but_never_paid_for_again(lost: NoResponse) -> None:
    error_of(Retry, FREE, lost)
    error = error_of(Fail, PAID, lost)
    assert type(error) is SubmissionUnknown
    assert (error.sent, error.answer, error.operation) == ({"text": "x"}, lost.answer, "make")
    assert "may have been charged" in str(error)


@for_each("status", [500, 502, 503, 504, 520, 522, 530, 599])
def test_a_5xx_is_asked_for_again_but_never_paid_for_again(status: int) -> None:
    outcome = answer(status, {"code": status, "message": "broken"}, retry_after="3", x_request_id="r1")
    free, error = classify(FREE, outcome), error_of(Fail, PAID, outcome)
    assert isinstance(free, Retry)
    assert isinstance(free.error, ServerError)
    assert free.after == 3
    assert isinstance(error, SubmissionUnknown)
    assert isinstance(error, ServerError)
    assert (error.status_code, error.message, error.request_id, error.sent) == (status, "broken", "r1", {"text": "x"})
    assert error.answer == outcome.body


@for_each("outcome", NO_JOBS.values())
def test_a_good_status_without_a_job_is_asked_for_again_but_never_paid_for_again(outcome: Response) -> None:
    error_of(Retry, FREE, outcome)
    error = error_of(Fail, PAID, outcome)
    assert type(error) is SubmissionUnknown
    assert error.answer == outcome.body


@BOTH
@pytest.mark.parametrize(("outcome", "kind"), HIDDEN.values(), ids=HIDDEN)
def test_an_error_with_a_good_status_is_that_error(request_: Request, outcome: Response, kind: type[APIError]) -> None:
    error = error_of(Fail, request_, outcome)
    assert (type(error), error.status_code) == (kind, outcome.status)


def test_a_5xx_within_a_good_status_is_as_unsure_and_keeps_its_id() -> None:
    said = answer(200, {"code": 503, "message": "later", "data": {"job_id": "j8"}})
    error = error_of(Fail, PAID, said)
    assert isinstance(error, SubmissionUnknown)
    assert isinstance(error, ServerError)
    assert (error.job_id, error.code, error.answer) == ("j8", 503, said.body)
    assert type(error_of(Fail, FREE, said)) is ServerError


@BOTH
@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(request_: Request, status: int) -> None:
    error = error_of(Fail, request_, answer(status, location="https://elsewhere.test/"))
    assert (type(error), error.status_code) == (APIError, status)
    assert "check the base URL" in str(error)


@BOTH
@pytest.mark.parametrize(("status", "kind"), OWN.items())
def test_any_other_4xx_is_the_error_of_its_status(request_: Request, status: int, kind: type[APIError]) -> None:
    error = error_of(Fail, request_, answer(status, {"code": status, "message": "no"}))
    assert (type(error), error.job_id) == (kind, None)


NAMING: dict[str, Any] = {
    "a job": {"job_id": "j7", "status": "pending"},
    "a failed job": {"job_id": "j7", "status": "failed", "error": {"code": 403, "message": "no"}},
    "a number": {"job_id": 7, "status": "pending"},
    "an envelope": {"code": 409, "message": "no", "data": {"job_id": "j7"}},
    "an error": {"error": {"code": 402, "message": "no", "job_id": "j7"}},
    "a cut answer": b'{"job_id": "j7", "sta',
    "a list": [{"job_id": "j7"}],
    "a detail": {"error": {"code": 409, "message": "no", "detail": {"job_id": "j7"}}},
    "an object in an object": {"code": 429, "message": "no", "data": {"job": {"info": {"job_id": 7}}}},
}


@for_each("status", [300, 302, 307, 399, 400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 499, 500, 503])
@for_each("body", NAMING.values())
def test_an_error_that_names_a_job_is_never_paid_for_again_and_keeps_the_id(status: int, body: Any) -> None:
    outcome = answer(status, body if isinstance(body, bytes) else json.dumps(body).encode(), retry_after="1")
    error = error_of(Fail, PAID, outcome)
    assert isinstance(error, SubmissionUnknownAPIError)
    assert isinstance(error, ServerError) == (status >= 500)
    assert not isinstance(error, RateLimitError | AuthenticationError | InsufficientCreditsError)
    assert (error.status_code, error.retry_after, error.answer, error.sent) == (status, 1.0, outcome.body, PAID.sent)
    assert error.job_id in ("j7", "7")
    assert isinstance(classify(FREE, outcome), Retry if status == 429 or status >= 500 else Fail)
    assert len(Played([outcome], request=PAID).sent) == 1


@for_each("status", [200, 400, 402, 404, 429])
@for_each(
    "body",
    [
        {"code": 402, "job_id": ""},
        {"code": 402, "job_id": None},
        {"code": 402, "data": []},
        {"code": 402, "detail": {"running": [{"job_id": "j1"}, {"job_id": "j2"}]}},
    ],
)
def test_an_error_that_names_no_job_is_the_error_of_its_status(status: int, body: Any) -> None:
    error = error_of(Retry if status == 429 else Fail, PAID, answer(status, body))
    assert type(error) is error_class(402 if status == 200 else status)


@pytest.mark.parametrize("status", [400, 404, 422, 429])
def test_an_error_that_names_the_source_alone_says_nothing_of_a_new_job(status: int) -> None:
    follow_up = PAID._replace(sent={"jobId": "source"}, job_id="source")
    outcome = answer(status, {"job_id": "source", "message": "too old"})
    assert type(error_of(Retry if status == 429 else Fail, follow_up, outcome)) is error_class(status)


def test_an_answer_about_another_job_is_none() -> None:
    asking = FREE._replace(job_id="j1")
    assert isinstance(classify(asking, answer(200, {"job_id": "j1"})), Answer)
    assert isinstance(classify(asking._replace(job_id="17"), answer(200, {"job_id": 17})), Answer)
    error = error_of(Retry, asking, answer(200, {"job_id": "j2", "status": "completed"}))
    assert "about another job" in str(error)


def test_a_404_advises_to_check_an_id_where_one_was_given() -> None:
    other = error_of(Fail, FREE, answer(404))
    assert str(error_of(Fail, FREE._replace(job_id="j1"), answer(404))).endswith(NotFoundError.advice)
    assert str(other).endswith(NotFoundError.without_job)
    assert "id" not in NotFoundError.without_job.split()
    assert str(pickle.loads(pickle.dumps(other))) == str(other)


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        {"job_id": "j1", "status": "pending"},
        {"job_id": "j1"},
        {"job_id": "j1", "status": None, "error": {"code": 0, "message": ""}},
        {"job_id": 1868588555208310784, "status": "retry"},
        {"job_id": "j1", "status": "failed", "error": {"code": 500, "message": "x"}},
    ],
)
def test_whatever_has_an_id_is_a_job_and_is_kept(request_: Request, body: dict[str, Any]) -> None:
    verdict = classify(request_, answer(200, body, retry_after="4"))
    assert isinstance(verdict, Answer)
    assert verdict.data == body
    assert verdict.headers["retry-after"] == "4"


def test_an_answer_that_need_be_no_job_may_be_any_object() -> None:
    assert isinstance(classify(FREE._replace(expects_job=False), answer(200, {"data": 1})), Answer)
    assert isinstance(classify(PAID._replace(expects_job=False), answer(200, b"[]")), Fail)


# ---- the flow ------------------------------------------------------------------------------------------------------


class Played:
    """A flow carried out by hand, on a clock that only its sleeps move."""

    def __init__(
        self,
        outcomes: list[Response | NoResponse],
        retries: Retries = USUAL,
        request: Request = FREE,
        timeout: float = 30.0,
        until: float | None = None,
        chance: float = 1.0,
        takes: float = 0.0,
    ) -> None:
        self.now = 0.0
        self.sent: list[Send] = []
        self.slept: list[float] = []
        self.answer: Answer | None = None
        self.error: BaseException | None = None
        left: Iterator[Response | NoResponse] = iter(outcomes)
        flow = sending(request, retries, timeout, until=until, clock=lambda: self.now, chance=lambda: chance)
        effect = next(flow)
        try:
            while True:
                if isinstance(effect, Sleep):
                    self.slept.append(effect.seconds)
                    self.now += effect.seconds
                    effect = flow.send(None)
                else:
                    assert isinstance(effect, Send)
                    self.sent.append(effect)
                    self.now += takes
                    effect = flow.send(next(left))
        except StopIteration as end:
            self.answer = end.value
        except Exception as error:
            self.error = error


def test_when_the_attempts_are_used_up_the_last_error_is_raised() -> None:
    played = Played([REFUSED, answer(502), answer(503, {"message": "the last"})], Retries(attempts=3))
    assert isinstance(played.error, ServerError)
    assert played.error.message == "the last"
    assert len(played.sent) == 3
    assert len(played.slept) == 2


def test_pauses_grow_with_full_jitter_up_to_the_longest() -> None:
    retries = Retries(attempts=8, seconds=1000, first_pause=0.5, longest_pause=20)
    full = Played([REFUSED] * 8, retries, chance=1.0)
    assert full.slept == [1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]
    assert Played([REFUSED] * 8, retries, chance=0.25).slept == [pause / 4 for pause in full.slept]
    assert Played([REFUSED] * 8, retries, chance=0.0).slept == [0.0] * 7


def test_very_many_attempts_do_not_overflow() -> None:
    played = Played([REFUSED] * 1200, Retries(attempts=1200, seconds=1e9))
    assert isinstance(played.error, ConnectionError)
    assert len(played.sent) == 1200


@pytest.mark.parametrize("request_", [FREE, PAID], ids=["free", "paid"])
def test_retry_after_is_slept_as_told(request_: Request) -> None:
    played = Played([answer(429, retry_after="2.5"), answer(200, JOB)], request=request_)
    assert played.slept == [2.5]
    assert played.answer is not None


def test_retry_after_beyond_the_cap_is_raised_at_once() -> None:
    played = Played([answer(429, retry_after="61")], Retries(longest_wait=60), request=PAID)
    assert isinstance(played.error, RateLimitError)
    assert played.error.retry_after == 61
    assert played.slept == []


def test_retries_end_when_their_seconds_are_over() -> None:
    played = Played([answer(429, retry_after="40")] * 9, Retries(attempts=9, seconds=120, longest_wait=60))
    assert played.slept == [40, 40], "a third pause would end with the time, and leave none to ask in"
    assert isinstance(played.error, RateLimitError)


def test_nothing_runs_past_until() -> None:
    played = Played([REFUSED] * 9, Retries(attempts=9), until=5.0, takes=0.5)
    assert isinstance(played.error, ConnectionError)
    assert played.now <= 5.0
    assert [send.timeout for send in played.sent] == [5.0, 3.5, 1.0]


def test_the_three_clocks_are_separate() -> None:
    """One request's patience is not cut by the retries' budget, only by the caller's deadline."""
    played = Played([BROKEN["read timeout"], answer(200, JOB)], Retries(seconds=40), timeout=30, takes=30)
    assert [send.timeout for send in played.sent] == [30, 30]
    assert played.answer is not None


def test_nothing_to_say_is_an_answer_to_a_request_of_ones_own() -> None:
    deletion = Request("DELETE", "/v1/job/j1", paid=True, expects_job=False)
    assert classify(deletion, Response(204, {}, b"")) == Answer(None, {}, 204, elapsed=0.0)
    assert isinstance(classify(deletion._replace(expects_job=True), Response(204, {}, b"")), Fail)


def test_an_id_in_what_came_back_is_named_and_kept_unless_the_request_has_spoken_of_it() -> None:
    cut, follow_up = b'{"job_id": "j-1", "sta', PAID._replace(sent={"jobId": "j-1"})
    for outcome in (Response(200, {}, cut), Response(502, {}, cut), NoResponse("reset", sent=True, answer=cut)):
        error, other = error_of(Fail, PAID, outcome), error_of(Fail, follow_up, outcome)
        assert isinstance(error, SubmissionUnknown)
        assert isinstance(other, SubmissionUnknown)
        assert (error.job_id, other.job_id) == ("j-1", None)
        assert ("The response names job j-1" in str(error)) == (outcome != Response(502, {}, cut))
        assert "The response names job" not in str(other)


def test_what_was_not_even_tried_raises_why() -> None:
    closed = ConfigurationError("this client is closed")
    assert classify(PAID, NoResponse("closed", sent=False, retryable=False, error=closed)) == Fail(closed)
