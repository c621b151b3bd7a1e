"""Reading what the service says: jobs in any state, and errors in each of their three shapes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client.errors import APIError, error_class
from legnext_client.generated.types import is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client._protocol.flow import Received, Request

Json = dict[str, Any]

_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-correlation-id", "cf-ray")
_TITLE = re.compile(r"<title>([^<]{1,200})|<h1>([^<]{1,200})", re.IGNORECASE)


def as_object(body: bytes) -> Json | None:
    """The JSON object in a body; None when it is anything else: HTML, nothing at all, cut short."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if is_object(data) else None


def is_job(data: Mapping[str, Any]) -> bool:
    """An object with an id is a job, whatever else is missing from it: an id must never be lost."""
    job_id = data.get("job_id")
    return isinstance(job_id, str | int) and bool(str(job_id))


_ID = re.compile(rb'"job_id"\s*:\s*("(?:[^"\\]|\\.){1,200}")')


def id_in(answer: bytes | None) -> str | None:
    """The id of a job in an answer that was cut off, if it is there to its last character.

    What can be read as a whole is read by what it is: an id somewhere deep in it may be that of any job.
    """
    found = None if answer is None or as_object(answer) is not None else _ID.search(answer)
    if found is None:
        return None
    try:
        job_id = json.loads(found[1])
    except ValueError:
        return None
    return job_id if job_id.isprintable() and not job_id.isspace() else None


class ErrorWords(NamedTuple):
    """What an error answer says, whichever shape it has."""

    code: int | None
    message: str
    raw_message: str
    detail: Any


def error_words(data: Mapping[str, Any]) -> ErrorWords:
    """The words of a flat error, of an `error` envelope, or of a job's own error."""
    inner = data.get("error")
    if isinstance(inner, str):
        inner = {"message": inner}
    found: Mapping[str, Any] = inner if is_object(inner) else data
    code = found.get("code", data.get("code"))
    return ErrorWords(
        code=code if isinstance(code, int) and not isinstance(code, bool) else None,
        message=_text(found.get("message")) or _text(data.get("message")),
        raw_message=_text(found.get("raw_message")),
        detail=found.get("detail"),
    )


def hidden_error(data: Mapping[str, Any]) -> int | None:
    """The code of an error that came with status 200: `code` of 400 or more, or a failed job without an id."""
    words = error_words(data)
    if is_job(data):
        return None
    if words.code is not None and words.code >= 400:
        return words.code
    return 500 if data.get("status") == "failed" else None


def read_error(request: Request, answer: Received, status: int | None = None) -> APIError:
    """The error that an answer stands for, with the service's own words in it."""
    status = answer.status if status is None else status
    data = as_object(answer.body)
    words = error_words(data) if data is not None else ErrorWords(None, page_title(answer.body), "", None)
    inner = data.get("data") if data is not None else None
    job = next((one for one in (data, inner) if is_object(one) and is_job(one)), None)
    return error_class(status)(
        words.message or words.raw_message,
        status_code=answer.status,
        code=words.code or status,
        raw_message=words.raw_message,
        detail=words.detail,
        body=data if data is not None else answer.body,
        request_id=next((answer.headers[name] for name in _REQUEST_ID_HEADERS if name in answer.headers), None),
        method=request.method,
        path=request.path,
        retry_after=retry_after(answer.headers),
        job_id=None if job is None else str(job["job_id"]),
    )


def page_title(body: bytes) -> str:
    """What a page or a text says in short; for answers that are no JSON."""
    text = body[:4000].decode(errors="replace")
    found = _TITLE.search(text)
    return " ".join((next(filter(None, found.groups())) if found else re.sub(r"<[^>]*>", " ", text)[:200]).split())


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from a number or an HTTP date; None when there is no such header or it cannot be read."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        from email.utils import parsedate_to_datetime  # slow to import, and seldom needed

        try:
            at = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        try:  # by the service's own clock: this machine's may be minutes off
            now = parsedate_to_datetime(headers.get("date", ""))
        except (ValueError, OverflowError):
            now = datetime.now(UTC)
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now.replace(tzinfo=now.tzinfo or UTC)).total_seconds()
    return max(0.0, seconds) if seconds < float("inf") else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
