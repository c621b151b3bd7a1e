"""Progress on standard error: Rich's bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Self

from legnext_client import progress
from legnext_client._runs.results import span
from legnext_client.cli.output import is_dumb, is_terminal, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.live import Live

    from legnext_client._calls.job_view import JobView
    from legnext_client._runs.results import Update
    from legnext_client.cli.output import Output

logger = logging.getLogger("legnext_client")

_SPARE = len("^C" * 3)
"""Columns left free on the right, because the terminal's echo of Ctrl-C would wrap a line."""
_ROOMY = 75
"""Minimum columns for the expected time of a job."""
_ENOUGH = 8
"""Characters of an id that distinguish it from others."""


def job_line(job: JobView) -> str:
    """Return the line for a new state of a job; none for its end, which is reported with its results."""
    return "" if job.done else f"{job.job_id}: {job.status}{_usually(job, ', ')}"


def step_line(update: Update) -> str:
    """Return the line for a new state of a chain's step."""
    job = update.job
    points = f", {job.points:g} points" if job.ok else ""
    return f"Step {update.step} of {update.steps}, {update.title}: {job.job_id} {job.status}{points}"


class Progress:
    """What `on_progress` of jobs, rows and files calls, and a context in which it is shown.

    On a terminal, shows bars, and a step's line once it ends; elsewhere, and with `--debug`, which logs to it, each new
    line.
    """

    def __init__(self, output: Output, line: Callable[[Any], str] | None = None) -> None:
        live = is_terminal(sys.stderr) and not is_dumb() and not logger.handlers
        self._output, self._line = output, line
        self._bars = _Bars(output) if live else None
        self._said: set[str] = set()

    def __call__(self, update: Any) -> None:
        if self._bars is not None:
            self._bars(update)
        job = progress.seen(update).job
        if self._line is None or job is None or (self._bars is not None and not job.done):
            return
        line = self._line(update)
        if line and line not in self._said:
            self._said.add(line)
            self._output.say(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._bars.close()


class _Bars(progress.rich):
    """Bars that vanish at the end and make room for output. Log records appear below them, and stay."""

    def __init__(self, output: Output) -> None:
        from rich.console import Console

        super().__init__(Console(stderr=True, highlight=False, markup=False, emoji=False))
        self._output = output
        self._notes = _Notes()

    def _show(self, one: progress.Seen) -> None:
        if one.job is not None and one.key == one.job.job_id:  # state first: a narrow terminal cuts off the end
            state = _usually(one.job) if self._console.width >= _ROOMY else ""
            one = one._replace(title=f"{one.job.status} {one.job.job_id[:_ENOUGH]}", state=state)
        with _deferring_interrupts():
            super()._show(one._replace(title=printable(one.title), state=printable(one.state)))

    def _made(self, *columns: Any) -> Any:
        made = self._parts.Progress(*columns, console=self._console)
        made.live = self._live(made)
        logger.addHandler(self._notes)
        self._output.aside = self._aside
        return made

    def _live(self, bars: Any) -> Live:
        from rich.console import Group
        from rich.constrain import Constrain
        from rich.live import Live
        from rich.text import Text

        def whole() -> Constrain:
            notes = [Text(printable(line), "yellow") for line in self._notes.lines]
            return Constrain(Group(bars, *notes), self._console.width - _SPARE)

        return Live(get_renderable=whole, console=self._console, transient=True, redirect_stdout=False)

    @contextmanager
    def _aside(self) -> Generator[None]:
        self._pause()
        yield
        # A new one each time: a restarted Live erases what was printed since it stopped.
        self._bars.live = self._live(self._bars)
        self._output.aside = self._aside
        with _deferring_interrupts():
            self._bars.start()

    def _pause(self) -> None:
        with _deferring_interrupts():
            self._bars.stop()
        self._output.aside = nullcontext
        lines, self._notes.lines = self._notes.lines, []
        for line in lines:
            self._output.say(line, "yellow")

    def close(self) -> None:
        if self._bars is not None:
            self._pause()
            logger.removeHandler(self._notes)
        super().close()


class _Notes(logging.Handler):
    """Log handler that keeps records. Signal handlers log too, and must not draw."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _deferring_interrupts() -> Generator[None]:
    """Defer Ctrl-C while open; an interrupted redraw would leave remains on the screen."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)


def _usually(job: JobView, before: str = "") -> str:
    return f"{before}usually {span(job.typical_seconds)}" if job.typical_seconds else ""
