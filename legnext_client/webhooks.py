"""Reading callbacks: the bytes that came, and whether they are signed as they should be.

What a callback says proves nothing, signed or not, until the job has been fetched: `client.confirm(job)`.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._protocol.numbers import is_number
from legnext_client._protocol.responses import as_object
from legnext_client.errors import ConfigurationError, WebhookError
from legnext_client.generated.types import is_object
from legnext_client.jobs import Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Body = bytes | bytearray | memoryview | str
    Headers = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]

SIGNATURE, TIMESTAMP = "x-legnext-signature", "x-legnext-timestamp"
LARGEST = 1024 * 1024
"""Callbacks are a few kilobytes; what is larger than this in bytes is none."""

_LONGEST_ID = 200
_SIGNATURE_LOOKS = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_TIME_LOOKS = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)


def parse(
    body: Body,
    headers: Headers | None = None,
    *,
    secret: str | bytes | None = None,
    tolerance: float = 300.0,
    now: float | None = None,
) -> Job:
    """The job that a callback tells of, as it tells of it; it belongs to no client.

    Args:
        body: The body as it came, byte for byte; text counts as its UTF-8.
        headers: The headers, as a mapping or as pairs, with names in any case. Needed for a signature only.
        secret: Refuse what is not signed with this. The signature is looked at before the body is.
        tolerance: How many seconds the time of a signed callback may be off, in both directions.
        now: The time in seconds since 1970, if it is not the time.

    Raises:
        WebhookError: It is no callback, or not signed, or not signed with this, or too old.
    """
    check_settings(secret, tolerance)
    body = as_bytes(body)
    if len(body) > LARGEST:
        raise WebhookError(f"the body has {len(body)} bytes; a callback has {LARGEST} at most.")
    times = _Times(time.time() if now is None else now, tolerance)
    if secret is not None:
        _verify(body, _named(headers), secret.encode() if isinstance(secret, str) else secret, times)
    data = as_object(body)
    if data is None:
        raise WebhookError("the body is no JSON object.")
    job: Any = data
    if not _is_job(data):
        job = data.get("data")
        if not is_object(job) or not _is_job(job):
            raise WebhookError("the body is no job: it has no job_id that could be one.")
        if secret is not None and "timestamp" in data:
            times.check(data["timestamp"], "the timestamp in the body")
    return Job(job)


def check_settings(secret: object, tolerance: object) -> None:
    """Refuse settings with which nothing could be verified."""
    if secret is not None and not isinstance(secret, str | bytes):
        raise ConfigurationError(f"secret must be text or bytes; got {type(secret).__name__}.")
    if secret is not None and not secret:
        raise ConfigurationError("secret is empty: leave it out if callbacks are not signed.")
    if not is_number(tolerance) or not tolerance >= 0:
        raise ConfigurationError(f"tolerance must be seconds, 0 or more; got {tolerance!r}.")


def as_bytes(body: object) -> bytes:
    """The body as it came; frameworks that hand over text have decoded it as UTF-8."""
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)  # pyright: ignore[reportUnknownArgumentType]
    if not isinstance(body, str):
        raise WebhookError(f"body must be the bytes as they came; got {type(body).__name__}.")
    try:
        return body.encode()
    except UnicodeEncodeError:
        raise WebhookError("body must be the bytes as they came; got text that no UTF-8 gives.") from None


class _Times(NamedTuple):
    now: float
    tolerance: float

    def check(self, value: object, what: str) -> None:
        """Refuse what is not a time, or is one too far away."""
        told = value.strip() if isinstance(value, str) else value
        if isinstance(told, str) and _TIME_LOOKS.fullmatch(told):
            told = float(told)
        if not isinstance(told, int | float) or isinstance(told, bool) or not 0 <= told < 1e12:
            raise WebhookError(f"{what} is no time in seconds since 1970.")
        off = self.now - told
        if not abs(off) <= self.tolerance:
            past = f"{math.ceil(abs(off))} seconds {'old' if off > 0 else 'in the future'}"
            raise WebhookError(f"{what} is {past}; at most {self.tolerance:g} are tolerated.")


def _verify(body: bytes, headers: Mapping[str, str], secret: bytes, times: _Times) -> None:
    """Refuse what is not signed with the secret: the body alone, or the time in the header, a dot and the body."""
    signature, stamp = headers.get(SIGNATURE), headers.get(TIMESTAMP)
    if signature is None:
        raise WebhookError("the callback is not signed: it has no X-Legnext-Signature.")
    if not _SIGNATURE_LOOKS.fullmatch(signature):
        raise WebhookError("X-Legnext-Signature is no hexadecimal SHA-256.")
    signed = [body] if stamp is None else [stamp.encode(errors="replace") + b"." + body, body]
    # Every one is compared, so that the time it takes does not tell which one it was.
    good = [hmac.compare_digest(_hex(secret, each), signature.lower()) for each in signed]
    if not any(good):
        raise WebhookError("the signature is not made with this secret from this body.")
    if stamp is not None:
        times.check(stamp, "X-Legnext-Timestamp")


def _hex(secret: bytes, signed: bytes) -> str:
    return hmac.new(secret, signed, hashlib.sha256).hexdigest()


def _named(headers: Headers | None) -> dict[str, str]:
    """The two headers that count, by their names in lower case; one that is given twice counts as two that differ."""
    given: Any = () if headers is None else headers
    found: dict[str, str] = {}
    # Not every framework's headers are a `Mapping`, but all that are not pairs have `items`.
    for name, value in given.items() if hasattr(given, "items") else given:
        key = _text(name).lower()
        if key not in (SIGNATURE, TIMESTAMP):
            continue
        if key in found:
            raise WebhookError(f"there is more than one {key}.")
        found[key] = _text(value).strip()
    return found


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _is_job(data: Mapping[str, Any]) -> bool:
    """Whether there is an id by which one could ask: a callback that names no job is of no use."""
    job_id = data.get("job_id")
    if not isinstance(job_id, str | int) or isinstance(job_id, bool):
        return False
    try:
        text = str(job_id)
    except ValueError:  # a number of thousands of digits
        return False
    return 0 < len(text) <= _LONGEST_ID and text.isprintable() and not text.isspace()
