"""What counts as a number: a bool does not, though Python says so."""

from __future__ import annotations

import pytest

from legnext_client._protocol.numbers import is_number, is_whole


@pytest.mark.parametrize(
    ("value", "number", "whole"),
    [(3, True, True), (3.5, True, False), (True, False, False), ("3", False, False), (None, False, False)],
)
def test_a_number_is_one_by_its_type(value: object, number: bool, whole: bool) -> None:
    assert (is_number(value), is_whole(value)) == (number, whole)
