"""The one table that comes of all benchmarks: its rows, known before anything is measured, and how they are written."""

from __future__ import annotations

import os
import platform
import sys
from datetime import date
from importlib.metadata import version
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.effort import Effort

TITLES = ("measured", "here", "against", "there", "here ÷ there", "goal")
NOTHING = "–"


class Subject(NamedTuple):
    """What is measured, and beside what."""

    what: str
    beside: str
    unit: str = ""
    goal: str = ""


class Figures(NamedTuple):
    """What was found for a subject; without `there`, the other could not be measured."""

    here: float | None
    there: float | None = None
    ratio: float | None = None

    @classmethod
    def of_rounds(cls, here: Sequence[float], there: Sequence[float]) -> Figures:
        """Medians of rounds that alternated; the ratio is the median of the rounds' own ratios."""
        if not there:
            return cls(median(here))
        return cls(median(here), median(there), median(one / other for one, other in zip(here, there, strict=True)))


class Section(NamedTuple):
    """Subjects that are measured together."""

    name: str
    subjects: tuple[Subject, ...]
    measure: Callable[[Effort], Mapping[Subject, Figures]]


def table(rows: Mapping[Subject, Figures]) -> str:
    """The rows as a Markdown table, in columns that can be read as they are."""
    cells = [TITLES, *(cells_of(subject, figures) for subject, figures in rows.items())]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)


def cells_of(subject: Subject, figures: Figures) -> tuple[str, ...]:
    here, there, ratio = figures
    if ratio is None and here is not None and there:
        ratio = here / there
    quotient = NOTHING if ratio is None else f"{written(ratio)} ×"
    return (
        subject.what, _with_unit(here, subject.unit), subject.beside, _with_unit(there, subject.unit), quotient,
        subject.goal or NOTHING,
    )  # fmt: skip


def _with_unit(value: float | None, unit: str) -> str:
    return NOTHING if value is None else f"{written(value)} {unit}".rstrip()


def written(value: float) -> str:
    """Three digits that count; more would be noise."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:#.3g}" if value else "0"


def circumstances(command: str) -> str:
    """When, how and on what the table was made; nothing that tells which machine it was."""
    software = f"{platform.python_implementation()} {platform.python_version()}, httpx {version('httpx')}"
    cores = os.cpu_count() or 1
    hardware = f"{cores} core{'s' if cores > 1 else ''}, {platform.system()} on {platform.machine()}"
    return f"{date.today():%Y-%m-%d}, `{command}`: {hardware}; {software}."


def tell(text: str) -> None:
    """Say what is going on, apart from the table."""
    print(text, file=sys.stderr, flush=True)
