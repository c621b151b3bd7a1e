"""A picture on standard error that moves while something is waited for; results and words are not wiped away by it."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, Self

from legnext_client.cli.output import console, is_terminal, printable

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.console import RenderableType
    from rich.live import Live

    from legnext_client.cli.output import Output

logger = logging.getLogger("legnext_client")

REFRESHES = 8
"""In a second."""
SPARE = len("^C" * 3)
"""Columns that are left free on the right: what the terminal shows of Ctrl-C would break a line."""
STYLE = "yellow"
"""Of what is logged."""


@contextmanager
def undisturbed() -> Generator[None]:
    """While this is open, Ctrl-C waits: drawing that is broken off in its midst is not wiped away any more."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)


class Picture(Protocol):
    """What is drawn; asked again each time."""

    def __rich__(self) -> RenderableType: ...


def can_move() -> bool:
    """Whether there is a terminal for it, to which nothing else is logged, as `--debug` does."""
    return is_terminal(sys.stderr) and not console(sys.stderr).is_dumb_terminal and not logger.handlers


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

    def __init__(self, output: Output, picture: Picture, *, stays: bool) -> None:
        self._output, self._picture, self._stays = output, picture, stays
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
        with undisturbed():
            self._live.start(refresh=True)

    def _stop(self) -> None:
        with undisturbed():
            lines, self._notes.lines = self._notes.lines, []
            if self._live is not None:
                self._live.stop()
            for line in lines:
                self._output.say(line, STYLE)

    @contextmanager
    def aside(self) -> Generator[None]:
        """While this is open, results can be printed."""
        if not is_terminal(sys.stdout):  # nothing is in their way
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
