"""Whatever comes back, a generated endpoint hands it over: no exception, the bytes as they came, the right status."""

from __future__ import annotations

import json
import pickle
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client.generated import AuthenticatedClient
from legnext_client.generated.api.account import balance
from legnext_client.generated.api.midjourney import diffusion
from legnext_client.generated.api.tasks import get
from legnext_client.generated.errors import UnexpectedStatus
from legnext_client.generated.models import DiffusionRequest, ErrorBody, ErrorEnvelope, TaskResponse
from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.types import Request
from tests.tables import for_each

if TYPE_CHECKING:
    from legnext_client.generated.types import Response

BODY = DiffusionRequest(text="a lighthouse")
ERROR = {"code": 520, "message": "the origin is odd"}
HTML = b"<html><body><h1>Web server is returning an unknown error</h1></body></html>"
NO_JOBS = {
    "html": HTML,
    "empty": b"",
    "cut short": b'{"job_id": "5f0c", "sta',
    "null": b"null",
    "a list": b"[]",
    "a list of pairs": b'[["job_id", "5f0c"], ["status", "pending"]]',
    "a string": b'"job"',
    "a number": b"7",
    "an object without an id": b'{"status": "pending"}',
    "an object without a status": b'{"job_id": "5f0c"}',
    "an empty object": b"{}",
    "not utf-8": b'{"job_id": "\xff\xfe"}',
    "nested without end": b"[" * 100_000,
}


def client_that_gets(status: int, content: bytes, **settings: Any) -> AuthenticatedClient:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content))
    return AuthenticatedClient(token="secret-token", httpx_args={"transport": transport}, **settings)


def answers(client: AuthenticatedClient) -> list[Response[Any]]:
    return [
        diffusion.sync_detailed(client=client, body=BODY),
        get.sync_detailed("5f0c", client=client),
        balance.sync_detailed(client=client),
    ]


@for_each("content", NO_JOBS.values())
@for_each("status", [200, 400, 404, 429, 500, 502, 520, 530])
def test_an_answer_that_is_neither_job_nor_error_is_handed_over_as_bytes(status: int, content: bytes) -> None:
    for answer in answers(client_that_gets(status, content)):
        assert answer.parsed is None
        assert answer.content == content
        assert answer.status_code == status


@pytest.mark.parametrize("status", [400, 402, 418, 520, 599])
def test_an_error_is_read_under_any_status(status: int) -> None:
    flat = json.dumps(ERROR).encode()
    for answer in answers(client_that_gets(status, flat)):
        assert answer.parsed == ErrorBody(code=520, message="the origin is odd")
        assert (answer.status_code, answer.content) == (status, flat)
    for answer in answers(client_that_gets(status, b'{"error": {"code": 400, "message": "no"}}')):
        assert isinstance(answer.parsed, ErrorEnvelope)
    for answer in answers(client_that_gets(status, b'{"job_id": "", "status": "failed"}')):
        assert answer.parsed == TaskResponse(job_id="", status="failed")


@for_each("content", NO_JOBS.values())
def test_a_client_that_was_told_to_raise_raises_with_the_bytes(content: bytes) -> None:
    client = client_that_gets(520, content, raise_on_unexpected_status=True)
    with pytest.raises(UnexpectedStatus, match="520") as caught:
        diffusion.sync_detailed(client=client, body=BODY)
    assert (caught.value.status_code, caught.value.content) == (520, content)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(caught.value, protocol))
        assert isinstance(again, UnexpectedStatus)
        assert (again.status_code, again.content, str(again)) == (520, content, str(caught.value))


def test_a_client_that_was_told_to_raise_does_not_raise_for_what_the_spec_describes() -> None:
    client = client_that_gets(400, json.dumps(ERROR).encode(), raise_on_unexpected_status=True)
    assert diffusion.sync(client=client, body=BODY) == ErrorBody(code=520, message="the origin is odd")


def test_every_operation_survives_html_under_a_status_that_python_does_not_know() -> None:
    for operation in OPERATIONS.values():
        module = import_module(f"legnext_client.generated.api.{operation.namespace}.{operation.name}")
        answer = client_that_gets(520, HTML).send(Request("GET", "/"), module.parse_response)
        assert (answer.status_code, answer.content, answer.parsed) == (520, HTML, None), operation.name
