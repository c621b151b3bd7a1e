"""Rows that are written to a file and read back ask for the same, whatever it is and however it is spelled."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legnext_client._calls.planning import PAID
from legnext_client._runs.rows import checked, read
from legnext_client.chains import VideoChain

from .drawing import requests

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client._calls.items import Row
    from legnext_client.generated.operations import Field, Operation

LISTS = st.lists(requests(), min_size=1, max_size=6)
KEYS = st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="/"), min_size=1, max_size=200)
LENIENT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


def asked(items: list[Row]) -> list[tuple[Any, ...]]:
    return [(item.key, item.digest, item.steps, item.wrong, item.described()) for item in items]


@LENIENT
@given(LISTS, st.data())
def test_rows_come_back_from_csv(
    tmp_path: Path, rows: list[tuple[Operation, dict[str, Any]]], data: st.DataObject
) -> None:
    columns = list(dict.fromkeys(name for _, fields in rows for name in fields))
    columns = data.draw(st.permutations(["operation", *columns]))
    # The writer quotes no line break but the one that it ends lines with.
    ends = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    all_of_them = ends != "\r\n" or data.draw(st.booleans())
    written = io.StringIO(newline="")
    lines = csv.writer(written, lineterminator=ends, quoting=csv.QUOTE_ALL if all_of_them else csv.QUOTE_MINIMAL)
    lines.writerow(columns)
    for operation, fields in rows:
        known = {name: field for field in operation.fields for name in (field.name, field.wire)}
        cells = {name: cell(known[name], value, data) for name, value in fields.items()}
        lines.writerow([operation.name if name == "operation" else cells.get(name, "") for name in columns])
    path = tmp_path / "rows.csv"
    path.write_bytes(written.getvalue().encode(data.draw(st.sampled_from(["utf-8", "utf-8-sig"]))))
    assert asked(list(read(path))) == asked(list(read([(operation.name, fields) for operation, fields in rows])))


def cell(field: Field, value: Any, data: st.DataObject) -> str:
    if field.enum:
        names = [str(value)]
        if name := dict(zip(field.enum, field.enum_names, strict=bool(field.enum_names))).get(value):
            names += [name, name.lower()]
        return data.draw(st.sampled_from(names))
    if field.type in ("object", "array"):
        return json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    if field.type == "string":
        return str(value)
    if isinstance(value, bool | dict):
        return json.dumps(value)
    return data.draw(st.sampled_from([str(value), f" {value} ", str(float(value))]))


@LENIENT
@given(LISTS, st.lists(KEYS, min_size=6, max_size=6, unique=True), st.data())
def test_rows_come_back_from_jsonl(
    tmp_path: Path, rows: list[tuple[Operation, dict[str, Any]]], keys: list[str], data: st.DataObject
) -> None:
    given_rows: list[dict[str, Any]] = [
        {"operation": operation.name, "key": key, **fields}
        for (operation, fields), key in zip(rows, keys, strict=False)
    ]
    given_rows.append({"key": "~chain~", "chain": VideoChain.start("x").extend("on", 2).to_dict()})
    lines = [json.dumps(row, ensure_ascii=data.draw(st.booleans())) for row in given_rows]
    path = tmp_path / "rows.jsonl"
    path.write_bytes(data.draw(st.sampled_from(["\n", "\r\n", "\n\n"])).join(lines).encode())
    assert asked(list(read(path))) == asked(list(read(given_rows)))


@given(LISTS)
def test_what_a_row_is_described_as_is_a_row_that_asks_for_the_same(
    rows: list[tuple[Operation, dict[str, Any]]],
) -> None:
    pairs = [(operation.name, fields) for operation, fields in rows]
    items = list(read(pairs))
    described: list[Any] = [json.loads(json.dumps(item.described())) for item in items]
    assert asked(list(read(described))) == asked(items)
    one, other = checked(described, prompts="warn"), checked(pairs, prompts="warn")
    assert list(map(str, one.doubts)) == list(map(str, other.doubts))
    assert one._replace(doubts=()) == other._replace(doubts=())


def test_no_field_is_called_like_what_stands_beside_the_fields() -> None:
    names = {name for operation in PAID.values() for field in operation.fields for name in (field.name, field.wire)}
    assert not names & {"operation", "key", "chain"}
