"""A callback is read bare or enveloped, believed only when signed as asked, and is an error of ours if it is none."""

from __future__ import annotations

import hashlib
import hmac
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from legnext_client import Job, webhooks
from legnext_client.errors import ConfigurationError, WebhookError
from tests.tables import for_each

RECORDED = sorted((Path(__file__).parents[1] / "data" / "recorded").glob("callback-*.json"))
SECRET = "the-secret-of-a-test"
NOW = 1_765_941_800.0
JOB: dict[str, Any] = {"job_id": "5f0c6b1e", "status": "completed"}
BARE = json.dumps(JOB).encode()


def signature(body: bytes, stamp: str | None = None, secret: str = SECRET) -> str:
    signed = body if stamp is None else f"{stamp}.".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def signed(body: bytes = BARE, stamp: str | None = None, **how: str) -> dict[str, str]:
    times = {} if stamp is None else {"X-Legnext-Timestamp": stamp}
    return {"X-Legnext-Signature": signature(body, stamp, **how), **times}


def envelope(timestamp: object) -> bytes:
    return json.dumps({"timestamp": timestamp, "data": JOB}).encode()


def read(body: bytes = BARE, headers: Any = None, **how: Any) -> Job:
    return webhooks.parse(body, headers, secret=SECRET, now=NOW, **how)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_recorded_callbacks_parse(path: Path) -> None:
    body = path.read_bytes()
    said = json.loads(body)
    job = webhooks.parse(body)
    assert isinstance(job, Job)
    assert job.raw == said.get("data", said)
    assert job.done


def test_there_are_recorded_callbacks_bare_and_enveloped() -> None:
    assert {"data" in json.loads(path.read_bytes()) for path in RECORDED} == {True, False}


def test_the_job_belongs_to_no_client() -> None:
    with pytest.raises(ConfigurationError, match=r"client\.tasks\.get\('5f0c6b1e'\)"):
        webhooks.parse(BARE).wait()


