from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.tables import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator


class Subtests:
    """Notes what fails, as the fixture of pytest reports it."""

    def __init__(self) -> None:
        self.failed: list[tuple[str, str]] = []

    @contextmanager
    def test(self, name: str) -> Iterator[None]:
        try:
            yield
        except (AssertionError, pytest.fail.Exception) as error:
            self.failed.append((name, str(error)))


def test_every_row_runs_and_each_that_fails_is_named() -> None:
    ran: list[Any] = []

    @for_each(("number", "word"), [(1, "one"), (2, "two"), (3, "three"), (4, "four")])
    def check(number: int, word: str, offset: int) -> None:
        ran.append(number)
        if number == 3:
            with pytest.raises(ValueError, match="never"):
                pass
        assert number + offset != 12, word

    subtests = Subtests()
    check(subtests=subtests, offset=10)
    assert ran == [1, 2, 3, 4]
    assert [name for name, _ in subtests.failed] == [
        str({"offset": 10, "number": 2, "word": "two"}),
        str({"offset": 10, "number": 3, "word": "three"}),
    ]
    assert subtests.failed[0][1].startswith("two")


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(AssertionError, match="nothing is tested"):
        for_each("number", [])


def test_tables_multiply() -> None:
    ran: list[tuple[int, str]] = []

    @for_each("number", [1, 2])
    @for_each("word", ["a", "b"])
    def check(number: int, word: str) -> None:
        ran.append((number, word))

    check(subtests=Subtests())
    assert ran == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]
