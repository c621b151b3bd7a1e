"""What one call may be given beside its fields: a timeout, headers, query and body of its own."""

from __future__ import annotations

from typing import Any

import pytest

from legnext_client import ConfigurationError, InvalidRequest
from tests.tables import for_each

from .worlds import Colour, Service, done, error_of, job

EVERY: dict[str, Any] = {
    "timeout": 5,
    "extra_headers": {"X-Trace": "1"},
    "extra_query": {"a": [1, 2]},
    "extra_body": {"speed": "turbo"},
}


def test_extras_are_sent_beside_the_fields(colour: Colour) -> None:
    service = Service(job())
    colour.do(colour.client(service).midjourney.diffusion(text="a cat", **EVERY))
    (send,) = service.sent
    assert send.timeout == 5
    assert send.request.headers["X-Trace"] == "1"
    assert send.request.query == "a=1&a=2"
    assert service.bodies == [{"text": "a cat", "speed": "turbo"}]


def test_a_follow_up_and_a_free_call_take_them_too(colour: Colour) -> None:
    service = Service(done(), job(job_id="j2"))
    first = colour.do(colour.client(service).tasks.get("j1", timeout=7, extra_headers={"x-trace": "2"}))
    colour.do(first.reroll(extra_query={"fast": True}))
    assert (service.sent[0].timeout, service.sent[0].request.headers["x-trace"]) == (7, "2")
    assert service.sent[1].request.query == "fast=true"


@for_each(
    ("options", "said"),
    [
        ({"extra_headers": {"X-API-Key": "other"}}, "extra_headers must not set X-API-Key: the client sets it itself"),
        ({"extra_headers": {"a b": "1"}}, "extra_headers: 'a b' is not the name of a header"),
        ({"extra_headers": {"x": "1\r\ny: 2"}}, "extra_headers: x must be printable ASCII without spaces around it"),
        ({"extra_headers": ["x"]}, r"extra_headers must be a dictionary; got \['x'\]"),
        ({"extra_body": {"text": "a dog"}}, "extra_body must not hold text, a field of diffusion: pass it as an arg"),
        ({"extra_body": {"x": object()}}, "extra_query and extra_body must be values of JSON"),
        ({"txt": "a dog"}, r"txt is not a field here \(did you mean text\?\)"),
        ({"extra_header": {}}, "extra_header is not a field here"),
    ],
)
def test_a_wrong_option_is_refused_by_name_before_anything_is_sent(
    colour: Colour, options: dict[str, Any], said: str
) -> None:
    service = Service(job())
    with pytest.raises(InvalidRequest, match=said):
        colour.do(colour.client(service).midjourney.diffusion(text="a cat", **options))
    assert service.sent == []


@pytest.mark.parametrize("timeout", [0, -1, "5", float("inf"), True])
def test_a_timeout_is_a_number_of_seconds(colour: Colour, timeout: Any) -> None:
    service = Service(job())
    with pytest.raises(ConfigurationError, match="timeout must be a number abov"):
        colour.do(colour.client(service).midjourney.diffusion(text="a cat", timeout=timeout))
    assert service.sent == []


def test_an_extra_body_needs_a_body_of_json(colour: Colour) -> None:
    with pytest.raises(InvalidRequest, match="extra_body is for a JSON body"):
        colour.do(colour.client(Service(job())).tasks.get("a", extra_body={"x": 1}))


def test_a_refused_option_does_not_lose_the_jobs_that_were_accepted(colour: Colour) -> None:
    client = colour.client(Service(job()))
    colour.do(client.midjourney.diffusion(text="a cat"))
    refused = error_of(colour, lambda: client.midjourney.diffusion(text="a cat", timeout=0))
    assert "Accepted earlier and not known to be done: j1." in refused.__notes__[0]
