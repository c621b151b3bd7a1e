"""From words to values: numbers, names of enums, objects, lists, files and standard input."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._protocol.literals import name_of, names_of
from legnext_client.cli.fields import text_of, value_of
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS, Field
from tests.tables import for_each

if TYPE_CHECKING:
    from pathlib import Path

SIZE = Field("size", "size", "integer", enum=(0, 1), enum_names=("SD_480P", "HD_720P"))
SHAPE = Field("shape", "shape", "string", enum=("keep", "1:1", "LOW_res"), enum_names=("KEEP", "SQUARE", "LOW_RES"))
POINT = Field(
    "point",
    "point",
    "object",
    fields=(
        Field("x", "x", "integer"),
        Field("far_away", "farAway", "number"),
        Field("url", "url", "string"),
        Field("shape", "shape", "string", enum=SHAPE.enum, enum_names=SHAPE.enum_names),
        Field("corners", "corners", "array", items=Field("corners", "corners", "integer")),
    ),
)


@for_each(
    ("field", "given", "value"),
    [
        (Field("n", "n", "integer"), "7", 7),
        (Field("n", "n", "integer"), "-7", -7),
        (Field("n", "n", "integer"), "seven", "seven"),
        (Field("n", "n", "integer"), "null", "null"),
        *((Field("n", "n", kind, nullable=True), "null", None) for kind in ("integer", "string", "boolean", "object")),
        (Field("n", "n", "array", items=Field("n", "n", "string"), nullable=True), ["null"], None),
        (Field("n", "n", "array", items=Field("n", "n", "string"), nullable=True), ["null", "a"], ["null", "a"]),
        (Field("n", "n", "string"), "null", "null"),
        (Field("n", "n", "boolean", nullable=True), "true", True),
        (SIZE._replace(nullable=True), "null", None),
        (Field("n", "n", "number"), "1.5", 1.5),
        (Field("n", "n", "boolean"), True, True),
        (SIZE, "1", 1),
        (SIZE, "hd-720p", 1),
        (SIZE, "HD_720P", 1),
        (SIZE, "480p", 0),
        (SIZE, "1080p", "1080p"),
        (SHAPE, "KEEP", "keep"),
        (SHAPE, "1:1", "1:1"),
        (SHAPE, "square", "1:1"),
        (SHAPE, "low-res", "LOW_res"),
        (POINT, '{"x": 1}', {"x": 1}),
        (POINT, "x=1,farAway=2.5", {"x": 1, "farAway": 2.5}),
        (POINT, "url=https://example.com/a,b?x=1,far_away=2", {"url": "https://example.com/a,b?x=1", "far_away": 2}),
        (POINT, "shape=square", {"shape": "1:1"}),
        (POINT, "corners=[1, 2]", {"corners": [1, 2]}),
        (POINT, "y=1", {"y": "1"}),
        (POINT, "x=1,y=3,far_away=2", {"x": 1, "y": "3", "far_away": 2}),
        (POINT, "nonsense", "nonsense"),
        (POINT, "{broken", "{broken"),
        (POINT, "[" * 100_000, "[" * 100_000),
        (Field("l", "l", "array", items=Field("l", "l", "string")), ["a", "b"], ["a", "b"]),
        (Field("l", "l", "array", items=Field("l", "l", "string")), ['["a", "b"]', "c"], ["a", "b", "c"]),
        (Field("l", "l", "array", items=Field("l", "l", "integer")), ["1", "[2, 3]"], [1, 2, 3]),
        (Field("l", "l", "array", items=POINT), ["x=1", '{"x": 2}'], [{"x": 1}, {"x": 2}]),
        (Field("l", "l", "array"), ["1", "x"], [1, "x"]),
    ],
)
def test_a_text_becomes_the_value_that_it_says(field: Field, given: Any, value: Any) -> None:
    assert value_of(field, given) == value


def test_a_word_of_two_names_is_no_name() -> None:
    field = Field("f", "f", "integer", enum=(0, 1), enum_names=("LOW_RES", "LOW_COST"))
    assert value_of(field, "low") == "low"
    assert value_of(field, "cost") == 1


def test_every_enum_of_the_table_is_understood_as_it_is_written_and_in_capitals() -> None:
    tried = 0
    for operation in OPERATIONS.values():
        for field in operation.fields:
            for value, name in zip(field.enum, names_of(field), strict=True):
                assert value_of(field, name) == value_of(field, name.upper()) == value_of(field, str(value)) == value
                assert name_of(field, value) == name
                tried += 1
    assert tried > 30


def test_texts_come_from_files_and_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("\n  a fox,\nat dusk --v 7\n", encoding="utf-8")
    assert text_of(f"@{prompt}") == "a fox,\nat dusk --v 7"
    assert text_of("@@home") == "@home"
    monkeypatch.setattr("sys.stdin", io.StringIO("a hare\n"))
    assert text_of("-") == "a hare"


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"", "is empty"), (b" \n", "is empty"), (b"\xff\xfe", "not UTF-8")]
)
def test_a_file_that_gives_no_text_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "prompt.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidRequest, match=said):
        text_of(f"@{path}")
