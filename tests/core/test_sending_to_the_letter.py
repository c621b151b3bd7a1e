"""What is easily lost between an answer and its error: bounds, the service's own words, what was in an envelope."""

from __future__ import annotations

from typing import Any

import pytest

from legnext_client.core.flow import Lost, Request, Send, Start
from legnext_client.core.retries import Retries
from legnext_client.core.sending import Again, Answer, Failed, judge
from legnext_client.errors import (
    APIError,
    BadRequestError,
    ServerError,
    SubmissionUnknown,
    SubmissionUnknownServerError,
)
from tests.core.test_sending import FREE, JOB, PAID, Played, answer

WORDS = (
    "status_code",
    "code",
    "message",
    "raw_message",
    "detail",
    "body",
    "request_id",
    "method",
    "path",
    "retry_after",
)


def test_an_unknown_submission_keeps_every_word_of_the_answer() -> None:
    said = {
        "error": {"code": 1503, "message": "busy", "raw_message": "queue full", "detail": {"queue": 9}},
        "data": {"job_id": "j5"},
    }
    outcome = answer(503, said, retry_after="8", x_request_id="r7")
    free, paid = judge(PAID._replace(paid=False), outcome), judge(PAID, outcome)
    assert isinstance(free, Again)
    assert isinstance(paid, Failed)
    assert isinstance(paid.error, SubmissionUnknownServerError)
    kept = {name: getattr(paid.error, name) for name in WORDS}
    assert kept == {name: getattr(free.error, name) for name in WORDS}
    assert kept == {
        "status_code": 503,
        "code": 1503,
        "message": "busy",
        "raw_message": "queue full",
        "detail": {"queue": 9},
        "body": said,
        "request_id": "r7",
        "method": "POST",
        "path": "/things",
        "retry_after": 8.0,
    }
    assert (paid.error.operation, paid.error.job_id) == ("make", "j5")


def test_a_hidden_500_is_unsure_from_the_first_code_on() -> None:
    first, last_sure = judge(PAID, answer(200, {"code": 500})), judge(PAID, answer(200, {"code": 499}))
    assert isinstance(first, Failed)
    assert isinstance(first.error, SubmissionUnknown)
    assert isinstance(last_sure, Failed)
    assert not isinstance(last_sure.error, SubmissionUnknown)


def test_a_redirect_keeps_its_own_words_and_a_400_is_none() -> None:
    own = judge(FREE, answer(302, {"message": "moved to the new house"}))
    assert isinstance(own, Failed)
    assert isinstance(own.error, APIError)
    assert own.error.message == "moved to the new house"
    last = judge(FREE, answer(399))
    assert isinstance(last, Failed)
    assert "never followed" in str(last.error)
    bare = judge(FREE, answer(400))
    assert isinstance(bare, Failed)
    assert type(bare.error) is BadRequestError
    assert "redirected" not in str(bare.error)


@pytest.mark.parametrize(
    ("body", "wants_job", "read"),
    [
        ({"code": 200, "data": {"job_id": "j1"}}, True, {"job_id": "j1"}),
        ({"job_id": "j1", "data": {"job_id": "another"}}, True, {"job_id": "j1", "data": {"job_id": "another"}}),
        ({"data": {"points": 3}}, False, {"data": {"points": 3}}),
    ],
    ids=["a job in an envelope", "a job with data of its own", "no job was asked for"],
)
def test_a_job_is_taken_out_of_an_envelope_and_nothing_else_is(
    body: dict[str, Any], wants_job: bool, read: dict[str, Any]
) -> None:
    verdict = judge(PAID._replace(wants_job=wants_job), answer(200, body))
    assert isinstance(verdict, Answer)
    assert verdict.data == read


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><title>Welcome</title>", "the answer cannot be read: Welcome"),
        ({"message": "hello"}, "the answer is no job: hello"),
    ],
)
def test_a_good_status_without_a_job_says_what_came_instead(body: Any, said: str) -> None:
    verdict = judge(FREE, answer(200, body))
    assert isinstance(verdict, Again)
    assert isinstance(verdict.error, APIError)
    assert verdict.error.message == said
    unsure = judge(PAID, answer(200, body))
    assert isinstance(unsure, Failed)
    assert said.partition(":")[0] in str(unsure.error)


def test_an_unknown_submission_is_named_by_its_operation_or_else_by_its_path() -> None:
    lost = Lost("ReadTimeout", sent=True)
    named, unnamed = judge(PAID, lost), judge(PAID._replace(operation=""), lost)
    assert isinstance(named, Failed)
    assert str(named.error).startswith("make was sent, but ReadTimeout. ")
    assert isinstance(unnamed, Failed)
    assert str(unnamed.error).startswith("/things was sent, but ReadTimeout. ")


def test_a_retry_after_as_long_as_the_cap_is_still_waited_for() -> None:
    played = Played([answer(429, retry_after="60"), answer(200, JOB)], Retries(seconds=1000, longest_wait=60))
    assert played.slept == [60]
    assert played.answer is not None


def test_a_5xx_of_a_free_request_says_when_to_come_again() -> None:
    verdict = judge(FREE, answer(503, retry_after="6"))
    assert isinstance(verdict, Again)
    assert isinstance(verdict.error, ServerError)
    assert (verdict.after, verdict.error.retry_after) == (6.0, 6.0)


def test_what_is_not_said_of_a_request_is_nothing() -> None:
    request = Request("GET", "/things")
    assert (request.operation, request.paid, request.wants_job) == ("", False, True)
    assert Send(request, 30.0).attempt == 1
    assert Start("tag", iter(())).finish is False  # type: ignore[arg-type]  # never begun
