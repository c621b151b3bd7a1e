"""Tables of cases that run in less time than pytest needs to set a test up."""

from __future__ import annotations

import inspect
from functools import wraps
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def for_each(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test with each row, as `pytest.mark.parametrize` does, but as one test that reports each row that fails.

    For tests without a fixture that a row could change.
    """
    keys = (names,) if isinstance(names, str) else names
    table = [dict(zip(keys, (row,) if isinstance(names, str) else row, strict=True)) for row in rows]
    assert table, "without a row, nothing is tested"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def run(subtests: pytest.Subtests, **fixtures: Any) -> None:
            inner = {"subtests": subtests} if "subtests" in needed else {}
            for row in table:
                try:
                    test(**inner, **fixtures, **row)
                except (Exception, pytest.fail.Exception):
                    with subtests.test(shorten(str(fixtures | row), 200)):
                        raise

        signature = inspect.signature(test)
        needed = signature.parameters
        kept = [each for name, each in needed.items() if name not in {*keys, "subtests"}]
        own = inspect.Parameter("subtests", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        run.__signature__ = signature.replace(parameters=[own, *kept])  # type: ignore[attr-defined]
        return run

    return decorate
