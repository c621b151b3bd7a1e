"""Prism stands between the client and the mock server, and must find nothing to say of what they tell each other.

Collected by `make interop` only, which sees to it that Prism is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from legnext_client import Client, JobFailed, errors
from legnext_client.errors import SubmissionUnknown
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.testing import ClockOfMock, MockServer
from tests.contract.description import SOURCE, Operation, operations, paid, that, with_role
from tests.contract.sources import follow_ups, sound_bodies
from tests.interop import prism

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]
GRID = that(takes="nothing", makes="images")
CHAIN = with_role("chain.start")
PAID = [operation.name for operation in paid()]
STATUSES = [
    (name, int(code))
    for name, operation in operations().items()
    for code in operation.item["responses"]
    if code.isdigit() and code != "200"
]
"""Every failure that the document names."""

pytestmark = pytest.mark.filterwarnings("ignore::legnext_client.PromptWarning")


class World(NamedTuple):
    """The client, Prism, the server, and what Prism said since the test began."""

    url: str
    server: MockServer
    listener: prism.Listener
    client: Client

    def clock(self) -> ClockOfMock:
        return ClockOfMock(self.server)

    def source(self, operation: Operation) -> str:
        """The id of a finished job that this operation can build upon, made through the proxy."""
        body = {"prompt": "a fox runs"} if operation.rules["takes"] == "video" else {"text": "a fox --v 7 --draft"}
        start = CHAIN if operation.rules["takes"] == "video" else GRID
        job_id: str = prism.call(self.client, start.name, body).wait().job_id
        return job_id

    def found(self) -> list[tuple[str, str, prism.Violation]]:
        """What Prism found since the test began, in requests and answers."""
        return [
            (exchange.method, exchange.path, violation)
            for exchange in self.listener.exchanges
            for violation in exchange.violations
        ]

    @property
    def statuses(self) -> list[int]:
        return [exchange.status for exchange in self.listener.exchanges]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    document = str(prism.document(tmp_path_factory.mktemp("prism")))
    with (
        MockServer(keys=(prism.KEY,), error_shape="drawn", bodies="strict") as server,
        prism.running("proxy", document, server.base_url) as url,
    ):
        listener = prism.Listener()
        with prism.client_before(url, listener, ClockOfMock(server)) as client:
            yield World(url, server, listener, client)


@pytest.fixture
def world(running: World) -> World:
    running.server.reset()
    running.listener.exchanges.clear()
    return running


@pytest.mark.parametrize("name", PAID)
def test_every_operation_from_its_documented_requests_to_its_results(world: World, name: str) -> None:
    operation = operations()[name]
    bodies = sound_bodies(operation, world.source(operation))
    for body in bodies:
        job = prism.call(world.client, name, body).wait()
        assert job.ok
        assert world.client.tasks.get(job.job_id).raw == job.raw
    _, *sent = world.server.ledger
    assert [line.operation for line in sent] == [name] * len(bodies)
    assert [line.body for line in sent] == [line.body | body for line, body in zip(sent, bodies, strict=True)]
    assert world.found() == []


@pytest.mark.parametrize("operation", [GRID, CHAIN], ids=lambda operation: operation.name)
def test_a_job_and_everything_that_follows_it(world: World, operation: Operation) -> None:
    """The methods of a job, one after the other; balances in between."""
    prompt = {"prompt": "a fox runs"} if operation is CHAIN else {"text": "a fox --v 7 --draft"}
    job = prism.call(world.client, operation.name, prompt).wait()
    followed = follow_ups("video") if operation is CHAIN else [*follow_ups("image"), *follow_ups("images")]
    for each in followed:
        body = next(body for body in sound_bodies(each, job.job_id) if SOURCE in body)
        follow = {name: value for name, value in prism.arguments(each.name, body).items() if name != "job_id"}
        before = world.client.account.balance()
        assert getattr(job, each.name)(**follow).wait().ok
        after = world.client.account.balance()
        assert after.available_credits + after.available_points < before.available_credits + before.available_points
    assert {line.operation for line in world.server.ledger} == {operation.name, *(each.name for each in followed)}
    assert world.found() == []


@pytest.mark.anyio
async def test_the_same_awaited(world: World) -> None:
    async with prism.async_client_before(world.url, world.listener, world.clock()) as client:
        job = await prism.call(client, GRID.name, {"text": "a fox"})
        await job.wait()
        after = [await prism.call(client, name, sound_bodies(operations()[name], job.job_id)[0]) for name in PAID[1:3]]
        assert [one.ok async for one in client.wait_all(after)] == [True, True]
        await client.account.balance()
    assert len(world.server.ledger) == 3
    assert world.found() == []


# ---- failures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "status"), STATUSES)
def test_every_documented_failure(world: World, name: str, status: int) -> None:
    """Answered by the mock in a drawn one of the three shapes, raised by the client as what it is."""
    operation = operations()[name]
    world.server.faults.add("error_before", status=status)
    client = world.client.with_options(retries=0)
    body = sound_bodies(operation, "a-job")[0] if operation.is_paid else {}
    with pytest.raises(errors.error_class(status)) as caught:
        client.tasks.get("a-job") if name == "get" else prism.call(client, name, body)
    assert isinstance(caught.value, SubmissionUnknown) == (operation.is_paid and status >= 500)
    assert world.statuses == [status]
    assert world.found() == []
    assert world.server.ledger == []


@pytest.mark.parametrize("as_html", [False, True])
def test_what_a_proxy_before_the_service_answers(world: World, as_html: bool) -> None:
    world.server.faults.add("error_before", status=520, as_html=as_html, method="POST")
    with pytest.raises(SubmissionUnknown):
        prism.call(world.client, GRID.name, {"text": "a fox"})
    assert world.statuses == [520]
    assert world.found() == []


def refusals(world: World) -> Iterator[tuple[int, Callable[[], Any]]]:
    """What the server refuses of itself: the status, and the call that comes to it."""
    stranger = prism.client_before(world.url, world.listener, world.clock(), "a-key-that-nobody-knows")
    impatient = world.client.with_options(retries=0)

    def draw(text: str) -> Any:
        return prism.call(impatient, GRID.name, {"text": text})

    def enlarge(job_id: str) -> Any:
        return prism.call(impatient, "upscale", {"jobId": job_id, "imageNo": 0, "type": 0})

    yield 400, lambda: draw("a fox --v 8.1 --turbo")  # a flag that v8.1 rejects; no schema can know
    yield 401, stranger.account.balance
    yield 403, lambda: draw("forbidden-content")
    yield 404, lambda: enlarge("nowhere")
    yield 404, lambda: impatient.tasks.get("nowhere")
    unfinished = [draw("a fox never-end-this-job") for _ in range(6)]
    yield 422, lambda: enlarge(unfinished[0].job_id)
    yield 429, lambda: draw("a fox too many")


def test_what_the_server_refuses_of_itself(world: World) -> None:
    refused = []
    for status, call in refusals(world):
        with pytest.raises(errors.error_class(status)):
            call()
        assert world.listener.last.status == status
        refused.append(status)
    assert sorted(set(refused)) == [400, 401, 403, 404, 422, 429]
    assert world.found() == []


def test_a_job_that_fails(world: World) -> None:
    job = prism.call(world.client, GRID.name, {"text": "a fox fail-this-job"})
    with pytest.raises(JobFailed):
        job.wait()
    assert world.found() == []


@pytest.mark.parametrize("fault", ["unknown_status", "unknown_type", "unknown_fields", "at_once", "rate_limit"])
def test_oddities_that_the_document_allows(world: World, fault: str) -> None:
    set_fault = world.server.faults.add(fault)
    assert prism.call(world.client, GRID.name, {"text": "a fox"}).wait().ok
    assert set_fault.struck == 1
    assert world.found() == []


# ---- that Prism would say so ------------------------------------------------------------------------------------


def test_a_request_that_breaks_the_document_is_found_by_prism_and_refused_by_the_server(world: World) -> None:
    headers = {API_KEY_HEADER: prism.KEY, "content-type": "application/json"}
    for name in PAID:
        operation = operations()[name]
        body = {**sound_bodies(operation, "a-job")[0], "unheard_of": 1}
        answer = httpx.post(world.url + operation.path, headers=headers, json=body)
        found = prism.violations(answer.headers)
        assert answer.status_code == 400
        assert [one.rule for one in found if one.side == "request"] == ["additionalProperties"]
        assert [one for one in found if one.side == "response"] == []
    assert world.server.ledger == []


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ({"status": "pending"}, "body"),
        ({"job_id": 5, "status": "pending"}, "body.job_id"),
        ({"job_id": "odd", "status": "pending", "output": {"image_urls": "one.png"}}, "body.output.image_urls"),
        ({"job_id": "odd", "status": "pending", "meta": {"usage": {"frozen": "80"}}}, "body.meta.usage.frozen"),
    ],
)
def test_an_answer_that_breaks_the_document_is_found(world: World, answer: Json, place: str) -> None:
    world.server.jobs.add("odd", answer=answer)
    told = httpx.get(f"{world.url}/v1/job/odd", headers={API_KEY_HEADER: prism.KEY})
    assert told.json() == answer
    assert {("response", place)} <= {(one.side, one.place) for one in prism.violations(told.headers)}


def test_an_answer_that_is_a_page_is_found(world: World) -> None:
    world.server.faults.add("html", method="POST")
    with pytest.raises(SubmissionUnknown):
        prism.call(world.client, GRID.name, {"text": "a fox"})
    assert {violation.side for _, _, violation in world.found()} == {"response"}
