"""Reading answers: an error's words survive in each of its shapes, and no header or body upsets the reader."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legnext_client._protocol.flow import Request, Response
from legnext_client._protocol.responses import as_object, ids_in, is_job, page_title, read_error, retry_after
from legnext_client.errors import APIError, ForbiddenError, ServerError
from tests.tables import for_each

REQUEST = Request("POST", "/things")


def error_of(body: Any, status: int = 400, **headers: str) -> APIError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_error(
        REQUEST, Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)
    )


FLAT = {"code": 401, "message": "Failed to verify api key", "raw_message": "raw", "detail": {"a": 1}}
SHAPES: dict[str, tuple[Any, tuple[int | None, str]]] = {
    "flat": (FLAT, (401, "Failed to verify api key")),
    "envelope": ({"error": {"code": 401, "message": "said"}}, (401, "said")),
    "whole failed job without id": (
        {"job_id": "", "status": "failed", "output": None, "error": {"code": 403, "message": "policy"}},
        (403, "policy"),
    ),
    "whole failed job with id": (
        {"job_id": "j1", "status": "failed", "meta": None, "error": {"code": 403, "message": "policy"}},
        (403, "policy"),
    ),
    "message beside an empty error": ({"message": "outer", "error": {"code": 0, "message": ""}}, (400, "outer")),
    "error as a text": ({"error": "just words"}, (400, "just words")),
    "raw message alone": ({"code": 422, "message": "", "raw_message": "raw words"}, (422, "raw words")),
    "message null": ({"code": 500, "message": None}, (500, "")),
    "code as a text": ({"code": "403", "message": "m"}, (400, "m")),
    "code true": ({"code": True, "message": "m"}, (400, "m")),
    "message as an object": ({"message": {"why": "x"}}, (400, "{'why': 'x'}")),
    "a page": (b"<html><head><title>502 Bad\n Gateway</title></head></html>", (400, "502 Bad Gateway")),
    "a page with a heading": (b"<body><h1>Origin is down</h1></body>", (400, "Origin is down")),
    "plain text": (b"upstream connect error", (400, "upstream connect error")),
    "nothing": (b"", (400, "")),
    "a list": ([1, 2], (400, "[1, 2]")),
    "no text at all": (b"\xff\xfe\x00", (400, page_title(b"\xff\xfe\x00"))),
    "an empty object": ({}, (400, "")),
}


@for_each(("body", "said"), SHAPES.values())
def test_the_words_survive_in_every_shape(body: Any, said: tuple[int | None, str]) -> None:
    error = error_of(body)
    assert (error.code, error.message) == said
    assert error.status_code == 400
    assert (error.method, error.path) == ("POST", "/things")
    assert said[1] in str(error)
    assert "\n" not in str(error)


@for_each("body", [shape for shape, _ in SHAPES.values()])
def test_every_error_pickles_and_copies(body: Any) -> None:
    error = error_of(body, 403, retry_after="3", x_request_id="r1")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is ForbiddenError
        assert str(twin) == str(error)
        assert twin.__dict__ == error.__dict__


def test_everything_that_was_told_is_kept() -> None:
    error = error_of(FLAT, 401)
    assert (error.raw_message, error.detail, error.body) == ("raw", {"a": 1}, FLAT)
    assert error_of(b"<p>oops</p>", 502).body == b"<p>oops</p>"


def test_an_id_in_an_error_is_kept() -> None:
    assert error_of({"job_id": "j1", "status": "failed"}).job_id == "j1"
    assert error_of({"job_id": 77, "status": "failed"}).job_id == "77"
    assert error_of({"job_id": "", "status": "failed"}).job_id is None


@pytest.mark.parametrize("name", ["x_request_id", "request_id", "x_correlation_id", "cf_ray"])
def test_the_request_id_comes_from_the_usual_headers(name: str) -> None:
    error = error_of(FLAT, 500, **{name: "abc-1"})
    assert error.request_id == "abc-1"
    assert "abc-1" in str(error)


def test_the_service_s_own_request_id_comes_before_the_proxy_s() -> None:
    assert error_of(FLAT, 500, cf_ray="proxy", x_request_id="own").request_id == "own"
    assert error_of(FLAT, 500).request_id is None


def test_any_status_has_an_error() -> None:
    for status in (*range(300, 600), 999):
        error = error_of({"message": "m"}, status)
        assert error.status_code == status
        assert isinstance(error, ServerError) == (500 <= status <= 599)


# ---- Retry-After -----------------------------------------------------------------------------------------------------


@for_each(
    ("value", "seconds"),
    [("5", 5), (" 12 ", 12), ("0", 0), ("1.5", 1.5), ("-3", 0), ("1e2", 100)],
)
def test_retry_after_in_seconds(value: str, seconds: float) -> None:
    assert retry_after({"retry-after": value}) == seconds


@pytest.mark.parametrize("zone", ["+0000", "+0800"])
def test_retry_after_as_a_date(zone: str) -> None:
    at = (datetime.now(UTC) + timedelta(hours=1)).astimezone(datetime.strptime(zone, "%z").tzinfo)
    found = retry_after({"retry-after": format_datetime(at)})
    assert found is not None
    assert 3500 < found <= 3600


@for_each(
    ("until", "now", "seconds"),
    [
        ("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:27:15 GMT", 45),
        ("Wed, 21 Oct 2015 07:28:00 -0000", "Wed, 21 Oct 2015 09:27:15 +0200", 45),
        ("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:27:15 -0000", 45),
        ("Wed, 21 Oct 2015 07:28:00 GMT", "", 0),  # it is over
        ("Wed, 21 Oct 2015 07:28:00 GMT", "half past seven", 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 99999999999999999999 07:28:00 GMT", 0),
    ],
)
def test_a_date_is_read_by_the_services_own_clock_whatever_this_machine_says(
    until: str, now: str, seconds: float
) -> None:
    assert retry_after({"retry-after": until, "date": now}) == seconds


@for_each(
    "value",
    ["", "  ", "soon", "nan", "inf", "1e999", "Wed, 21 Oct", "Wed, 21 Oct 99999999999999999999 07:28:00 GMT", "\x00"],
)
def test_a_retry_after_that_cannot_be_read_is_none(value: str) -> None:
    assert retry_after({"retry-after": value}) is None
    assert retry_after({}) is None


@settings(deadline=None)
@given(st.text(max_size=40) | st.text("0123456789 ,:+-GMTWedOct.", max_size=40))
def test_no_retry_after_upsets_the_reader(value: str) -> None:
    found = retry_after({"retry-after": value})
    assert found is None or 0 <= found < float("inf")


# ---- bodies ----------------------------------------------------------------------------------------------------------


@for_each(
    "body",
    [
        b"",
        b"null",
        b"1",
        b'"x"',
        b"[]",
        b"{",
        b'{"a": 1',
        b"<html>",
        b"\xff",
        b"[" * 100_000,
        b'{"a": %s}' % (b"9" * 5000),
    ],
)
def test_what_is_no_object_is_none(body: bytes) -> None:
    assert as_object(body) is None


def test_an_object_is_read_in_any_encoding_of_json() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        assert as_object('{"a": "é"}'.encode(encoding)) == {"a": "é"}


@pytest.mark.parametrize(
    "body", [b'{"job_id": "a\\ud800", "\\udfff": 1}', b'{"job_id": "a\xed\xa0\x80", "\xed\xbf\xbf": 1}']
)
def test_half_a_character_is_spelled_out_so_that_it_can_be_written_down_and_asked_for(body: bytes) -> None:
    assert as_object(body) == {"job_id": "a\\ud800", "\\udfff": 1}


def test_a_character_in_two_halves_is_one() -> None:
    assert as_object(b'{"text": "\\ud83d\\ude00", "half": "\\ud83d"}') == {"text": "\U0001f600", "half": "\\ud83d"}


def test_what_lies_too_deep_to_be_pickled_is_left_out_and_the_rest_is_kept() -> None:
    deep = b'{"job_id": "j1", "logs": ' + b"[" * 900 + b"]" * 900 + b"}"
    data = as_object(deep)
    assert data is not None
    assert data["job_id"] == "j1"
    assert pickle.loads(pickle.dumps(data)) == copy.deepcopy(data) == data
    assert json.loads(json.dumps(data)) == data
    many = as_object(json.dumps({"logs": [{"line": number} for number in range(200)]}).encode())
    assert many == {"logs": [{"line": number} for number in range(200)]}


@for_each("job_id", [None, "", [], {}, 1.5, True, False])
def test_what_has_no_id_is_no_job(job_id: Any) -> None:
    assert not is_job({"job_id": job_id})
    assert not is_job({})


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.integers(200, 599))
def test_no_body_upsets_the_reader(body: bytes, status: int) -> None:
    error = error_of(body, status)
    assert "\n" not in str(error)


@for_each(
    ("answer", "job_id"),
    [
        (None, None),
        (b"", None),
        (b'{"job_id": "j-1", "st', "j-1"),
        (b'<p>{"job_id":"\\u006a \\"1\\""</p>', 'j "1"'),
        (b'{"job_id": "j-', None),
        (b'{"context": {"job_id": "j-1"}}', "j-1"),
        (b'{"context": {"job_id": "j-2"}, "data": {"job": {"job_id": "j-3"}}, "job_id": "j-1"}', "j-1"),
        (b'{"running": [{"job_id": "j-1"}, {"job_id": "j-2"}]}', None),
        (b'{"job_id": "\\ud800", "st', None),
        (b'{"job_id": " ", "st', None),
        (b'{"job_id": "\\q", "st', None),
        (b'{"job_id": 1868588555208310784, "st', "1868588555208310784"),
        (b'{"job_id": 18685885552', None),
        (b'[{"job_id": ""}, {"job_id": "j-1"}]', "j-1"),
    ],
)
def test_an_id_in_an_answer_that_was_cut_off_is_read_where_it_is_whole(
    answer: bytes | None, job_id: str | None
) -> None:
    assert next(ids_in(answer), None) == job_id
