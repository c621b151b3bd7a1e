"""Parsing of responses: jobs in any state, and errors in their three shapes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from legnext_client.errors import APIError, NotFoundError, error_class
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from legnext_client._protocol.flow import Request, Response

Json = dict[str, Any]

_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-correlation-id", "cf-ray")
_TITLE = re.compile(r"<title>([^<]{1,200})|<h1>([^<]{1,200})", re.IGNORECASE)


class ResponseInfo(NamedTuple):
    """The HTTP response behind an object, without its body.

    Attributes:
        status: Status code.
        headers: Headers by lower-case name. The API key is removed from their values.
        elapsed: Seconds from the start of this attempt to the end of its response.
    """

    status: int
    headers: Mapping[str, str]
    elapsed: float

    @property
    def request_id(self) -> str | None:
        """Id of the request, for the service's support; None if the response has none."""
        return request_id_in(self.headers)


def request_id_in(headers: Mapping[str, str]) -> str | None:
    """Return the id that a service or proxy gave the request."""
    return next((headers[name] for name in _REQUEST_ID_HEADERS if name in headers), None)


DEEPEST = 64
"""Maximum nesting kept; deeper values could not be pickled or printed. Known responses have five levels."""

_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
"""Possible half surrogate pair. Two such escapes may form a character, which the JSON parser has joined."""


def as_object(body: bytes) -> Json | None:
    """Parse a body as a JSON object; None if it is anything else, such as HTML, empty or truncated."""
    data = as_json(body)
    return data if is_object(data) else None


def as_json(body: bytes) -> Any:
    """Parse a body as JSON; None if it is not JSON.

    The result can always be encoded and pickled: half surrogate pairs become escapes, and values nested too deep are
    dropped.
    """
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        data = json.loads(text)
        if body.count(b"[") + body.count(b"{") > DEEPEST or _HALF.search(text):
            data = _sound(data, DEEPEST)
    except (ValueError, RecursionError):
        return None
    return data


def _sound(value: Any, levels: int) -> Any:
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if is_object(value):
        return {_sound(name, 0): _sound(inner, levels - 1) for name, inner in value.items()} if levels else None
    if is_list(value):
        return [_sound(inner, levels - 1) for inner in value] if levels else None
    return value


def is_job(data: Mapping[str, Any]) -> bool:
    """Return whether an object has a job id. Nothing else is required, so that no id is ever lost."""
    return job_id_of(data) is not None


def job_id_of(data: Any) -> str | None:
    """Return the job id in an object as a string, or None."""
    job_id = data.get("job_id") if is_object(data) else None
    if not isinstance(job_id, str | int) or isinstance(job_id, bool):
        return None
    return str(job_id) or None


def is_job_id(value: object) -> TypeGuard[str]:
    """Return whether a job can be fetched by this id."""
    return isinstance(value, str) and bool(value.strip()) and not any("\ud800" <= each <= "\udfff" for each in value)


_ID = re.compile(rb'"job_id"\s*:\s*("(?:[^"\\]|\\.){1,200}"|\d{1,40}(?=\s*[,}]))')


def ids_in(answer: bytes | None) -> Iterator[str]:
    """Yield the job ids in a response, outermost first. A response that is not an object is searched as text.

    Nested objects count (`error.detail.job_id`); lists do not, because they may list any jobs.
    """
    if answer is None:
        return
    data = as_object(answer)
    if data is not None:
        level = [data]
        while level:
            yield from filter(None, map(job_id_of, level))
            inner = [pair for each in level for pair in each.items() if is_object(pair[1])]
            level = [value for _, value in sorted(inner, key=lambda pair: pair[0] not in ("data", "error"))]
        return
    for found in _ID.finditer(answer):
        try:
            job_id = str(json.loads(found[1]))
        except ValueError:
            continue
        if job_id.isprintable() and not job_id.isspace():
            yield job_id


class ErrorWords(NamedTuple):
    """The fields of an error response, whatever its shape."""

    code: int | None
    message: str
    raw_message: str
    detail: Any


def error_words(data: Mapping[str, Any]) -> ErrorWords:
    """Read a flat error, an `error` envelope, or the error of a job."""
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
    """Return the code of an error with status 200: a `code` of 400 or more, or a failed job without an id."""
    if is_job(data):
        return None
    words = error_words(data)
    if words.code is not None and words.code >= 400:
        return words.code
    return 500 if data.get("status") == "failed" else None


def read_error(request: Request, answer: Response, status: int | None = None) -> APIError:
    """Build the exception for an error response."""
    status = answer.status if status is None else status
    data = as_object(answer.body)
    words = error_words(data) if data is not None else ErrorWords(None, page_title(answer.body), "", None)
    error = error_class(status)(
        words.message or words.raw_message,
        status_code=answer.status,
        code=words.code or status,
        raw_message=words.raw_message,
        detail=words.detail,
        body=data if data is not None else answer.body,
        request_id=request_id_in(answer.headers),
        headers=dict(answer.headers),
        method=request.method,
        path=request.path,
        retry_after=retry_after(answer.headers),
        job_id=named(request, answer.body) if request.paid else next(ids_in(answer.body), None),
    )
    if isinstance(error, NotFoundError) and request.job_id is None:
        error.advice = NotFoundError.without_job
    return error


def named(request: Request, answer: bytes | None) -> str | None:
    """Return the id of a new job in a response, ignoring ids that the request named, such as its source."""
    sent = request.sent or {}
    known = {request.job_id, *(str(sent.get(name)) for name in ("jobId", "job_id"))}
    return next((job_id for job_id in ids_in(answer) if job_id not in known), None)


def page_title(body: bytes) -> str:
    """Summarize a response that is not JSON, by its title or first words."""
    text = body[:4000].decode(errors="replace")
    found = _TITLE.search(text)
    return " ".join((next(filter(None, found.groups())) if found else re.sub(r"<[^>]*>", " ", text)[:200]).split())


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the `Retry-After` header in seconds, from a number or an HTTP date; None if missing or invalid."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        from email.utils import parsedate_to_datetime  # slow to import and rarely needed

        try:
            at = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        try:  # uses the service's clock, because this machine's may be minutes off
            now = parsedate_to_datetime(headers.get("date", ""))
        except (ValueError, OverflowError):
            now = datetime.now(UTC)
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now.replace(tzinfo=now.tzinfo or UTC)).total_seconds()
    return max(0.0, seconds) if seconds < float("inf") else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
