"""Progress of jobs and files: bars on a terminal, a line for each change elsewhere; always on standard error."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from legnext_client._runs.results import span
from legnext_client.cli.moving import Moving, can_move
from legnext_client.cli.output import console, printable

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable
    from contextlib import AbstractContextManager

    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from legnext_client._calls.job_view import JobView
    from legnext_client._downloads.downloads import Progress
    from legnext_client.cli.output import Output


_ROOMY = 75
"""Columns from which on there is room for the expected end."""
_ENOUGH = 8
"""Characters of an id, by which one tells it from others."""


class Shown(Protocol):
    """Shows how far things are."""

    def job(self, job: JobView) -> None:
        """How a job is doing now."""
        ...

    def file(self, progress: Progress) -> None:
        """How much of a file is there."""
        ...

    def aside(self) -> AbstractContextManager[None]:
        """While this is open, results can be printed."""
        ...


@contextmanager
def progress(output: Output) -> Generator[Shown]:
    """Show how far things are while this is open."""
    if not can_move():
        yield Lines(output)
        return
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = [TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()]
    if console(sys.stderr).width >= _ROOMY:
        columns.append(TextColumn("{task.fields[end]}"))
    bars = RichProgress(*columns)
    with Moving(output, bars, stays=False) as moving:
        yield Bars(bars, moving)


class Lines:
    """For files and pipes."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._said: dict[str, str] = {}

    def job(self, job: JobView) -> None:
        if not job.done and self._said.get(job.job_id) != job.status:
            end = "" if job.job_id in self._said else _end(job)
            self._said[job.job_id] = job.status
            self._output.say(f"{job.job_id}: {job.status}{end and f', {end}'}")

    def file(self, progress: Progress) -> None:
        """A file is told of when it is there."""

    @contextmanager
    def aside(self) -> Generator[None]:
        yield


class Bars:
    """For terminals."""

    def __init__(self, bars: RichProgress, moving: Moving) -> None:
        self._bars, self._moving = bars, moving
        self._tasks: dict[Hashable, TaskID] = {}

    def job(self, job: JobView) -> None:
        told = f"{job.status} {job.job_id[:_ENOUGH]}"  # the state first: a narrow terminal cuts off what is behind
        self._show(job.job_id, told, job.progress, 100 if job.progress else None, _end(job), ended=job.done)

    def file(self, progress: Progress) -> None:
        ended = progress.received == progress.total
        self._show(progress.path, progress.path.name, progress.received, progress.total, ended=ended)

    def aside(self) -> AbstractContextManager[None]:
        return self._moving.aside()

    def _show(
        self, key: Hashable, told: str, completed: float, total: float | None, end: str = "", *, ended: bool
    ) -> None:
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task("", total=None, end="")
        shown: dict[str, Any] = {"description": printable(told), "completed": completed, "total": total, "end": end}
        self._bars.update(self._tasks[key], visible=not ended, **shown)


def _end(job: JobView) -> str:
    """When a job is expected to end, counted from its acceptance."""
    return f"usually {span(job.typical_seconds)}" if job.typical_seconds else ""
