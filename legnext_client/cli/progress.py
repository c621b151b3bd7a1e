"""Progress on standard error: Rich's bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import signal
import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from legnext_client._runs.results import ENDS, span
from legnext_client.cli.output import is_dumb, is_terminal, printable
from legnext_client.progress import seen

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable

    from rich.live import Live
    from rich.progress import ProgressColumn, TaskID

    from legnext_client._calls.job_view import JobView
    from legnext_client._downloads.downloads import Progress as FileProgress
    from legnext_client._runs.batches import ChainRun
    from legnext_client._runs.chains import VideoChain
    from legnext_client._runs.results import Result, Update
    from legnext_client.cli.output import Output
    from legnext_client.jobs import Job

logger = logging.getLogger("legnext_client")

SPARE = len("^C" * 3)
"""Columns left free on the right, because the terminal's echo of Ctrl-C would wrap a line."""
_ROOMY = 75
"""Minimum columns for the expected time of a job."""
_ENOUGH = 8
"""Characters of an id that distinguish it from others."""
_WIDTH = len("processing 100 %")
"""Width of a state; fixed so that it does not jump."""


@contextmanager
def deferring_interrupts() -> Generator[None]:
    """Defer Ctrl-C while open; an interrupted redraw would leave remains on the screen."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)


class _Notes(logging.Handler):
    """Log handler that keeps records. Signal handlers log too, and must not draw."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Display:
    """Bars below a summary while open. Outside a terminal, and with `--debug`, which logs to it, `live` is false.

    Log records appear below the bars and stay. `stays`: the bars stay, too.
    """

    def __init__(self, output: Output, *, stays: bool = False) -> None:
        self.output = output
        self.live = is_terminal(sys.stderr) and not is_dumb() and not logger.handlers
        self._stays = stays
        self._notes = _Notes()
        self._drawing: Live | None = None
        self._tasks: dict[Hashable, TaskID] = {}
        if self.live:
            from rich.console import Console
            from rich.progress import Progress

            self.console = Console(stderr=True, highlight=False, markup=False, emoji=False)
            self.bars = Progress(*self.columns(), console=self.console, auto_refresh=False)

    def columns(self) -> list[ProgressColumn]:
        """Return the parts of a bar's line. The bar itself shrinks first."""
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.table import Column

        cut = Column(no_wrap=True, overflow="ellipsis")
        state = Column(no_wrap=True, min_width=_WIDTH)
        return [
            TextColumn("{task.description}", markup=False, table_column=cut),
            BarColumn(),
            TextColumn("{task.fields[state]}", markup=False, table_column=state),
            TimeElapsedColumn(),
        ]

    def summary(self) -> str:
        """Return the line above the bars."""
        return ""

    def show(self, key: Hashable, title: str, percent: float | None, *, start: bool = True, **more: Any) -> None:
        """Show or update a bar; it pulses while `percent` is None."""
        if key not in self._tasks:
            self._tasks[key] = self.bars.add_task("", start=start, total=None, state="", mark="", end="")
        task = self._tasks[key]
        if start:
            self.bars.start_task(task)
        text: Any = {name: printable(value) if isinstance(value, str) else value for name, value in more.items()}
        total = None if percent is None else 100
        self.bars.update(task, description=printable(title), completed=percent or 0, total=total, **text)

    def __enter__(self) -> Self:
        if not self.live:
            return self
        from rich.console import Group
        from rich.constrain import Constrain
        from rich.live import Live
        from rich.text import Text

        def whole() -> Constrain:
            above = [Text(line, no_wrap=True, overflow="ellipsis") for line in [self.summary()] if line]
            notes = [Text(printable(line), "yellow") for line in self._notes.lines]
            return Constrain(Group(*above, self.bars, *notes), self.console.width - SPARE)

        # A new one each time: a restarted Live erases what was printed since it stopped.
        self._drawing = Live(
            get_renderable=whole,
            console=self.console,
            refresh_per_second=8,
            transient=not self._stays,
            redirect_stdout=False,  # True would send results to standard error
        )
        logger.addHandler(self._notes)
        with deferring_interrupts():
            self._drawing.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawing is None:
            return
        with deferring_interrupts():
            self._drawing.stop()
            logger.removeHandler(self._notes)
            lines, self._notes.lines = self._notes.lines, []
            for line in lines:
                self.output.say(line, "yellow")

    @contextmanager
    def aside(self) -> Generator[None]:
        """Suspend the bars while open, so that results and messages can be printed."""
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()


