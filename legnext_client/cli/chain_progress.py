"""Progress of a chain: a bar, time and points for each step. Outside a terminal, a line for each change."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from legnext_client._runs.results import span
from legnext_client.cli.live import LiveDisplay, can_redraw
from legnext_client.cli.output import console
from legnext_client.cli.run_drawing import Watch, bar, table_of_bars, words

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.console import RenderableType

    from legnext_client._runs.chain_runs import ChainRun
    from legnext_client._runs.chains import VideoChain
    from legnext_client._runs.results import Update
    from legnext_client.cli.output import Output

WAITS, RUNS, DONE, EARLIER, FAILED = "waits", "runs", "done", "earlier", "failed"
STYLES = {WAITS: "dim", RUNS: "cyan", DONE: "green", EARLIER: "green", FAILED: "red"}
MARKS = {WAITS: " ", DONE: "✓", EARLIER: "✓", FAILED: "✗"}
PLAIN = MARKS | {DONE: "x", EARLIER: "x", FAILED: "!"}
"""Marks for ASCII-only terminals."""

_TITLE = len("extension 1")


class Shown(Protocol):
    """Display of a chain's progress."""

    def on_update(self, update: Update) -> None:
        """Show the new state of a step."""
        ...

    def over(self, result: ChainRun) -> None:
        """Show the finished chain."""
        ...


@contextmanager
def watching(output: Output, chain: VideoChain) -> Generator[Shown]:
    """Show a chain's progress while open."""
    if not can_redraw():
        yield Lines(output)
        return
    picture = Picture(chain)
    with LiveDisplay(output, picture, stays=True):
        try:
            yield picture
        finally:
            picture.stop()


class Lines:
    """Display for files and pipes."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._said: set[tuple[int, str]] = set()

    def on_update(self, update: Update) -> None:
        job = update.job
        if (update.step, job.status) not in self._said:
            self._said.add((update.step, job.status))
            self._output.say(f"Step {update.step} of {update.steps}, {update.title}: {job.job_id} {job.status}")

    def over(self, result: ChainRun) -> None:
        """Do nothing; the last step was already printed."""


class Step:
    """Progress of one step."""

    def __init__(self, title: str, price: int) -> None:
        self.title = title
        self.state = WAITS
        self.progress = 0.0
        self._text = f"{price} points"
        self.watch: Watch | None = None

    def on_update(self, update: Update) -> None:
        job = update.job
        self.watch = self.watch or Watch()
        self.progress = job.progress
        self.state = RUNS if not job.done else DONE if job.ok else FAILED
        self._text = f"{job.status} {job.progress} %" if self.state == RUNS else job.status
        if job.done:
            self.watch.stop()
        if job.ok:
            self.finished(DONE, job.points)

    def finished(self, state: str, points: float) -> None:
        self.state, self.progress, self._text = state, 100.0, f"{points:g} points"

    def drawn(self, mark: RenderableType) -> tuple[RenderableType, ...]:
        style = STYLES[self.state]
        title = words(self.title, "bold" if self.state == RUNS else style if self.state in (WAITS, FAILED) else "")
        took = "" if self.watch is None else str(self.watch)
        return mark, title, bar(self.progress, style), words(self._text, style), words(took)


class Picture:
    """Live display for terminals."""

    def __init__(self, chain: VideoChain) -> None:
        from rich.spinner import Spinner

        price = chain.price()
        self._steps = [Step(title, estimate.points) for title, estimate in price.steps]
        self._in_all, self._typical = price.points, chain.typical_seconds
        self._points, self._held = 0, 0.0
        self._watch = Watch()
        plain = console(sys.stderr).options.ascii_only
        self._marks = PLAIN if plain else MARKS
        self._spinner = Spinner("line" if plain else "dots", style=STYLES[RUNS])
        self._stopped = False

    def on_update(self, update: Update) -> None:
        for step in self._steps[: update.step - 1]:
            step.state = EARLIER if step.state == WAITS else step.state
        self._steps[update.step - 1].on_update(update)
        self._points = update.points
        self._held = 0 if update.job.done else update.job.points

    def over(self, result: ChainRun) -> None:
        for step, job in zip(self._steps, result.jobs, strict=True):
            step.finished(DONE if step.watch else EARLIER, job.points)
        self._points, self._held = result.points, 0

    def stop(self) -> None:
        """Freeze the times and the spinner."""
        self._watch.stop()
        self._stopped = True

    def __rich__(self) -> RenderableType:
        from rich.console import Group

        table = table_of_bars(1, _TITLE, width=24)
        for step in self._steps:
            table.add_row(*step.drawn(self._mark(step.state)))
        held = f", {self._held:g} held" if self._held else ""
        said = f"{self._points} of {self._in_all} points{held}; {self._watch} of usually about {span(self._typical)}"
        return Group(table, words(said))

    def _mark(self, state: str) -> RenderableType:
        if state == RUNS:
            return words(self._marks[WAITS]) if self._stopped else self._spinner
        return words(self._marks[state], STYLES[state])
