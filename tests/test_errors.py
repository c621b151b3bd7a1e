"""The tree of errors: who is caught as what, what each one says, and that each survives pickling and copying."""

from __future__ import annotations

import builtins
import copy
import inspect
import pickle
from typing import Any

import pytest

from legnext_client import errors, exceptions
from legnext_client.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    BudgetExceeded,
    ChainError,
    ConfigurationError,
    DownloadError,
    ForbiddenError,
    InsufficientCreditsError,
    InvalidRequest,
    JobFailed,
    JournalError,
    LegnextError,
    NotFoundError,
    PayloadTooLargeError,
    Problem,
    QueueTimeout,
    RateLimitError,
    ServerError,
    SubmissionUnknown,
    SubmissionUnknownAPIError,
    SubmissionUnknownServerError,
    UnprocessableError,
    UploadError,
    ValidationError,
    WaitTimeout,
    WebhookError,
    error_class,
)
from tests.tables import for_each

ANSWER: dict[str, Any] = {
    "status_code": 429,
    "code": 42901,
    "raw_message": "6 of 6",
    "detail": {"running": 6},
    "body": {"code": 42901, "message": "Too many jobs"},
    "request_id": "r-1",
    "method": "POST",
    "path": "/v1/trial",
    "retry_after": 2.5,
    "job_id": "a-job",
    "headers": {"x-request-id": "r-1"},
}
BASES: dict[type[LegnextError], tuple[type[Exception], ...]] = {
    ConfigurationError: (LegnextError,),
    ValidationError: (LegnextError,),
    InvalidRequest: (ValidationError, builtins.ValueError),
    APIError: (LegnextError,),
    BadRequestError: (ValidationError, APIError),
    AuthenticationError: (APIError,),
    InsufficientCreditsError: (APIError,),
    ForbiddenError: (APIError,),
    NotFoundError: (APIError,),
    PayloadTooLargeError: (APIError,),
    UnprocessableError: (APIError,),
    RateLimitError: (APIError,),
    ServerError: (APIError,),
    errors.ConnectionError: (LegnextError, builtins.ConnectionError),
    SubmissionUnknown: (LegnextError,),
    SubmissionUnknownAPIError: (SubmissionUnknown, APIError),
    SubmissionUnknownServerError: (SubmissionUnknownAPIError, ServerError),
    JobFailed: (LegnextError,),
    WaitTimeout: (LegnextError, builtins.TimeoutError),
    QueueTimeout: (LegnextError, builtins.TimeoutError),
    ChainError: (LegnextError,),
    BudgetExceeded: (LegnextError,),
    DownloadError: (LegnextError,),
    UploadError: (LegnextError,),
    WebhookError: (LegnextError,),
    JournalError: (LegnextError,),
}
OWN: dict[type[LegnextError], dict[str, Any]] = {
    InvalidRequest: {"problems": (Problem("image_no", "must be 0 to 3", "7"),)},
    SubmissionUnknown: {
        "operation": "trial",
        "sent": {"text": "a"},
        "answer": b"<html>",
        "job_id": "j-1",
        "headers": {"x-request-id": "r-1"},
    },
    SubmissionUnknownAPIError: {"operation": "trial", "sent": {"text": "a"}, "answer": b"<html>"} | ANSWER,
    SubmissionUnknownServerError: {"operation": "trial", "sent": {"text": "a"}, "answer": b"<html>"} | ANSWER,
    JobFailed: {"job": {"job_id": "a-job"}, "code": 500},
    WaitTimeout: {"job": {"job_id": "a-job"}},
    QueueTimeout: {"place": 7},
    ChainError: {"finished": ({"job_id": "a-job"},), "step": 2, "journal": "chain.db"},
    BudgetExceeded: {"budget": 100.0, "counted": 80.0, "price": 480.0},
    DownloadError: {"url": "https://cdn.example/1.png", "path": "out/1.png"},
    JournalError: {"journal": "chain.db", "job_id": "a-job"},
}


def arguments(kind: type[LegnextError]) -> dict[str, Any]:
    """Everything the error can carry."""
    return OWN.get(kind, ANSWER if issubclass(kind, APIError) else {})


KINDS = for_each("kind", BASES)


def test_the_tree_is_whole() -> None:
    defined = {value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)}
    assert defined == {LegnextError, *BASES}


@KINDS
def test_each_error_is_caught_as_its_bases_and_as_nothing_else_of_the_tree(kind: type[LegnextError]) -> None:
    assert kind.__bases__ == BASES[kind]
    assert issubclass(kind, LegnextError)


def test_what_was_sent_and_what_was_not_are_never_confused() -> None:
    assert not issubclass(SubmissionUnknown, errors.ConnectionError)
    assert not issubclass(errors.ConnectionError, APIError)
    assert not issubclass(InvalidRequest, APIError)
    assert not issubclass(SubmissionUnknown, APIError)
    for refused in (RateLimitError, AuthenticationError, InsufficientCreditsError, ForbiddenError, NotFoundError):
        assert not issubclass(SubmissionUnknownAPIError, refused), "who tries again what was refused would pay twice"


