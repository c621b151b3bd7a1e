"""Never choke on an answer: what is documented or was recorded parses, and nothing of it is lost.

The files under `tests/data/responses` are the examples of the service's documents, those under `tests/data/recorded`
the other shapes that it is known to use. Hypothesis makes variations of all of them.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legnext_client.generated.api.midjourney.diffusion import parse_response
from legnext_client.generated.models import (
    BalanceResponse,
    CallbackEnvelope,
    ErrorBody,
    ErrorEnvelope,
    TaskResponse,
    TaskStatus,
    TaskType,
)
from legnext_client.generated.types import is_object
from tests.thorough import often

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

TIMES = ("created_at", "started_at", "ended_at")
DATA = Path(__file__).parents[1] / "data"
ANSWERS: dict[str, Json] = {
    f"{path.parent.name}/{path.stem}": json.loads(path.read_text(encoding="utf-8"))
    for folder in ("responses", "recorded")
    for path in sorted((DATA / folder).glob("*.json"))
}
JOBS = {name: answer for name, answer in ANSWERS.items() if "job_id" in answer}
ENVELOPES = {name: answer for name, answer in ANSWERS.items() if "job_id" in answer.get("data", {})}
BALANCES = {name: answer for name, answer in ANSWERS.items() if "balance_usd" in answer.get("data", {})}
FLAT_ERRORS = {name: answer for name, answer in ANSWERS.items() if "code" in answer and "data" not in answer}
WRAPPED_ERRORS = {name: answer for name, answer in ANSWERS.items() if set(answer) == {"error"}}

# What a reader cannot do without in each kind of answer, as paths from its root.
SPENDABLE = ("balance_usd", "available_credits", "available_points")
KINDS: list[tuple[dict[str, Json], Callable[[Json], Any], set[tuple[str, ...]]]] = [
    (JOBS, TaskResponse.from_dict, {("job_id",), ("status",)}),
    (ENVELOPES, CallbackEnvelope.from_dict, {("data",), ("data", "job_id"), ("data", "status")}),
    (BALANCES, BalanceResponse.from_dict, {("data",), *(("data", name) for name in SPENDABLE)}),
    (FLAT_ERRORS, ErrorBody.from_dict, {("code",), ("message",)}),
    (WRAPPED_ERRORS, ErrorEnvelope.from_dict, {("error",)}),
]
CASES = [
    pytest.param(answer, parse, id=name) for answers, parse, _ in KINDS for name, answer in sorted(answers.items())
]


def test_each_answer_on_file_has_exactly_one_kind() -> None:
    names = [name for answers, _, _ in KINDS for name in answers]
    assert sorted(names) == sorted(ANSWERS)
    assert len(JOBS) >= 40
    assert len([name for name in ANSWERS if name.startswith("responses/")]) == 25


@pytest.mark.parametrize(("answer", "parse"), CASES)
def test_every_answer_on_file_parses_and_nothing_is_lost(answer: Json, parse: Callable[[Json], Any]) -> None:
    before = copy.deepcopy(answer)
    model = parse(answer)
    assert model.to_dict() == before
    assert answer == before, "parsing changed what was parsed"
    assert parse(model.to_dict()) == model


@pytest.mark.parametrize("name", [*FLAT_ERRORS, *WRAPPED_ERRORS, "recorded/job-refused-403"])
def test_an_endpoint_reads_an_error_in_each_of_its_three_shapes(name: str) -> None:
    answer = ANSWERS[name]
    parsed = parse_response(answer.get("code") or answer["error"]["code"], json.dumps(answer).encode())
    assert parsed is not None
    assert parsed.to_dict() == answer
    assert isinstance(parsed, TaskResponse if name in JOBS else ErrorEnvelope if name in WRAPPED_ERRORS else ErrorBody)


def test_known_words_become_enums_and_unknown_words_stay() -> None:
    known = TaskResponse.from_dict(ANSWERS["responses/diffusion-pending"])
    assert known.status is TaskStatus.PENDING
    assert known.task_type is TaskType.DIFFUSION
    assert TaskResponse.from_dict(ANSWERS["recorded/job-retry"]).status == "retry"
    assert TaskResponse.from_dict(ANSWERS["recorded/job-unknown-task-type"]).task_type == "style_transfer"


def test_every_kind_of_oddity_is_on_file() -> None:
    """The recorded answers hold what makes strict clients break, so that the tests above mean something."""
    jobs = list(JOBS.values())
    modes: set[Any] = {job["config"].get("service_mode") for job in jobs if job.get("config")}
    lines: list[Any] = [line for job in jobs if job.get("logs") for line in job["logs"]]
    times = {job["meta"].get(key, "absent") for job in jobs if job.get("meta") for key in TIMES}
    assert {"", None, "absent", "2025-12-17T03:22:29+08:00", "2025-11-05T08:22:37.784663288Z"} <= times
    assert {type(line) for line in lines} == {str, dict}
    assert {type(job["progress"]) for job in jobs if "progress" in job} == {int, str}
    assert any(job.get("config", {}) is None for job in jobs)
    assert "" in modes
    assert any(not {"input", "detail", "logs", "error"} & set(job) for job in jobs)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def vary(draw: st.DrawFn, node: Any, needed: set[tuple[str, ...]], at: tuple[str, ...] = ()) -> Any:
    """One answer, changed: fields dropped, nulled or replaced by anything, unknown ones added, at every level."""
    if not is_object(node):
        return node
    changed: Json = {}
    for key, value in node.items():
        path = (*at, key)
        what = "keep" if path in needed else draw(st.sampled_from(["keep", "keep", "drop", "null", "replace"]))
        if what == "keep":
            changed[key] = vary(draw, value, needed, path)
        elif what != "drop":
            changed[key] = None if what == "null" else draw(JSON_VALUES)
    for key in draw(st.lists(st.text(min_size=1, max_size=6), max_size=2)):
        changed.setdefault(key, draw(JSON_VALUES))
    return changed


@st.composite
def variations(draw: st.DrawFn) -> tuple[Json, Callable[[Json], Any]]:
    answers, parse, needed = draw(st.sampled_from(KINDS))
    answer = vary(draw, draw(st.sampled_from([answers[name] for name in sorted(answers)])), needed)
    for holder in (answer, answer.get("data")):
        if is_object(holder) and "status" in holder:
            holder["status"] = draw(st.sampled_from([*TaskStatus]).map(str) | st.text(max_size=12))
    return answer, parse


@settings(deadline=None, max_examples=often(40, 300))
@given(variations())
def test_any_variation_of_an_answer_parses_and_nothing_is_lost(
    variation: tuple[Json, Callable[[Json], Any]],
) -> None:
    answer, parse = variation
    before = copy.deepcopy(answer)
    model = parse(answer)
    assert model.to_dict() == before
    assert parse(json.loads(json.dumps(model.to_dict()))).to_dict() == before
