"""Terminals in which the tests run commands, and what a person sees there."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import termios
from typing import TYPE_CHECKING

from tests.cli.forks import forked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
WIDE, NARROW = 140, 60

_PART = re.compile(r"\x1b\[(?P<numbers>[0-9;?]*)(?P<word>[A-Za-z])|(?P<control>[\r\n])|(?P<text>[^\x1b\r\n]+)")


class Terminal:
    """A terminal of so many columns, in which a command runs; `piped` keeps its standard output out of it."""

    def __init__(
        self, environment: dict[str, str], folder: Path, *words: str, columns: int = WIDE, piped: bool = False
    ) -> None:
        self._columns = columns
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.piped: int | None = None
        out = os.dup(theirs)
        if piped:
            os.close(out)
            self.piped, out = os.pipe()
        self.process = forked(words, environment, folder, theirs, out, os.dup(theirs))
        self.raw = ""

    def read_until(self, wanted: str) -> None:
        """Read until this is on the screen."""
        while wanted not in CONTROL.sub("", self.raw):
            assert self._read(), f"it ended before {wanted!r}: {self.raw}"

    def press(self, key: bytes) -> None:
        os.write(self._ours, key)

    def ended(self) -> int:
        """Read all the rest; the exit code."""
        while self._read():
            pass
        self.process.join(30)
        return self.process.exitcode or 0

    def read_piped(self) -> list[str]:
        """The lines of its standard output; ends when it does."""
        assert self.piped is not None
        with os.fdopen(self.piped) as out:
            self.piped = None
            return out.read().splitlines()

    @property
    def seen(self) -> list[str]:
        """What a person sees of it, by now."""
        return screen(self.raw, self._columns)

    def read_until_seen(self, happened: Callable[[list[str]], object]) -> None:
        """Read until what is seen is so."""
        while not happened(self.seen):
            assert self._read(), f"it ended before: {self.seen}"

    @property
    def lines(self) -> list[str]:
        """What was written, without what moves the cursor and makes colours."""
        return [line.rstrip() for line in CONTROL.sub("", self.raw).replace("\r", "\n").splitlines()]

    def close(self) -> None:
        self.process.kill()
        self.process.join()
        if self.piped is not None:
            os.close(self.piped)
        os.close(self._ours)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], 30)
        assert ready, f"nothing more comes: {self.raw}"
        try:
            part = os.read(self._ours, 65536)
        except OSError:  # so Linux says that the other side is closed
            return False
        self.raw += part.decode(errors="replace")
        return bool(part)


def screen(raw: str, columns: int) -> list[str]:
    """The lines that are left in the end, of a terminal that is as high as need be."""
    lines, row, column = [""], 0, 0
    for part in _PART.finditer(raw):
        if part["control"] == "\r":
            column = 0
        elif part["control"]:
            row += 1
        elif part["text"]:
            for sign in part["text"]:
                if column == columns:
                    row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
                lines[row] = lines[row].ljust(column)[:column] + sign + lines[row][column + 1 :]
                column += 1
        elif part["word"] == "A":
            row = max(0, row - int(part["numbers"] or 1))
        elif part["word"] == "K" and row < len(lines):  # of these programs, always the whole line
            lines[row] = ""
        lines += [""] * (row + 1 - len(lines))
    return [line.rstrip() for line in lines]
