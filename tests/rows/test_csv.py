"""A CSV file is a batch: cells are what their columns say, and what cannot be read is told by line and column."""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._runs.rows import checked, read
from legnext_client.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Rows = list[dict[str, Any]]


@pytest.fixture
def bodies(tmp_path: Path) -> Callable[[str], Rows]:
    """What the rows of a text ask for; what is wrong is raised."""

    def found(text: str, encoding: str = "utf-8") -> Rows:
        path = tmp_path / "rows.csv"
        path.write_bytes(text.encode(encoding))
        checked(path)
        return [dict(item.described()) for item in read(path)]

    return found


def test_columns_are_fields_by_either_name_and_an_empty_cell_is_not_given(bodies: Callable[[str], Rows]) -> None:
    text = "operation,jobId,image_no,type,remix_prompt,text\nupscale,a,0,1,,\nvariation,b,3,0,bluer,\n,,,,,a cat\n"
    assert bodies(text) == [
        {"operation": "upscale", "jobId": "a", "imageNo": 0, "type": 1},
        {"operation": "variation", "jobId": "b", "imageNo": 3, "type": 0, "remixPrompt": "bluer"},
        {"operation": "diffusion", "text": "a cat"},
    ]


def test_without_a_column_for_it_the_operation_with_an_alias_is_meant(bodies: Callable[[str], Rows]) -> None:
    assert bodies("text\nx\n") == [{"operation": "diffusion", "text": "x"}]


@pytest.mark.parametrize(
    ("head", "cells", "name", "value"),
    [
        ("operation,jobId,imageNo,type", "upscale,a,1,creative", "type", 1),
        ("operation,jobId,imageNo,type", "upscale,a,1,SUBTLE", "type", 0),
        ("operation,jobId,imageNo,type", "upscale,a,1,1.0", "type", 1),
        ("operation,jobId,imageNo,type", "upscale,a, 2 ,0", "imageNo", 2),
        ("operation,jobId,imageNo,type", " upscale ,007,2.0,0", "imageNo", 2),
        ("operation,jobId,imageNo,type", "upscale,007,2,0", "jobId", "007"),
        ("operation,jobId,image_no,scale", "outpaint,a,1,1.5", "scale", 1.5),
        ("operation,jobId,image_no,scale", "outpaint,a,1,2", "scale", 2),
        ("operation,jobId,image_no,scale", "outpaint,a,1,+15e-1", "scale", 1.5),
        ("operation,jobId,image_no,target_resolution", "enhance_upscale,a,1,4k", "target_resolution", "4K"),
        ("operation,img_urls,aspect_ratio", 'blend,"[""https://a"",""https://b""]",square', "aspect_ratio", "1:1"),
        ("operation,img_urls,aspect_ratio", 'blend,"[""https://a"",""https://b""]",3:2', "aspect_ratio", "3:2"),
        (
            "operation,img_urls,aspect_ratio",
            'blend,"[""https://a"",""https://b""]",1:1',
            "imgUrls",
            ["https://a", "https://b"],
        ),
        ("operation,job_id,image_no,mask", 'inpaint,a,0,"{""url"": ""https://a/m""}"', "mask", {"url": "https://a/m"}),
        ("operation,image_no,video_type,job_id", "video_diffusion,0,HD_720P,a", "videoType", 1),
        ("operation,job_id,image_no,mask", "inpaint,a,0,url=https://a/m?x=1", "mask", {"url": "https://a/m?x=1"}),
        ("operation,prompt,video_type", "video-diffusion,waves,720p", "videoType", 1),
        ("operation,prompt,video_type", "video_diffusion,waves,sd-480p", "videoType", 0),
        ("operation,job_id,image_no,remix_prompt", "remix,a,0,17", "remixPrompt", "17"),
        ("operation,job_id,image_no,remix_prompt", "remix,a,0, x ", "remixPrompt", " x "),
    ],
)
def test_a_cell_is_what_its_column_says(
    bodies: Callable[[str], Rows], head: str, cells: str, name: str, value: Any
) -> None:
    [body] = bodies(f"{head}\n{cells}\n")
    assert (body[name], type(body[name])) == (value, type(value))


def test_any_ends_of_lines_and_breaks_within_quotes(bodies: Callable[[str], Rows]) -> None:
    for end in ("\n", "\r\n", "\r"):
        text = end.join(["key,text", 'a,"one, two', 'three ""four"""', "b,five", ""])
        assert [row["text"] for row in bodies(text)] == [f'one, two{end}three "four"', "five"]


def test_a_byte_order_mark_blank_lines_and_empty_columns_of_spreadsheets_are_passed_over(
    bodies: Callable[..., Rows],
) -> None:
    text = " text ,key,,\r\nx,a,,\r\n\r\n,,,\r\ny,b,,\r\n"
    assert [row["text"] for row in bodies(text, "utf-8-sig")] == ["x", "y"]


