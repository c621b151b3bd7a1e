"""Estimate the price and duration of a call from the spec's tables.

The actual cost is in `meta.usage` of the response.
"""

from __future__ import annotations

from math import ceil, prod
from typing import TYPE_CHECKING, NamedTuple

from legnext_client._protocol.bounds import wrong_value
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.rules import DURATION_FACTORS, POINTS_PER_USD, PRICE_FACTORS, Factor
from legnext_client.prices.factors import FactorMatch, RequestModel, request_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from legnext_client.generated.operations import Operation, Price


class Estimate(NamedTuple):
    """An estimated price and its reasons. `reserve` is the amount that a budget counts, which may be higher.

    Attributes:
        points: The expected price.
        reserve: The points that a budget counts; may be higher.
        reasons: The parts of the price.
    """

    points: int
    reserve: int
    reasons: tuple[str, ...]

    @property
    def usd(self) -> float:
        """The price in US dollars."""
        return self.points / POINTS_PER_USD

    def __str__(self) -> str:
        if not (self.points or self.reserve):
            return "free"
        how = f" ({' '.join(self.reasons)})" if self.reasons != (str(self.points),) else ""
        more = f"; a budget counts {self.reserve}" if self.reserve != self.points else ""
        return f"{self.points} points{how}, an estimate{more}"


def price(
    operation: Operation | str | RequestModel, fields: Mapping[str, object] | None = None, *, source: str | None = None
) -> Estimate:
    """Estimate the price of an operation (or its name) with `fields`, or of a request model.

    `fields` are named as in Python or on the wire. `source` is the size of the source video (`"480p"`, `"720p"`).
    If it is unknown, the higher price is assumed; the same goes for a required field that is missing. A fraction of a
    point is rounded up. An invalid prompt does not raise; an invalid value of a field that sets the price does.
    """
    if source is not None and source not in (sizes := _sizes()):
        raise InvalidRequest(f"source must be one of {', '.join(sizes)}, or omitted; got {source!r}.")
    resolved, values = request_of(operation, fields)
    if resolved.price is None:
        return Estimate(0, 0, ())
    points, reason = _points(resolved, resolved.price, values, source)
    request = FactorMatch(resolved, values)
    likely, possible = request.likely(PRICE_FACTORS), request.at_worst(PRICE_FACTORS)
    estimate = _times(points, (row.factor for row in likely))
    reserve = max(
        _times(points, (row.factor if row.reserve is None else row.reserve for row in rows)) for rows in possible
    )
    return Estimate(estimate, max(estimate, reserve), (reason, *map(_reason, likely)))


def typical_seconds(operation: Operation | str | RequestModel, fields: Mapping[str, object] | None = None) -> float:
    """Estimate the duration of a job from its prompt; 0 for operations that answer at once."""
    resolved, values = request_of(operation, fields)
    if resolved.seconds is None:
        return 0.0
    return resolved.seconds.median * prod(row.factor for row in FactorMatch(resolved, values).likely(DURATION_FACTORS))


def _sizes() -> list[str]:
    """List the sizes of source videos. An unlisted one would match no price row and look cheap."""
    return [size for operation in OPERATIONS.values() if operation.chain for size in operation.chain.sizes]


def _points(operation: Operation, table: Price, values: Mapping[str, object], source: str | None) -> tuple[int, str]:
    """Return the points before any factor: those of the last matching row, and the reason."""
    points, why = table.points, ""
    fields = {field.wire: field for field in operation.fields}
    for row in table.when:
        if row.field is not None:
            name, value = fields[row.field].name, values[row.field]
            if value is not None and (wrong := wrong_value(fields[row.field], value)):
                raise InvalidRequest(f"{name} {wrong[0]}; got {wrong[1]}.")
            if value == row.value:
                points, why = row.points, f" with {name} {row.value}"
            elif value is None and row.points > points:
                points, why = row.points, f" if {name} is {row.value}"
        elif row.source is not None and source == row.source:
            points, why = row.points, f" for a source of {row.source}"
        elif row.source is not None and source is None and row.points > points:
            points, why = row.points, f" if the source is {row.source}"
    return points, f"{points}{why}"


def _times(points: int, rows: Iterable[float]) -> int:
    # Rounded first, so that 0.1 × 30 is 3 points, not 4.
    return ceil(round(points * prod(rows), 6))


def _reason(row: Factor) -> str:
    value = "" if row.value is None else f" {row.value}"
    heard = " (second-hand)" if row.seen and row.seen.second_hand else ""
    return f"× {row.factor:g} {row.flag or ', '.join(row.models)}{value}{heard}"
