"""Output: results to standard output, messages to standard error.

For people, results are lines and tables. For machines (`--json`), standard output holds only JSON, one value per line.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import nullcontext
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, TextIO
from unicodedata import east_asian_width

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Characters in the service's words that could move the cursor, change colours or reverse the order of the text."""
_GAP = "   "
"""Gap between columns of a table."""


class Output:
    """Output of one command."""

    def __init__(self, *, for_machines: bool) -> None:
        self.for_machines = for_machines
        self.aside: Callable[[], AbstractContextManager[None]] = nullcontext
        """A context in which progress bars, if any, make room for output."""
        for stream in (sys.stdout, sys.stderr):  # None if the shell closed it
            if isinstance(stream, TextIOWrapper):  # not a simpler replacement
                stream.reconfigure(errors="backslashreplace")

    def result(self, value: Any, lines: Iterable[str], colour: str | None = None) -> None:
        """Print a result at once: a line of JSON, or lines for people."""
        with self.aside():
            for line in [json.dumps(value)] if self.for_machines else lines:
                _print(line, None if self.for_machines else colour, sys.stdout)

    def say(self, text: str, colour: str | None = None) -> None:
        """Print a message to standard error."""
        with self.aside():
            _print(text, colour, sys.stderr)

    def ask(self, question: str) -> bool:
        """Ask on standard error; return whether the answer is yes."""
        answer = ""
        try:
            print(f"{printable(question)} [y/N] ", end="", file=sys.stderr, flush=True)
            answer = sys.stdin.readline() if sys.stdin else ""
        finally:
            if not answer.endswith("\n"):  # Ctrl-D and Ctrl-C do not end the line
                print(file=sys.stderr, flush=True)
        return answer.strip().lower() in ("y", "yes")

    def table(self, value: Any, rows: Iterable[tuple[str, ...]], head: tuple[str, ...] = ()) -> None:
        """Print a result as a table for people; without a head, each row starts with its name."""
        if self.for_machines:
            self.result(value, ())
            return
        listed = [[printable(cell) for cell in row] for row in (head, *rows) if row]
        *widths, _ = [max(map(_width, column)) for column in zip(*listed, strict=True)]
        strong = _coloured(sys.stdout)
        for number, (*before, last) in enumerate(listed):
            cells = [cell + " " * (width - _width(cell)) for cell, width in zip(before, widths, strict=True)]
            cells.append(last.replace("\n", "\n" + " " * (sum(widths) + len(_GAP) * len(widths))))
            if strong and not (head and number):  # the head, or the names
                bold = len(cells) if head else 1
                cells[:bold] = [typer.style(cell, bold=True) for cell in cells[:bold]]
            print(_GAP.join(cells).rstrip(), flush=True)


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a stream is an open terminal."""
    return stream is not None and stream.isatty()


def is_dumb() -> bool:
    """Return whether the terminal cannot move its cursor or show colours."""
    return os.environ.get("TERM", "").lower() in ("dumb", "unknown")


def discard_unprinted() -> None:
    """Discard unprinted output; Python would report it at exit with its own exit code."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def printable(text: str) -> str:
    """Replace control characters in a string."""
    return _CONTROL.sub("�", text)


def _coloured(stream: TextIO) -> bool:
    return is_terminal(stream) and not is_dumb() and "NO_COLOR" not in os.environ


def _width(text: str) -> int:
    """Return the number of terminal columns of a string."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _print(text: str, colour: str | None, stream: TextIO | None) -> None:
    if stream is not None:  # `print` would use sys.stdout
        line = printable(text)
        print(typer.style(line, fg=colour) if colour and _coloured(stream) else line, file=stream, flush=True)
