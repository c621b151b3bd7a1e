"""What is asked of the real service costs nothing, whatever happens, and tells where the service differs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import contract_live
import httpx
import pytest
import vendor_pages

from legnext_client import Client
from legnext_client._transport.transports import HttpxTransport
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.testing import MockServer
from tests.contract.description import operations, paid
from tests.tables import for_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sk-0123456789-of-nobody-WXYZ"
BASE = "https://service.test/api"
BALANCE: dict[str, Any] = {
    "code": 200,
    "message": "ok",
    "data": {"balance_usd": 1.5, "available_credits": 1000, "available_points": 500},
}
NEEDY = contract_live.NEEDY.path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    with MockServer(keys=(KEY,)) as server:
        monkeypatch.setenv("LEGNEXT_API_KEY", KEY)
        monkeypatch.setenv("LEGNEXT_BASE_URL", server.base_url)
        yield server


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()]


def test_a_service_that_is_as_documented_has_no_differences(
    server: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    before = server.balance
    assert contract_live.main() == 0
    told = lines(capsys)
    assert sum(line.endswith("as the document says") for line in told) == 6
    assert told[-1] == "No differences from openapi.yaml."
    assert KEY not in "".join(told)
    assert (server.ledger, server.balance, len(server.jobs)) == ([], before, 0)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            {"name": "error_before", "status": 500},
            "differs: it is answered with 500, which is documented for something",
        ),
        (
            {"name": "error_before", "status": 418},
            "differs: it is answered with 418, which is not documented; 200 is due",
        ),
        ({"name": "html"}, "differs: it is no JSON: b'<html>"),
        ({"name": "close_before", "path": "/v1/job"}, "differs: there was no answer:"),
    ],
)
def test_each_difference_is_told_in_words(
    fault: dict[str, Any], words: str, server: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults.add(**fault)
    assert contract_live.main() == 1
    assert any(line.startswith(words) for line in lines(capsys))
    assert server.ledger == []


def test_without_a_key_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("LEGNEXT_API_KEY", raising=False)
    monkeypatch.setattr(httpx, "HTTPTransport", None)
    assert contract_live.main() == 2
    assert "LEGNEXT_API_KEY is not set" in capsys.readouterr().err


def test_a_service_that_nobody_reaches_has_no_differences_and_is_asked_once(
    server: MockServer, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = server.faults.add("close_before", times=6)
    assert contract_live.main() == 2
    told = capsys.readouterr()
    assert told.err.startswith("The real service could not be asked: GET /account/balance: ")
    assert "differ" not in told.out + told.err
    assert fault.struck == 1


def ask(handler: Callable[[httpx.Request], httpx.Response]) -> list[str]:
    """What is told of a service that answers like this."""
    transport = contract_live.OnlyFree(BASE, httpx.MockTransport(handler))
    questions = contract_live.questions(KEY, BASE, transport)
    return [finding.words for question in questions for finding in contract_live.asked(question, transport)]


def as_documented(request: httpx.Request) -> httpx.Response:
    known = request.headers[API_KEY_HEADER] == KEY
    balance = request.url.path.endswith("/account/balance")
    status = 401 if not known else 200 if balance else 404 if request.method == "GET" else 400
    return httpx.Response(status, json=BALANCE if status == 200 else {"code": status, "message": "no"})


def test_a_service_that_accepts_an_empty_body_is_told_of() -> None:
    def lenient(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json={"job_id": "j", "status": "pending"})
        return as_documented(request)

    assert ask(as_documented) == []
    assert ask(lenient) == [
        'it was accepted, and may be paid: {"job_id": "j", "status": "pending"}',
        "it is answered with 200, which is documented for something else; 400 is due",
    ]


def test_a_balance_is_held_against_the_document_and_itself() -> None:
    balances = [
        {**BALANCE["data"], "tier": {"name": "pro"}},
        {**BALANCE["data"], "available_points": 100},
    ]

    def odd(request: httpx.Request) -> httpx.Response:
        answer = as_documented(request)
        return httpx.Response(200, json={**BALANCE, "data": balances.pop(0)}) if answer.status_code == 200 else answer

    new, less, other = ask(odd)
    assert new == "data.tier is not in the document"
    assert less.startswith("it is another one than before")
    assert other.startswith("the balance does not add up")


def bodies() -> Iterator[tuple[str, bytes]]:
    for operation in paid():
        for _, body in operation.examples():
            yield operation.path, json.dumps(body).encode()
        if operation.path != NEEDY:
            yield operation.path, b"{}"
    yield NEEDY, b"{ }"
    yield NEEDY, b""
    yield NEEDY, b'{"callback": "https://example.com"}'
    yield f"{NEEDY}/", b"{}"
    yield f"{NEEDY}?x=1", b"{}"


COSTLY = [
    *(("POST", f"{BASE}{path}", body) for path, body in bodies()),
    *((method, f"{BASE}{NEEDY}", b"{}") for method in ("PUT", "PATCH", "DELETE", "GET")),
    ("GET", "https://elsewhere.test/api/account/balance", b""),
    ("GET", f"{BASE}.elsewhere.test/account/balance", b""),
    ("POST", f"https://service.test{NEEDY}", b"{}"),
]


@for_each(("method", "url", "body"), COSTLY)
def test_what_could_cost_something_is_not_sent(method: str, url: str, body: bytes) -> None:
    arrived: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        arrived.append(request)
        return httpx.Response(200, json={})

    with pytest.raises(contract_live.WouldCost):
        contract_live.OnlyFree(BASE, httpx.MockTransport(handler)).handle_request(
            httpx.Request(method, url, content=body)
        )
    assert arrived == []


def test_not_even_a_client_gets_a_paid_call_through() -> None:
    arrived: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        arrived.append(request)
        return httpx.Response(200, json={"job_id": "j", "status": "pending"})

    guard = contract_live.OnlyFree(BASE, httpx.MockTransport(handler))
    client = Client(KEY, base_url=BASE, transport=HttpxTransport(BASE, {API_KEY_HEADER: KEY}, guard))
    with pytest.raises(contract_live.WouldCost):
        client.midjourney.diffusion(text="a fox")
    with pytest.raises(contract_live.WouldCost):
        client.request("POST", NEEDY, json={"text": "a fox"})
    assert arrived == []


def test_an_empty_body_lacks_every_field_that_the_operation_needs() -> None:
    operation = operations()[contract_live.NEEDY.name]
    assert operation.body["required"]
    assert not {"default"} & {key for name in operation.body["required"] for key in operation.body["properties"][name]}


def test_what_the_pages_name_today_is_compared_with_what_they_named() -> None:
    text = "POST /v1/diffusion costs 95 credits, --v 9 too; GET /v1/job/abc"

    def told(handler: Callable[[httpx.Request], httpx.Response]) -> list[str]:
        return [line.strip() for line in contract_live.pages_today(httpx.MockTransport(handler))]

    found = told(lambda _: httpx.Response(200, text=text))
    assert {"new: model --v 9", "new: price 95 credit", "gone: endpoint /v1/blend", "gone: model --v 8.1"} <= set(found)
    assert not [line for line in found if "/v1/diffusion" in line or "/v1/job" in line]
    assert "could not be read" in told(lambda _: httpx.Response(404))[-1]


def test_the_stored_pages_are_those_of_this_service() -> None:
    """Not all of them, whoever edits the document."""
    named = {fact.partition(" ")[2] for fact in vendor_pages.stored() if fact.startswith("endpoint")}
    paths = {operation.path.removesuffix("/{job_id}") for operation in operations().values()}
    assert len(named & paths) > len(named) / 2
