"""What the head of an answer means to a download, row by row; nothing is gone on with that may be of another file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from legnext_client._downloads.policy import Fail, Note, Order, Retry, Wanted, classify, digest
from legnext_client._protocol.flow import Opened
from tests.tables import for_each

URL = "https://cdn.example/a.png?signature=hidden"
ORDER = Order(URL, Path("out/a.png"), 1_000)
TAG, DATE = '"one"', "Wed, 21 Oct 2015 07:28:00 GMT"
NOTE = Note(digest(URL), TAG, 1_000)


def verdict(status: int, offset: int = 0, note: Note | None = None, order: Order = ORDER, /, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return classify(order, offset, note, Opened(status, named, None))


def said(found: Any) -> str:
    assert isinstance(found, Retry | Fail)
    return found.error.message.removeprefix("https://cdn.example/a.png: ")


def noted(**headers: str) -> Note | None:
    found = verdict(200, **headers)
    assert isinstance(found, Wanted)
    return found.note


@for_each("status", [100, 201, 202, 204, 207, 300, 304, 305, 309, 400, 401, 402, 405, 409, 411, 416, 499])
def test_an_answer_that_another_try_would_not_change_is_the_last(status: int) -> None:
    found = verdict(status, retry_after="9", location="/b.png")
    assert said(found) == f"the server answered with status {status}."
    assert found.useless is False


@for_each("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_an_answer_that_may_change_is_asked_for_again(status: int) -> None:
    found = verdict(status, retry_after="9")
    assert said(found) == f"the server answered with status {status}."
    assert (found.after, found.start_over) == (9.0, False)
    assert verdict(status).after is None


# ---- all of it ------------------------------------------------------------------------------------------------------


@for_each(
    ("headers", "size", "framed"),
    [
        ({"content_length": "0"}, 0, True),
        ({"content_length": "1000"}, 1_000, True),
        ({"transfer_encoding": "gzip, Chunked"}, None, True),
        ({"transfer_encoding": "identity"}, None, False),
        ({}, None, False),
        *(({"content_length": length}, None, False) for length in ("", "-5", "x", "5, 6", "٣", "9" * 16)),
    ],
)
def test_a_length_is_believed_when_it_is_one(headers: dict[str, str], size: int | None, framed: bool) -> None:
    assert verdict(200, **headers) == Wanted(0, size, None, "", framed)


# ---- what tells versions apart --------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ['"one"', ' "one" ', '"!#~"', '"' + "x" * 200 + '"'])
def test_a_strong_tag_tells_versions_apart(tag: str) -> None:
    assert noted(etag=tag) == Note(digest(URL), tag.strip(), None)


@for_each("tag", ['W/"one"', '""', "one", "xx", '"a b"', '"a"b"', '"é"', '"' + "x" * 201 + '"'])
def test_any_other_tag_tells_nothing_and_neither_does_a_date_beside_it(tag: str) -> None:
    assert noted(etag=tag, last_modified=DATE, date="Wed, 21 Oct 2016 07:28:00 GMT") is None


@pytest.mark.parametrize(
    ("seconds_later", "tells"), [("07:27:00", False), ("07:28:00", False), ("07:28:59", False), ("07:29:00", True)]
)
def test_a_date_tells_versions_apart_when_it_was_a_minute_ago(seconds_later: str, tells: bool) -> None:
    """In less, there may have been two versions of one second: RFC 9110, 8.8.2.2."""
    found = noted(last_modified=f" {DATE} ", date=f"Wed, 21 Oct 2015 {seconds_later} GMT")
    assert found == (Note(digest(URL), DATE, None) if tells else None)


@for_each(
    ("changed", "date"),
    [
        ("", DATE),
        ("long ago", DATE),
        (DATE, ""),
        (DATE, "today"),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", DATE),
        ("Wed, 21 Oct 2014 07:28:00 -0000", DATE),
        ("Wed, 21 Oct 2014 07:28:00 GMT (é)", DATE),
        ("Wed, 21 Oct 2014 07:28:00 GMT (" + "x" * 300 + ")", DATE),
    ],
)
def test_a_date_that_is_none_tells_nothing(changed: str, date: str) -> None:
    assert noted(last_modified=changed, date=date) is None


# ---- the rest of it -------------------------------------------------------------------------------------------------


@for_each(
    ("size", "changes", "fits"),
    [
        (400, {}, True),
        (1, {}, True),
        (1_000, {}, True),
        (1_001, {}, False),
        (0, {}, False),
        (5_000, {"total": None}, True),
        (0, {"total": None}, False),
        (400, {"address": digest("https://cdn.example/b.png")}, False),
        (400, {"validator": ""}, False),
        (400, {"validator": '"one"\r\nx-api-key: mine'}, False),
        (400, {"validator": "x" * 300}, True),
        (400, {"validator": "x" * 301}, False),
    ],
)
def test_a_note_fits_the_beginning_of_the_file_that_it_is_of(size: int, changes: dict[str, Any], fits: bool) -> None:
    assert NOTE._replace(**changes).fits(URL, size) is fits


REST = {"content_range": "bytes 400-999/1000", "content_length": "600", "etag": TAG}


@for_each(
    ("changes", "framed"),
    [
        ({}, True),
        ({"content_range": " BYTES 400-999/1000 "}, True),
        ({"content_range": "bytes 400-400/1000"}, True),
        ({"content_range": "bytes 400-999/*"}, True),
        ({"content_encoding": "identity"}, True),
        ({"content_length": None}, False),
        ({"content_length": None, "transfer_encoding": "chunked"}, True),
    ],
)
def test_the_rest_that_was_asked_for_is_taken(changes: dict[str, str | None], framed: bool) -> None:
    headers = {name: value for name, value in {**REST, **changes}.items() if value is not None}
    assert verdict(206, 400, NOTE, **headers) == Wanted(400, 1_000, NOTE, "", framed)


@for_each(
    "changes",
    [
        {"content_range": ""},
        {"content_range": "bytes 399-999/1000"},
        {"content_range": "bytes 401-999/1000"},
        {"content_range": "bytes 400-399/1000"},
        {"content_range": "bytes 400-1000/1000"},
        {"content_range": "bytes 400-1000/*"},
        {"content_range": "bytes 400-999/1001"},
        {"content_range": "bytes */1000"},
        {"content_range": "bytes 400-999"},
        {"content_range": "lines 400-999/1000"},
        {"content_range": "bytes 400-999/1000, bytes 0-9/1000"},
        {"content_range": "bytes ٤٠٠-999/1000"},
        {"etag": '"two"'},
        {"content_encoding": "gzip"},
    ],
)
def test_another_part_than_was_asked_for_is_not_taken_and_all_is_asked_for_at_once(changes: dict[str, str]) -> None:
    found = verdict(206, 400, NOTE, **{**REST, **changes})
    assert said(found) == "the server sent another part of the file than requested."
    assert (found.after, found.start_over) == (0.0, True)
