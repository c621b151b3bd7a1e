"""What came back of a call: its response, headers on errors, and jobs as plain data, as they show and travel."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client import (
    AsyncClient,
    AsyncJob,
    Client,
    ConfigurationError,
    InvalidRequest,
    Job,
    RateLimitError,
    SubmissionUnknown,
)
from legnext_client._protocol.flow import NoResponse
from tests.tables import for_each

from .worlds import KEY, Colour, Reply, Service, done, error_of, job, made, pickled_twin, told

if TYPE_CHECKING:
    from legnext_client._protocol.flow import Send


def test_a_job_knows_the_response_it_came_with(colour: Colour) -> None:
    def slow(send: Send) -> Reply:
        colour.clock.time += 1.5 if send.request.paid else 0.25
        return told(job(), 202, x_request_id="r-1") if send.request.paid else told(done(), 200, cf_ray="ray-2")

    accepted = made(colour, Service(answer=slow))
    assert accepted.response == (202, {"x-request-id": "r-1"}, 1.5)
    assert (accepted.response.status, accepted.response.request_id, accepted.response.elapsed) == (202, "r-1", 1.5)
    assert accepted.insist().response == accepted.response
    colour.do(accepted.wait())
    assert (accepted.response.status, accepted.response.request_id, accepted.response.elapsed) == (200, "ray-2", 0.25)


def test_elapsed_is_that_of_the_last_attempt(colour: Colour) -> None:
    service = Service(NoResponse("refused", sent=False), told({}, 429, retry_after="30"), job())
    assert made(colour, service).response.elapsed == 0.0


def test_a_refresh_a_follow_up_and_a_free_form_job_have_theirs(colour: Colour) -> None:
    client = colour.client(Service(told(done(), x_request_id="1"), told(done("j2"), x_request_id="2")))
    first = colour.do(client.tasks.get("j1"))
    second = colour.do(first.upscale(image_no=0, type=0))
    free = colour.do(client.request("POST", "/v2/new", json={}, job=True))
    assert [each.response.request_id for each in (first, second, free)] == ["1", "2", "2"]
    assert [each.response.request_id for each in colour.do(client.wait_all([first]))] == ["1"]


def test_a_job_that_no_service_sent_has_no_response(colour: Colour) -> None:
    first = made(colour, Service(job()))
    assert Job({"job_id": "j1"}).response is None
    assert pickled_twin(first).response is None


def test_headers_are_a_plain_dict_without_the_key(colour: Colour) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        status = 429 if request.method == "GET" else 200
        return httpx.Response(status, json=job(), headers={"X-Echo": f"got {KEY}", "X-Request-Id": "r"})

    client = colour.httpx_client(answer, retries=0)
    response = colour.do(client.midjourney.diffusion(text="x")).response
    error = error_of(colour, lambda: client.tasks.get("j1"))
    assert isinstance(error, RateLimitError)
    assert [type(headers) for headers in (response.headers, error.headers)] == [dict, dict]
    for headers in (response.headers, error.headers):
        assert headers["x-echo"] == "got …WXYZ"
        assert headers["x-request-id"] == "r"
        assert KEY not in repr(headers)
    assert pickled_twin(error).headers == error.headers


@pytest.mark.parametrize("reply", [told(b"<html>", x_request_id="r"), told({"code": 500}, 500, x_request_id="r")])
def test_an_unknown_outcome_has_the_headers(colour: Colour, reply: Reply) -> None:
    error = error_of(colour, lambda: colour.client(Service(reply)).midjourney.diffusion(text="x"))
    assert isinstance(error, SubmissionUnknown)
    assert error.headers == {"x-request-id": "r"}


def test_without_an_answer_an_unknown_outcome_has_none(colour: Colour) -> None:
    lost = Service(NoResponse("reset", sent=True))
    error = error_of(colour, lambda: colour.client(lost).midjourney.diffusion(text="x"))
    assert isinstance(error, SubmissionUnknown)
    assert error.headers == {}


# ---- as plain data ------------------------------------------------------------------------------------------------


def test_a_job_goes_through_json_and_can_be_worked_with_again(colour: Colour) -> None:
    client = colour.client(Service(job(), done(), told(done("j2"))))
    first = colour.do(client.midjourney.diffusion(text="x"))
    kind: Any = AsyncJob if colour.is_async else Job
    again = kind.from_dict(json.loads(json.dumps(first.to_dict())), client)
    assert again == first
    assert colour.do(again.wait()).ok
    assert colour.do(again.upscale(image_no=0, type=0)).job_id == "j2"
    assert kind.from_dict(first.to_dict()) == first


def test_what_it_gives_is_a_copy() -> None:
    first = Job(done())
    first.to_dict()["output"]["image_urls"].clear()
    assert len(first.image_urls) == 4


@for_each("data", [{}, {"job_id": " "}, {"job_id": "\ud800"}, "j1", None, ["j1"]])
def test_what_is_not_a_job_is_refused(data: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"data must be a dict with a job_id, such as job\.to_dict\(\); got "):
        Job.from_dict(data)


def test_a_client_of_the_other_colour_is_refused() -> None:
    other: Any = AsyncClient(KEY)
    with pytest.raises(InvalidRequest, match="client must be a Client; got AsyncClient"):
        Job.from_dict(job(), other)
    other = Client(KEY)
    with pytest.raises(InvalidRequest, match="client must be an AsyncClient; got Client"):
        AsyncJob.from_dict(job(), other)
    other.close()


# ---- in the hands of a user --------------------------------------------------------------------------------------


def test_a_bare_job_has_every_attribute() -> None:
    found = Job({"job_id": "j1"})
    assert (found.status, found.progress, found.points, found.logs, found.image_urls) == ("pending", 0, 0, [], [])
    assert (found.created_at, found.input, found.model) == (None, None, "")
    assert found.output is not None
    assert found.error is not None


def test_it_shows_itself_in_one_line() -> None:
    usage: Any = {"usage": {"frozen": 80}}
    assert (
        repr(Job(job("processing", progress="46%", meta=usage))) == "<Job j1, diffusion, processing, 46 %, 80 points>"
    )
    assert repr(Job(done())) == "<Job j1, diffusion, completed, 4 images>"
    assert repr(AsyncJob({"job_id": "j1"})) == "<AsyncJob j1, pending>"


def test_jobs_are_equal_when_they_tell_the_same() -> None:
    assert Job(job()) == Job(job())
    assert Job(job()) != Job(done())
    assert Job(job()) != "j1"
    assert len({Job(job()), Job(job()), Job(job(job_id="j2"))}) == 2


@pytest.mark.parametrize("twin_of", [pickled_twin, copy.copy, copy.deepcopy])
def test_a_job_travels_without_its_client(colour: Colour, twin_of: Any) -> None:
    first = made(colour, Service(job()))
    twin = twin_of(first)
    assert twin == first
    assert type(twin) is type(first)
    with pytest.raises(ConfigurationError, match=r"is not attached to a client.* client\.tasks\.get\('j1'\)"):
        colour.do(twin.refresh())
