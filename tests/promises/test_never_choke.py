"""Never choke on an answer: what is documented or was recorded parses, and nothing of it is lost.

The files under `tests/data/responses` are the examples of the service's documents, those under `tests/data/recorded`
the other shapes that it is known to use. `test_never_choke_on_mutated_answers.py` spoils all of them.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from tests.tables import for_each

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

KINDS: list[tuple[dict[str, Json], Callable[[Json], Any]]] = [
    (JOBS, TaskResponse.from_dict),
    (ENVELOPES, CallbackEnvelope.from_dict),
    (BALANCES, BalanceResponse.from_dict),
    (FLAT_ERRORS, ErrorBody.from_dict),
    (WRAPPED_ERRORS, ErrorEnvelope.from_dict),
]


def test_each_answer_on_file_has_exactly_one_kind() -> None:
    names = [name for answers, _ in KINDS for name in answers]
    assert sorted(names) == sorted(ANSWERS)
    assert len(JOBS) >= 40
    assert len([name for name in ANSWERS if name.startswith("responses/")]) == 25


@for_each(("name", "parse"), [(name, parse) for answers, parse in KINDS for name in sorted(answers)])
def test_every_answer_on_file_parses_and_nothing_is_lost(name: str, parse: Callable[[Json], Any]) -> None:
    answer = ANSWERS[name]
    before = copy.deepcopy(answer)
    model = parse(answer)
    assert model.to_dict() == before
    assert answer == before, "parsing changed what was parsed"
    assert parse(model.to_dict()) == model


@for_each("name", [*FLAT_ERRORS, *WRAPPED_ERRORS, "recorded/job-refused-403"])
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
