"""A body is unpacked as it comes, in whatever parts, and never further than there is room."""

from __future__ import annotations

import gzip
import zlib

import pytest

from legnext_client._protocol.unpacking import CODINGS, Body, Gzip, Plain, body_of

FILE = bytes(range(256)) * 40
PACKED = gzip.compress(FILE)


def unpacked(body: Body, data: bytes, size: int, most: int = 99_999) -> bytes | None:
    """What comes of a body in parts of this size."""
    whole = b""
    for at in range(0, len(data), size):
        part = body.unpacked(data[at : at + size], most)
        if part is None:
            return None
        whole += part
    return whole


def test_a_body_is_unpacked_when_it_is_packed() -> None:
    assert {coding: type(body_of(coding)) for coding in CODINGS} == {"": Plain, "gzip": Gzip, "x-gzip": Gzip}


@pytest.mark.parametrize("size", [1, 7, 99_999])
def test_the_file_comes_out_whatever_the_parts(size: int) -> None:
    assert unpacked(Plain(), FILE, size) == FILE
    assert unpacked(Gzip(), PACKED, size) == FILE
    assert unpacked(Gzip(), gzip.compress(FILE[:99]) + gzip.compress(b"") + gzip.compress(FILE[99:]), size) == FILE


def test_a_packed_body_may_end_where_a_piece_of_it_ends_and_a_plain_one_anywhere() -> None:
    assert Plain().ended is True
    body = Gzip()
    assert body.ended is False
    body.unpacked(PACKED[:-1], 99_999)
    assert body.ended is False
    body.unpacked(PACKED[-1:], 99_999)
    assert body.ended is True
    body.unpacked(PACKED[:9], 99_999)
    assert body.ended is False


@pytest.mark.parametrize("pieces", [1, 3])
def test_no_more_comes_out_than_there_is_room_for(pieces: int) -> None:
    assert Plain().unpacked(FILE, 1_000) == FILE[:1_000]
    part = len(FILE) // pieces
    packed = b"".join(gzip.compress(FILE[at : at + part]) for at in range(0, len(FILE), part))
    assert Gzip().unpacked(packed, part) == FILE[:part]
    assert Gzip().unpacked(packed, part + 1) == FILE[: part + 1]
    assert Gzip().unpacked(packed, len(FILE)) == FILE


@pytest.mark.parametrize("data", [b"<html>", zlib.compress(FILE), PACKED + b"and more", PACKED[:-6] + b"\0" * 6])
def test_what_is_not_packed_as_it_says_cannot_be_unpacked(data: bytes) -> None:
    assert unpacked(Gzip(), data, 99_999) is None
