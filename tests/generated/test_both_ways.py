"""The generated client by itself and the facade send the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from legnext_client import Client
from legnext_client._transport.transports import HttpxTransport
from legnext_client.generated import AuthenticatedClient, models
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.generated.types import UNSET
from tests.generated.test_endpoints import KEY, request_examples
from tests.tables import for_each

if TYPE_CHECKING:
    from legnext_client.generated.operations import Operation

URL = "https://api.example.com/api"
BALANCE = {"balance_usd": 1, "available_credits": 1, "available_points": 1}
JOB_ID = "a job/.."
ANSWER = {"job_id": JOB_ID, "status": "pending", "data": BALANCE}
"""A job and a balance, whichever is asked for."""
COMPARED = ("host", API_KEY_HEADER, "content-type", "content-length")


def sent_by(call: Any) -> tuple[Any, ...]:
    """What goes out: method, URL, headers, body."""
    found: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        found.append(request)
        return httpx.Response(200, json=ANSWER)

    call(httpx.MockTransport(answer))
    (request,) = found
    return request.method, str(request.url), {name: request.headers.get(name) for name in COMPARED}, request.content


def made(model: Any, example: Any) -> Any:
    """A model as a program makes it: what the example leaves out has its default."""
    read = model.from_dict(example)
    fields = {part.name: getattr(read, part.name) for part in model.__attrs_attrs__ if part.init}
    return model(**{name: value for name, value in fields.items() if value is not UNSET})


@for_each(("operation", "example"), request_examples())
def test_the_facade_and_the_generated_client_send_the_same_request(operation: Operation, example: Any) -> None:
    in_path = [JOB_ID for field in operation.parameters if field.place == "path"]

    def generated(transport: httpx.MockTransport) -> None:
        client = AuthenticatedClient(base_url=URL, token=KEY, httpx_args={"transport": transport})
        body = {} if example is None else {"body": made(getattr(models, str(operation.request_model)), example)}
        operation.endpoint.sync(*in_path, client=client, **body)

    def facade(transport: httpx.MockTransport) -> None:
        headers = {API_KEY_HEADER: KEY}
        client = Client(KEY, base_url=URL, retries=0, transport=HttpxTransport(URL, headers, transport))
        method = getattr(getattr(client, operation.namespace), operation.name)
        names = {field.wire: field.name for field in operation.fields}
        method(*in_path, **{names[wire]: value for wire, value in (example or {}).items()})

    assert sent_by(facade) == sent_by(generated)
