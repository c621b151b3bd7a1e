"""The key is taken out of whatever comes back, wherever it stands; and nothing else is."""

from __future__ import annotations

import json
import re

import pytest

from legnext_client._protocol.flow import NoResponse
from legnext_client._protocol.redact import KeyRedactor, key_end
from legnext_client._protocol.responses import as_object
from tests.tables import for_each

KEY = "sk-0123456789-last"
SHOWN = "…last"


def test_a_key_is_taken_out_of_headers_and_body_and_its_end_is_left() -> None:
    headers, raw = {"X-Echo": f"a {KEY}", "Date": "now"}, [(b"X-Echo", f"a {KEY}".encode()), (b"Date", b"now")]
    received = KeyRedactor(KEY).received(400, headers, raw, f'{{"key": "{KEY}", "again": "{KEY}"}}'.encode())
    assert received.status == 400
    assert received.headers == {"x-echo": f"a {SHOWN}", "date": "now"}
    assert received.body.decode() == f'{{"key": "{SHOWN}", "again": "{SHOWN}"}}'


def test_an_answer_without_the_key_is_left_as_it_is() -> None:
    headers, body = {"date": "now"}, b"sk-0123456789"
    received = KeyRedactor(KEY).received(200, headers, [(b"date", b"now")], body)
    assert received.headers is headers
    assert received.body is body


def test_a_key_is_taken_out_of_the_reason_and_of_what_came_of_an_answer() -> None:
    lost = NoResponse(f"the address {KEY} is wrong", sent=True, retryable=False, answer=f"{KEY} {KEY}".encode())
    assert KeyRedactor(KEY).redacted(lost) == NoResponse(
        f"the address {SHOWN} is wrong", sent=True, retryable=False, answer=f"{SHOWN} {SHOWN}".encode()
    )
    assert KeyRedactor(KEY).redacted(NoResponse("ReadTimeout", sent=True)) == NoResponse("ReadTimeout", sent=True)


CAPITALS = "\\u{:04X}"
WITH_SLASH = "sk/0123456789+last"


def numbered(text: str, form: str = "\\u{:04x}") -> str:
    return "".join(form.format(ord(each)) for each in text)


SPELLED = {
    "by numbers": f'{{"key": "{numbered(WITH_SLASH)}"}}'.encode(),
    "by numbers in capitals": f'{{"key": "{numbered(WITH_SLASH, CAPITALS)}"}}'.encode(),
    "half by numbers": f'{{"key": "{WITH_SLASH[:5]}{numbered(WITH_SLASH[5:9])}{WITH_SLASH[9:]}"}}'.encode(),
    "with an escaped slash": f'{{"key": "{WITH_SLASH}"}}'.replace("/", "\\/").encode(),
    "within a string of JSON": json.dumps({"said": f'{{"key": "{numbered(WITH_SLASH)}"}}'}).encode(),
    **{name: f'{{"key": "{WITH_SLASH}"}}'.encode(name) for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32-le")},
    "by numbers in utf-16": f'{{"key": "{numbered(WITH_SLASH)}"}}'.encode("utf-16-le"),
    "amid another encoding": b"<p>" + WITH_SLASH.encode("utf-16-le") + b"</p>",
}


def nothing_left(found: bytes, key: str) -> bool:
    plain = found.replace(b"\0", b"").decode(errors="replace").replace("\\/", "/")
    plain = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda number: chr(int(number[1], 16)), plain)
    return key[:-4] not in plain


@for_each("body", SPELLED.values())
def test_a_key_is_taken_out_however_it_is_spelled_and_the_rest_can_be_read(body: bytes) -> None:
    assert not nothing_left(body, WITH_SLASH), "the test itself would see it"
    received = KeyRedactor(WITH_SLASH).received(200, {}, [], body)
    assert nothing_left(received.body, WITH_SLASH)
    assert "…last" in received.body.decode()
    if body.startswith(b"{") or body[:2] in (b"\xff\xfe", b"\0{"):
        assert "…last" in json.dumps(as_object(received.body), ensure_ascii=False)


@pytest.mark.parametrize("body", SPELLED.values(), ids=SPELLED)
def test_a_key_is_taken_out_of_a_cut_answer_however_it_is_spelled(body: bytes) -> None:
    veil = KeyRedactor(WITH_SLASH)
    for end in range(1, len(body)):
        lost = veil.redacted(NoResponse("reset", sent=True, answer=body[:end]))
        assert nothing_left(lost.answer or b"", WITH_SLASH[:-1][:10]), end


def test_a_header_and_a_reason_may_spell_the_key_as_well() -> None:
    spelled = numbered(WITH_SLASH)
    received = KeyRedactor(WITH_SLASH).received(400, {"x-id": spelled}, [(b"x-id", spelled.encode())], b"")
    assert received.headers == {"x-id": "…last"}
    assert KeyRedactor(WITH_SLASH).redacted(NoResponse(f"said {spelled}", sent=True)).reason == "said …last"


def test_backslashes_without_end_are_read_in_no_time() -> None:
    body = b"\\" * 200_000
    assert KeyRedactor(KEY).received(200, {}, [], body).body == body


@for_each("length", range(6, len(KEY)))
def test_a_key_is_taken_out_of_an_answer_that_was_cut_in_its_midst(length: int) -> None:
    lost = NoResponse("ReadTimeout", sent=True, answer=f"{KEY} sk-0123 {KEY[:length]}".encode())
    assert KeyRedactor(KEY).redacted(lost).answer == f"{SHOWN} sk-0123 {SHOWN}".encode()


@pytest.mark.parametrize("end", ["sk-01", f"{KEY[:-1]} ", "sk-0123456789_", ""])
def test_the_end_of_a_cut_answer_is_left_where_it_is_no_part_of_the_key(end: str) -> None:
    lost = NoResponse("ReadTimeout", sent=True, answer=f"a {end}".encode())
    assert KeyRedactor(KEY).redacted(lost) == lost


def test_what_is_too_short_to_be_a_key_is_not_sought_in_answers() -> None:
    veil, headers = KeyRedactor("short"), {"x-echo": "short XX"}
    received = veil.received(200, headers, [(b"x-echo", b"short XX")], b"in short XX")
    assert (received.headers, received.body) == (headers, b"in short XX")
    lost = NoResponse("cut short XX", sent=True, answer=b"short XX")
    assert veil.redacted(lost) == lost


def test_the_shortest_key_is_taken_out_and_nothing_of_it_is_left() -> None:
    veil = KeyRedactor("sixsix")
    received = veil.received(200, {"x-echo": "a sixsix"}, [(b"x-echo", b"a sixsix")], b"the sixsix key")
    assert (received.headers, received.body) == ({"x-echo": "a …"}, "the … key".encode())
    lost = veil.redacted(NoResponse("sixsix is wrong", sent=True, answer=b"sixsix"))
    assert (lost.reason, lost.answer) == ("… is wrong", "…".encode())


@pytest.mark.parametrize(("key", "end"), [("", ""), ("twelve-chars", ""), ("thirteen-char", "char")])
def test_four_characters_are_shown_of_a_key_that_is_long_enough(key: str, end: str) -> None:
    assert key_end(key) == end
