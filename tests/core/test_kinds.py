"""Bytes are known by how they begin, whatever they are called; and a file that is cut tells so, where it can."""

from __future__ import annotations

import pytest

from legnext_client._downloads.file_types import ENOUGH, KINDS, is_cut, kind_of, wrong_kind
from tests.tables import for_each

FTYP = (24).to_bytes(4) + b"ftypisom\0\0\2\0isommp41"
MOOV = (16).to_bytes(4) + b"moov" + b"\0" * 8
EMPTY = (8).to_bytes(4) + b"free"
PNG, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
BEGINNINGS = {
    "png": PNG,
    "jpg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a",
    "webp": b"RIFF\x0a\0\0\0WEBPVP8 ",
    "tiff": b"II*\0",
    "avif": b"\0\0\0\x1cftypavif",
    "heic": b"\0\0\0\x1cftypheic",
    "mp4": FTYP,
    "webm": b"\x1a\x45\xdf\xa3",
}


@for_each("ending", BEGINNINGS)
@for_each("other", BEGINNINGS)
def test_bytes_are_of_the_kind_that_the_name_says_or_refused(ending: str, other: str) -> None:
    assert (wrong_kind(f"a.{ending.upper()}", BEGINNINGS[other]) is None) == (ending == other)


def test_every_kind_is_tried_and_told_by_less_than_is_read() -> None:
    assert {kind_of(body) for body in BEGINNINGS.values()} == set(KINDS)
    assert all(len(body) < ENOUGH for body in BEGINNINGS.values())


@for_each(
    ("ending", "other"),
    [("jpeg", "jpg"), ("tif", "tiff"), ("heif", "heic"), ("m4v", "mp4"), ("mov", "mp4"), ("mkv", "webm")],
)
def test_a_kind_may_have_several_endings(ending: str, other: str) -> None:
    assert wrong_kind(f"a.{ending}", BEGINNINGS[other]) is None
    assert wrong_kind(f"a.{ending}", b"anything") is not None


@for_each(
    ("ending", "beginning"),
    [
        ("gif", b"GIF87a"),
        ("tiff", b"MM\0*"),
        ("tiff", b"II+\0"),
        ("avif", b"\0\0\0\n" + b"ftypavis"),  # a length may hold any byte
        ("heic", b"\0\0\0\x1cftypmif1"),
        ("heic", b"\0\0\0\x1cftypmsf1"),
        ("webp", b"RIFF\n\n\n\nWEBP"),
        *(("mp4", b"\0\0\n\n" + box) for box in (b"moov", b"mdat", b"wide", b"free", b"skip")),
    ],
)
def test_a_kind_may_begin_in_several_ways(ending: str, beginning: bytes) -> None:
    assert wrong_kind(f"a.{ending}", beginning) is None


@for_each(
    ("head", "said"),
    [
        (b"", "it is empty"),
        (PNG[:4], "it is of an unknown type, not a JPEG image"),
        (PNG, "it is a PNG image, not a JPEG image"),
        (b"<html><title>Just a moment...</title>", "it is a web page ('Just a moment...'), not a JPEG image"),
        (b"<html>", "it is a web page, not a JPEG image"),
        (b" <Error><Code>NoSuchKey</Code></Error>", "it is an XML file, not a JPEG image"),
        (b' {"code": 404}', "it is a JSON file, not a JPEG image"),
        (b"[404]", "it is a JSON file, not a JPEG image"),
    ],
)
def test_what_came_instead_is_said(head: bytes, said: str) -> None:
    assert wrong_kind("a.jpg", head) == said


@for_each(
    "page",
    [
        b"<!DOCTYPE html>",
        b"\n <HTML lang=en>",
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<html>",
        b"<!-- <a\n> --> <!-- b --><head>",
        b"<body>",
        b"<title>",
        b"<script>",
    ],
)
def test_a_page_is_taken_for_a_file_under_no_name_but_that_of_a_page(page: bytes) -> None:
    for name in ("a", "a.glb", "html", "png", "a.html.glb"):
        assert str(wrong_kind(name, page)).startswith("it is a web page"), name
    for name in ("a.html", "a.HTM", "a.xhtml"):
        assert wrong_kind(name, page) is None, name
    for name in ("a", "a.glb", "png", "a.html"):
        assert [wrong_kind(name, head) for head in (b"<headline>", PNG, b"")] == [None, None, "it is empty"]


@pytest.mark.parametrize("head", [b"<!---->" * 70, b"<?xml?>" * 70, b"<!--" * 120, b"<" * ENOUGH, b" " * ENOUGH])
def test_no_head_takes_long_to_look_at(head: bytes) -> None:
    """It did, without end, where many comments stood before something else."""
    assert wrong_kind("a.glb", head + b"x") is None


def is_cut_short(body: bytes) -> bool:
    return is_cut(lambda offset, count: body[offset : offset + count], len(body))


@for_each(
    "whole",
    [
        PNG + PNG_END,
        PNG + b"\0" * 9_000 + PNG_END,
        BEGINNINGS["jpg"] + b"\0" * 9_000 + b"\xff\xd9",
        b"GIF89a" + b"\x01;",
        BEGINNINGS["webp"][:-4] + b"\0" * 6,
        FTYP + MOOV,
        FTYP + MOOV + EMPTY,
        FTYP + EMPTY + MOOV,
    ],
)
def test_a_file_that_is_whole_is_not_cut_and_without_its_last_byte_it_is(whole: bytes) -> None:
    assert not is_cut_short(whole)
    assert is_cut_short(whole[:-1])


@pytest.mark.parametrize("more", [BEGINNINGS["jpg"] + b"\xff\xd9 and more", b"GIF89a\x01;\0\0", PNG + PNG_END + b"\n"])
def test_what_follows_the_end_of_a_picture_is_no_harm(more: bytes) -> None:
    assert not is_cut_short(more)


@pytest.mark.parametrize("body", [BEGINNINGS["webm"], BEGINNINGS["tiff"], b"glTF\2\0", b""])
def test_a_file_that_does_not_tell_where_it_ends_is_taken_as_it_is(body: bytes) -> None:
    assert not is_cut_short(body)


def test_a_file_of_nothing_but_empty_boxes_does_not_take_for_ever() -> None:
    """It was gone through box by box, as many as there were."""
    read = list[int]()

    def endless(offset: int, count: int) -> bytes:
        read.append(offset)
        return FTYP[:count] if not offset else EMPTY.ljust(count, b"\0")[:count]

    assert not is_cut(endless, 1 << 40)
    assert len(read) < 1_000_000


@for_each(
    ("body", "cut"),
    [
        (FTYP + MOOV + (0).to_bytes(4) + b"mdat" + b"\0" * 99, False),
        (FTYP + (1).to_bytes(4) + b"mdat" + (116).to_bytes(8) + b"\0" * 100 + MOOV, False),
        (FTYP + MOOV + (1).to_bytes(4) + b"mdat" + (2**40).to_bytes(8), True),
        (FTYP + MOOV + (200).to_bytes(4) + b"mdat" + b"\0" * 99, True),
        (FTYP + MOOV + (7).to_bytes(4) + b"mdat", True),
        (FTYP + MOOV + b"\0" * 7, True),
        (FTYP + EMPTY, True),
        (FTYP, True),
    ],
)
def test_a_chain_is_whole_when_its_last_box_is_and_its_index_is_there(body: bytes, cut: bool) -> None:
    assert is_cut_short(body) is cut
