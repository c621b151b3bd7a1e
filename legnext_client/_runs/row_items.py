"""Turn a row of a batch, in any form, into a `Row`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from legnext_client._calls.items import CALLBACK, CHAIN, OPERATION, Call, Row, digest_of
from legnext_client._calls.planning import PAID, PAID_ALIASES, operation_named
from legnext_client._protocol.bounds import shown
from legnext_client._protocol.checks import prepare
from legnext_client._runs.chains import VideoChain
from legnext_client.errors import InvalidRequest, Problem
from legnext_client.generated.operations import Operation

if TYPE_CHECKING:
    from legnext_client._calls.uploading import Uploads

KEY = "key"
"""Name in a row besides the fields and the operation."""
LONGEST_KEY = 200

_BY_MODEL = {operation.request_model: operation for operation in PAID.values()}
_OTHERWISE = next(iter(PAID_ALIASES.values()), None)


class Rows:
    """A factory of rows with unique keys."""

    def __init__(self, uploads: Uploads | None = None) -> None:
        self._uploads = uploads
        self._places: dict[str, str] = {}
        self._same: Counter[str] = Counter()

    def row(self, place: str, given: object) -> Row:
        """Return the row that was given in any form; `place` is its position, for error messages."""
        key: str | None = None
        try:
            if isinstance(given, InvalidRequest):
                raise given
            named, request = _split(given)
            key = self._taken(named, place) if named is not None else None
            return self._requested(key, place, request)
        except InvalidRequest as error:
            error.message = f"{place}: {error.message}"
            return wrong_row(key or place, place, error)

    def _requested(self, key: str | None, place: str, request: VideoChain | tuple[Operation, Mapping[str, Any]]) -> Row:
        if isinstance(request, VideoChain):
            row = request.row("")
            row.key = key or self._made(f"chain-{row.digest}", place)
            return row
        operation, fields = request
        if any(field.type == "file" for field in operation.fields):
            raise InvalidRequest(
                f"{operation.name} uploads a file, which a row cannot do. "
                f"Call client.{operation.namespace}.{operation.name}(...) for each file instead."
            )
        if self._uploads is not None:
            fields = self._uploads.read(operation, fields)
        prepared = prepare(operation, fields)
        body = {**prepared.parameters, **prepared.body}
        digest = digest_of([(operation.name, _without_defaults(operation, body))])
        return Row(key or self._made(f"{operation.name}-{digest}", place), digest, (Call(operation, body),))

    def _taken(self, key: object, place: str) -> str:
        """Check and reserve a key given by the caller."""
        if isinstance(key, int) and not isinstance(key, bool):
            key = str(key)
        if not isinstance(key, str) or not key.isprintable() or "/" in key or not 0 < len(key) <= LONGEST_KEY:
            must = f"must be 1 to {LONGEST_KEY} printable characters without /"
            raise _wrong(KEY, must, shown(key))
        if key in self._places:
            raise _wrong(KEY, "must be unique", f"{shown(key)} again, as in {self._places[key]}")
        self._places[key] = place
        return key

    def _made(self, base: str, place: str) -> str:
        """Derive a key from the request, so that it does not depend on the row's position."""
        while True:
            self._same[base] += 1
            key = base if self._same[base] == 1 else f"{base}~{self._same[base]}"
            if key not in self._places:
                self._places[key] = place
                return key


def wrong_row(key: str, place: str, error: InvalidRequest) -> Row:
    """Return a row that cannot be sent."""
    return Row(key, "", description={"row": place}, wrong=error)


def operation_of(name: object) -> Operation:
    """Return an operation by its name or its command's; by default, the one with an alias in the spec."""
    if name is None and _OTHERWISE is not None:
        return _OTHERWISE
    return operation_named(name.name if isinstance(name, Operation) else name)


def _split(row: Any) -> tuple[object, VideoChain | tuple[Operation, Mapping[str, Any]]]:
    """Split a row into its key, if given, and its request."""
    if isinstance(row, VideoChain):
        return None, row
    if isinstance(row, Mapping):
        fields: dict[str, Any] = dict(row)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        key, chain = fields.pop(KEY, None), fields.pop(CHAIN, None)
        if chain is None:
            return key, (operation_of(fields.pop(OPERATION, None)), fields)
        if fields:
            raise InvalidRequest(f"besides {CHAIN}, only {KEY} is allowed; got {', '.join(fields)}.")
        return key, chain if isinstance(chain, VideoChain) else VideoChain.from_dict(chain)
    if isinstance(row, tuple | list) and len(row) == 2:  # pyright: ignore[reportUnknownArgumentType]
        name, values = cast("Sequence[Any]", row)
        if not isinstance(values, Mapping):
            raise InvalidRequest(f"the fields of a pair must be a mapping; got {shown(values)}.")
        return None, (operation_of(name), values)  # pyright: ignore[reportUnknownVariableType]
    operation = _BY_MODEL.get(type(row).__name__)  # pyright: ignore[reportUnknownArgumentType]
    if operation is None:
        raise InvalidRequest(
            f"a row must be a request model, a pair (operation, fields), a VideoChain or a mapping; got {shown(row)}."
        )
    return None, (operation, _values(operation, row))


def _values(operation: Operation, request: Any) -> dict[str, Any]:
    """Read a request model's fields directly, because its `to_dict` fails on a wrong type without naming the field."""
    return {
        field.name: getattr(request, field.name, getattr(request, f"{field.name}_", None)) for field in operation.fields
    }


def _without_defaults(operation: Operation, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body without explicit defaults and the callback, which do not change the request."""
    defaults = {field.wire: field.default for field in operation.fields if field.default is not None}.items()
    return {wire: value for wire, value in body.items() if wire != CALLBACK and (wire, value) not in defaults}


def _wrong(field: str, must: str, got: str) -> InvalidRequest:
    problem = Problem(field, must, got)
    return InvalidRequest(f"{problem}.", problems=(problem,))
