"""Progress of a batch: one bar for its rows and one for each running job. Outside a terminal, only results."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from legnext_client._runs.results import ENDS
from legnext_client.cli.live import LiveDisplay, can_redraw
from legnext_client.cli.run_drawing import Watch, bar, table_of_bars, words

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from rich.console import RenderableType

    from legnext_client._runs.results import Result, Update
    from legnext_client.cli.output import Output
    from legnext_client.jobs import Job

AROUND = 5
"""Terminal lines not used for running jobs."""
FEWEST = 3
COUNTED = {"done": "green", "failed": "red", "unknown": "yellow", "running": ""}


class Shown(Protocol):
    """Display of a batch's progress."""

    def begin(self, rows: int) -> AbstractContextManager[None]:
        """Show progress of a batch of `rows` rows while open."""
        ...

    def on_update(self, update: Update) -> None:
        """Show the new state of a row."""
        ...

    def ended(self, result: Result[Job]) -> None:
        """Count a finished row."""
        ...

    def aside(self) -> AbstractContextManager[None]:
        """Suspend the display while open, so that results can be printed."""
        ...


def shown_of(output: Output, name: str, *, fetches: bool) -> Shown:
    """Return the display for this terminal; `fetches` if files are downloaded."""
    return Picture(output, name, fetches) if can_redraw() else Still()


class Still:
    """Display for files and pipes; results alone show the progress."""

    @contextmanager
    def begin(self, rows: int) -> Generator[None]:  # noqa: ARG002
        yield

    def on_update(self, update: Update) -> None:
        """Do nothing; updates are not printed."""

    def ended(self, result: Result[Job]) -> None:
        """Do nothing; the result is printed by the caller."""

    @contextmanager
    def aside(self) -> Generator[None]:
        yield


class RunningRow:
    """A row with a running job."""

    def __init__(self, update: Update) -> None:
        self.watch = Watch()
        self.step = update.step
        self.update = update

    @property
    def held(self) -> float:
        job = self.update.job
        return 0 if job.done else job.points

    def drawn(self, fetches: bool) -> tuple[RenderableType, ...]:
        update, job = self.update, self.update.job
        is_last = update.step == update.steps
        title = f"{update.title}, {update.step} of {update.steps}" if update.steps > 1 else job.task_type
        style = "green" if job.ok else "red" if job.done else "cyan"
        text = job.status if job.done else f"{job.status} {job.progress} %"
        text = "downloading" if fetches and job.ok and is_last else text
        return words(update.key, "bold"), words(title), bar(job.progress, style), words(text), words(str(self.watch))


class Picture:
    """Live display for terminals."""

    def __init__(self, output: Output, name: str, fetches: bool) -> None:
        self._name, self._rows, self._fetches = name, 0, fetches
        self._live = LiveDisplay(output, self, stays=False)
        self._ends = dict.fromkeys(COUNTED, 0)
        self._running: dict[str, RunningRow] = {}
        self._points = 0
        self._watch = Watch()

    @contextmanager
    def begin(self, rows: int) -> Generator[None]:
        self._rows, self._watch = rows, Watch()
        with self._live:
            yield

    def on_update(self, update: Update) -> None:
        row = self._running.get(update.key)
        if row is None or row.step != update.step:
            self._running[update.key] = RunningRow(update)
        else:
            row.update = update
        self._points = update.points

    def ended(self, result: Result[Job]) -> None:
        self._running.pop(result.key, None)
        self._ends[ENDS[result.state]] += 1

    def aside(self) -> AbstractContextManager[None]:
        return self._live.aside()

    def __rich__(self) -> RenderableType:
        from rich.console import Group

        rows = list(self._running.values())
        room = max(FEWEST, self._live.height - AROUND)
        table = table_of_bars(1, 1, width=16)
        for row in rows[:room]:
            table.add_row(*row.drawn(self._fetches))
        more = [words(f"and {len(rows) - room} more", "dim")] if len(rows) > room else []
        return Group(self._whole(), self._counts(rows), table, *more)

    def _whole(self) -> RenderableType:
        ended = sum(self._ends.values())
        percent = 100 * ended / self._rows if self._rows else 100
        style = "green" if ended == self._ends["done"] else "yellow"
        table = table_of_bars(1, width=40)
        table.add_row(
            words(self._name, "bold"), bar(percent, style), words(f"{ended} of {self._rows}"), words(str(self._watch))
        )
        return table

    def _counts(self, rows: list[RunningRow]) -> RenderableType:
        from rich.text import Text

        counts = {**self._ends, "running": self._ends["running"] + sum(not row.update.job.done for row in rows)}
        said = [(f"{count} {name}", COUNTED[name]) for name, count in counts.items() if count]
        held = sum(row.held for row in rows)
        said.append((f"{self._points} points charged" + (f", {held:g} held" if held else ""), ""))
        line = Text(no_wrap=True, overflow="ellipsis")
        for number, (text, style) in enumerate(said):
            line.append(" · " if number else "", "dim").append(text, style)
        return line