@pytest.mark.parametrize("text", ["", "text\n", "text", "\ufefftext\r\n\r\n"])
def test_a_file_without_rows_has_none(bodies: Callable[[str], Rows], text: str) -> None:
    assert bodies(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "txt\nx\n",
            r"^rows.csv, line 1: column 'txt' must be operation, key or a field of diffusion. Did you mean text\?",
        ),
        (
            "prompt\n" + "x\n" * 200,
            r"^rows.csv, line 1: column 'prompt' must be .*\. Did you mean text\? Nothing was sent\.$",
        ),
        ("video_type\n1\n", "It is a field of video_diffusion, which a column operation can name"),
        (
            "operation,prompt\n" + "imagine,x\n" * 200,
            r"^200 of 200 rows cannot be sent. rows.csv, line 2: diffusion: prompt is not a field here \(did you mean "
            r"text\?\)\. The same in 199 more rows\. Nothing was sent\.$",
        ),
        ("operation;text\nimagine;x\n", "^rows.csv, line 1: column 'operation;text' must be .* with commas between"),
        ("Text\nx\n", "line 1: column 'Text' must be operation, key or a field"),
        ("text,text\nx,y\n", "^rows.csv, line 1: column text must occur once; it occurs 2 times"),
        (
            "text,\nx,y\n",
            "^1 of 1 rows cannot be sent. rows.csv, line 2: a cell must be in a column with a name; got",
        ),
        ("text\nx\na cat, a dog\n", "rows.csv, line 3: a line must have 1 cells, as the first has; got 2"),
        ("text,key\nx\n", "rows.csv, line 2: a line must have 2 cells, as the first has; got 1"),
        ("operation,text\nimagin,x\n", r"line 2: operation must be one that makes a job \(did you mean imagine\?\)"),
        ("operation,text\nupscale,x\n", "line 2: upscale: 4 fields are wrong. text is not a field here"),
        (
            "operation,job_id,image_no,type\nupscale,a,x,2\n",
            "upscale: 2 fields are wrong. image_no must be an integer, 0",
        ),
        ("operation,job_id,imageNo,type\nupscale,a,1.5,1\n", "imageNo must be an integer, 0 to 3; got 1.5"),
        (f"operation,jobId,imageNo,type\nupscale,a,{'9' * 5000},1\n", "imageNo must be an integer, 0 to 3; got '999"),
        ("operation,jobId,imageNo,scale\noutpaint,a,1,1e999\n", "scale must be a number, 1.1 to 2.0; got inf"),
        ("operation,jobId,imageNo,scale\noutpaint,a,1,nan\n", "scale must be a number, 1.1 to 2.0; got 'nan'"),
        (
            'operation,img_urls,aspect_ratio\nblend,"https://a",1:1\n',
            "img_urls must be a list, .*; got invalid JSON: 'ht",
        ),
        ('operation,img_urls,aspect_ratio\nblend,"[""x"",1]",1:1\n', r"img_urls\[0\] must begin with http"),
        ("operation,job_id,image_no,mask\ninpaint,a,0,{}\n", "mask must have exactly one of areas, url"),
        ("operation,job_id,image_no,mask\ninpaint,a,0,[[[\n", "mask must be an object .*; got invalid JSON"),
        ("text,key\nx,a/b\n", "line 2: key must be 1 to 200 printable characters without /; got 'a/b'"),
        (
            "key,text\na,x\nb,y\na,z\n",
            "line 4: key must be unique; got 'a' again, as in rows.csv, line 2",
        ),
        ('text\n"x\n', "^rows.csv, line 2: this is not valid CSV: unexpected end of data"),
        ('text\n"x"y\n', "^rows.csv, line 2: this is not valid CSV: ',' expected after '\"'"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(bodies: Callable[[str], Rows], text: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        bodies(text)


def test_lines_are_counted_as_editors_count_them(bodies: Callable[[str], Rows]) -> None:
    with pytest.raises(InvalidRequest, match=r"rows.csv, line 6: diffusion: text must have"):
        bodies('key,text\na,"one\ntwo"\n\nb,three\nc,"' + "x\n" * 9000 + '"\n')


def test_a_cell_beyond_all_measure_is_told(bodies: Callable[[str], Rows]) -> None:
    with pytest.raises(InvalidRequest, match="line 2: this is not valid CSV: field larger than field limit"):
        bodies("text\n" + "x" * (csv.field_size_limit() + 1) + "\n")


def test_text_that_is_not_utf_8_is_told(bodies: Callable[..., Rows]) -> None:
    with pytest.raises(InvalidRequest, match=r"^rows.csv must be UTF-8 text; got the byte 0xe9"):
        bodies("text\ncaf\u00e9\n", "latin-1")
    with pytest.raises(InvalidRequest, match=r"^rows.csv must be UTF-8 text; got the byte 0xff"):
        bodies("text\nx\n", "utf-16")


@pytest.mark.parametrize("name", ["rows", "rows.xlsx", "rows.json", "csv"])
def test_the_name_says_what_kind_of_file_it_is(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidRequest, match=f"must end in .csv, .jsonl, .ndjson; got '{name}'"):
        read(tmp_path / name)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"none\.csv cannot be read: No such file or directory"):
        checked(str(tmp_path / "none.csv"))
    (tmp_path / "folder.CSV").mkdir()
    with pytest.raises(InvalidRequest, match=r"folder\.CSV cannot be read: (Is a directory|Permission denied)"):
        list(read(tmp_path / "folder.CSV"))


def test_a_file_is_read_as_it_is_needed_and_closed_when_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text\n" + "x\n" * 6_000, encoding="utf-8", newline="\n")
    items = read(os.fspath(path))
    assert next(items).described()["text"] == "x"
    with path.open("r+b") as file:  # what is far ahead is not read yet
        file.truncate(file.seek(0, os.SEEK_END) - 2)
        file.seek(0, os.SEEK_END)
        file.write(b"y\n")
    last = None
    for item in items:
        last = item
    assert last is not None
    assert last.described()["text"] == "y"
