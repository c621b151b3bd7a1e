"""Live display on standard error during a wait. It does not erase results or messages."""

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
"""Per second."""
SPARE = len("^C" * 3)
"""Columns left free on the right, because the terminal's echo of Ctrl-C would wrap a line."""
STYLE = "yellow"
"""Style of log records."""


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


class Picture(Protocol):
    """Content of the display, rendered again at each refresh."""

    def __rich__(self) -> RenderableType: ...


def can_redraw() -> bool:
    """Return whether standard error is a terminal without log output (`--debug` logs to it)."""
    return is_terminal(sys.stderr) and not console(sys.stderr).is_dumb_terminal and not logger.handlers


class Notes(logging.Handler):
    """Log handler that keeps records. Signal handlers log too, and must not draw."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class LiveDisplay:
    """Live display of a picture while open; at the end it stays or is erased. Log records appear below it and stay."""

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

        # A new one each time: a restarted Live erases what was printed since it stopped.
        self._live = Live(
            get_renderable=whole,
            console=drawn,
            refresh_per_second=REFRESHES,
            transient=not self._stays,
            redirect_stdout=False,  # True would send results to standard error
        )
        with deferring_interrupts():
            self._live.start(refresh=True)

    def _stop(self) -> None:
        with deferring_interrupts():
            lines, self._notes.lines = self._notes.lines, []
            if self._live is not None:
                self._live.stop()
            for line in lines:
                self._output.say(line, STYLE)

    @contextmanager
    def aside(self) -> Generator[None]:
        """Suspend the display while open, so that results can be printed."""
        if not is_terminal(sys.stdout):  # the display is not in the way
            yield
            return
        self._stop()
        try:
            yield
        finally:
            self._start()

    @property
    def height(self) -> int:
        """The terminal's height in lines."""
        return 0 if self._live is None else self._live.console.height
