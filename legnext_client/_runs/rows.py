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
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from legnext_client._protocol.bounds import shown
from legnext_client._runs.chain_steps import judge_steps
from legnext_client._runs.chains import VideoChain
from legnext_client._runs.costs import Bill, billed
from legnext_client._runs.row_files import rows_of_file
from legnext_client._runs.row_items import Rows, wrong_row
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import Operation
from legnext_client.prices import RequestModel
from legnext_client.prompts import PromptWarning
from legnext_client.prompts.policy import OVERRIDE
from legnext_client.prompts.problems import frames_to_user

if TYPE_CHECKING:
    from legnext_client._calls.items import Row
    from legnext_client._calls.uploading import Uploads
    from legnext_client._prompt_policy import PromptPolicy

BatchRow: TypeAlias = RequestModel | VideoChain | tuple[str | Operation, Mapping[str, Any]] | Mapping[str, Any]
"""A row given by a program. Annotate `rows: list[BatchRow] = […]` to mix kinds under a type checker."""
Source: TypeAlias = str | os.PathLike[str] | Iterable[BatchRow]

AsyncSource: TypeAlias = Source | AsyncIterable[BatchRow]
"""What `AsyncClient.batch` takes."""

MOST_REPORTED = 20
"""Maximum number of different row errors reported one by one."""


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
