"""Progress of jobs and files on standard error: bars on a terminal, otherwise a line for each change."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from legnext_client._runs.results import span
from legnext_client.cli.live import LiveDisplay, can_redraw
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
"""Minimum columns for the column with the expected time."""
_ENOUGH = 8
"""Characters of an id that distinguish it from others."""


class Shown(Protocol):
    """Display of jobs and files."""

    def job(self, job: JobView) -> None:
        """Show the state of a job."""
        ...

    def file(self, progress: Progress) -> None:
        """Show the progress of a download."""
        ...

    def aside(self) -> AbstractContextManager[None]:
        """Suspend the display while open, so that results can be printed."""
        ...


@contextmanager
def progress(output: Output) -> Generator[Shown]:
    """Show progress while open."""
    if not can_redraw():
        yield Lines(output)
        return
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = [TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()]
    if console(sys.stderr).width >= _ROOMY:
        columns.append(TextColumn("{task.fields[end]}"))
    bars = RichProgress(*columns)
    with LiveDisplay(output, bars, stays=False) as live:
        yield Bars(bars, live)


class Lines:
    """Display for files and pipes."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._said: dict[str, str] = {}

    def job(self, job: JobView) -> None:
        if not job.done and self._said.get(job.job_id) != job.status:
            end = "" if job.job_id in self._said else _end(job)
            self._said[job.job_id] = job.status
            self._output.say(f"{job.job_id}: {job.status}{end and f', {end}'}")

    def file(self, progress: Progress) -> None:
        """Do nothing; a file is printed when it is complete."""

    @contextmanager
    def aside(self) -> Generator[None]:
        yield


class Bars:
    """Bars for terminals."""

    def __init__(self, bars: RichProgress, live: LiveDisplay) -> None:
        self._bars, self._live = bars, live
        self._tasks: dict[Hashable, TaskID] = {}

    def job(self, job: JobView) -> None:
        text = f"{job.status} {job.job_id[:_ENOUGH]}"  # state first: a narrow terminal cuts off the end
        self._show(job.job_id, text, job.progress, 100 if job.progress else None, _end(job), ended=job.done)

    def file(self, progress: Progress) -> None:
        ended = progress.received == progress.total
        self._show(progress.path, progress.path.name, progress.received, progress.total, ended=ended)

    def aside(self) -> AbstractContextManager[None]:
        return self._live.aside()

    def _show(
        self, key: Hashable, text: str, completed: float, total: float | None, end: str = "", *, ended: bool
    ) -> None:
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task("", total=None, end="")
        shown: dict[str, Any] = {"description": printable(text), "completed": completed, "total": total, "end": end}
        self._bars.update(self._tasks[key], visible=not ended, **shown)


def _end(job: JobView) -> str:
    """Return a job's typical duration, counted from its acceptance."""
    return f"usually {span(job.typical_seconds)}" if job.typical_seconds else ""
