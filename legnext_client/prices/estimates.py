"""What a call will cost, and how long it will usually take, by the spec's tables.

These are estimates: what the service reports (`meta.usage`) is the truth.
"""

from __future__ import annotations

from math import ceil, prod
from typing import TYPE_CHECKING, NamedTuple

from legnext_client._protocol.bounds import wrong_value
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS
from legnext_client.generated.rules import DURATION_FACTORS, POINTS_PER_USD, PRICE_FACTORS, Factor
from legnext_client.prices.factors import Asked, RequestModel, request_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from legnext_client.generated.operations import Operation, Price


class Estimate(NamedTuple):
    """What a call will probably cost, and why. `reserve` is what a budget should count, which may be more."""

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
    """What a call will cost: of an operation (or its name) with these fields, or of a request model.

    `fields` go by their names in Python or on the wire. `source` is the size of the source video (`"480p"`, `"720p"`),
    if it is known; if not, the dearer counts, and so it does of a field that must be given and is not. A fraction of a
    point is rounded up. Nothing about a prompt raises; a field that decides the price and has a wrong value does.
    """
    if source is not None and source not in (sizes := _sizes()):
        raise InvalidRequest(f"source must be one of {', '.join(sizes)}, or left out; got {source!r}.")
    found, values = request_of(operation, fields)
    if found.price is None:
        return Estimate(0, 0, ())
    points, reason = _points(found, found.price, values, source)
    asked = Asked(found, values)
    likely, possible = asked.likely(PRICE_FACTORS), asked.at_worst(PRICE_FACTORS)
    estimate = _times(points, (row.factor for row in likely))
    reserve = max(
        _times(points, (row.factor if row.reserve is None else row.reserve for row in rows)) for rows in possible
    )
    return Estimate(estimate, max(estimate, reserve), (reason, *map(_reason, likely)))


def typical_seconds(operation: Operation | str | RequestModel, fields: Mapping[str, object] | None = None) -> float:
    """How long a job usually takes, for what its prompt tells; 0 for what answers at once."""
    found, values = request_of(operation, fields)
    if found.seconds is None:
        return 0.0
    return found.seconds.median * prod(row.factor for row in Asked(found, values).likely(DURATION_FACTORS))


def _sizes() -> list[str]:
    """The sizes that a video can have. Another word would match no row of a price, and so be cheap by mistake."""
    return [size for operation in OPERATIONS.values() if operation.chain for size in operation.chain.sizes]


def _points(operation: Operation, table: Price, values: Mapping[str, object], source: str | None) -> tuple[int, str]:
    """The points before any factor: those of the last row that holds."""
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
    # Rounded before it is rounded up, so that 0.1 × 30 is 3 points and not 4.
    return ceil(round(points * prod(rows), 6))


def _reason(row: Factor) -> str:
    value = "" if row.value is None else f" {row.value}"
    return f"× {row.factor:g} {row.flag or ', '.join(row.models)}{value}"
