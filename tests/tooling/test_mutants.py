"""A module with all its changes in it behaves as before, until one of them is asked for."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from mutants import ASK, Mutant, mutants_of, woven

SOURCE = textwrap.dedent(
    '''
    """What is said of a module is no decision."""
    LIMIT = 3

    def grown(values, by=1, *, most=10):
        """Neither is this."""
        total = 0
        for value in values:
            if value < 0 or value > most:
                continue
            total += value * by
        return min(total, LIMIT * 10)

    def kind(value):
        try:
            return "small" if int(value) < LIMIT else f"large {value}"
        except (TypeError, ValueError) as error:
            raise RuntimeError("no number") from error
    '''
)


def loaded(active: int = -1, early: int | None = None) -> dict[str, Any]:
    names: dict[str, Any] = {ASK: active.__eq__}
    exec(compile(woven(SOURCE, early), "woven", "exec"), names)
    return names


def number(change: str) -> int:
    [found] = [mutant for mutant in mutants_of(SOURCE) if mutant.change == change]
    return found.number


def test_without_a_change_everything_is_as_before() -> None:
    names = loaded()
    assert names["grown"]([1, 2, -5, 11]) == 3
    assert names["kind"]("2") == "small"
    with pytest.raises(RuntimeError):
        names["kind"](None)


@pytest.mark.parametrize(
    ("change", "given", "grown"),
    [
        ("value < 0 → value <= 0", [0, 1], 1),
        ("value < 0 or value > most → value < 0", [11], 11),
        ("value * by → value / by", [4], 4),
        ("continue → nothing", [-5, 6], 1),
        ("total += value * by → nothing", [4], 0),
        ("min(total, LIMIT * 10) → max(total, LIMIT * 10)", [4], 30),
        ("return min(total, LIMIT * 10) → return", [4], None),
    ],
)
def test_one_change_is_made_when_it_is_asked_for(change: str, given: list[int], grown: int | None) -> None:
    assert loaded(number(change))["grown"](given) == grown


@pytest.mark.parametrize(("change", "grown"), [("3 → 4", 40), ("1 → 2", 30)])
def test_what_is_decided_at_import_is_changed_there(change: str, grown: int) -> None:
    early = [mutant for mutant in mutants_of(SOURCE) if mutant.early and mutant.change == change]
    assert loaded(early=early[0].number)["grown"]([10, 10, 10, 10]) == grown
    assert loaded(early[0].number)["grown"]([10, 10, 10, 10]) == 30


def test_an_error_that_is_no_longer_caught_comes_through() -> None:
    names = loaded(number("(TypeError, ValueError) → (ValueError,)"))
    with pytest.raises(TypeError):
        names["kind"](None)


def test_words_for_people_are_left_alone() -> None:
    texts = [mutant.change for mutant in mutants_of(SOURCE) if "said of" in mutant.change or "no number" in mutant.code]
    assert [text for text in texts if text.startswith("'")] == []
    assert any(mutant.change == "'small' → 'smallXX'" for mutant in mutants_of(SOURCE))


def test_a_change_is_known_by_its_line_wherever_that_stands() -> None:
    moved = {mutant.name for mutant in mutants_of("\n\n" + SOURCE)}
    assert moved == {mutant.name for mutant in mutants_of(SOURCE)}
    assert Mutant(0, 1, "", "a = 1", "1 → 2", early=True).name == "a = 1 # 1 → 2"
