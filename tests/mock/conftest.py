"""One server without a socket for most of these tests, emptied before each, and a short way to call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema_rs
import pytest

from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.testing import MockServer
from tests.documents import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = json.loads((Path(__file__).parents[2] / "legnext_client" / "openapi.json").read_text(encoding="utf-8"))
LONG = 1_000_000.0
"""Seconds after which every job has ended, and before which none is too old."""
HOUR = 3600.0


class Caller:
    """Calls operations by their operationId."""

    def __init__(self, server: MockServer, client: httpx.Client) -> None:
        self.server = server
        self.client = client
        self.paths: dict[str, tuple[str, str]] = {
            item["operationId"]: (method.upper(), path) for path, method, item in operations(DOCUMENT)
        }

    def call(self, operation: str, **body: Any) -> httpx.Response:
        method, path = self.paths[operation]
        return self.client.request(method, path, json=body if method == "POST" else None)

    def accepted(self, operation: str, **body: Any) -> str:
        """Submit a job that must be accepted; its id."""
        answer = self.call(operation, **body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["job_id"])

    def done(self, operation: str, **body: Any) -> str:
        """Submit a job and let it come to its end; its id."""
        job_id = self.accepted(operation, **body)
        self.server.clock.advance(HOUR)
        return job_id

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.client.get(self.paths["get"][1].replace("{job_id}", job_id))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refused(self, status: int, operation: str, **body: Any) -> str:
        """Submit a job that must be refused; the message."""
        answer = self.call(operation, **body)
        assert answer.status_code == status, answer.text
        assert answer.json()["code"] == status
        return str(answer.json()["message"])

    def balance(self) -> dict[str, Any]:
        return dict(self.call("balance").json()["data"])


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    return dict(DOCUMENT)


@pytest.fixture(scope="session")
def inside() -> Iterator[MockServer]:
    with MockServer(in_process=True, answers="plain", concurrency=0, bodies="strict") as server:
        yield server


@pytest.fixture(scope="session")
def inside_client(inside: MockServer) -> Iterator[httpx.Client]:
    with client_of(inside) as client:
        yield client


@pytest.fixture
def server(inside: MockServer) -> MockServer:
    inside.reset()
    return inside


@pytest.fixture
def api(server: MockServer, inside_client: httpx.Client) -> Caller:
    return Caller(server, inside_client)


@pytest.fixture(scope="session")
def job_schema() -> Any:
    return _validator("TaskResponse")


@pytest.fixture(scope="session")
def error_schema() -> Any:
    return _validator("ErrorAnswer")


@pytest.fixture
def calling() -> Iterator[Any]:
    """Makes a `Caller` for a server of the test's own."""
    clients: list[httpx.Client] = []

    def make(server: MockServer) -> Caller:
        clients.append(client_of(server))
        return Caller(server, clients[-1])

    yield make
    for client in clients:
        client.close()


def client_of(server: MockServer) -> httpx.Client:
    return httpx.Client(
        base_url=server.base_url, headers={API_KEY_HEADER: server.api_key}, transport=server.transport()
    )


def _validator(name: str) -> Any:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(schema)
