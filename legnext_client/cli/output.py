"""What is printed, and where: results to standard output, all other words to standard error.

For people, results are lines and tables; for machines (`--json`) they are one JSON value, or one on each line, and
standard output holds nothing else.
"""

from __future__ import annotations

import json
import os
import re
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, TextIO
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Characters in the service's words that could move the cursor, change colours or reverse the order of the text."""


_GAP = "   "
"""Between two columns of a table."""


class Output:
    """Where one command prints."""

    def __init__(self, *, for_machines: bool) -> None:
        self.for_machines = for_machines
        for stream in (sys.stdout, sys.stderr):  # None where the shell has closed it
            if isinstance(stream, TextIOWrapper):  # and nothing simpler that was put in its place
                stream.reconfigure(errors="backslashreplace")

    def result(self, value: Any, lines: Iterable[str], style: str = "") -> None:
        """A result, at once: as a JSON value on a line of its own, or as lines for people."""
        for line in [json.dumps(value)] if self.for_machines else lines:
            _print(line, "" if self.for_machines else style, sys.stdout)

    def say(self, text: str, style: str = "") -> None:
        """Words beside the results."""
        _print(text, style, sys.stderr)

    def ask(self, question: str) -> bool:
        """Whether a person says yes; asked beside the results."""
        answer = ""
        try:
            print(f"{printable(question)} [y/N] ", end="", file=sys.stderr, flush=True)
            answer = sys.stdin.readline() if sys.stdin else ""
        finally:
            if not answer.endswith("\n"):  # neither Ctrl-D nor Ctrl-C ends the line
                print(file=sys.stderr, flush=True)
        return answer.strip().lower() in ("y", "yes")

    def table(self, value: Any, rows: Iterable[tuple[str, ...]], head: tuple[str, ...] = ()) -> None:
        """A result that is a table to people; without a head, the first of each row is the name of what follows."""
        if self.for_machines:
            self.result(value, ())
            return
        listed = [[printable(cell) for cell in row] for row in (head, *rows) if row]
        *widths, _ = [max(map(_width, column)) for column in zip(*listed, strict=True)]
        strong = is_terminal(sys.stdout) and "NO_COLOR" not in os.environ
        for number, (*before, last) in enumerate(listed):
            cells = [cell + " " * (width - _width(cell)) for cell, width in zip(before, widths, strict=True)]
            cells.append(last.replace("\n", "\n" + " " * (sum(widths) + len(_GAP) * len(widths))))
            if strong and not (head and number):  # the head, or else the names
                bold = len(cells) if head else 1
                cells[:bold] = [f"\x1b[1m{cell}\x1b[0m" for cell in cells[:bold]]
            print(_GAP.join(cells).rstrip(), flush=True)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person is there."""
    return stream is not None and stream.isatty()


def let_go() -> None:
    """Give up what could not be printed; or Python would complain of it as it ends, with a code of its own."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def console(stream: TextIO) -> Console:
    """Something to draw on. It has colours where the stream is a terminal and NO_COLOR is not set."""
    from rich.console import Console

    endless = None if stream.isatty() else 10_000  # nobody looks at it in a window: no address is to be broken
    return Console(file=stream, width=endless, highlight=False, markup=False, emoji=False)


def _width(text: str) -> int:
    """The columns that a terminal takes for a text."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def printable(text: str) -> str:
    """A text without what a terminal would take as a command."""
    return _CONTROL.sub("�", text)


def _print(text: str, style: str, stream: TextIO | None) -> None:
    if stream is None:  # or `print` would take another one
        return
    if style and stream.isatty():
        from rich.text import Text

        console(stream).print(Text(printable(text), style), soft_wrap=True)
    else:
        print(printable(text), file=stream, flush=True)
