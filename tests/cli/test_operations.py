"""Each operation of the table is a command: what the document shows as a request can be asked for in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.generated.operations import ALIASES, OPERATIONS, Operation

from .commands import command_line, examples, place_sources

if TYPE_CHECKING:
    from legnext_client.testing import MockServer

    from .commands import Run

EXAMPLES = [example for example in examples() if example[0].makes_job]
FIRST = {operation.name: (operation, body) for operation, _, body in reversed(EXAMPLES)}
PAID = [operation for operation in OPERATIONS.values() if operation.makes_job]


@pytest.mark.parametrize(
    ("operation", "body"),
    [pytest.param(operation, body, id=f"{operation.name}-{name}") for operation, name, body in EXAMPLES],
)
def test_every_example_of_the_document_can_be_sent(
    legnext: Run, server: MockServer, operation: Operation, body: dict[str, Any]
) -> None:
    place_sources(server, operation, body)
    ended = legnext(*command_line(operation, body), "--json")
    assert ended.code == 0, ended.err
    (accepted,) = ended.values
    (paid,) = server.ledger
    defaults = {field.wire: field.default for field in operation.fields if field.default is not None}
    assert (paid.operation, paid.job_id) == (operation.name, accepted["job_id"])
    assert json.loads(json.dumps(paid.body).replace("+00:00", "Z")) == defaults | body


@pytest.mark.parametrize("operation", PAID, ids=lambda operation: operation.name)
def test_every_paid_command_prints_the_id_alone_and_says_how_to_go_on(
    legnext: Run, server: MockServer, operation: Operation
) -> None:
    operation, body = FIRST[operation.name]
    place_sources(server, operation, body)
    ended = legnext(*command_line(operation, body))
    (paid,) = server.ledger
    assert (ended.code, ended.lines) == (0, [paid.job_id]), ended.err
    assert ended.err == f"Accepted {paid.job_id}: {paid.points} points held. Wait for it: legnext wait {paid.job_id}\n"


@pytest.mark.parametrize("operation", PAID, ids=lambda operation: operation.name)
def test_every_paid_command_tells_its_price_and_sends_nothing(
    legnext: Run, server: MockServer, operation: Operation
) -> None:
    operation, body = FIRST[operation.name]
    words = command_line(operation, body)
    told = legnext(*words, "--price", "--json")
    (value,) = told.values
    assert (told.code, value["operation"]) == (0, operation.name)
    assert legnext("price", *words, "--json").values == [value]
    (line,) = legnext(*words, "--price").lines
    assert line.startswith(f"{value['points']} points")
    assert server.ledger == []


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_the_same_command(legnext: Run, server: MockServer, alias: str) -> None:
    operation, body = FIRST[ALIASES[alias].name]
    place_sources(server, operation, body)
    _, *rest = command_line(operation, body)
    assert legnext(alias, *rest).code == 0
    assert server.ledger[-1].operation == operation.name


def test_underscores_do_as_well_as_dashes(legnext: Run) -> None:
    assert legnext("remove_background", "https://example.com/a.png", "--price").code == 0


def test_a_job_is_shown_to_people_and_to_machines(legnext: Run, server: MockServer) -> None:
    raw = server.jobs.add("a-job")
    ended = legnext("get", "a-job")
    rows = dict(line.split(maxsplit=1) for line in ended.lines if not line.startswith(" "))
    assert ended.code == 0
    assert (rows["Job"], rows["Kind"], rows["Status"]) == ("a-job", "diffusion", "completed"), rows
    assert all(url in ended.out for url in raw["output"]["image_urls"])
    assert legnext("get", "a-job", "--json").values == [raw]


def test_a_job_that_failed_tells_why(legnext: Run, server: MockServer) -> None:
    server.jobs.add("a-job", status="failed")
    assert "could not be completed" in legnext("get", "a-job").out


def test_the_balance_is_shown_and_a_low_one_is_pointed_out(legnext: Run, server: MockServer) -> None:
    told = legnext("balance")
    assert (told.code, told.err) == (0, "")
    assert "1000000" in told.out.partition("credits")[2].splitlines()[0]
    (value,) = legnext("--json", "balance").values
    assert (value["available_credits"], value["low_balance_alert"]) == (1_000_000, False)

    job = json.loads(legnext("diffusion", "a fox", "--json").out)
    assert job["status"] == "pending"
    server._service.account.available_credits = 900
    low = legnext("balance")
    assert low.code == 0
    assert low.err == "Low balance below your alert threshold of 10 USD. Top up before jobs are refused.\n"
    assert legnext("balance", "--json").values[0]["low_balance_alert"] is True
