"""The key is taken out of whatever comes back, wherever it stands; and nothing else is."""

from __future__ import annotations

import pytest

from legnext_client._protocol.flow import Lost
from legnext_client._protocol.redact import Veil, key_end

KEY = "sk-0123456789-last"
SHOWN = "…last"


def test_a_key_is_taken_out_of_headers_and_body_and_its_end_is_left() -> None:
    headers, raw = {"X-Echo": f"a {KEY}", "Date": "now"}, [(b"X-Echo", f"a {KEY}".encode()), (b"Date", b"now")]
    received = Veil(KEY).received(400, headers, raw, f'{{"key": "{KEY}", "again": "{KEY}"}}'.encode())
    assert received.status == 400
    assert received.headers == {"x-echo": f"a {SHOWN}", "date": "now"}
    assert received.body.decode() == f'{{"key": "{SHOWN}", "again": "{SHOWN}"}}'


def test_an_answer_without_the_key_is_left_as_it_is() -> None:
    headers, body = {"date": "now"}, b"sk-0123456789"
    received = Veil(KEY).received(200, headers, [(b"date", b"now")], body)
    assert received.headers is headers
    assert received.body is body


def test_a_key_is_taken_out_of_the_reason_and_of_what_came_of_an_answer() -> None:
    lost = Lost(f"the address {KEY} is wrong", sent=True, again=False, answer=f"{KEY} {KEY}".encode())
    assert Veil(KEY).lost(lost) == Lost(
        f"the address {SHOWN} is wrong", sent=True, again=False, answer=f"{SHOWN} {SHOWN}".encode()
    )
    assert Veil(KEY).lost(Lost("ReadTimeout", sent=True)) == Lost("ReadTimeout", sent=True)


@pytest.mark.parametrize("length", range(6, len(KEY)))
def test_a_key_is_taken_out_of_an_answer_that_was_cut_in_its_midst(length: int) -> None:
    lost = Lost("ReadTimeout", sent=True, answer=f"{KEY} sk-0123 {KEY[:length]}".encode())
    assert Veil(KEY).lost(lost).answer == f"{SHOWN} sk-0123 {SHOWN}".encode()


@pytest.mark.parametrize("end", ["sk-01", f"{KEY[:-1]} ", "sk-0123456789_", ""])
def test_the_end_of_a_cut_answer_is_left_where_it_is_no_part_of_the_key(end: str) -> None:
    lost = Lost("ReadTimeout", sent=True, answer=f"a {end}".encode())
    assert Veil(KEY).lost(lost) == lost


def test_what_is_too_short_to_be_a_key_is_not_sought_in_answers() -> None:
    veil, headers = Veil("short"), {"x-echo": "short XX"}
    received = veil.received(200, headers, [(b"x-echo", b"short XX")], b"in short XX")
    assert (received.headers, received.body) == (headers, b"in short XX")
    lost = Lost("cut short XX", sent=True, answer=b"short XX")
    assert veil.lost(lost) == lost


def test_the_shortest_key_is_taken_out_and_nothing_of_it_is_left() -> None:
    veil = Veil("sixsix")
    received = veil.received(200, {"x-echo": "a sixsix"}, [(b"x-echo", b"a sixsix")], b"the sixsix key")
    assert (received.headers, received.body) == ({"x-echo": "a …"}, "the … key".encode())
    lost = veil.lost(Lost("sixsix is wrong", sent=True, answer=b"sixsix"))
    assert (lost.reason, lost.answer) == ("… is wrong", "…".encode())


@pytest.mark.parametrize(("key", "end"), [("", ""), ("twelve-chars", ""), ("thirteen-char", "char")])
def test_four_characters_are_shown_of_a_key_that_is_long_enough(key: str, end: str) -> None:
    assert key_end(key) == end
