"""Progress bars in one line, for `on_progress` of waits, batches, chains and downloads.

job.wait(on_progress=progress.rich())
for result in client.batch(rows, "run.db", on_progress=progress.tqdm()): ...
"""

from __future__ import annotations

import sys
import weakref
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Hashable

    from legnext_client._calls.job_view import JobView
    from legnext_client._downloads.transfer import Progress
    from legnext_client._runs.results import Update

__all__ = ["notebook", "rich", "tqdm"]

TOTAL = "rows"
"""Title of the bar for all rows of a batch."""


class Seen(NamedTuple):
    """What is shown of a job, a row or a file."""

    key: Hashable
    title: str
    percent: float
    state: str
    over: bool
    job: Any = None


def seen(update: JobView | Update | Progress) -> Seen:
    """Return what is shown of what `on_progress` is given."""
    found: Any = update
    if hasattr(found, "received"):
        percent = 100 * found.received / found.total if found.total else 0
        return Seen(found.path, found.path.name, percent, "", found.received == found.total)
    job = getattr(found, "job", found)
    points = f", {job.points:g} points" if job.points else ""
    if job is found:
        return Seen(job.job_id, job.task_type, job.progress, f"{job.status}{points}", job.done, job)
    over = job.done and (not job.ok or found.step == found.steps)
    step = f"{found.title}, {found.step} of {found.steps}" if found.steps > 1 else job.task_type
    return Seen(found.key, f"{found.key}  {step}", job.progress, f"{job.status}{points}", over, job)


class _Bars:
    """Bars that are called with each update, one for each job, row or file. They close once nothing runs."""

    def __init__(self) -> None:
        self._running: set[Hashable] = set()
        self._ended = self._ahead = 0
        """Rows that the batch has counted as ended, and those that it has not yet."""

    def __call__(self, update: JobView | Update | Progress) -> None:
        one = seen(update)
        (self._running.discard if one.over else self._running.add)(one.key)
        counts: Any = getattr(update, "counts", None)
        left = 0
        if counts is not None and (counts.total or 0) > 1:
            before, self._ended = self._ended, counts.done + counts.failed + counts.unknown
            self._ahead = max(0, self._ahead + before - self._ended) + one.over
            left = max(0, counts.total - self._ended - self._ahead)
            ended = counts.total - left
            state = [f"{ended} of {counts.total}"]
            state += [f"{number} {name}" for name in ("failed", "unknown") if (number := getattr(counts, name))]
            points: Any = getattr(update, "points", 0)
            state += [f"{points} points"] if points else []
            self._show(Seen(None, TOTAL, 100 * ended / counts.total, ", ".join(state), False))
        self._show(one)
        if not self._running and not left:
            self.close()

    def _show(self, one: Seen) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Leave the bars as they are; the next update begins new ones."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class rich(_Bars):  # called like a function
    """Bars of Rich. `console` is a `rich.console.Console`; by default, that of standard error."""

    def __init__(self, console: Any = None) -> None:
        super().__init__()
        self._parts = _needed("rich.progress", "rich")
        self._console = console or _needed("rich.console", "rich").Console(stderr=True)
        self._bars: Any = None
        self._tasks: dict[Hashable, Any] = {}

    def _show(self, one: Seen) -> None:
        if self._bars is None:
            self._bars = self._made(
                self._parts.TextColumn("{task.description}", markup=False),
                self._parts.BarColumn(),
                self._parts.TaskProgressColumn(),
                self._parts.TextColumn("{task.fields[state]}", markup=False),
                self._parts.TimeElapsedColumn(),
            )
            self._bars.start()
            self._end = weakref.finalize(self, self._bars.stop)  # whatever becomes of the wait
        if one.key not in self._tasks:
            self._tasks[one.key] = self._bars.add_task("", total=100, state="")
        self._bars.update(self._tasks[one.key], description=one.title, completed=one.percent, state=one.state)
        if one.over and None in self._tasks:  # the bar of all rows stays; those of ended rows would fill the screen
            self._bars.remove_task(self._tasks.pop(one.key))
        elif one.over:
            self._bars.stop_task(self._tasks[one.key])

    def _made(self, *columns: Any) -> Any:
        """Return the display; with `redirect_stdout`, what is printed would not get where it is piped."""
        return self._parts.Progress(*columns, console=self._console, redirect_stdout=sys.stdout.isatty())

    def close(self) -> None:
        if self._bars is not None:
            self._end()
            self._bars, self._tasks = None, {}


class tqdm(_Bars):  # called like a function
    """Bars of tqdm. `options` are those of `tqdm.tqdm`, such as `file` or `ncols`."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._make, self._options = _needed("tqdm.auto", "tqdm").tqdm, options
        self._bars: dict[Hashable, Any] = {}

    def _show(self, one: Seen) -> None:
        if one.key not in self._bars:
            form = "{desc} {percentage:3.0f}% |{bar}| {elapsed}{postfix}"
            self._bars[one.key] = self._make(total=100, **{"bar_format": form, **self._options})
        bar = self._bars[one.key]
        bar.set_description_str(one.title, refresh=False)
        bar.set_postfix_str(one.state, refresh=False)
        bar.n = one.percent
        bar.refresh()
        if one.over:
            self._bars.pop(one.key).close()

    def close(self) -> None:
        for bar in self._bars.values():
            bar.close()
        self._bars.clear()


class notebook(_Bars):  # called like a function
    """Live jobs in a notebook: a bar while each runs, then its images, videos or texts."""

    def __init__(self) -> None:
        super().__init__()
        self._display = _needed("IPython.display", "ipython").display
        self._shown: dict[Hashable, Any] = {}

    def _show(self, one: Seen) -> None:
        if one.job is None:
            return
        if one.key in self._shown:
            self._shown[one.key].update(one.job)
        else:
            self._shown[one.key] = self._display(one.job, display_id=True)


def _needed(module: str, package: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise ConfigurationError(f"{package} is not installed. Run: pip install {package}.") from None
