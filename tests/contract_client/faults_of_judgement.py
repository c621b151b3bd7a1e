"""Faults in what the client takes for right or wrong, and in the prices that it tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from legnext_client._protocol import bounds, checks
from legnext_client.prices import estimates, factors

from .faults import Fault, around, replaced, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable


def with_type(kind: str, fits: Callable[[Any], bool]) -> dict[str, Any]:
    must, _ = bounds._TYPES[kind]
    return {**bounds._TYPES, kind: (must, fits)}


def without_bound(**none: Any) -> Callable[[Any], Any]:
    """Has the fields that the caller asks about lose some of their bounds."""

    def wrapper(wrong_value: Any) -> Any:
        return lambda field, value: wrong_value(field._replace(**none), value)

    return wrapper


def looking_at_the_start(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).match


def without_rules(kind: Any) -> Any:
    def ruleless(level: Any, given: Any, where: str, problems: Any) -> Any:
        return kind(level._replace(rules=()), given, where, problems)

    return ruleless


JUDGEMENT_FAULTS: list[Fault] = [
    replaced(
        "true_is_one",
        "takes True for 1",
        bounds,
        "_TYPES",
        with_type("integer", lambda value: isinstance(value, bool) or bounds._integer(value)),
    ),
    replaced(
        "bytes_are_text",
        "takes bytes for a text",
        bounds,
        "_TYPES",
        with_type("string", lambda value: isinstance(value, str | bytes)),
    ),
    around("most_ignored", "knows no most", checks, "wrong_value", without_bound(maximum=None)),
    around("odd_points", "takes a corner without y", checks, "wrong_value", without_bound(even_length=False)),
    replaced(
        "line_break_at_the_end", "lets an address end with a line break", bounds, "_pattern", looking_at_the_start
    ),
    around("conditions_ignored", "does not ask which fields go together", checks, "_object", without_rules),
    replaced("both_masks", "takes a mask of both kinds, or of none", checks, "_count", lambda *_: iter(())),
    # ---- prices
    rewritten(
        "cheap_choice",
        "tells the lowest price whatever is chosen",
        estimates._points,
        "value == row.value",
        "False",
    ),
    rewritten("tiers_multiplied", "multiplies what counts once", factors._holding, "or row.tier in tiers", ""),
]
