"""A picture on standard error that moves while a film or a batch is made; what else is said stands above it."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, Self

from legnext_client.cli.output import console, printable

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.console import RenderableType
    from rich.live import Live
    from rich.table import Table
    from rich.text import Text

    from legnext_client.cli.command import Run

logger = logging.getLogger("legnext_client")

REFRESHES = 8
"""In a second."""
SPARE = len("^C" * 3)
"""Columns that are left free on the right: what the terminal shows of Ctrl-C would break a line."""
STYLE = "yellow"
"""Of what is logged."""
WIDTH = len("processing 100 %")
"""Of the column that says how far something is, so that it does not jump."""


class Picture(Protocol):
    """What is drawn; asked again each time."""

    def __rich__(self) -> RenderableType: ...


def can_move(run: Run) -> bool:
    """Whether there is a terminal for it, which is not taken by what `--debug` prints."""
    return not run.common.debug and sys.stderr.isatty() and not console(sys.stderr).is_dumb_terminal


class Notes(logging.Handler):
    """Keeps what is logged. A signal's handler logs too, and nothing should be drawn in the midst of it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Moving:
    """Draws a picture while this is open; its last state stays, or all of it vanishes. What is logged meanwhile stands
    below it, and stays."""

    def __init__(self, run: Run, picture: Picture, *, stays: bool) -> None:
        self._run, self._picture, self._stays = run, picture, stays
        self._notes = Notes()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        logger.addHandler(self._notes)
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        logger.removeHandler(self._notes)

    def _start(self) -> None:
        from rich.console import Group
        from rich.constrain import Constrain
        from rich.live import Live
        from rich.text import Text

        drawn = console(sys.stderr)

        def whole() -> RenderableType:
            notes = (Text(printable(line), STYLE) for line in self._notes.lines)
            return Constrain(Group(self._picture, *notes), drawn.width - SPARE)

        # Each time another one: where one is started again, it wipes away what was printed since it was stopped.
        self._live = Live(
            get_renderable=whole,
            console=drawn,
            refresh_per_second=REFRESHES,
            transient=not self._stays,
            redirect_stdout=False,  # it would send results to standard error
        )
        self._live.start(refresh=True)

    def _stop(self) -> None:
        lines, self._notes.lines = self._notes.lines, []
        if self._live is not None:
            self._live.stop()
        for line in lines:
            self._run.output.say(line, STYLE)

    @contextmanager
    def aside(self) -> Generator[None]:
        """While this is open, results can be printed."""
        if not sys.stdout.isatty():  # nothing is in their way
            yield
            return
        self._stop()
        try:
            yield
        finally:
            self._start()

    @property
    def height(self) -> int:
        """How many lines the terminal has."""
        return 0 if self._live is None else self._live.console.height


class Watch:
    """Measures how long something takes."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._ended: float | None = None

    def stop(self) -> None:
        self._ended = time.monotonic()

    def __str__(self) -> str:
        return span((self._ended or time.monotonic()) - self._begun)


def span(seconds: float) -> str:
    """A span of time as one reads it on a clock."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def bar(percent: float, style: str) -> RenderableType:
    """A bar for a share of a hundred, as wide as there is room."""
    from rich.progress_bar import ProgressBar

    return ProgressBar(total=100, completed=percent, complete_style=style, finished_style=style)


def table_of_bars(before: int, width: int) -> Table:
    """A table of so many columns, then bars, which give way where there is no room, words, and times."""
    from rich.table import Column, Table

    named = [Column(no_wrap=True) for _ in range(before)]
    bars, said = Column(max_width=width), Column(no_wrap=True, min_width=WIDTH)
    return Table.grid(*named, bars, said, Column(no_wrap=True, justify="right"), padding=(0, 2, 0, 0))


def words(text: str, style: str = "") -> Text:
    """Words that come from elsewhere: nothing in them moves the cursor; they are cut off where there is no room."""
    from rich.text import Text

    return Text(printable(text), style, no_wrap=True, overflow="ellipsis")
