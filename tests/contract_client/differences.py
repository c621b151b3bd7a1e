"""Where the client and the service differ on purpose in what they let through. There are two such cases:

- None is how Python says that an argument is not given. In a body, null is a value, and a wrong one.
- No bound is documented for pixels. The client refuses whole numbers that do not fit in 64 bits, which break many
  readers of JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from legnext_client.generated.operations import Field

Json = dict[str, Any]


def without_nones(fields: tuple[Field, ...], body: Json) -> Json:
    """What arguments with None among them mean: the same without them."""
    known = {field.wire: field for field in fields}
    return {
        name: _inside(known[name], value) if name in known else value
        for name, value in body.items()
        if value is not None or name not in known
    }


def _inside(field: Field, value: Any) -> Any:
    if isinstance(value, dict) and field.fields:
        return without_nones(field.fields, value)
    if isinstance(value, list) and field.items is not None:
        return [_inside(field.items, item) for item in value]
    return value


def has_too_large(value: Any) -> bool:
    """Whether there is a whole number in it that does not fit in 64 bits."""
    if isinstance(value, dict | list):
        return any(has_too_large(inner) for inner in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, int | float) and abs(value) >= 2**63
