"""newman runs the Postman collection against the mock server, and every assertion of its scripts must hold.

Collected by `make interop` only, which sees to it that newman is there.
"""

from __future__ import annotations

import copy
import json
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import npm_tools
import pytest

import postman
from legnext_client.testing import MockServer
from tests.contract.description import SOURCE, Operation, operations, paid, that, with_role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Json = dict[str, Any]
KEY = "a-key-for-newman-0123456789"
GRID = that(takes="nothing", makes="images")


@pytest.fixture(scope="module")
def collection() -> Json:
    """The collection as it is committed, which is what people import."""
    committed: Json = json.loads((npm_tools.ROOT / postman.PLACE).read_text(encoding="utf-8"))
    return committed


class Outcome(NamedTuple):
    """What newman tells of a run: every assertion that held, and what failed and why; first the request's name."""

    held: list[tuple[str, str]]
    failed: list[tuple[str, str, str]]

    @classmethod
    def of(cls, report: Json) -> Outcome:
        held = [
            (execution["item"]["name"], assertion["assertion"])
            for execution in report["run"]["executions"]
            for assertion in execution.get("assertions", ())
            if "error" not in assertion
        ]
        failed = [
            (failure.get("source", {}).get("name", ""), error.get("test", failure["at"]), error["message"])
            for failure in report["run"]["failures"]
            for error in [failure["error"]]
        ]
        return cls(held, failed)


def run(collection: Json, folder: Path, **variables: str) -> Outcome:
    """One run of newman, with these variables instead of the collection's."""
    source, target = folder / "collection.json", folder / "report.json"
    source.write_text(json.dumps(collection), encoding="utf-8")
    words = [word for name, value in variables.items() for word in ("--env-var", f"{name}={value}")]
    reporting = ["--reporters", "json", "--reporter-json-export", str(target)]
    done = subprocess.run(
        [npm_tools.command("newman"), "run", str(source), *words, *reporting],
        env=npm_tools.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert target.is_file(), f"newman told nothing: {done.stdout}{done.stderr}"
    outcome = Outcome.of(json.loads(target.read_text(encoding="utf-8")))
    assert bool(done.returncode) == bool(outcome.failed), done.stdout + done.stderr
    return outcome


def requests(collection: Json) -> dict[str, Json]:
    """Every request of a collection, by the operation's name."""
    by_summary = {operation.item["summary"]: name for name, operation in operations().items()}
    return {by_summary[item["name"]]: item for folder in collection["item"] for item in folder["item"]}


def in_order(collection: Json, names: list[str]) -> Json:
    """The same collection with these requests, one after the other; scripts and variables are its own."""
    known = requests(collection)
    return {**collection, "item": [copy.deepcopy(known[name]) for name in names]}


def session() -> list[str]:
    """Every operation after the one that makes what it builds upon, and before a look at its job."""
    names = [with_role("balance").name]
    for operation in paid():
        names += [*sources(operation), operation.name, with_role("job").name]
    return names


def sources(operation: Operation) -> list[str]:
    if SOURCE not in operation.body["properties"]:
        return []
    return [GRID.name, *([with_role("chain.start").name] if operation.rules["takes"] == "video" else [])]


@pytest.mark.parametrize("answers", ["plain", "drawn"])
def test_every_request_of_the_collection_is_green(collection: Json, tmp_path: Path, answers: str) -> None:
    with MockServer(keys=(KEY,), concurrency=0, answers=answers) as server:
        server.faults.add("at_once", rate=1)
        outcome = run(in_order(collection, session()), tmp_path, base_url=server.base_url, api_key=KEY)
        made = [line.operation for line in server.ledger]
    assert outcome.failed == []
    assert made == [name for name in session() if operations()[name].is_paid]
    for name, item in requests(collection).items():
        held = {assertion for of, assertion in outcome.held if of == item["name"]}
        assert held >= {"Status 200", "The documented shape"}
        assert ("An id to go on with" in held) == operations()[name].is_paid


def test_the_whole_collection_is_green_in_its_own_order_while_jobs_take_their_time(
    collection: Json, tmp_path: Path
) -> None:
    with MockServer(keys=(KEY,), time_scale=2000) as server:
        outcome = run(collection, tmp_path, base_url=server.base_url, api_key=KEY, poll_seconds="0.02")
        made = [line.operation for line in server.ledger]
    assert outcome.failed == []
    assert sorted(made) == sorted(operation.name for operation in paid())


# ---- that the scripts can fail ----------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(keys=(KEY,)) as server:
        yield server


@pytest.mark.parametrize(
    ("fault", "assertion"),
    [
        ({"name": "error_before", "status": 402}, "Status 200"),
        ({"name": "html"}, "The documented shape"),
        ({"name": "unknown_type"}, "A job of its kind"),
    ],
    ids=lambda value: value["name"] if isinstance(value, dict) else "",
)
def test_a_wrong_answer_turns_it_red(
    collection: Json, tmp_path: Path, server: MockServer, fault: Json, assertion: str
) -> None:
    server.faults.add(**fault)
    outcome = run(in_order(collection, [GRID.name]), tmp_path, base_url=server.base_url, api_key=KEY)
    assert assertion in {failed for _, failed, _ in outcome.failed}


def test_a_job_of_another_shape_turns_it_red(collection: Json, tmp_path: Path, server: MockServer) -> None:
    server.jobs.add("odd", answer={"job_id": 5, "status": "completed"})
    look = in_order(collection, [with_role("job").name])
    outcome = run(look, tmp_path, base_url=server.base_url, api_key=KEY, job_id="odd")
    assert [failed for _, failed, _ in outcome.failed] == ["The documented shape"]


def test_a_failure_is_told_in_the_words_of_the_service(collection: Json, tmp_path: Path, server: MockServer) -> None:
    outcome = run(in_order(collection, [GRID.name]), tmp_path, base_url=server.base_url, api_key="another")
    assert "Failed to verify api key" in outcome.failed[0][2]


@pytest.mark.parametrize(("variables", "missing"), [({}, "api_key"), ({"api_key": KEY}, "job_id")])
def test_what_is_not_set_is_asked_for_before_anything_is_sent(
    collection: Json, tmp_path: Path, server: MockServer, variables: dict[str, str], missing: str
) -> None:
    follow_up = next(name for name, item in requests(collection).items() if "{{job_id}}" in json.dumps(item["request"]))
    server.faults.add("error_before", rate=1)  # to be struck by whatever comes
    outcome = run(in_order(collection, [follow_up]), tmp_path, base_url=server.base_url, **variables)
    assert [f"There is no {missing}" in failed for _, failed, _ in outcome.failed] == [True]
    assert [fault.struck for fault in server.faults] == [0]
