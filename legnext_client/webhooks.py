"""Parse callbacks and verify their signatures.

Do not trust a callback, signed or not, until you have fetched the job with `client.confirm(job)`.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._protocol.numbers import is_number
from legnext_client._protocol.responses import as_object, job_id_of
from legnext_client.errors import ConfigurationError, WebhookError
from legnext_client.generated.types import is_object
from legnext_client.jobs import Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Body = bytes | bytearray | memoryview | str
    Headers = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]

SIGNATURE, TIMESTAMP = "x-legnext-signature", "x-legnext-timestamp"
LARGEST = 1024 * 1024
"""Maximum size of a callback in bytes; real ones are a few kilobytes."""

_LONGEST_ID = 200
_SIGNATURE_PATTERN = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_TIME_PATTERN = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)


def parse(
    body: Body,
    headers: Headers | None = None,
    *,
    secret: str | bytes | None = None,
    tolerance: float = 300.0,
    now: float | None = None,
) -> Job:
    """Parse a callback into a job. The job is not attached to a client.

    Args:
        body: The raw request body. A string is encoded as UTF-8.
        headers: The headers, as a mapping or pairs; names are case-insensitive. Needed only with `secret`.
        secret: Require a signature made with this secret. It is verified before the body is parsed.
        tolerance: Maximum clock difference of a signed callback in seconds, in either direction.
        now: Current time in seconds since 1970. Default: the system time.

    Raises:
        WebhookError: The body is not a callback, or its signature is missing, wrong or too old.
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
        raise WebhookError("the body is not a JSON object.")
    job: Any = data
    if not _is_job(data):
        job = data.get("data")
        if not is_object(job) or not _is_job(job):
            raise WebhookError("the body is not a job: it has no valid job_id.")
        if secret is not None and "timestamp" in data:
            times.check(data["timestamp"], "the timestamp in the body")
    return Job(job)


def check_settings(secret: object, tolerance: object) -> None:
    """Raise `ConfigurationError` if these settings cannot verify anything."""
    if secret is not None and not isinstance(secret, str | bytes):
        raise ConfigurationError(f"secret must be a string or bytes; got {type(secret).__name__}.")
    if secret is not None and not secret:
        raise ConfigurationError("secret is empty: leave it out if callbacks are not signed.")
    if not is_number(tolerance) or not tolerance >= 0:
        raise ConfigurationError(f"tolerance must be seconds, 0 or more; got {tolerance!r}.")


def as_bytes(body: object) -> bytes:
    """Return the raw body. Frameworks that pass a string have decoded it as UTF-8."""
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)  # pyright: ignore[reportUnknownArgumentType]
    if not isinstance(body, str):
        raise WebhookError(f"body must be the raw request body in bytes; got {type(body).__name__}.")
    try:
        return body.encode()
    except UnicodeEncodeError:
        raise WebhookError(
            "body must be the raw request body in bytes; got a string that is not valid UTF-8."
        ) from None


class _Times(NamedTuple):
    now: float
    tolerance: float

    def check(self, value: object, what: str) -> None:
        """Raise `WebhookError` unless `value` is a time within the tolerance."""
        moment = value.strip() if isinstance(value, str) else value
        if isinstance(moment, str) and _TIME_PATTERN.fullmatch(moment):
            moment = float(moment)
        if not isinstance(moment, int | float) or isinstance(moment, bool) or not 0 <= moment < 1e12:
            raise WebhookError(f"{what} is not a time in seconds since 1970.")
        off = self.now - moment
        if not abs(off) <= self.tolerance:
            past = f"{math.ceil(abs(off))} seconds {'old' if off > 0 else 'in the future'}"
            raise WebhookError(f"{what} is {past}; the tolerance is {self.tolerance:g} seconds.")


def _verify(body: bytes, headers: Mapping[str, str], secret: bytes, times: _Times) -> None:
    """Raise `WebhookError` unless the body, or `timestamp.body`, is signed with the secret."""
    signature, stamp = headers.get(SIGNATURE), headers.get(TIMESTAMP)
    if signature is None:
        raise WebhookError("the callback is not signed: it has no X-Legnext-Signature.")
    if not _SIGNATURE_PATTERN.fullmatch(signature):
        raise WebhookError("X-Legnext-Signature is not a hexadecimal SHA-256.")
    signed = [body] if stamp is None else [stamp.encode(errors="replace") + b"." + body, body]
    # All are compared, so that timing does not reveal the matching form.
    good = [hmac.compare_digest(_hex(secret, each), signature.lower()) for each in signed]
    if not any(good):
        raise WebhookError("the signature does not match this secret and body.")
    if stamp is not None:
        times.check(stamp, "X-Legnext-Timestamp")


def _hex(secret: bytes, signed: bytes) -> str:
    return hmac.new(secret, signed, hashlib.sha256).hexdigest()


def _named(headers: Headers | None) -> dict[str, str]:
    """Return the two signature headers by lower-case name; raise if one is repeated."""
    given: Any = () if headers is None else headers
    found: dict[str, str] = {}
    # Some frameworks' headers are not a `Mapping`, yet have `items`.
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
    """Return whether `data` has an id that can be fetched."""
    job_id = job_id_of(data) or ""
    return 0 < len(job_id) <= _LONGEST_ID and job_id.isprintable() and not job_id.isspace()
