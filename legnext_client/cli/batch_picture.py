"""How far a batch is: its rows in one bar, and what is on its way; nothing but the results where nothing can move."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from legnext_client._runs.results import ENDS
from legnext_client.cli.moving import Moving, can_move
from legnext_client.cli.run_drawing import Watch, bar, table_of_bars, words

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from rich.console import RenderableType

    from legnext_client._runs.results import Result, Update
    from legnext_client.cli.output import Output
    from legnext_client.jobs import Job

AROUND = 5
"""Lines of the terminal that are not for what is on its way."""
FEWEST = 3
COUNTED = {"done": "green", "failed": "red", "unknown": "yellow", "running": ""}


class Shown(Protocol):
    """Shows how far a batch is."""

    def begin(self, rows: int) -> AbstractContextManager[None]:
        """While this is open, the batch is made, of so many rows."""
        ...

    def heard(self, update: Update) -> None:
        """What the service told of a row."""
        ...

    def ended(self, result: Result[Job]) -> None:
        """What came of a row."""
        ...

    def aside(self) -> AbstractContextManager[None]:
        """While this is open, results can be printed."""
        ...


def shown_of(output: Output, name: str, *, fetches: bool) -> Shown:
    """What shows how far the batch of this name is, which may fetch what it makes."""
    return Picture(output, name, fetches) if can_move() else Still()


class Still:
    """For files and pipes: the results say how far it is."""

    @contextmanager
    def begin(self, rows: int) -> Generator[None]:  # noqa: ARG002
        yield

    def heard(self, update: Update) -> None:
        """The journal knows of it."""

    def ended(self, result: Result[Job]) -> None:
        """It is about to be printed."""

    @contextmanager
    def aside(self) -> Generator[None]:
        yield


class OnItsWay:
    """A row that is on its way."""

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
        told = job.status if job.done else f"{job.status} {job.progress} %"
        told = "fetching" if fetches and job.ok and is_last else told
        return words(update.key, "bold"), words(title), bar(job.progress, style), words(told), words(str(self.watch))


class Picture:
    """For terminals."""

    def __init__(self, output: Output, name: str, fetches: bool) -> None:
        self._name, self._rows, self._fetches = name, 0, fetches
        self._moving = Moving(output, self, stays=False)
        self._ends = dict.fromkeys(COUNTED, 0)
        self._on_their_way: dict[str, OnItsWay] = {}
        self._points = 0
        self._watch = Watch()

    @contextmanager
    def begin(self, rows: int) -> Generator[None]:
        self._rows, self._watch = rows, Watch()
        with self._moving:
            yield

    def heard(self, update: Update) -> None:
        row = self._on_their_way.get(update.key)
        if row is None or row.step != update.step:
            self._on_their_way[update.key] = OnItsWay(update)
        else:
            row.update = update
        self._points = update.points

    def ended(self, result: Result[Job]) -> None:
        self._on_their_way.pop(result.key, None)
        self._ends[ENDS[result.state]] += 1

    def aside(self) -> AbstractContextManager[None]:
        return self._moving.aside()

    def __rich__(self) -> RenderableType:
        from rich.console import Group

        rows = list(self._on_their_way.values())
        room = max(FEWEST, self._moving.height - AROUND)
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

    def _counts(self, rows: list[OnItsWay]) -> RenderableType:
        from rich.text import Text

        counts = {**self._ends, "running": self._ends["running"] + sum(not row.update.job.done for row in rows)}
        said = [(f"{count} {name}", COUNTED[name]) for name, count in counts.items() if count]
        held = sum(row.held for row in rows)
        said.append((f"{self._points} points charged" + (f", {held:g} held" if held else ""), ""))
        line = Text(no_wrap=True, overflow="ellipsis")
        for number, (told, style) in enumerate(said):
            line.append(" · " if number else "", "dim").append(told, style)
        return line
