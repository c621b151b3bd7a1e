"""The page of benchmarks shows what the code prints, and every section can be measured; nothing depends on time."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks import __main__ as command
from benchmarks import batches, calls, doubts, prompts, waits
from benchmarks.effort import QUICK, Effort
from benchmarks.table import Figures, Subject, cells_of, circumstances, table, written
from legnext_client.testing import MockServer
from tests.tables import for_each
from tests.thorough import THOROUGH

if TYPE_CHECKING:
    from benchmarks.table import Section

LITTLE = Effort(
    starts=1,
    call_rounds=2,
    calls=2,
    waiting=3,
    polled=50,
    rows=5,
    naive_rows=2,
    batch_rounds=1,
    round_rows=3,
    doubtful=2,
    prompt_rounds=1,
)


def rows_of(page: str) -> list[list[str]]:
    """The cells of the page's table, below its head."""
    printed = page.partition(command.BEGIN)[2].partition(command.END)[0]
    lines = [line for line in printed.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_page_has_the_rows_that_a_run_prints() -> None:
    rows = rows_of(command.PAGE.read_text(encoding="utf-8"))
    assert [(row[0], row[2], row[5]) for row in rows] == [
        (subject.what, subject.beside, subject.goal or "–") for subject in command.SUBJECTS
    ]


def test_the_page_says_when_how_and_on_what_and_nothing_is_left_out() -> None:
    page = command.PAGE.read_text(encoding="utf-8")
    printed = page.partition(command.BEGIN)[2].partition(command.END)[0]
    assert "`python -m benchmarks --write`" in printed, "the figures of a quick run are not for the page"
    assert all(row[1] != "–" and row[3] != "–" for row in rows_of(page))


def test_what_a_run_printed_takes_the_place_of_what_the_last_one_did() -> None:
    page = f"# Before\n{command.BEGIN}\nold\n\n{command.END}after\n"
    assert command.page_with("new", page) == f"# Before\n{command.BEGIN}\nnew\n\n{command.END}after\n"
    with pytest.raises(ValueError, match="the page must hold"):
        command.page_with("new", "# A page without a place for it\n")


def test_the_circumstances_do_not_tell_which_machine_it_was() -> None:
    said = circumstances("python -m benchmarks")
    assert platform.python_version() in said
    assert "core" in said
    assert platform.node() not in said
    assert str(Path.home()) not in said


def test_a_ratio_is_the_median_of_the_rounds_own() -> None:
    figures = Figures.of_rounds([1.0, 2.0, 30.0], [2.0, 2.0, 10.0])
    assert figures == Figures(2.0, 2.0, 1.0)


def test_what_could_not_be_measured_is_told_as_nothing() -> None:
    subject = Subject("a thing", "another", "ms")
    assert cells_of(subject, Figures(1.5)) == ("a thing", "1.50 ms", "another", "–", "–", "–")
    assert cells_of(subject, Figures(None)) == ("a thing", "–", "another", "–", "–", "–")
    assert cells_of(subject, Figures(1.5, 0.0)) == ("a thing", "1.50 ms", "another", "0 ms", "–", "–")
    assert cells_of(subject, Figures(0.0, 5.0))[4] == "0 ×"


@for_each(
    ("value", "text"), [(0, "0"), (1.0567, "1.06"), (62.5, "62.5"), (6, "6.00"), (999.6, "1,000"), (12345, "12,345")]
)
def test_three_digits_count(value: float, text: str) -> None:
    assert written(value) == text


def test_a_table_is_markdown_in_columns() -> None:
    lines = table({Subject("a", "b", "s", "1 s"): Figures(1.0, 2.0)}).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert " ".join(lines[2].split()) == "| a | 1.00 s | b | 2.00 s | 0.500 × | 1 s |"


@pytest.mark.parametrize(
    "section",
    [calls.SECTION, prompts.SECTION, *([waits.SECTION, batches.SECTION, doubts.SECTION] if THOROUGH else [])],
    ids=lambda section: section.name,
)
def test_each_section_finds_figures_for_its_subjects(section: Section, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (calls, waits, batches, doubts):
        monkeypatch.setattr(module, "peer_python", lambda: None)  # it would be fetched from far away
    monkeypatch.setattr(doubts, "FAULTS", {subject: faults[:1] for subject, faults in doubts.FAULTS.items()})
    found = section.measure(LITTLE)
    assert set(found) == set(section.subjects)
    assert all(figures.here is not None for figures in found.values())
    if (
        section is batches.SECTION
    ):  # it cannot be faster than its jobs, whose times are whole seconds, and asks for each
        assert (found[batches.TIME].here or 0) > 0.9
        assert (found[batches.CALLS].here or 0) >= 2


def test_who_sends_again_what_was_accepted_is_counted() -> None:
    with MockServer(in_process=True, concurrency=0) as server, server.client() as client:
        for text in ("one", "two", "two", "three", "three", "three"):
            client.midjourney.diffusion(text=text)
        assert doubts.beyond_one_each(server.ledger) == 3


def test_quick_is_less_of_everything() -> None:
    assert all(little < much for little, much in zip(QUICK, Effort(), strict=True))
