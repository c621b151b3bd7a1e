"""Names and values of headers that a caller may set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.generated.types import is_object

if TYPE_CHECKING:
    from collections.abc import Collection

IN_HEADER = "must be printable ASCII without spaces around it, because it is sent in a header"
FRAMING = frozenset(("host", "connection", "content-length", "transfer-encoding"))
"""Headers that belong to the connection and the body."""
OURS = FRAMING | {API_KEY_HEADER.lower(), "authorization", "accept-encoding"}
"""Headers on which the key, or the reading of a response, depends."""
_BY_DEFAULT = {"user-agent": "pass user_agent=", "content-type": "it depends on the request", "accept": "it is JSON"}
"""Headers that cannot be set for all requests, and why."""
_SEPARATORS = frozenset('()<>@,;:\\"/[]?={} \t')


def fits_header(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable() and value == value.strip()


def wrong_header(setting: str, headers: object, *, default: bool = False, ours: Collection[str] = OURS) -> str | None:
    """Return what is wrong with a caller's headers: they cannot be sent, or the client sets them itself."""
    if not is_object(headers):
        return f"{setting} must be a dictionary; got {headers!r}."
    for name, value in headers.items():
        if not fits_header(name) or not name or set(name) & _SEPARATORS:
            return f"{setting}: {name!r} is not the name of a header."
        if name.lower() in ours:
            return f"{setting} must not set {name}: the client sets it itself."
        if default and (reason := _BY_DEFAULT.get(name.lower())):
            return f"{setting} must not set {name}: {reason}."
        if not fits_header(value):
            return f"{setting}: {name} {IN_HEADER}; got {value!r}."
    return None