@for_each(
    "body",
    [
        *(b"", b"null", b"[]", b"5", b"{}", b"<html>", BARE[:-1], b"\xff\xfe", b"[" * 100_000),
        *(b'{"data": []}', b'{"data": {"data": {"job_id": "x"}}}', b'{"job_id": true}', b'{"job_id": ""}'),
        *(b'{"job_id": "a\\nb"}', b'{"job_id": " "}'),
        b'{"job_id": "' + b"x" * 201 + b'"}',
        b'{"job_id": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_names_no_job_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookError):
        webhooks.parse(body)


def test_what_is_too_large_is_refused_unread() -> None:
    body = json.dumps({**JOB, "more": "x" * webhooks.LARGEST}).encode()
    with pytest.raises(WebhookError, match=str(len(body))):
        read(body, signed(body))


@pytest.mark.parametrize("kind", [bytearray, memoryview, bytes.decode])
def test_a_body_may_be_whatever_a_framework_makes_of_the_bytes(kind: Any) -> None:
    body = json.dumps({**JOB, "model": "Müller"}, ensure_ascii=False).encode()
    assert read(kind(body), signed(body)).model == "Müller"


@pytest.mark.parametrize(
    ("body", "got"),
    [(JOB, "dict"), (None, "NoneType"), (5, "int"), ([], "list"), ("\ud800", "a string that is not valid UTF-8")],
)
def test_what_is_no_body_is_told_by_its_type(body: Any, got: str) -> None:
    with pytest.raises(WebhookError, match=f"body must be the raw request body in bytes; got {got}"):
        webhooks.parse(body)


@pytest.mark.parametrize("stamp", [None, str(int(NOW)), f"{NOW - 299.5:.3f}", f"{NOW + 299:.0f}"])
def test_a_good_signature_is_accepted(stamp: str | None) -> None:
    assert read(BARE, signed(BARE, stamp)).job_id == "5f0c6b1e"


def test_a_signature_of_the_body_alone_is_accepted_beside_a_time() -> None:
    assert read(BARE, {**signed(BARE), "X-Legnext-Timestamp": str(int(NOW))}).ok


@pytest.mark.parametrize(
    "headers",
    [
        {"x-legnext-signature": signature(BARE)},
        {"X-LEGNEXT-SIGNATURE": signature(BARE).upper()},
        [("X-Legnext-Signature", f" {signature(BARE)} ")],
        [(b"host", b"\xff"), (b"x-legnext-signature", signature(BARE).encode())],
    ],
    ids=["lower", "upper", "pairs", "bytes"],
)
def test_headers_come_in_any_case_and_as_mapping_or_pairs(headers: Any) -> None:
    assert read(BARE, headers).ok


@for_each(
    ("body", "headers", "words"),
    [
        (BARE, None, "not signed"),
        (BARE, {"X-Legnext-Signature": ""}, "not a hexadecimal"),
        (BARE, {"X-Legnext-Signature": signature(BARE)[:-1]}, "not a hexadecimal"),
        (BARE, [("x-legnext-signature", "0" * 64), ("X-Legnext-Signature", signature(BARE))], "more than one"),
        (BARE, signed(secret="another"), "does not match this secret"),
        (BARE, {**signed(BARE, "1765941800"), "X-Legnext-Timestamp": "1765941801"}, "does not match this secret"),
        (BARE, signed(BARE, f"{NOW - 301:.0f}"), "301 seconds old"),
        (BARE, signed(BARE, f"{NOW + 301:.0f}"), "301 seconds in the future"),
        (BARE, signed(BARE, "nan"), "not a time"),
        (BARE, {**signed(BARE), "X-Legnext-Timestamp": "1"}, "old"),
        (envelope(NOW - 301), signed(envelope(NOW - 301)), "301 seconds old"),
        (envelope(True), signed(envelope(True)), "not a time"),
    ],
)
def test_what_is_not_signed_as_it_should_be_is_refused_and_says_why(body: bytes, headers: Any, words: str) -> None:
    with pytest.raises(WebhookError, match=words) as caught:
        read(body, headers)
    said = f"{caught.value} {caught.value!r} {caught.value.__dict__} {caught.value.args}"
    assert SECRET not in said
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("timestamp", [NOW, NOW - 300, str(int(NOW))])
def test_a_signed_envelope_of_now_is_accepted(timestamp: object) -> None:
    assert read(envelope(timestamp), signed(envelope(timestamp))).ok


def test_without_a_secret_no_time_is_looked_at() -> None:
    assert webhooks.parse(envelope("never"), {"X-Legnext-Timestamp": "long ago"}).ok


def test_the_signature_is_looked_at_before_the_body() -> None:
    with pytest.raises(WebhookError, match="does not match this secret"):
        read(b"<html>", signed(BARE))
    with pytest.raises(WebhookError, match="not a JSON object"):
        read(b"<html>", signed(b"<html>"))


@for_each(
    "how",
    [
        {"secret": ""},
        {"secret": b""},
        {"secret": 5},
        {"tolerance": -1},
        {"tolerance": float("nan")},
        {"tolerance": "5"},
    ],
)
def test_settings_that_protect_nothing_are_refused(how: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        webhooks.parse(BARE, signed(), **how)


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text() | some.sampled_from(["job_id", "data"]), inner),
    max_leaves=8,
)
BODIES = some.binary() | JSON.map(lambda value: json.dumps(value).encode())
HEADERS = some.none() | some.lists(
    some.tuples(some.text() | some.sampled_from([webhooks.SIGNATURE, webhooks.TIMESTAMP]), some.text() | some.binary())
)


def job_or_webhook_error(body: bytes, headers: Any, secret: str | None) -> None:
    said = ""
    try:
        job = webhooks.parse(body, headers, secret=secret)
        said = repr(job)
    except WebhookError as error:
        said = error.message
    assert said
    assert SECRET not in said


@given(BODIES, HEADERS, some.sampled_from([None, SECRET]))
def test_any_bytes_and_headers_are_a_job_or_a_webhook_error(body: bytes, headers: Any, secret: str | None) -> None:
    job_or_webhook_error(body, headers, secret)


@given(BODIES, some.none() | some.text())
def test_so_are_any_bytes_that_are_signed(body: bytes, stamp: str | None) -> None:
    times = {} if stamp is None else {webhooks.TIMESTAMP: stamp}
    stamped = None if stamp is None else stamp.strip().encode(errors="replace").decode()
    job_or_webhook_error(body, {webhooks.SIGNATURE: signature(body, stamped), **times}, SECRET)
