"""The same call ends the same way in both colours, whatever the service does."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from legnext_client import InvalidRequest, LegnextError, Retries, SubmissionUnknown
from legnext_client._protocol.flow import NoResponse
from legnext_client._transport.drivers import INTERRUPTED
from legnext_client.errors import (
    AuthenticationError,
    ConnectionError,
    InsufficientCreditsError,
    RateLimitError,
    ServerError,
)
from tests.tables import for_each

from .worlds import Colour, Service, error_of, job, told

BOTH_COLOURS = True

UNSENT = NoResponse("ConnectError: refused", sent=False)
GONE = NoResponse("ReadTimeout", sent=True)


@pytest.mark.parametrize("trouble", [[UNSENT], [UNSENT, UNSENT], [told({}, 429, retry_after="3")]])
def test_what_was_not_accepted_is_sent_again(colour: Colour, trouble: list[Any]) -> None:
    service = Service(*trouble, job())
    made = colour.do(colour.client(service).midjourney.diffusion(text="x"))
    assert made.job_id == "j1"
    assert len(service.sent) == len(trouble) + 1
    assert len(colour.clock.slept) == len(trouble)


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (GONE, SubmissionUnknown),
        (told({}, 500), SubmissionUnknown),
        (told({}, 500), ServerError),
        (told(b"<html>", 200), SubmissionUnknown),
        (told(b""), SubmissionUnknown),
        (told({"code": 402, "message": "no"}), InsufficientCreditsError),
        (told({}, 401), AuthenticationError),
        (told({}, 302, location="https://elsewhere.test"), LegnextError),
        (NoResponse("certificate", sent=False, retryable=False), ConnectionError),
        (told({}, 429, retry_after="3600"), RateLimitError),
    ],
)
def test_what_may_have_been_accepted_or_cannot_be_is_sent_once(
    colour: Colour, trouble: Any, kind: type[LegnextError]
) -> None:
    service = Service(trouble)
    client = colour.client(service)
    assert isinstance(error_of(colour, lambda: client.midjourney.diffusion(text="x")), kind)
    assert len(service.sent) == 1
    assert colour.clock.slept == []


@for_each("trouble", [UNSENT, GONE, told({}, 503), told(b"<html>"), told({}, 429)])
def test_a_free_question_is_asked_again(colour: Colour, trouble: Any) -> None:
    service = Service(trouble, trouble, job())
    assert colour.do(colour.client(service).tasks.get("j1")).job_id == "j1"
    assert len(service.sent) == 3


def test_retries_are_as_many_as_wanted(colour: Colour) -> None:
    for retries, sent in ((0, 1), (2, 3), (Retries(attempts=2), 2)):
        service = Service(UNSENT)
        client = colour.client(service, retries=retries)
        assert isinstance(error_of(colour, lambda client=client: client.tasks.get("j1")), ConnectionError)
        assert len(service.sent) == sent


def test_a_path_the_spec_does_not_know_has_the_same_care(colour: Colour) -> None:
    service = Service({"anything": [1]})
    client = colour.client(service)
    assert colour.do(client.request("post", "/v2/new", json={"a": 1})) == {"anything": [1]}
    assert colour.do(client.request("GET", "/v2/new")) == {"anything": [1]}
    assert [(send.request.method, send.request.paid) for send in service.sent] == [("POST", True), ("GET", False)]
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        lost = Service(GONE)
        lossy = colour.client(lost)
        error = error_of(colour, lambda lossy=lossy, method=method: lossy.request(method, "/v2/new", json={}))
        assert isinstance(error, SubmissionUnknown)
        assert len(lost.sent) == 1


@for_each(
    ("method", "path", "body", "said"),
    [
        *((method, "/x", None, "method must be a method of HTTP") for method in (None, "GET /")),
        *(("GET", path, None, "path must begin with /") for path in (None, "v2/new", "", "/a b", "/a\n", "/\ud800")),
        ("GET", "https://elsewhere.test/", None, "path must begin with /"),
        *(("POST", "/x", {"a": value}, "JSON") for value in (float("nan"), object(), {1, 2})),
    ],
)
def test_what_cannot_be_sent_is_refused(colour: Colour, method: Any, path: Any, body: Any, said: str) -> None:
    service = Service({})
    with pytest.raises(InvalidRequest, match=said):
        colour.do(colour.client(service).request(method, path, json=body))
    assert service.sent == []


@for_each("interruption", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_an_interruption_of_a_paid_request_says_what_it_may_have_cost(
    colour: Colour, interruption: type[BaseException]
) -> None:
    client = colour.client(Service(interruption(), interruption()))

    async def awaited(outcome: Any) -> list[str]:
        try:
            await outcome
        except BaseException as error:
            return getattr(error, "__notes__", [])
        raise AssertionError

    if colour.is_async:
        assert colour.do(awaited(client.midjourney.diffusion(text="x"))) == [INTERRUPTED]
        assert colour.do(awaited(client.tasks.get("j1"))) == []
    else:
        with pytest.raises(interruption) as caught:
            client.midjourney.diffusion(text="x")
        assert caught.value.__notes__ == [INTERRUPTED]
        with pytest.raises(interruption) as free:
            client.tasks.get("j1")
        assert not hasattr(free.value, "__notes__")


def test_debug_logs_tell_each_request(colour: Colour, caplog: pytest.LogCaptureFixture) -> None:
    client = colour.client(Service(UNSENT, job()))
    with caplog.at_level(logging.DEBUG, "legnext_client"):
        colour.do(client.tasks.get("j1"))
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("GET /v1/job/j1: ConnectError: refused in ")
    assert first.endswith("attempt 1")
    assert ": 200 in " in second
    assert second.endswith("attempt 2")
