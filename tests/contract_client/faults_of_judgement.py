"""Faults in what the client takes for right or wrong, and in the prices that it tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from legnext_client._protocol import bounds, checks
from legnext_client.prices import estimates, factors

from .faults import Fault, around, replaced, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client.generated.operations import Field


def with_type(kind: str, fits: Callable[[Any], bool]) -> dict[str, Any]:
    must, _ = bounds._TYPES[kind]
    return {**bounds._TYPES, kind: (must, fits)}


def without_bound(**none: Any) -> Callable[[Any], Any]:
    """Has the fields that the caller asks about lose some of their bounds."""

    def wrapper(wrong_value: Any) -> Any:
        return lambda field, value: wrong_value(field._replace(**none), value)

    return wrapper


def in_any_case(wrong_value: Any) -> Any:
    def kind(field: Field, value: Any) -> Any:
        same = [choice for choice in field.enum if isinstance(value, str) and str(choice).lower() == value.lower()]
        return wrong_value(field, same[0] if same else value)

    return kind


def in_bytes(string: Any) -> Any:
    def measured(field: Field, value: str) -> Any:
        size = len(value.encode("utf-8", "replace"))
        if field.max_length is not None and size > field.max_length:
            return "must be shorter", f"{size} bytes"
        return string(field, value)

    return measured


def looking_at_the_start(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).match


def one_more(wrong_value: Any) -> Any:
    def lenient(field: Field, value: Any) -> Any:
        return wrong_value(field if field.max_items is None else field._replace(max_items=field.max_items + 1), value)

    return lenient


def at_most_two(wrong_value: Any) -> Any:
    def strict(field: Field, value: Any) -> Any:
        return wrong_value(field._replace(maximum=2.0) if field.type == "number" else field, value)

    return strict


def open_inside(kind: Any) -> Any:
    def opened(level: Any, given: Any, where: str, problems: Any) -> Any:
        return kind(level._replace(closed=not where), given, where, problems)

    return opened


def without_rules(kind: Any) -> Any:
    def ruleless(level: Any, given: Any, where: str, problems: Any) -> Any:
        return kind(level._replace(rules=()), given, where, problems)

    return ruleless


def digits_too(value: Any) -> bool:
    return bounds._integer(value) or (isinstance(value, str) and value.isdigit())


def looks_without(name: str) -> dict[str, Any]:
    return {kind: look for kind, look in bounds._CHECKS.items() if kind != name}


JUDGEMENT_FAULTS: list[Fault] = [
    replaced(
        "true_is_one",
        "takes True for 1",
        bounds,
        "_TYPES",
        with_type("integer", lambda value: isinstance(value, bool) or bounds._integer(value)),
    ),
    replaced(
        "digits_are_numbers", "takes digits in quotes for a number", bounds, "_TYPES", with_type("integer", digits_too)
    ),
    replaced("fractions_are_cut", "takes 1.5 for 1", bounds, "_TYPES", with_type("integer", bounds._number)),
    replaced(
        "whole_floats_refused",
        "refuses 1.0 for 1",
        bounds,
        "_TYPES",
        with_type("integer", lambda value: type(value) is int),
    ),
    replaced(
        "whole_numbers_refused",
        "refuses 2 for 2.0",
        bounds,
        "_TYPES",
        with_type("number", lambda value: type(value) is float),
    ),
    replaced(
        "bytes_are_text",
        "takes bytes for a text",
        bounds,
        "_TYPES",
        with_type("string", lambda value: isinstance(value, str | bytes)),
    ),
    replaced(
        "text_is_a_list",
        "takes anything for a list",
        bounds,
        "_TYPES",
        with_type("array", lambda value: isinstance(value, list | str | dict)),
    ),
    around("least_ignored", "knows no least", checks, "wrong_value", without_bound(minimum=None)),
    around("most_ignored", "knows no most", checks, "wrong_value", without_bound(maximum=None)),
    around("shortest_ignored", "takes empty texts", checks, "wrong_value", without_bound(min_length=None)),
    around("longest_ignored", "takes texts of any length", checks, "wrong_value", without_bound(max_length=None)),
    around("pattern_ignored", "takes any text for an address", checks, "wrong_value", without_bound(pattern=None)),
    around("odd_points", "takes a corner without y", checks, "wrong_value", without_bound(even_length=False)),
    around("fewest_ignored", "takes lists that are too short", checks, "wrong_value", without_bound(min_items=None)),
    around("one_item_more", "takes an item too many", checks, "wrong_value", one_more),
    around("narrower_scale", "lets no scale be above 2", checks, "wrong_value", at_most_two),
    around("choices_in_any_case", "takes choices in any case", checks, "wrong_value", in_any_case),
    around("choices_ignored", "takes any word for a choice", checks, "wrong_value", without_bound(enum=())),
    replaced(
        "length_in_bytes",
        "counts the length of texts in bytes",
        bounds,
        "_CHECKS",
        {**bounds._CHECKS, "string": in_bytes(bounds._string)},
    ),
    replaced("texts_not_looked_at", "does not look into texts", bounds, "_CHECKS", looks_without("string")),
    replaced(
        "line_break_at_the_end", "lets an address end with a line break", bounds, "_pattern", looking_at_the_start
    ),
    rewritten("nul_sent", "sends NUL", bounds._string, 'if "\\0" in value', "if False"),
    around("open_inside", "takes unknown fields inside objects", checks, "_object", open_inside),
    around("conditions_ignored", "does not ask which fields go together", checks, "_object", without_rules),
    replaced("both_masks", "takes a mask of both kinds, or of none", checks, "_count", lambda *_: iter(())),
    replaced("required_ignored", "misses no field", checks, "_missing", lambda *_: iter(())),
    # ---- prices
    rewritten(
        "cheap_choice",
        "tells the lowest price whatever is chosen",
        estimates._points,
        "value == row.value",
        "False",
    ),
    rewritten(
        "cheap_extension",
        "tells the lower price when the size is not known",
        estimates._points,
        "source is None and row.points > points",
        "False",
    ),
    rewritten(
        "dear_extension",
        "tells the higher price of a small video, too",
        estimates._points,
        "source == row.source",
        "source is not None",
    ),
    rewritten(
        "factors_forgotten",
        "tells prices without the factors of flags",
        factors.FactorMatch.likely,
        "if self._kind is None",
        "if True",
    ),
    rewritten("tiers_multiplied", "multiplies what counts once", factors._holding, "or row.tier in tiers", ""),
    rewritten(
        "own_model_only",
        "takes the model of a follow-up for the usual one",
        factors._models,
        '(not named and operation.takes in ("image", "images"))',
        "False",
    ),
    rewritten(
        "draft_reserved_half",
        "reserves half the price of a draft",
        estimates.price,
        "row.factor if row.reserve is None else row.reserve",
        "row.factor",
    ),
    rewritten(
        "wire_names_only",
        "prices what is named as on the wire only",
        factors.request_of,
        "given.get(field.wire, given.get(field.name))",
        "given.get(field.wire)",
    ),
    rewritten(
        "enums_unpriced",
        "takes members of enums for what is not given",
        factors._plain,
        "return value.value",
        "return default",
    ),
]
