"""Putting a job there that nobody submitted: finished, failed, in the works, or with an answer of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .jobs import COMPLETED, FAILED, NEVER, PENDING, PROCESSING, STAGED
from .rules import SOURCE_FIELD

if TYPE_CHECKING:
    from .jobs import Job
    from .service import Service

# How far a job that is put there has come, as a share of the time that it typically takes.
_FAR = {PENDING: 0.0, STAGED: 0.03, PROCESSING: 0.5}


def place_job(
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
    """Put a job there, at no cost.

    `operation` is an operationId or task type; without one, images are made from a text. `body` is what the request
    would have held (checked only as far as it is used), `source` the job that it follows. A job that has ended did so
    `age` virtual seconds ago; one on its way goes on from now; any other status stays as it is. `answers` is one of the
    styles in which answers are written; `answer` replaces the answer altogether.
    """
    chosen = service.spec.by_name(operation) if operation else service.spec.first_call()
    content = dict(body or {})
    if source is not None:
        content.setdefault(SOURCE_FIELD, source)
    with service.lock:
        key = service.settings.keys[0]
        if job_id is not None and job_id in service.jobs:
            raise ValueError(f"there is a job {job_id!r} already")
        job = service.made(chosen, key, content, job_id or f"placed-{len(service.jobs) + 1}", answers)
        now = service.clock.now
        if status in (COMPLETED, FAILED):
            ended = now - age
            job.live(ended - job.typical, ended - job.typical, job.typical)
            job.fails = status == FAILED
        elif status in _FAR:
            begun = now - _FAR[status] * job.typical
            job.live(begun, begun, job.typical)
        else:
            job.live(now, now, NEVER)
            job.word = status
        job.answer = answer
        service.place(job)
        return job
