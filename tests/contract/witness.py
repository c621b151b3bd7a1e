"""What must hold between any two answers of a server, whatever was asked: a job is one job, and points add up.

The witness keeps its own books from the answers alone. A wrong job has the right shape, so no schema notices it; what
was said before does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .description import Operation, base_path, breaks, operation_at, with_role

if TYPE_CHECKING:
    from .server import Answer

ORDER = ("pending", "staged", "processing", "completed", "failed")
ENDED = ("completed", "failed")
HOW_MANY = {"images": (4,), "image": (1,), "videos": (1, 2, 4), "video": (1,)}


@dataclass
class Known:
    """What was said of a job so far."""

    job_id: str
    task_type: str
    operation: Operation
    frozen: float
    status: str
    output: Any = None


class Witness:
    """Sees every exchange with one server, and objects at the first contradiction."""

    def __init__(self, points: float) -> None:
        self._points = points
        self.jobs: dict[str, Known] = {}

    def saw(self, method: str, path: str, body: bytes | None, answer: Answer, *, known_key: bool) -> None:
        relative = path.partition("?")[0].removeprefix(base_path())
        found = operation_at(method, relative)
        if found is None or not path.startswith(base_path()):
            return
        value = _documented(found, answer)
        if answer.status >= 300:
            return
        assert known_key or found.item.get("security") == [], f"{method} {path} answered a stranger"
        if found.is_paid:
            self._accepted(found, value, body)
        elif found == with_role("job"):
            self._told(unquote(relative.rsplit("/", 1)[1]), value)
        elif found == with_role("balance"):
            self._balance(value["data"])

    def _accepted(self, operation: Operation, job: dict[str, Any], body: bytes | None) -> None:
        job_id = job["job_id"]
        assert job_id, "a job without id was accepted"
        assert job_id not in self.jobs, f"{job_id} is the id of two jobs"
        assert job["task_type"] == operation.rules["task_type"], (
            f"{operation.name} made a job of type {job['task_type']}"
        )
        frozen = job["meta"]["usage"]["frozen"]
        price = operation.rules["price"]
        known = {price["points"] > 0, *(row["points"] > 0 for row in price.get("when", ()))}
        assert (frozen > 0) in known, f"{operation.name} holds {frozen} points"
        callback = _callback_in(body) if "callbacks" in operation.item else ""
        endpoint = job["config"]["webhook_config"]["endpoint"]
        assert endpoint == callback, f"{job_id} is called back at {endpoint!r} instead of {callback!r}"
        self.jobs[job_id] = Known(job_id, job["task_type"], operation, frozen, "pending")
        self._told(job_id, job)

    def _told(self, job_id: str, job: dict[str, Any]) -> None:
        assert job["job_id"] == job_id, f"asked for {job_id}, got {job['job_id']}"
        known = self.jobs.get(job_id)
        if known is None:
            return
        assert job["task_type"] == known.task_type, f"{job_id} was {known.task_type} and is {job['task_type']}"
        usage = job["meta"]["usage"]
        assert usage["frozen"] == known.frozen, f"{job_id} held {known.frozen} points and holds {usage['frozen']}"
        status = job["status"]
        assert status in ORDER, f"{job_id} is {status}, which is no status"
        if known.status in ENDED:
            assert status == known.status, f"{job_id} was {known.status} and is {status}"
            assert job["output"] == known.output, f"the output of {job_id} changed after its end"
        assert ORDER.index(status) >= ORDER.index(known.status), f"{job_id} went from {known.status} to {status}"
        known.status, known.output = status, job["output"]
        _LOOKS[status](known, job)

    def _balance(self, balance: dict[str, Any]) -> None:
        credits, points = balance["available_credits"], balance["available_points"]
        usd = balance["balance_usd"]
        assert abs(usd * 1000 - (credits + points)) < 0.01, f"{usd} USD are not {credits} + {points} points"
        assert credits + points <= self._points, "the account has more than it had"

    def check_ledger(self, ledger: list[str]) -> None:
        """The server's list of paid jobs has every job that was accepted, once, and no other."""
        assert ledger == list(self.jobs), f"{len(self.jobs)} jobs were accepted and {len(ledger)} are in the ledger"

    def check_balance(self, available: float, usages: dict[str, dict[str, float]]) -> None:
        """Points are held for jobs on their way, charged for completed ones, given back for failed ones."""
        assert usages.keys() == self.jobs.keys()
        spent = sum(
            usage["consume"] if self.jobs[job_id].status in ENDED else usage["frozen"]
            for job_id, usage in usages.items()
        )
        assert available == self._points - spent, f"{available} points are there, {self._points} − {spent} should be"


