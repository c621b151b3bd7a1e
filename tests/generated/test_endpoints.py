"""The generated client by itself: every operation, sync and async, sends what the spec says."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from legnext_client.generated import AuthenticatedClient
from legnext_client.generated.api.midjourney import video_diffusion
from legnext_client.generated.api.tasks import get
from legnext_client.generated.models import BalanceResponse, ErrorBody, TaskResponse, VideoDiffusionRequest
from legnext_client.generated.operations import OPERATIONS, ROLES, Operation
from legnext_client.generated.service import API_KEY_HEADER, BASE_URL
from tests.facts import BASE_PATH
from tests.tables import for_each

Json = dict[str, Any]

DATA = Path(__file__).parents[1] / "data" / "responses"
SPEC: Json = json.loads(Path(__file__).parents[2].joinpath("legnext_client/openapi.json").read_text(encoding="utf-8"))
KEY = "key-that-nobody-may-see"


def request_examples() -> list[Any]:
    found: list[Any] = []
    for operation in OPERATIONS.values():
        if operation.answer_model not in (ROLES["job"].answer_model, ROLES["balance"].answer_model):
            continue  # any_operation.py has the others
        body = SPEC["paths"][operation.path][operation.method.lower()].get("requestBody")
        if body is None:
            found.append((operation, None))
            continue
        examples = body["content"].get("application/json", {}).get("examples", {})
        found += [(operation, example["value"]) for example in examples.values()]
    return found


class Service:
    """Answers every request with the same bytes, and remembers what was asked."""

    def __init__(self, answer: bytes, status: int = 200) -> None:
        self.asked: list[httpx.Request] = []
        self._answer, self._status = answer, status

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(self._status, content=self._answer)

    def client(self, **settings: Any) -> AuthenticatedClient:
        return AuthenticatedClient(token=KEY, httpx_args={"transport": httpx.MockTransport(self)}, **settings)


def call(operation: Operation, name: str, client: AuthenticatedClient, example: Json | None) -> Any:
    """Call one of the four functions of an endpoint's module, as a user of the generated client would."""
    function = getattr(import_module(f"legnext_client.generated.api.{operation.namespace}.{operation.name}"), name)
    arguments: Json = {"client": client}
    if example is not None:
        models = import_module("legnext_client.generated.models")
        arguments["body"] = getattr(models, str(operation.request_model)).from_dict(example)
    answer = function(*["a-job" for each in operation.parameters if each.place == "path"], **arguments)
    return asyncio.run(answer) if name.startswith("asyncio") else answer


@for_each("function", ["sync_detailed", "sync", "asyncio_detailed", "asyncio"])
@for_each(("operation", "example"), request_examples())
def test_every_operation_sends_its_method_path_key_and_body(
    operation: Operation, example: Json | None, function: str
) -> None:
    file = "balance" if example is None and not operation.parameters else "diffusion-pending"
    content = DATA.joinpath(f"{file}.json").read_bytes()
    service = Service(content)
    answer = call(operation, function, service.client(), example)

    (request,) = service.asked
    assert request.method == operation.method
    assert request.url.copy_with(query=None) == f"{BASE_URL}{operation.path.format(job_id='a-job')}"
    assert request.headers[API_KEY_HEADER] == KEY
    assert "authorization" not in request.headers
    if example is None:
        assert request.content == b""
    else:
        assert request.headers["content-type"] == "application/json"
        assert json.loads(request.content) == example

    parsed = answer.parsed if function.endswith("detailed") else answer
    assert isinstance(parsed, BalanceResponse if file == "balance" else TaskResponse)
    assert parsed.to_dict() == json.loads(content)
    if function.endswith("detailed"):
        assert (answer.status_code, answer.content) == (200, content)


@for_each("function", ["sync", "asyncio"])
@for_each("name", dict.fromkeys(operation.name for operation, _ in request_examples()))
def test_every_operation_reads_an_error(name: str, function: str) -> None:
    content = DATA.joinpath("error-401.json").read_bytes()
    examples = {operation.name: example for operation, example in request_examples()}
    parsed = call(OPERATIONS[name], function, Service(content, 401).client(), examples[name])
    assert isinstance(parsed, ErrorBody)
    assert parsed.to_dict() == json.loads(content)


def test_a_body_made_in_python_has_the_defaults_of_the_spec() -> None:
    service = Service(DATA.joinpath("video_diffusion-pending.json").read_bytes())
    video_diffusion.sync(client=service.client(), body=VideoDiffusionRequest(prompt="waves"))
    assert json.loads(service.asked[0].content) == {"prompt": "waves", "videoType": 0}


@pytest.mark.parametrize("job_id", ["a/b?c#d", "../balance", "a b", "é%2F", "1868588555208310784"])
def test_a_path_parameter_stays_one_segment(job_id: str) -> None:
    service = Service(DATA.joinpath("diffusion-pending.json").read_bytes())
    get.sync_detailed(job_id, client=service.client())
    (request,) = service.asked
    before, _, last = request.url.raw_path.decode().rpartition("/")
    assert before == f"{BASE_PATH}/v1/job"
    assert not set(last) & set("?#")
    assert httpx.URL(f"https://host/{last}").path == f"/{job_id}"


def test_the_key_is_in_no_repr() -> None:
    client = Service(b"{}").client(headers={"x-extra": "seen"}, cookies={"c": "d"})
    client.get_httpx_client()
    client.get_async_httpx_client()
    changed = client.with_headers({"x-more": "1"}).with_cookies({"e": "f"}).with_timeout(httpx.Timeout(3))
    for one in (client, changed):
        assert KEY not in repr(one)
        assert KEY not in str(one)
    service = Service(DATA.joinpath("diffusion-pending.json").read_bytes())
    get.sync_detailed("a-job", client=service.client().with_headers({"x-more": "1"}))
    assert service.asked[0].headers[API_KEY_HEADER] == KEY
    assert service.asked[0].headers["x-more"] == "1"
    assert KEY not in repr(service.asked[0])


def test_a_redirect_is_not_followed() -> None:
    asked: list[httpx.URL] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(302, headers={"location": "https://elsewhere.example/"})

    client = AuthenticatedClient(token=KEY, httpx_args={"transport": httpx.MockTransport(redirect)})
    answer = get.sync_detailed("a-job", client=client)
    assert (answer.status_code, answer.parsed) == (302, None)
    assert [url.host for url in asked] == [httpx.URL(BASE_URL).host]


def test_the_client_closes_what_it_opened() -> None:
    with Service(b"{}").client() as client:
        inner = client.get_httpx_client()
        assert not inner.is_closed
    assert inner.is_closed

    async def asynchronous() -> httpx.AsyncClient:
        async with Service(b"{}").client() as client:
            inner = client.get_async_httpx_client()
            assert not inner.is_closed
        return inner

    assert asyncio.run(asynchronous()).is_closed
