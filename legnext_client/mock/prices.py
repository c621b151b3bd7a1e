"""Prices and typical durations of jobs, from the document's tables.

Every row that matches the prompt's model and flags applies; of the rows of one `tier`, only the most expensive. The
held amount uses the row's `reserve` if it has one (a draft holds the full price), the charge uses its `factor`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .jobs import Job
    from .prompts import Prompt
    from .spec import Operation


class Price(NamedTuple):
    """Points that are held when the job is accepted, and charged when it completes."""

    held: int
    charged: int


def price(
    rules: dict[str, Any], operation: Operation, body: dict[str, Any], prompt: Prompt, source: Job | None
) -> Price:
    """Return the price of a request. Flags count only if the operation has a prompt."""
    table = operation.extension.get("price", {"points": 0})
    points = table["points"]
    for row in table.get("when", []):
        holds = (
            _field_is(operation, body, row)
            if "field" in row
            else source is not None and source.resolution == row["source"]
        )
        if holds:
            points = row["points"]
    held = charged = points
    if operation.prompt_field is not None and prompt.flags:
        for row in _holding(rules.get("price_factors", []), prompt):
            held *= row.get("reserve", row["factor"])
            charged *= row["factor"]
    return Price(round(held), round(charged))


def typical_seconds(rules: dict[str, Any], operation: Operation, prompt: Prompt) -> float:
    """Return the typical duration of a job."""
    seconds = operation.median_seconds
    if prompt.model is not None:
        for row in _holding(rules.get("duration_factors", []), prompt):
            seconds *= row["factor"]
    return seconds


def _field_is(operation: Operation, body: dict[str, Any], row: dict[str, Any]) -> bool:
    return bool(body.get(row["field"], operation.defaults.get(row["field"])) == row["is"])


def _holding(table: list[dict[str, Any]], prompt: Prompt) -> Iterator[dict[str, Any]]:
    dearest: dict[str, dict[str, Any]] = {}
    for row in table:
        if prompt.model not in row["models"] or not _asked(row, prompt):
            continue
        if "tier" not in row:
            yield row
        elif row["tier"] not in dearest or dearest[row["tier"]]["factor"] < row["factor"]:
            dearest[row["tier"]] = row
    yield from dearest.values()


def _asked(row: dict[str, Any], prompt: Prompt) -> bool:
    if "flag" not in row:
        return True
    return row["flag"] in prompt.flags and ("value" not in row or prompt.says(row["flag"], row["value"]))
