"""What schemathesis is taught about this service: jobs take time, jobs stay what they are, and money adds up.

Loaded by `schemathesis.toml`. The server runs in another process; its control interface is asked after every call.
"""

from __future__ import annotations

import json
import os
from collections import deque
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis

from legnext_client.generated.service import API_KEY_HEADER

from .description import operation_at, refusals, sound_document
from .server import Answer
from .witness import Witness

BASE_URL, KEY = os.environ["MOCK_BASE_URL"], os.environ["MOCK_KEY"]
CONTROL = "{0.scheme}://{0.netloc}/__mock__".format(urlsplit(BASE_URL))
EVEN = {
    name
    for schema in sound_document()["components"]["schemas"].values()
    for name, inner in schema.get("properties", {}).items()
    if inner.get("x-legnext", {}).get("even_length")
}


BINDING = {"binary", "date", "date-time", "uuid"}
"""Formats that a text must have."""


class Control:
    """The server's control interface, and what it said last."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self.state = self.ask("state")
        self.points = self.money(self.state)

    def ask(self, what: str, **body: Any) -> Any:
        answer = self._session.request("POST" if body else "GET", f"{CONTROL}/{what}", json=body or None, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def job(self, job_id: str) -> Answer:
        answer = self._session.get(f"{BASE_URL}/v1/job/{job_id}", headers={API_KEY_HEADER: KEY}, timeout=10)
        return Answer(answer.status_code, dict(answer.headers), answer.content)

    @staticmethod
    def money(state: dict[str, Any]) -> int:
        return sum(state["account"].values())


control = Control()
noted: deque[tuple[Any, int, int]] = deque(maxlen=100)
"""The latest answers; by how many lines the ledger grew for each, and how many points there were after it."""
witness = Witness(control.points)


@schemathesis.hook
def before_load_schema(_context: Any, document: dict[str, Any]) -> None:
    """Let no format bind that only describes, and let what an operation leaves unsaid be refused as others are.

    In OpenAPI 3.1 a format is a remark, and one on a text with a pattern says less than that.
    """
    only_bounds(document)
    for operation in (each for item in document["paths"].values() for each in item.values() if isinstance(each, dict)):
        operation["responses"] = {**refusals(), **operation["responses"]}


def only_bounds(part: Any) -> None:
    """Take away the formats that nobody is held to."""
    if isinstance(part, list):
        for each in part:
            only_bounds(each)
    elif isinstance(part, dict):
        if part.get("type") == "string" and ("pattern" in part or part.get("format") not in BINDING):
            part.pop("format", None)
        for name, inner in part.items():
            if name not in ("example", "examples"):
                only_bounds(inner)


@schemathesis.hook
def before_call(_context: Any, case: Any, _options: Any) -> None:
    """Make lists of coordinates even in sound bodies: that they must be, no keyword of JSON Schema can say."""
    if case.meta is not None and case.meta.generation.mode.is_positive:
        make_even(case.body)


@schemathesis.hook
def after_call(_context: Any, _case: Any, response: Any) -> None:
    """Note what a call did to the books. Then end its job, so that the next call can build upon it."""
    before, now = control.state, control.ask("state")
    noted.append((response, now["submissions"] - before["submissions"], Control.money(now)))
    if is_accepted(response):
        control.ask(f"jobs/{json.loads(response.content)['job_id']}/end", failed=False)
        now = control.ask("state")
    control.state = now


def make_even(value: Any) -> None:
    for name, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        if name in EVEN and isinstance(inner, list) and len(inner) % 2:
            inner.append(0)
        make_even(inner)


def note_of(response: Any) -> tuple[int, int]:
    return next((grew, points) for each, grew, points in reversed(noted) if each is response)


def is_accepted(response: Any) -> bool:
    """Whether a job was made."""
    path = urlsplit(response.request.url).path.removeprefix(urlsplit(BASE_URL).path)
    asked = operation_at(response.request.method, path)
    return asked is not None and asked.makes_job and response.status_code == asked.accepted


@schemathesis.check
def ledger_grows_by_what_was_accepted(_context: Any, response: Any, _case: Any) -> None:
    """An accepted job is in the ledger once, a refused one is not."""
    grew, _ = note_of(response)
    assert grew == is_accepted(response), f"{response.status_code} put {grew} lines in the ledger"


@schemathesis.check
def points_are_conserved(_context: Any, response: Any, _case: Any) -> None:
    """No point is made or lost by any call."""
    _, points = note_of(response)
    assert points == control.points, f"there were {control.points} points and there are {points}"


@schemathesis.check
def jobs_are_consistent(_context: Any, response: Any, _case: Any) -> None:
    """What is said of a job agrees with what was said before, and the job is found again."""
    path = urlsplit(response.request.url).path
    headers = {name: values[0] for name, values in response.headers.items()}
    answer = Answer(response.status_code, headers, response.content)
    if is_accepted(response) and json.loads(response.content).get("job_id") in witness.jobs:
        return  # the same answer is looked at again when a failure is made smaller
    body = response.request.body
    written = body.encode() if isinstance(body, str) else body
    known_key = response.request.headers.get(API_KEY_HEADER) == KEY
    witness.saw(response.request.method, path, written, answer, known_key=known_key)
    if is_accepted(response):
        job_id = answer.json["job_id"]
        witness.saw("GET", f"{urlsplit(BASE_URL).path}/v1/job/{job_id}", None, control.job(job_id), known_key=True)
