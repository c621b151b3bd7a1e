"""Know before you pay: what is wrong fails here, what is right has a price, and a budget is never passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import BudgetExceeded, Client, InvalidRequest
from legnext_client.generated.operations import OPERATIONS, Operation
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION
from tests.tables import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

PAID = [operation for operation in OPERATIONS.values() if operation.price is not None]


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(in_process=True, concurrency=0) as server:
        yield server


@pytest.fixture
def client(server: MockServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


def called(client: Client, operation: Operation, fields: dict[str, Any]) -> Any:
    return getattr(getattr(client, operation.namespace), operation.name)(**fields)


@for_each("operation", PAID)
def test_a_wrong_request_fails_by_name_before_any_network(operation: Operation) -> None:
    class Nobody:
        def send(self, send: object) -> Any:
            raise AssertionError(f"sent {send}")

        def close(self) -> None: ...

    client = Client("a-key-of-a-test", base_url="http://127.0.0.1:9", transport=Nobody())
    required = {field.name: None for field in operation.fields if field.required}
    with pytest.raises(InvalidRequest) as refusal:
        called(client, operation, required | {"callback": "javascript:alert(1)"})
    for name in [*required, "callback"]:
        assert name in str(refusal.value)
    assert "Nothing was sent." in str(refusal.value)


def test_the_price_is_what_the_service_then_takes(server: MockServer, client: Client) -> None:
    text = "a lighthouse --v 7 --turbo"
    told = client.price("diffusion", text=text)
    before = server.balance
    job = client.midjourney.diffusion(text=text).wait()
    assert told.points == job.points == before - server.balance == 2 * DIFFUSION


def test_a_budget_is_not_passed_and_what_would_pass_it_is_not_sent(server: MockServer, client: Client) -> None:
    with client.budget(2 * DIFFUSION + 40) as budget:
        client.midjourney.diffusion(text="a lighthouse").wait()
        client.midjourney.diffusion(text="a fox")
        with pytest.raises(BudgetExceeded, match=f"{DIFFUSION} points would exceed the budget of {2 * DIFFUSION + 40}"):
            client.midjourney.diffusion(text="one too many")
        assert (budget.spent, budget.reserved, budget.left) == (DIFFUSION, DIFFUSION, 40)
    assert [submission.points for submission in server.ledger] == [DIFFUSION, DIFFUSION]


def test_a_budget_given_back_by_a_failure_can_be_spent(server: MockServer, client: Client) -> None:
    with client.budget(DIFFUSION + 20) as budget:
        lost = client.midjourney.diffusion(text="a fox")
        server.jobs.fail(lost.job_id)
        lost.refresh()
        assert budget.left == DIFFUSION + 20
        assert client.midjourney.diffusion(text="a fox").wait().ok
