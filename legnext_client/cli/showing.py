"""Jobs and other responses as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client.generated.types import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from legnext_client._calls.job_view import JobView

Rows = list[tuple[str, ...]]
WORDS = {"submitted": "running", "submitting": "being sent", "new": "not sent"}
"""States of a journal with other names in output for people."""


def made(job: JobView) -> list[str]:
    """Return a job's URLs or texts, one per line."""
    return [" ".join(each.split()) for each in [*job.video_urls, *job.image_urls] or job.texts]


def has_files(job: JobView) -> bool:
    """Return whether a job has files to download."""
    return bool(job.video_urls or job.image_urls)


def counted(job: JobView) -> str:
    """Return the counts of a job's results."""
    numbers = ((len(job.image_urls), "image"), (len(job.video_urls), "video"), (len(job.texts), "text"))
    return ", ".join(f"{number} {name if number == 1 else name + 's'}" for number, name in numbers if number)


def points(job: JobView) -> str:
    """Return the points held or charged for a job."""
    how = "charged" if job.done else "held"
    return f"{job.points:g} points {how}" if job.points else ""


def rows_of_job(job: JobView) -> Rows:
    """Return a table of a job's properties."""
    progress = f", {job.progress} %" if job.progress and not job.done else ""
    failure = job.error.message or job.error.raw_message if job.done and not job.ok else None
    rows = [
        ("Job", job.job_id),
        ("Kind", job.task_type),
        ("Status", f"{job.status}{progress}"),
        ("Failure", str(failure or "")),
        ("Points", points(job)),
        ("Accepted", _moment(job.created_at)),
        ("Begun", _moment(job.started_at)),
        ("Ended", _moment(job.ended_at)),
        *(("Made" if number == 0 else "", line) for number, line in enumerate(made(job))),
    ]
    return [row for row in rows if row[1]]


def rows_of_object(found: Mapping[str, Any]) -> Rows:
    """Return a table of an object's fields."""
    return list(_rows(found, ""))


def _rows(found: Mapping[str, Any], before: str) -> Iterator[tuple[str, ...]]:
    for name, value in found.items():
        words = f"{before}{name.replace('_', ' ')}"
        if is_object(value):
            yield from _rows(value, f"{words} ")
        elif isinstance(value, bool):
            yield words.capitalize(), "yes" if value else "no"
        elif value not in (None, ""):
            yield words.capitalize(), str(value)


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(sep=" ", timespec="seconds") if moment else ""
