"""Prism, made from the document alone, is the service: the client speaks to it, and both must read the document alike.

Collected by `make interop` only, which sees to it that Prism is there.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from legnext_client import errors
from legnext_client._calls.job_view import JobView
from legnext_client.errors import APIError, InvalidRequest, LegnextError, ServerError, SubmissionUnknown
from legnext_client.generated.service import API_KEY_HEADER
from tests.client.worlds import HandClock
from tests.contract.cases import Case, cases
from tests.contract.description import Operation, operations, paid, resolved, that, with_role
from tests.contract.sources import sound_bodies
from tests.interop import prism

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from legnext_client import Client

SOME_JOB = "5dd94ec3-7282-4f04-9445-59e850ef1822"
MADE_UP = 20
"""So many answers of each operation are made up by Prism from the schema."""

pytestmark = pytest.mark.filterwarnings("ignore::legnext_client.PromptWarning")


class Reading(NamedTuple):
    """What the client and Prism each make of a body."""

    case: Case
    ours: bool
    theirs: tuple[prism.Violation, ...]
    sent: prism.Exchange | None

    @property
    def difference(self) -> str:
        """Where they differ, in the words of `DIFFERENCES`; empty where they do not."""
        return "" if self.ours == (not self.theirs) else self.case.label.rpartition(": ")[2].partition(",")[0]


DIFFERENCES = {
    "a NUL inside": "no schema forbids it, and no text holds it",
    "half a pair inside": "no schema forbids it, and no UTF-8 holds it",
    "an odd number": "that coordinates come in pairs is said under x-legnext, which Prism does not know",
    "jobId without imageNo": "Prism validates by draft 7, which does not know dependentRequired",
    "imageNo without jobId": "Prism validates by draft 7, which does not know dependentRequired",
    "null instead": "None as an optional argument means to leave it out, so null is never sent",
}
"""Every point on which the two differ, and why each is right."""

OUGHT = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    402: errors.InsufficientCreditsError,
    403: errors.ForbiddenError,
    404: errors.NotFoundError,
    413: errors.PayloadTooLargeError,
    422: errors.UnprocessableError,
    429: errors.RateLimitError,
}


class World(NamedTuple):
    url: str
    listener: prism.Listener
    client: Client

    def call(self, operation: Operation) -> Any:
        """Call the method of an operation with something sound."""
        if operation is with_role("job"):
            return self.client.tasks.get(SOME_JOB)
        body = sound_bodies(operation, SOME_JOB)[0] if operation.is_paid else {}
        return prism.call(self.client, operation.name, body)


@contextmanager
def standing(document: Path) -> Iterator[World]:
    with prism.running("mock", str(document)) as url:
        listener = prism.Listener()
        with prism.client_before(url, listener, HandClock()) as client:
            yield World(url, listener, client)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with standing(prism.document(tmp_path_factory.mktemp("prism"))) as world:
        yield world


@pytest.fixture(autouse=True)
def _nothing_asked_for(world: World) -> None:
    world.listener.prefer = ""


# ---- arguments --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def readings(world: World) -> dict[str, list[Reading]]:
    return {operation.name: all_readings(world, operation) for operation in paid()}


def all_readings(world: World, operation: Operation) -> list[Reading]:
    """Every body at and just beyond every bound, through the client and, as it is, to Prism."""
    headers = {API_KEY_HEADER: prism.KEY, "content-type": "application/json"}
    with httpx.Client(base_url=world.url, headers=headers) as raw:
        tried = cases(operation, sound_bodies(operation, SOME_JOB))
        return [reading(world, raw, operation, case) for case in tried]


def reading(world: World, raw: httpx.Client, operation: Operation, case: Case) -> Reading:
    answer = raw.post(operation.path, content=case.written())
    theirs = prism.violations(answer.headers)
    before = len(world.listener.exchanges)
    try:
        prism.call(world.client, operation.name, case.body)
        ours = True
    except (InvalidRequest, TypeError):  # TypeError is Python's own, of an argument that is missing or not known
        ours = False
    sent = world.listener.exchanges[before:]
    assert len(sent) == ours, f"{operation.name}, {case.label}: {len(sent)} requests were sent"
    return Reading(case, ours, theirs, sent[0] if sent else None)


@pytest.mark.parametrize("name", [operation.name for operation in paid()])
def test_the_client_and_prism_take_and_refuse_the_same_bodies(readings: dict[str, list[Reading]], name: str) -> None:
    assert [one for one in readings[name] if one.difference and one.difference not in DIFFERENCES] == []
    assert any(one.ours for one in readings[name])
    assert any(one.theirs for one in readings[name])


@pytest.mark.parametrize("name", [operation.name for operation in paid()])
def test_nothing_that_the_client_sends_breaks_the_document(readings: dict[str, list[Reading]], name: str) -> None:
    sent = [one.sent for one in readings[name] if one.sent]
    assert sent
    assert [exchange for exchange in sent if exchange.violations or exchange.status != 200] == []


def test_every_difference_is_still_one(readings: dict[str, list[Reading]]) -> None:
    assert {one.difference for of_one in readings.values() for one in of_one} - {""} == set(DIFFERENCES)


def test_another_bound_in_the_document_of_prism_would_be_noticed(tmp_path: Path) -> None:
    def spoil(spec: dict[str, Any]) -> None:
        spec["components"]["schemas"]["ImageNo"]["maximum"] += 1

    operation = that(takes="image")
    with standing(prism.document(tmp_path, spoil)) as world:
        found = {one.case.label for one in all_readings(world, operation) if one.difference not in (*DIFFERENCES, "")}
    (label,) = found
    assert label.startswith("imageNo: ")


@pytest.mark.parametrize("job_id", ["1868588555208310784", "a/b", "a b?c=d#e", "ü", "%2e", "a\\b", "+&=;", "x/../y"])
def test_a_job_id_stays_one_segment_of_the_path(world: World, job_id: str) -> None:
    world.client.tasks.get(job_id)
    assert world.listener.last.path == with_role("job").path.replace("{job_id}", job_id)
    assert world.listener.last.status == 200
    assert not world.listener.last.violations


# ---- answers ----------------------------------------------------------------------------------------------------


def documented() -> Iterator[Any]:
    """Every example of every answer of every operation."""
    for operation in operations().values():
        for code, response in operation.item["responses"].items():
            content = resolved(response)["content"]["application/json"]
            for name, example in content.get("examples", {}).items():
                status = 520 if code == "default" else int(code)
                value = resolved(example)["value"]
                yield pytest.param(operation, status, name, value, id=f"{operation.name}-{code}-{name}")


@pytest.mark.parametrize(("operation", "status", "name", "example"), list(documented()))
def test_a_documented_answer_arrives(
    world: World, operation: Operation, status: int, name: str, example: dict[str, Any]
) -> None:
    world.listener.prefer = f"code={status}, example={name}"
    if status == 200:
        asked = {"job_id": SOME_JOB} if operation is with_role("job") else {}
        assert carried(world.call(operation), {**example, **asked})
        return
    with pytest.raises(LegnextError) as caught:
        world.call(operation)
    assert world.listener.last.status == status
    assert isinstance(caught.value, OUGHT.get(status, ServerError))
    assert isinstance(caught.value, SubmissionUnknown) == (operation.is_paid and status >= 500)
    assert example.get("error", example)["message"] in str(caught.value)


def carried(made: Any, answer: Any) -> bool:
    """Whether what the client made of an answer holds all of it, and can be asked for anything."""
    if isinstance(made, APIError):  # the status was 200, but the answer itself speaks of an error
        return made.code is not None and made.code >= 400 and made.body == answer
    if isinstance(made, JobView):
        for name, member in vars(JobView).items():
            if isinstance(member, property):
                getattr(made, name)
        return bool(made.raw == answer)
    return bool(made.to_dict() == answer["data"])


@pytest.mark.parametrize("name", list(operations()))
def test_answers_that_prism_makes_up_from_the_schema_arrive(world: World, name: str) -> None:
    world.listener.prefer = "dynamic=true"
    for _ in range(MADE_UP):
        try:
            made = world.call(operations()[name])
        except APIError as error:
            made = error
        assert carried(made, json.loads(world.listener.last.answer))


def test_prism_refuses_who_has_no_key(world: World) -> None:
    """That no key is a violation; what it says of none of the client's requests."""
    answer = httpx.post(world.url + paid()[0].path, json=sound_bodies(paid()[0], SOME_JOB)[0])
    assert answer.status_code == 401
    assert prism.violations(answer.headers)
