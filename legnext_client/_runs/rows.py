"""Read the rows of a batch lazily, from a program or a file, and check all of them before anything is sent.

    survey = checked("posters.csv")
    print(survey.rows, survey.points)
    for item in read("posters.csv"): ...

A file is CSV or JSONL; its columns are field names, besides `operation` and `key`.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from legnext_client._calls.items import CALLBACK, CHAIN, OPERATION, Call, Row, digest_of
from legnext_client._calls.planning import PAID
from legnext_client._protocol.bounds import shown
from legnext_client._protocol.checks import prepare
from legnext_client._runs.chain_steps import judge_steps
from legnext_client._runs.chains import VideoChain
from legnext_client._runs.costs import Bill, billed
from legnext_client._runs.row_files import KEY, operation_of, rows_of_file
from legnext_client.errors import InvalidRequest, Problem
from legnext_client.generated.operations import Operation
from legnext_client.prices import RequestModel
from legnext_client.prompts import PromptWarning
from legnext_client.prompts.policy import OVERRIDE
from legnext_client.prompts.problems import frames_to_user

if TYPE_CHECKING:
    from legnext_client._calls.uploading import Uploads
    from legnext_client._prompt_policy import PromptPolicy

BatchRow: TypeAlias = RequestModel | VideoChain | tuple[str | Operation, Mapping[str, Any]] | Mapping[str, Any]
"""A row given by a program. Annotate `rows: list[BatchRow] = […]` to mix kinds under a type checker."""
Source: TypeAlias = str | os.PathLike[str] | Iterable[BatchRow]

AsyncSource: TypeAlias = Source | AsyncIterable[BatchRow]
"""What `AsyncClient.batch` takes."""

MOST_REPORTED = 20
"""Maximum number of different row errors reported one by one."""
LONGEST_KEY = 200

_BY_MODEL = {operation.request_model: operation for operation in PAID.values()}


class Survey(NamedTuple):
    """The estimated totals of a batch."""

    rows: int
    points: int
    reserve: int
    """Points that a budget should count, which may be higher."""
    typical_seconds: float
    """The usual duration of the jobs in sequence."""
    doubts: tuple[PromptWarning, ...] = ()
    """By row; if there are many, the last one covers the rest."""
    left: Bill = Bill()
    """The rest to pay, without the requests already in the journal."""

    def __str__(self) -> str:
        rows, left = f"{self.rows} row{_s(self.rows)}, {self.points} points", self.left
        if self.points and not left.points:
            return f"{rows} in all, of which nothing is left to be paid"
        if left.points < self.points:
            rows = f"{rows} in all, of which {left.points} are left to be paid for {left.rows} row{_s(left.rows)}"
        more = f"; a budget counts {left.reserve}" if left.reserve != left.points else ""
        minutes = max(1, round(left.typical_seconds / 60))
        return f"{rows}{more}, about {minutes} minute{_s(minutes)} of work"


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def read(source: Source, uploads: Uploads | None = None) -> Iterator[Row]:
    """Yield the rows of a batch. An invalid one has an error (`wrong`) and no steps."""
    return (row for _, row in _placed(source, uploads))


def read_once(source: Source, uploads: Uploads | None = None, *, prompts: PromptPolicy = "refuse") -> Iterator[Row]:
    """Yield rows that were not surveyed; a prompt warning is issued as its row is read.

    If `PromptWarning` is an error, the row becomes invalid.
    """
    for place, row in _placed(source, uploads):
        yield _judged(place, row, prompts)


async def async_read_once(
    source: AsyncIterable[BatchRow], uploads: Uploads | None = None, *, prompts: PromptPolicy = "refuse"
) -> AsyncIterator[Row]:
    """Yield rows from an async iterable, as `read_once` does."""
    rows, number = Rows(uploads), 0
    async for given in source:
        number += 1
        place = f"row {number}"
        yield _judged(place, rows.row(place, given), prompts)


def _judged(place: str, row: Row, prompts: PromptPolicy) -> Row:
    try:
        if doubt := judge_steps(row.calls, prompts, place):
            warnings.warn(doubt, stacklevel=frames_to_user())
    except InvalidRequest as error:
        return wrong_row(row.key, place, error)
    except PromptWarning as warning:
        return wrong_row(row.key, place, InvalidRequest(f"{warning}.", problems=warning.problems))
    return row


def can_be_read_again(source: object) -> bool:
    """Return whether the rows can be read twice, as a file or a list can, but not a generator."""
    if isinstance(source, str | os.PathLike):
        path = Path(source)  # pyright: ignore[reportUnknownArgumentType]
        return path.is_file() or not path.exists()  # reading a missing file raises a clear error  # pyright: ignore[reportUnknownArgumentType]
    return isinstance(source, Iterable) and not isinstance(source, Iterator)


def checked(source: Source, uploads: Uploads | None = None, *, prompts: PromptPolicy = "refuse") -> Survey:
    """Check every row before anything is sent; raise one `InvalidRequest` with all errors.

    `prompts` is the prompt policy, as in a client's settings.
    """
    return surveyed(source, uploads, prompts=prompts)[0]


def surveyed(
    source: Source, uploads: Uploads | None = None, *, prompts: PromptPolicy = "refuse"
) -> tuple[Survey, list[Row]]:
    """Check every row; return the totals and the rows."""
    rows: list[Row] = []
    errors: dict[str, InvalidRequest] = {}  # the first row with each, by its message without the position
    alike, doubts, refused, doubtful = Counter[str](), list[PromptWarning](), 0, 0
    try:
        for place, row in _placed(source, uploads):
            rows.append(row)
            try:
                if row.wrong is not None:
                    raise row.wrong
                if doubt := judge_steps(row.calls, prompts, place):
                    doubtful += 1
                    doubts += [doubt] if doubtful <= MOST_REPORTED else []
            except InvalidRequest as error:
                refused += 1
                message = error.message.removeprefix(f"{place}: ")
                if message in errors or len(errors) < MOST_REPORTED:
                    errors.setdefault(message, error)
                    alike[message] += 1
    except InvalidRequest as error:  # the rows cannot be read any further
        if not refused:
            raise
        errors[error.message] = error
        alike[error.message] = 1
    if refused:
        raise _refusal(errors, alike, refused, len(rows))
    if rest := doubtful - len(doubts):
        doubts.append(PromptWarning(f"the prompts of {rest} more row{_s(rest)} have problems"))
    bill = billed((row, range(row.steps)) for row in rows)._replace(rows=len(rows))
    return Survey(*bill, tuple(doubts), bill), rows


def _refusal(errors: Mapping[str, InvalidRequest], alike: Counter[str], refused: int, rows: int) -> InvalidRequest:
    """Return one error about all invalid rows."""
    reports: list[str] = []
    for message, error in errors.items():
        same = alike[message] - 1
        more = f" The same in {same} more row{_s(same)}." if same else ""
        reports.append(error.message.removesuffix(f" {OVERRIDE}") + more)
    if unreported := refused - alike.total():
        reports.append(f"And {unreported} more.")
    if any(error.message.endswith(OVERRIDE) for error in errors.values()):
        reports.append(OVERRIDE)
    return InvalidRequest(
        f"{refused} of {rows} rows cannot be sent. {' '.join(reports)}",
        problems=[problem for error in errors.values() for problem in error.problems],
    )


def _placed(source: Source, uploads: Uploads | None) -> Iterator[tuple[str, Row]]:
    """Yield each row with its position."""
    rows = Rows(uploads)
    return ((place, rows.row(place, given)) for place, given in _given(source))


def _given(source: Any) -> Iterator[tuple[str, object]]:
    if isinstance(source, str | os.PathLike):
        return rows_of_file(Path(source))  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(source, AsyncIterable):
        raise InvalidRequest(f"rows from an async iterable need an AsyncClient; got {shown(source)}.")
    if isinstance(source, Mapping | VideoChain) or not isinstance(source, Iterable):
        raise InvalidRequest(f"rows must be a list or another iterable, or the path of a file; got {shown(source)}.")
    return ((f"row {number}", row) for number, row in enumerate(source, 1))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


# ---- one row ------------------------------------------------------------------------------------------------------


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
