"""Measure everything and print the table: `python -m benchmarks`, or `make bench`."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from time import monotonic

from benchmarks import batches, calls, doubts, mock_against_prism, prompts, starts, waits
from benchmarks.effort import QUICK, Effort
from benchmarks.table import Figures, Subject, circumstances, table, tell

SECTIONS = (
    starts.SECTION, calls.SECTION, waits.SECTION, batches.SECTION, doubts.SECTION, prompts.SECTION,
    mock_against_prism.SECTION,
)  # fmt: skip
SUBJECTS = tuple(subject for section in SECTIONS for subject in section.subjects)
PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- what a run printed -->\n", "<!-- until here -->\n"


def page_with(printed: str, page: str) -> str:
    """The page, with what a run printed in its place."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page must hold {BEGIN.strip()} and {END.strip()}.")
    return f"{before}{begin}\n{printed}\n\n{end}{after}"


def main() -> None:
    names = [section.name for section in SECTIONS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure little: to see that everything works")
    parser.add_argument("--only", action="append", choices=names, metavar="SECTION", help=f"one of {', '.join(names)}")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.parent.name}/{PAGE.name}, too")
    options = parser.parse_args()
    if options.write and (options.quick or options.only):
        parser.error("--write is for what a whole run has printed.")
    found: dict[Subject, Figures] = {}
    for section in SECTIONS:
        if not options.only or section.name in options.only:
            begin = monotonic()
            tell(f"{section.name} …")
            measured = section.measure(QUICK if options.quick else Effort())
            found |= {subject: measured[subject] for subject in section.subjects}
            tell(f"{section.name}: {monotonic() - begin:.0f} s")
    command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
    printed = f"{circumstances(command)}\n\n{table(found)}"
    print(printed)
    if options.write:
        PAGE.write_text(page_with(printed, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
