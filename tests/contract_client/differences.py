"""Where the client and the service differ on purpose in what they let through. There are two such cases:

- None is how Python says that an argument is not given. In a body, null is a value, and a wrong one.
- No bound is documented for pixels. The client refuses whole numbers that do not fit in 64 bits, which break many
  readers of JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.description import resolved
from tests.contract.values import admits_null

if TYPE_CHECKING:
    from tests.contract.description import Schema

Json = dict[str, Any]


def without_nones(schema: Schema, body: Json) -> Json:
    """What arguments with None among them mean: the same without them, where null is no value."""
    known = resolved(schema).get("properties", {})
    return {
        name: _inside(known[name], value) if name in known else value
        for name, value in body.items()
        if value is not None or name not in known or admits_null(known[name])
    }


def _inside(schema: Schema, value: Any) -> Any:
    flat = resolved(schema)
    if isinstance(value, dict) and "properties" in flat:
        return without_nones(flat, value)
    if isinstance(value, list) and "items" in flat:
        return [_inside(flat["items"], item) for item in value]
    return value


def has_too_large(value: Any) -> bool:
    """Whether there is a whole number in it that does not fit in 64 bits."""
    if isinstance(value, dict | list):
        return any(has_too_large(inner) for inner in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, int | float) and abs(value) >= 2**63
