"""What one call may be given beside its fields: a timeout, headers, query and body of its own."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import AsyncClient, Client, ConfigurationError, InvalidRequest
from legnext_client._protocol.flow import Response

if TYPE_CHECKING:
    from legnext_client._protocol.flow import Send

KEY = "a-key"
ACCEPTED = Response(200, {}, b'{"job_id": "a", "status": "pending", "task_type": "diffusion"}')


class Line:
    """A transport that accepts everything and remembers it."""

    def __init__(self) -> None:
        self.sent: list[Send] = []

    def send(self, send: Send) -> Response:
        self.sent.append(send)
        return ACCEPTED

    def close(self) -> None:
        """There is nothing to close."""


class AsyncLine(Line):
    async def send(self, send: Send) -> Response:  # type: ignore[override]
        return super().send(send)

    async def close(self) -> None:  # type: ignore[override]
        """There is nothing to close."""


EVERY: dict[str, Any] = {
    "timeout": 5,
    "extra_headers": {"X-Trace": "1"},
    "extra_query": {"a": [1, 2]},
    "extra_body": {"speed": "turbo"},
}


def check(line: Line) -> None:
    (send,) = line.sent
    assert send.timeout == 5
    assert send.request.headers["X-Trace"] == "1"
    assert send.request.query == "a=1&a=2"
    assert json.loads(send.request.body or b"").items() >= {"text": "a cat", "speed": "turbo"}.items()


def test_extras_are_sent_beside_the_fields() -> None:
    line = Line()
    with Client(KEY, transport=line) as client:
        client.midjourney.diffusion(text="a cat", **EVERY)
    check(line)


def test_the_same_in_async() -> None:
    line = AsyncLine()

    async def call() -> None:
        async with AsyncClient(KEY, transport=line) as client:
            await client.midjourney.diffusion(text="a cat", **EVERY)

    asyncio.run(call())
    check(line)


def test_a_follow_up_and_a_free_call_take_them_too() -> None:
    line = Line()
    with Client(KEY, transport=line) as client:
        job = client.tasks.get("a", timeout=7, extra_headers={"x-trace": "2"})
        job.insist().reroll(extra_query={"fast": True})
    assert (line.sent[0].timeout, line.sent[0].request.headers["x-trace"]) == (7, "2")
    assert line.sent[1].request.query == "fast=true"


@pytest.mark.parametrize(
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
def test_a_wrong_option_is_refused_by_name_before_anything_is_sent(options: dict[str, Any], said: str) -> None:
    line = Line()
    with Client(KEY, transport=line) as client, pytest.raises(InvalidRequest, match=said):
        client.midjourney.diffusion(text="a cat", **options)
    assert line.sent == []


@pytest.mark.parametrize("timeout", [0, -1, "5", float("inf"), True])
def test_a_timeout_is_a_number_of_seconds(timeout: Any) -> None:
    line = Line()
    with (
        Client(KEY, transport=line) as client,
        pytest.raises(ConfigurationError, match="timeout must be a number abov"),
    ):
        client.midjourney.diffusion(text="a cat", timeout=timeout)
    assert line.sent == []


def test_an_extra_body_needs_a_body_of_json() -> None:
    with Client(KEY, transport=Line()) as client, pytest.raises(InvalidRequest, match="extra_body is for a JSON body"):
        client.tasks.get("a", extra_body={"x": 1})


def test_a_refused_option_does_not_lose_the_jobs_that_were_accepted() -> None:
    with Client(KEY, transport=Line()) as client:
        client.midjourney.diffusion(text="a cat")
        with pytest.raises(ConfigurationError) as refused:
            client.midjourney.diffusion(text="a cat", timeout=0)
    assert "Accepted earlier and not known to be done: a." in refused.value.__notes__[0]
