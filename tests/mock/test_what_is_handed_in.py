"""What tests and the control interface hand in is checked before anything is done, and refused in words that help."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from collections.abc import Callable

DIGITS = 10**400
FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"name": "explode"}, "'explode' is not a fault; choose from close_before, "),
    ({"name": ["html"]}, 'name: ["html"] is not of type "string".'),
    ({"name": "error_before", "status": 600}, "status: 600 is greater than the maximum of 599."),
    ({"name": "error_before", "status": 204}, "status must not be 204 or 304, which have no body; got 204."),
    ({"name": "error_before", "status": 500.0}, "status: 500.0 is not a whole number."),
    ({"name": "error_before", "status": True}, 'status: true is not of type "integer".'),
    ({"name": "rate_limit", "path": 5}, 'path: 5 is not of types "null", "string".'),
    ({"name": "html", "path": "v1"}, "path must begin with /; got 'v1'."),
    ({"name": "html", "method": ""}, 'method: "" is shorter than 1 character.'),
    ({"name": "delay", "seconds": -1}, "seconds: -1 is less than the minimum of 0."),
    ({"name": "delay", "seconds": DIGITS}, "seconds: 1000"),
    ({"name": "html", "times": 1.5}, "times: 1.5 is not a whole number."),
    ({"name": "html", "rate": "often"}, 'rate: "often" is not of type "number".'),
    ({"name": "unknown_status", "value": 5}, 'value: 5 is not of type "string".'),
    ({"name": "error_after", "as_html": "no"}, 'as_html: "no" is not of type "boolean".'),
    ({"name": "never_ends", "seconds": 5}, "seconds is for rate_limit, delay, drip; got it for never_ends."),
    ({"name": "html", "as_html": True}, "as_html is for error_before, error_after; got it for html."),
]
JOBS: list[tuple[dict[str, Any], str]] = [
    ({"answers": "nope"}, 'answers: "nope" is not one of "", "plain", "empty", "offset", "nanoseconds", "sparse" or '),
    ({"job_id": ""}, 'job_id: "" is shorter than 1 character.'),
    ({"job_id": "there"}, "job_id must be new; job 'there' already exists."),
    ({"age": 1e13}, "age: 10000000000000.0 is greater than the maximum of 17672"),
    ({"age": "1"}, 'age: "1" is not of type "number".'),
    ({"answer": 5}, "answer must be an object with fields; got 5."),
    ({"status": 5}, 'status: 5 is not of type "string".'),
    ({"source": "there"}, "body: Additional properties are not allowed ('jobId' was unexpected)."),
    *(({"operation": name}, "operation must be one that makes something: diffusion, ") for name in ("get", "", 5)),
    ({"body": []}, "body must be an object with fields; got []."),
    ({"body": {"text": 5}}, 'body.text: 5 is not of type "string".'),
    ({"operation": "upscale", "body": {"jobId": ["a"]}}, 'body.jobId: ["a"] is not of type "string".'),
    ({"operation": "video_diffusion", "body": {"videoType": 9}}, "body.videoType: 9 is not one of "),
]


@pytest.fixture
def control(api: Any) -> Callable[[str, Any], Any]:
    def post(path: str, body: Any) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        return api.client.post(f"{api.server.root_url}/__mock__{path}", content=content, headers=headers)

    return post


@pytest.fixture
def untouched(api: Any) -> Any:
    """A server with a job and a fault. In the end it has these and nothing else, and goes on as before."""
    api.server.jobs.add("there")
    api.server.faults.add("html", path="/files/")

    def everything() -> list[Any]:
        ways = ("state", "jobs", "faults", "clock", "ledger", "callbacks")
        return [api.client.get(f"{api.server.root_url}/__mock__/{way}").json() for way in ways]

    before = everything()
    yield api.server
    assert everything() == before
    assert [job["job_id"] for job in api.server.jobs.values()] == ["there"]
    api.accepted("diffusion", text="a")
    assert api.server.faults.add("html", rate=0.5).seed == "1:2"  # what was refused drew nothing


@pytest.mark.parametrize(("fault", "said"), FAULTS)
def test_a_fault_that_cannot_be_played_is_not_set(untouched: Any, control: Any, fault: Any, said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        untouched.faults.add(**fault)
    assert str(caught.value).startswith(said)
    answer = control("/faults", fault)
    assert (answer.status_code, answer.json()) == (400, {"code": 400, "message": str(caught.value)})


@pytest.mark.parametrize(("job", "said"), JOBS)
def test_a_job_that_cannot_be_told_of_is_not_put_there(untouched: Any, control: Any, job: Any, said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        untouched.jobs.add(**job)
    assert str(caught.value).startswith(said)
    answer = control("/jobs", job)
    assert (answer.status_code, answer.json()) == (400, {"code": 400, "message": str(caught.value)})


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda server: server.faults.add("delay", seconds=math.nan),
            "seconds must be JSON-compatible, and finite; got ",
        ),
        (lambda server: server.faults.add("html", path="/\ud800"), "path has half of a surrogate pair; got "),
        (lambda server: server.jobs.add("\ud800"), "job_id has half of a surrogate pair; got "),
        (lambda server: server.jobs.add(answer={"a": object()}), "answer must be JSON-compatible: "),
        (lambda server: server.jobs.add(body={"text": "\ud800"}), "The body has half of a surrogate pair"),
        (lambda server: server.clock.advance(math.nan), "advance must be a number from 0 to "),
        (lambda server: server.clock.advance("1"), "advance must be a number from 0 to "),
        (lambda server: server.clock.advance(1e12), "advance must be a number from 0 to 251634988800, the end of the"),
        (lambda server: server.jobs.complete("there"), "job there has ended already"),
    ],
)
def test_what_only_python_can_hand_in_is_refused_in_the_same_words(untouched: Any, call: Any, said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        call(untouched)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        (
            "/faults",
            {"seconds": 1},
            400,
            "missing a required argument: 'name'; the fields are name, times, rate, ",
        ),
        (
            "/faults",
            {"name": "html", "self": 1},
            400,
            "'self' is not a field here; the fields are name, times, ",
        ),
        ("/faults", b'{"name": "delay", "seconds": 1e999}', 400, "The body has a number that JSON cannot have"),
        ("/faults", b'{"name": "html", "times": 1, "times": 2}', 400, 'The body names "times" twice.'),
        (
            "/jobs",
            {"service": 1},
            400,
            "'service' is not a field here; the fields are job_id, operation,",
        ),
        ("/jobs", b'{"job_id": "\\ud800"}', 400, "The body has half of a surrogate pair in a string."),
        ("/jobs", b"[1]", 400, "the body must be an object with fields; got [1]."),
        (
            "/jobs/there/end",
            {"fialed": True},
            400,
            "'fialed' is not a field here; the fields are failed.",
        ),
        ("/jobs/there/end", {"failed": "no"}, 400, 'failed: "no" is not of type "boolean".'),
        ("/jobs/nobody/end", {}, 404, "There is no job 'nobody'."),
        (
            "/clock",
            {"advance": DIGITS},
            400,
            "advance must be a number from 0 to 251634988800, the end of the year 9999",
        ),
    ],
)
def test_the_control_interface_says_what_is_wrong_with_a_body(
    untouched: Any, control: Any, path: str, body: Any, status: int, said: str
) -> None:
    answer = control(path, body)
    assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert answer.json()["message"].startswith(said)
    assert untouched.clock.now == 1767225600


def test_on_the_last_day_everything_can_still_be_told(api: Any, control: Any) -> None:
    for style in ("plain", "offset", "nanoseconds"):
        api.server.jobs.add(style, answers=style, status="processing")
    api.accepted("diffusion", text="a", callback="https://example.com/")
    assert control("/clock", {"advance": 251634988800}).status_code == 200
    assert {job["status"] for job in api.server.jobs.values()} == {"completed"}
    assert api.balance()["updated_at"].startswith("9999-12-31")
    assert api.client.get(api.server.jobs["plain"]["output"]["image_url"]).status_code == 404  # kept for thirty days
    api.server.jobs.add("last")
    assert api.client.get(api.server.jobs["last"]["output"]["image_url"]).status_code == 200
    assert control("/clock", {"advance": 1}).status_code == 400


def test_a_clock_that_runs_stops_on_the_last_day(calling: Any) -> None:
    with MockServer(in_process=True, time_scale=1e12) as server:
        api = calling(server)
        while server.clock.now < 253402214400:
            pass
        api.accepted("diffusion", text="a")
        assert api.balance()["updated_at"].startswith("9999-12-31")


def test_an_answer_of_ones_own_may_hold_what_no_client_expects(api: Any) -> None:
    api.server.jobs.add("odd", answer={"job_id": 5, "half": "\ud800", "none": math.nan})
    told = api.client.get(f"{api.server.root_url}/__mock__/jobs").json()
    assert told[0]["half"] == api.job("odd")["half"] == "\ud800"
    assert math.isnan(told[0]["none"])


def test_a_job_without_a_name_never_takes_the_place_of_another(api: Any) -> None:
    api.server.jobs.add("placed-2")
    names = [api.server.jobs.add()["job_id"] for _ in range(3)]
    assert len({"placed-2", *names}) == 4
    assert len(api.server.jobs) == 4


def test_a_part_of_a_body_will_do_for_a_job_that_is_put_there(api: Any) -> None:
    api.server.jobs.add("a", operation="enhance_upscale", body={"output_format": "jpg"})
    api.server.jobs.add("b", operation="pan", source="a", body={"scale": 1.5})
    assert api.job("a")["output"]["image_url"].endswith(".jpg")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"seed": "x"}, 'seed: "x" is not of type "integer".'),
        ({"keys": ()}, "keys: [] has less than 1 item."),
        ({"keys": (5,)}, 'keys[0]: 5 is not of type "string".'),
        ({"queues": "no"}, 'queues: "no" is not of type "boolean".'),
        ({"time_scale": 0}, "time_scale: 0 is less than or equal to the minimum of 0."),
        ({"time_scale": math.inf}, "time_scale must be JSON-compatible, and finite; got inf."),
        ({"time_scale": DIGITS}, "time_scale: 1000"),
        ({"callbacks": "never"}, 'shape of callbacks: "never" is not one of "bare", "envelope" or "off".'),
    ],
)
def test_a_server_that_could_not_answer_is_not_made(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        MockServer(in_process=True, **settings)
    assert str(caught.value).startswith(said)
