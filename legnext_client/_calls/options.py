"""The options of a single call: its own timeout, and what is sent beside the fields of its operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._calls.settings import positive
from legnext_client._protocol.headers import wrong_header
from legnext_client.errors import ConfigurationError, InvalidRequest
from legnext_client.generated.types import PaidOptions, encode, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client._protocol.flow import Request
    from legnext_client.generated.operations import Operation

NAMES = frozenset(PaidOptions.__annotations__)


class Extras(NamedTuple):
    """What is added to a request."""

    headers: Mapping[str, str] = {}
    query: str = ""
    body: Mapping[str, Any] = {}
    timeout: float | None = None

    def added_to(self, request: Request) -> Request:
        """Return the request with the extras."""
        if not (self.headers or self.query or self.body):
            return request
        built = request._replace(
            query="&".join(filter(None, (request.query, self.query))), headers={**request.headers, **self.headers}
        )
        if not self.body:
            return built
        sent = {**(request.sent or {}), **self.body}
        written = encode(request.method, request.path, media="application/json", body=sent)
        return built._replace(body=written.content, sent=sent)


def read_options(
    options: Mapping[str, Any], operation: Operation, fields: Mapping[str, Any], *, has_ledger: bool
) -> tuple[Extras, dict[str, Any]]:
    """Check the options of a call before anything is held or sent; anything else is returned, as a field."""
    others = {name: value for name, value in options.items() if name not in NAMES}
    if twice := sorted(fields.keys() & others.keys()):
        raise InvalidRequest(f"{operation.name}: {twice[0]} is not an argument here, because it is already known.")
    if len(others) == len(options):
        return Extras(), others
    given = {name: value for name, value in options.items() if name in NAMES and value is not None}
    key = given.get("key")
    if key is not None:
        if not isinstance(key, str) or not key.strip():
            raise InvalidRequest(f"key must be a string, not empty; got {key!r}.")
        marked = any(field.idempotency for field in operation.parameters)
        if not has_ledger and not marked:
            raise ConfigurationError(f'key={key!r} needs a ledger, which remembers it: Client(ledger="legnext.db").')
    timeout = given.get("timeout")
    headers: Mapping[str, str] = _mapping(given, "extra_headers")
    query, body = _mapping(given, "extra_query"), _mapping(given, "extra_body")
    if wrong := wrong_header("extra_headers", headers):
        raise InvalidRequest(wrong)
    if body and (operation.media != "application/json" or not operation.fields):
        sends = operation.media if operation.fields else "no body"
        raise InvalidRequest(f"extra_body is for a JSON body; {operation.name} sends {sends}.")
    if known := [name for name in body if any(name in (field.name, field.wire) for field in operation.fields)]:
        raise InvalidRequest(
            f"extra_body must not hold {known[0]}, a field of {operation.name}: pass it as an argument."
        )
    try:
        built = encode("GET", "/", query=query, media="application/json" if body else None, body=dict(body))
    except (TypeError, ValueError) as error:
        raise InvalidRequest(f"extra_query and extra_body must be values of JSON: {error}.") from None
    return Extras(headers, built.query, body, None if timeout is None else positive("timeout", timeout)), others


def _mapping(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name, {})
    if not is_object(value):
        raise InvalidRequest(f"{name} must be a dictionary; got {value!r}.")
    return value
