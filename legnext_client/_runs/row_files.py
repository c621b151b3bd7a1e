"""Read rows lazily from CSV with a header line, or from JSONL, with their positions.

Enum values may be written by name, as on the command line. A cell is a string unless its column expects a number, a
list or an object, which are JSON. An empty cell omits the field.
"""

from __future__ import annotations

import csv
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeAlias

from legnext_client._calls.items import OPERATION
from legnext_client._calls.planning import PAID, PAID_ALIASES, operation_named
from legnext_client._calls.uploading import mapped, takes_files
from legnext_client._downloads.local_files import path_of
from legnext_client._protocol.bounds import shown
from legnext_client._protocol.checks import nearest_field
from legnext_client._protocol.literals import fields_by_name, from_json, understood, values_of
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import Operation
from legnext_client.generated.types import is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

    from legnext_client.generated.operations import Field

Placed = tuple[str, object]
"""The position of a row, and the row or the error of reading it."""
Convert: TypeAlias = "Callable[[Iterable[Field], Mapping[str, Any]], dict[str, Any]]"

KEY = "key"
"""Name in a row besides the fields and the operation."""

_OTHERWISE = next(iter(PAID_ALIASES.values()), None)


def operation_of(name: object) -> Operation:
    """Return an operation by its name or its command's; by default, the one with an alias in the spec."""
    if name is None and _OTHERWISE is not None:
        return _OTHERWISE
    return operation_named(name.name if isinstance(name, Operation) else name)


def rows_of_file(path: Path) -> Iterator[Placed]:
    """Yield the rows of a file; raise `InvalidRequest` if it cannot be read further."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InvalidRequest(f"the name of a file of rows must end in {', '.join(_READERS)}; got {shown(path.name)}.")
    return _read(path, *reader)


def _read(path: Path, lines: Callable[[TextIO], Iterator[Placed]], convert: Convert) -> Iterator[Placed]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, row in lines(file):
                yield f"{path.name}, {line}", _converted(row, convert, path.parent)
    except InvalidRequest as error:
        error.message = f"{path.name}, {error.message}"
        raise
    except UnicodeDecodeError as error:
        raise InvalidRequest(
            f"{path.name} must be UTF-8 text; got the byte {error.object[error.start]:#x}. Save it as UTF-8."
        ) from None
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror or error}.") from None


def _converted(row: object, convert: Convert, folder: Path) -> object:
    """Return a row with values in place of their text, and paths, relative to the table, in place of files' names."""
    if not is_object(row):
        return row
    try:
        operation = operation_of(row.get(OPERATION))
    except InvalidRequest:
        return row  # the row reports the wrong name
    values = convert(operation.parameters + operation.fields, row)
    if not takes_files(operation.name):
        return values
    return mapped(operation.fields, values, lambda _, value, __: path_of(value, folder) or value)


# ---- JSONL --------------------------------------------------------------------------------------------------------


def _jsonl(file: TextIO) -> Iterator[Placed]:
    for number, line in enumerate(file, 1):
        if line.strip():
            yield f"line {number}", _line(line.rstrip("\r\n"))


def _line(line: str) -> object:
    try:
        row = from_json(line)
    except InvalidRequest as error:
        return error
    return row if is_object(row) else InvalidRequest(f"a line must be an object; got {shown(row)}.")


# ---- CSV ----------------------------------------------------------------------------------------------------------


def _csv(file: TextIO) -> Iterator[Placed]:
    lines = csv.reader(file, strict=True)
    try:
        header = next(lines, None)
        if header is None:
            return
        columns = _columns(header)
        begins = lines.line_num + 1
        for cells in lines:
            place, begins = f"line {begins}", lines.line_num + 1
            if any(cells):
                yield place, _row(columns, cells)
    except csv.Error as error:
        raise InvalidRequest(f"line {lines.line_num}: this is not valid CSV: {error}.") from None


def _columns(header: Sequence[str]) -> list[str]:
    """Return the column names; raise if one is not a field of a row."""
    columns = [name.strip() for name in header]
    only = None if OPERATION in columns else operation_of(None)
    fields = [
        field for operation in ([only] if only else PAID.values()) for field in operation.parameters + operation.fields
    ]
    known = {*fields_by_name(fields), OPERATION, KEY}
    for name in columns:
        if name and name not in known:
            a_field = f"a field of {only.name}" if only else "a field"
            hint = _hint(name, fields, only)
            raise InvalidRequest(f"line 1: column {shown(name)} must be {OPERATION}, {KEY} or {a_field}. {hint}")
        if name and columns.count(name) > 1:
            raise InvalidRequest(f"line 1: column {name} must occur once; it occurs {columns.count(name)} times.")
    return columns


def _hint(name: str, fields: Iterable[Field], only: Operation | None) -> str:
    """Suggest the intended column; `only` is the operation of all rows if no column names one."""
    if not set(name) & set(";\t|"):
        near = nearest_field(name, fields, only.prompt.field if only and only.prompt else None)
        words = [near.name] if near else get_close_matches(name, (OPERATION, KEY), n=1)
        if words:
            return f"Did you mean {words[0]}?"
        others = [
            operation.name
            for operation in PAID.values()
            if name in fields_by_name(operation.parameters + operation.fields)
        ]
        if others:
            return f"It is a field of {others[0]}, which a column {OPERATION} can name."
    return "The first line must name the columns, with commas between."


def _row(columns: Sequence[str], cells: Sequence[str]) -> object:
    if len(cells) != len(columns):
        return InvalidRequest(
            f"a line must have {len(columns)} cells, as the first has; got {len(cells)}. A text with a comma or a line "
            "break in it needs quotes around it."
        )
    row: dict[str, Any] = {name: cell for name, cell in zip(columns, cells, strict=True) if cell}
    if "" in row:
        return InvalidRequest(f"a cell must be in a column with a name; got {shown(row[''])}.")
    operation = row.pop(OPERATION, "").strip()
    return {**row, OPERATION: operation} if operation else row


_READERS: Mapping[str, tuple[Callable[[TextIO], Iterator[Placed]], Convert]] = {
    ".csv": (_csv, values_of), ".jsonl": (_jsonl, understood), ".ndjson": (_jsonl, understood)
}  # fmt: skip
"""How a file is read line by line, and its values from their text, by file extension."""
