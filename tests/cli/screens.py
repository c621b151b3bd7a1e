"""What a person sees of what a program has written to a terminal: lines that were wiped away are not there."""

from __future__ import annotations

import re

_PART = re.compile(r"\x1b\[(?P<numbers>[0-9;?]*)(?P<word>[A-Za-z])|(?P<control>[\r\n])|(?P<text>[^\x1b\r\n]+)")


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