def _callback_in(body: bytes | None) -> str:
    try:
        asked = json.loads(body or b"")
    except ValueError:
        raise AssertionError(f"{body!r} was accepted and is no JSON") from None
    return str(asked.get("callback", ""))


def _documented(operation: Operation, answer: Answer) -> Any:
    """The answer's value; it must have a status, a content type, headers and a shape that the document knows."""
    schema = operation.answer_schema(answer.status)
    if schema is None and answer.status < 300 and str(answer.status) in operation.item["responses"]:
        return None  # a file, a text, or nothing
    if schema is None:
        assert answer.status == 405, f"{operation.name} answers {answer.status}, which is not documented"
        schema = operation.answer_schema(400)
    assert schema is not None
    kind = answer.headers.get("content-type", "")
    assert kind.split(";")[0] == "application/json", f"{operation.name} answers {answer.status} as {kind!r}"
    value = json.loads(answer.content)
    wrong = breaks(schema, value)
    assert not wrong, f"{operation.name} answers {answer.status} with {wrong[0]}"
    if answer.status >= 400:
        for header in operation.headers_of(answer.status):
            assert header.lower() in answer.headers, f"{operation.name} answers {answer.status} without {header}"
        assert answer.message, f"{operation.name} answers {answer.status} without a reason"
    return value


def _on_its_way(known: Known, job: dict[str, Any]) -> None:
    assert job["meta"]["usage"]["consume"] == 0, f"{known.job_id} is {known.status} and was charged"
    assert not _error_code(job), f"{known.job_id} is {known.status} and has an error"


def _failed(known: Known, job: dict[str, Any]) -> None:
    assert job["meta"]["usage"]["consume"] == 0, f"{known.job_id} failed and was charged"
    assert _error_code(job), f"{known.job_id} failed without a code"
    assert job["error"]["message"], f"{known.job_id} failed without a reason"


def _completed(known: Known, job: dict[str, Any]) -> None:
    meta, output = job["meta"], job["output"]
    charged = meta["usage"]["consume"]
    assert (charged > 0) == (known.frozen > 0), f"{known.job_id} completed and was charged {meta['usage']}"
    assert charged <= known.frozen, f"{known.job_id} completed and was charged {meta['usage']}"
    assert not _error_code(job), f"{known.job_id} completed with an error"
    times = [_time(meta[name]) for name in ("created_at", "started_at", "ended_at")]
    assert times == sorted(times), f"the times of {known.job_id} are out of order: {times}"
    assert times[0].year > 2000, f"{known.job_id} was created at {times[0]}"
    assert output, f"{known.job_id} completed without output"
    makes = known.operation.rules["makes"]
    if makes == "texts":
        assert output["prompts"], f"{known.job_id} completed without texts"
        assert all(isinstance(text, str) and text for text in output["prompts"])
        return
    links = output["video_urls" if makes.startswith("video") else "image_urls"]
    assert links, f"{known.job_id} completed without links"
    assert len(links) in HOW_MANY[makes], f"{known.job_id} makes {makes} and delivers {len(links)}"
    assert len(set(links)) == len(links), f"the links of {known.job_id} are the same"
    assert str(output["seed"]).isdigit(), f"the seed of {known.job_id} is {output['seed']!r}"


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise AssertionError(f"{text!r} is no time") from None


def _error_code(job: dict[str, Any]) -> int:
    return int((job.get("error") or {}).get("code") or 0)


_LOOKS = {
    "pending": _on_its_way,
    "staged": _on_its_way,
    "processing": _on_its_way,
    "completed": _completed,
    "failed": _failed,
}
