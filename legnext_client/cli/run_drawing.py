"""Parts of the live displays of chains and batches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from legnext_client._runs.results import span
from legnext_client.cli.output import printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

WIDTH = len("processing 100 %")
"""Width of the progress column; fixed so that it does not jump."""


class Watch:
    """Stopwatch."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._ended: float | None = None

    def stop(self) -> None:
        self._ended = time.monotonic()

    def __str__(self) -> str:
        return span((self._ended or time.monotonic()) - self._begun)


def bar(percent: float, style: str) -> RenderableType:
    """Return a progress bar as wide as its column."""
    from rich.progress_bar import ProgressBar

    return ProgressBar(total=100, completed=percent, complete_style=style, finished_style=style)


def table_of_bars(*before: int, width: int) -> Table:
    """Return a table: columns of these minimum widths, then a bar that shrinks first, a text, and a time."""
    from rich.table import Column, Table

    named = [Column(no_wrap=True, min_width=least) for least in before]
    bars, said = Column(max_width=width), Column(no_wrap=True, min_width=WIDTH)
    return Table.grid(*named, bars, said, Column(no_wrap=True, justify="right"), padding=(0, 2, 0, 0))


def words(text: str, style: str = "") -> Text:
    """Return text without control characters, cut off at the column's width."""
    from rich.text import Text

    return Text(printable(text), style, no_wrap=True, overflow="ellipsis")