class JobProgress(Display):
    """Bars for jobs and files; outside a terminal, a line for each new state of a job."""

    def __init__(self, output: Output) -> None:
        super().__init__(output)
        self._said: dict[str, str] = {}

    def columns(self) -> list[ProgressColumn]:
        from rich.progress import TaskProgressColumn, TextColumn

        title, bar, _, took = super().columns()
        end = [TextColumn("{task.fields[end]}")] if self.console.width >= _ROOMY else []
        return [title, bar, TaskProgressColumn(), took, *end]

    def job(self, job: JobView) -> None:
        """Show the state of a job."""
        end = f"usually {span(job.typical_seconds)}" if job.typical_seconds else ""
        if self.live:  # state first: a narrow terminal cuts off the end
            text = f"{job.status} {job.job_id[:_ENOUGH]}"
            self.show(job.job_id, text, job.progress or None, end=end, visible=not job.done)
        elif not job.done and self._said.get(job.job_id) != job.status:
            usually = f", {end}" if end and job.job_id not in self._said else ""
            self._said[job.job_id] = job.status
            self.output.say(f"{job.job_id}: {job.status}{usually}")

    def file(self, progress: FileProgress) -> None:
        """Show the progress of a download; outside a terminal, a file is printed when it is complete."""
        if self.live:
            done, total = progress.received, progress.total
            self.show(progress.path, progress.path.name, 100 * done / total if total else None, visible=done != total)


class BatchProgress(Display):
    """A bar for a batch and one for each running job; outside a terminal, only results are printed."""

    COLUMNS = ("done", "failed", "unknown", "running")

    def __init__(self, output: Output, name: str, *, fetches: bool) -> None:
        super().__init__(output)
        self._name, self._rows, self._fetches = name, 0, fetches
        self._ends: Counter[str] = Counter()
        self._running: dict[str, Update] = {}
        self._points = 0

    def of(self, rows: int) -> Self:
        """Set the number of rows, and show that none is done yet."""
        self._rows = rows
        self._show_all()
        return self

    def summary(self) -> str:
        jobs = [update.job for update in self._running.values() if not update.job.done]
        counts = self._ends + Counter(running=len(jobs))
        held = sum(job.points for job in jobs)
        points = f"{self._points} points charged" + (f", {held:g} held" if held else "")
        return " · ".join([*(f"{counts[name]} {name}" for name in self.COLUMNS if counts[name]), points])

    def on_update(self, update: Update) -> None:
        """Show the new state of a row."""
        self._running[update.key], self._points = update, update.points
        if not self.live:
            return
        job = update.job
        fetches = self._fetches and job.ok and update.step == update.steps
        state = "downloading" if fetches else job.status if job.done else f"{job.status} {job.progress} %"
        self.show(update.key, seen(update).title, job.progress, state=state)

    def ended(self, result: Result[Job]) -> None:
        """Count a finished row."""
        self._ends[ENDS[result.state]] += 1
        if self._running.pop(result.key, None) and self.live:
            self.bars.remove_task(self._tasks.pop(result.key))
        self._show_all()

    def _show_all(self) -> None:
        if self.live:
            ended = sum(self._ends.values())
            percent = 100 * ended / self._rows if self._rows else 100
            self.show(None, self._name, percent, state=f"{ended} of {self._rows}")


class ChainProgress(Display):
    """A bar for each step of a chain, which stays at the end; outside a terminal, a line for each new state."""

    def __init__(self, output: Output, chain: VideoChain) -> None:
        super().__init__(output, stays=True)
        price = chain.price()
        self._total, self._typical = price.points, chain.typical_seconds
        self._points, self._held = 0, 0.0
        self._titles = [title for title, _ in price.steps]
        self._said: set[tuple[int, str]] = set()
        if self.live:
            self._done, self._failed = "x!" if self.console.options.ascii_only else "✓✗"
            for number, (title, estimate) in enumerate(price.steps, 1):
                self.show(number, title, 0, start=False, mark=" ", state=f"{estimate.points} points")

    def columns(self) -> list[ProgressColumn]:
        from rich.progress import TextColumn

        return [TextColumn("{task.fields[mark]}", markup=False), *super().columns()]

    def summary(self) -> str:
        held = f", {self._held:g} held" if self._held else ""
        return f"{self._points} of {self._total} points{held}; usually made in about {span(self._typical)}"

    def on_update(self, update: Update) -> None:
        """Show the new state of a step."""
        job = update.job
        self._points, self._held = update.points, 0 if job.done else job.points
        if not self.live:
            if (update.step, job.status) not in self._said:
                self._said.add((update.step, job.status))
                self.output.say(f"Step {update.step} of {update.steps}, {update.title}: {job.job_id} {job.status}")
            return
        for number in range(1, update.step):  # perhaps by an earlier run
            self.bars.update(self._tasks[number], mark=self._done, completed=100, total=100)
        if job.ok:
            self._finished(update.step, job.points)
        else:
            mark, state = (self._failed, job.status) if job.done else (" ", f"{job.status} {job.progress} %")
            self.show(update.step, update.title, job.progress, mark=mark, state=state)
            if job.done:
                self.bars.stop_task(self._tasks[update.step])

    def over(self, result: ChainRun) -> None:
        """Show the finished chain."""
        self._points, self._held = result.points, 0
        for number, job in enumerate(result.jobs, 1):
            self._finished(number, job.points)

    def _finished(self, number: int, points: float) -> None:
        if self.live:
            self.show(number, self._titles[number - 1], 100, start=False, mark=self._done, state=f"{points:g} points")