@KINDS
def test_each_error_carries_what_it_was_given(kind: type[LegnextError]) -> None:
    given = arguments(kind)
    error = kind("Something happened", **given)
    assert error.message == "Something happened"
    assert {name: getattr(error, name) for name in given} == given
    declared = set[str]().union(*(inspect.get_annotations(each) for each in kind.__mro__)) - {"advice"}
    assert declared <= set(given), "there is something to carry that this test does not look at"
    with pytest.raises(TypeError, match=r"colour"):
        kind(colour="red")


@KINDS
def test_each_error_can_be_made_of_a_message_alone_or_of_nothing(kind: type[LegnextError]) -> None:
    assert kind("Something happened").message == "Something happened"
    assert kind().message == ""
    assert "\n" not in str(kind())


@KINDS
def test_each_error_prints_one_line_that_says_what_happened_and_ends_with_the_advice(
    kind: type[LegnextError],
) -> None:
    error = kind("Something\nhappened\r\n\u2028here\x85.", **arguments(kind))
    assert len(str(error).splitlines()) == 1
    assert "Something happened here" in str(error)
    assert str(error).endswith(kind.advice)
    if kind not in {ConfigurationError, ValidationError, APIError, JournalError}:  # their messages say what to do
        assert kind.advice.endswith(".")


@KINDS
@for_each("way", [*range(pickle.HIGHEST_PROTOCOL + 1), "copy", "deepcopy"])
def test_each_error_survives_pickling_and_copying(kind: type[LegnextError], way: int | str) -> None:
    error = kind("Something happened", **arguments(kind))
    error.add_note("seen by the night shift")
    again: Any
    if isinstance(way, int):
        again = pickle.loads(pickle.dumps(error, way))
    else:
        again = copy.copy(error) if way == "copy" else copy.deepcopy(error)
    assert type(again) is kind
    assert again is not error
    assert (str(again), again.args) == (str(error), error.args)
    assert vars(again) == vars(error)


def test_a_subclass_of_a_user_with_another_signature_survives_too() -> None:
    assert vars(pickle.loads(pickle.dumps(Peculiar(3, "a")))) == {"message": "3 of a", "number": 3}


class Peculiar(LegnextError):
    def __init__(self, number: int, word: str) -> None:
        super().__init__(f"{number} of {word}")
        self.number = number


def test_an_error_of_the_service_prints_its_code_words_request_and_place() -> None:
    assert str(RateLimitError("Too many jobs", **ANSWER)) == (
        "42901 Too many jobs (POST /v1/trial) [request r-1]. The service asks to wait 2.5 seconds. "
        "The request was not accepted; wait, then send it again."
    )
    assert str(NotFoundError("", status_code=404, raw_message="no such job")).startswith("404 no such job. ")
    assert str(ServerError(status_code=520)) == "520 no message. Try again later."


@for_each(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (402, InsufficientCreditsError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (413, PayloadTooLargeError),
        (422, UnprocessableError),
        (429, RateLimitError),
        *((status, ServerError) for status in (500, 502, 503, 520, 530, 599)),
        *((status, APIError) for status in (302, 405, 409, 418, 600)),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[APIError]) -> None:
    assert error_class(status) is kind


def test_every_error_is_there_under_the_documents_module() -> None:
    public = {name for name in vars(errors) if not name.startswith("_")}
    kinds = {
        name
        for name in public
        if inspect.isclass(getattr(errors, name)) and issubclass(getattr(errors, name), Exception)
    }
    for name in kinds:
        assert getattr(exceptions, name) is getattr(errors, name)
    assert exceptions.LegnextAPIError is LegnextError


@for_each(
    ("error", "said"),
    [
        (error_class(401)("bad key", status_code=401), "Invalid API key"),
        (error_class(429)("slow down", status_code=429), "Rate limited"),
        (error_class(400)("no such flag", status_code=400), "Invalid parameters: no such flag"),
        (InvalidRequest("text is required"), "Invalid parameters: text is required"),
        (error_class(404)("no job", status_code=404), "API error: no job"),
        (error_class(503)("later", status_code=503), "API error: later"),
        (SubmissionUnknown("no answer"), "API error: no answer"),
    ],
)
def test_the_names_of_the_documents_catch_as_the_documents_say(error: LegnextError, said: str) -> None:
    try:
        raise error
    except exceptions.AuthenticationError:
        heard = "Invalid API key"
    except exceptions.RateLimitError:
        heard = "Rate limited"
    except exceptions.ValidationError as caught:
        heard = f"Invalid parameters: {caught.message}"
    except exceptions.LegnextAPIError as caught:
        heard = f"API error: {caught.message}"
    assert heard == said


def test_python_s_own_names_catch_too() -> None:
    with pytest.raises(ValueError, match="too long"):
        raise InvalidRequest("text is too long")
    with pytest.raises(builtins.ConnectionError):
        raise errors.ConnectionError("refused")
    with pytest.raises(TimeoutError):
        raise WaitTimeout("300 s are over")
