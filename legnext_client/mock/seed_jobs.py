"""Seeding of jobs without a submission: finished, failed, running, or with a fixed response."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from .answers import STYLES
from .arguments import an_object, number, one_of, shown, text
from .jobs import COMPLETED, FAILED, NEVER, PENDING, PROCESSING, STAGED
from .json_reading import read_json
from .refusals import Refusal, as_json
from .rules import SOURCE_FIELD
from .validation import check_fields

if TYPE_CHECKING:
    from .jobs import Job
    from .service import Service
    from .spec import Operation

# Progress of a seeded job, as a share of its typical duration.
_FAR = {PENDING: 0.0, STAGED: 0.03, PROCESSING: 0.5}


def seed_job(
    service: Service,
    job_id: str | None = None,
    *,
    operation: str | None = None,
    status: str = COMPLETED,
    body: dict[str, Any] | None = None,
    source: str | None = None,
    age: float = 0.0,
    answers: str = "",
    answer: dict[str, Any] | None = None,
) -> Job:
    """Add a job at no cost. Raises ValueError for impossible arguments and then adds nothing.

    `operation` is an operationId or task type; the default makes images from text. `body` is the request's body or a
    part of it, `source` its source job. A finished job ended `age` virtual seconds ago; a running job continues from
    now; any other status is fixed. `answers` is a style of job responses; `answer` replaces the response entirely.
    """
    text("status", status)
    if answers != "":
        one_of("answers", answers, STYLES)
    if answer is not None:
        _as_json("answer", answer)
    chosen = service.spec.first_call() if operation is None else service.spec.by_name(operation)
    content = _content(chosen, body, source)
    with service.lock:
        now = service.settle()
        job = service.made(chosen, service.settings.keys[0], content, _free_id(service, job_id), answers)
        number("age", age, 0, now - job.typical, bound="back to the year 1970")
        if status in (COMPLETED, FAILED, *service.spec.ends):
            ended = now - age
            job.live(ended - job.typical, ended - job.typical, job.typical)
            job.fails = status != COMPLETED
            job.ended_as = status if status in service.spec.ends else None
        elif status in _FAR:
            begun = now - _FAR[status] * job.typical
            job.live(begun, begun, job.typical)
        else:
            job.live(now, now, NEVER)
            job.word = status
        job.answer = answer
        service.place(job)
        return job


def _free_id(service: Service, job_id: str | None) -> str:
    if job_id is None:
        return next(name for number in count(len(service.jobs) + 1) if (name := f"placed-{number}") not in service.jobs)
    text("job_id", job_id)
    if job_id in service.jobs:
        raise ValueError(f"job_id must be new; job {shown(job_id)} already exists.")
    return job_id


def _content(operation: Operation, body: dict[str, Any] | None, source: str | None) -> dict[str, Any]:
    if body is not None:
        an_object("body", body)
    given = dict(body or {})
    if source is not None:
        text("source", source)
        given.setdefault(SOURCE_FIELD, source)
    try:
        content: dict[str, Any] = read_json(_as_json("body", given))
        check_fields(operation.validator, content)
    except Refusal as refusal:
        raise ValueError(f"body: {refusal.message}") from None
    return content


def _as_json(name: str, value: object) -> bytes:
    an_object(name, value)
    try:
        return as_json(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{name} must be JSON-compatible: {error}.") from None
