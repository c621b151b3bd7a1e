"""How far a chain is: its steps with their bars, times and points; a line for each change where nothing can move."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from legnext_client._runs.results import span
from legnext_client.cli.moving import Moving, can_move
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
"""For terminals that have no others."""

_TITLE = len("extension 1")


class Shown(Protocol):
    """Shows how far a chain is."""

    def heard(self, update: Update) -> None:
        """What the service told of a step."""
        ...

    def over(self, result: ChainRun) -> None:
        """The chain is done."""
        ...


@contextmanager
def watching(output: Output, chain: VideoChain) -> Generator[Shown]:
    """Show how far a chain is while this is open."""
    if not can_move():
        yield Lines(output)
        return
    picture = Picture(chain)
    with Moving(output, picture, stays=True):
        try:
            yield picture
        finally:
            picture.stop()


class Lines:
    """For files and pipes."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._said: set[tuple[int, str]] = set()

    def heard(self, update: Update) -> None:
        job = update.job
        if (update.step, job.status) not in self._said:
            self._said.add((update.step, job.status))
            self._output.say(f"Step {update.step} of {update.steps}, {update.title}: {job.job_id} {job.status}")

    def over(self, result: ChainRun) -> None:
        """The last step has said so."""


class Step:
    """How far one step is."""

    def __init__(self, title: str, price: int) -> None:
        self.title = title
        self.state = WAITS
        self.progress = 0.0
        self._told = f"{price} points"
        self.watch: Watch | None = None

    def heard(self, update: Update) -> None:
        job = update.job
        self.watch = self.watch or Watch()
        self.progress = job.progress
        self.state = RUNS if not job.done else DONE if job.ok else FAILED
        self._told = f"{job.status} {job.progress} %" if self.state == RUNS else job.status
        if job.done:
            self.watch.stop()
        if job.ok:
            self.finished(DONE, job.points)

    def finished(self, state: str, points: float) -> None:
        self.state, self.progress, self._told = state, 100.0, f"{points:g} points"

    def drawn(self, mark: RenderableType) -> tuple[RenderableType, ...]:
        style = STYLES[self.state]
        title = words(self.title, "bold" if self.state == RUNS else style if self.state in (WAITS, FAILED) else "")
        took = "" if self.watch is None else str(self.watch)
        return mark, title, bar(self.progress, style), words(self._told, style), words(took)


class Picture:
    """For terminals."""

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

    def heard(self, update: Update) -> None:
        for step in self._steps[: update.step - 1]:
            step.state = EARLIER if step.state == WAITS else step.state
        self._steps[update.step - 1].heard(update)
        self._points = update.points
        self._held = 0 if update.job.done else update.job.points

    def over(self, result: ChainRun) -> None:
        for step, job in zip(self._steps, result.jobs, strict=True):
            step.finished(DONE if step.watch else EARLIER, job.points)
        self._points, self._held = result.points, 0

    def stop(self) -> None:
        """Nothing moves any more."""
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
