"""Decide what to do with the response to a download: read it, follow it, retry, or fail."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from legnext_client._protocol.addresses import shown_url
from legnext_client._protocol.responses import retry_after
from legnext_client._protocol.state import moment
from legnext_client._protocol.unpacking import CODINGS
from legnext_client.errors import DownloadError
from legnext_client.generated.rules import LEAST_OUTPUT_DAYS, OUTPUT_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from legnext_client._protocol.flow import Opened

_MOVED = (301, 302, 303, 307, 308)
_GONE = {403: "cannot be fetched", 404: "is not there", 410: "is gone"}
_LATER = (408, 425, 429)
_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)", re.ASCII | re.IGNORECASE)
_WHOLE_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,300}")
_SETTLED = 60.0


class Order(NamedTuple):
    """A file to fetch, and its path.

    `known`: the name identifies the file, so an existing one is the same. `ended`: when its job ended. `spare`: the
    path to use if another file has the name; without it, that file is replaced.
    """

    url: str
    path: Path
    largest: int
    known: bool = False
    ended: datetime | None = None
    spare: Path | None = None

    def error(self, problem: str) -> DownloadError:
        return DownloadError(f"{shown_url(self.url)}: {problem}", url=self.url, path=str(self.path))


class Note(NamedTuple):
    """The file and version that an unfinished file belongs to."""

    address: str
    validator: str
    total: int | None = None

    def fits(self, url: str, size: int) -> bool:
        """Return whether the rest of the file can be requested."""
        sound = _VALIDATOR.fullmatch(self.validator) is not None
        return sound and self.address == digest(url) and size > 0 and (self.total is None or size <= self.total)


def digest(url: str) -> str:
    """Return the SHA-256 of the URL; signed URLs are never stored on disk."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


class Wanted(NamedTuple):
    """A body to read, its offset, and the file's size. `framed`: a truncated body is detectable."""

    offset: int
    size: int | None
    note: Note | None
    coding: str
    framed: bool


class Moved(NamedTuple):
    location: str


class Retry(NamedTuple):
    """A failure that may pass; `start_over` discards the bytes received so far."""

    error: DownloadError
    after: float | None = None
    start_over: bool = False


class Fail(NamedTuple):
    """A final failure; `useless` means that the bytes received so far are of no use."""

    error: DownloadError
    useless: bool = False


Verdict = Wanted | Moved | Retry | Fail


def classify(order: Order, offset: int, note: Note | None, opened: Opened) -> Verdict:
    """Decide what a response means if the bytes from `offset` were requested, by `note`."""
    status, headers = opened.status, opened.headers
    if status in _MOVED:
        return Moved(headers.get("location", ""))
    if status == 200:
        return _sized(order, _all(order, headers))
    if status == 206:
        rest = _rest(offset, note, headers)
        error = order.error("the server sent another part of the file than requested.")
        return _sized(order, rest) if rest is not None else Retry(error, after=0.0, start_over=True)
    if status == 416 and offset:
        return Retry(order.error("the file is shorter than the bytes received before."), after=0.0, start_over=True)
    if status in _GONE:
        kept = f"outputs are kept for {LEAST_OUTPUT_DAYS} to {OUTPUT_DAYS} days{_age(order, headers)}"
        return Fail(order.error(f"it {_GONE[status]} ({status}): {kept}."), useless=status != 403)
    error = order.error(f"the server answered with status {status}.")
    return Retry(error, retry_after(headers)) if status in _LATER or status >= 500 else Fail(error)


def _age(order: Order, headers: Mapping[str, str]) -> str:
    """Return how long ago the job ended, as the end of a sentence; empty if unknown or under a day.

    Uses the server's clock, because this machine's may differ, and a mock server's does.
    """
    now = moment(headers.get("date"))
    days = (now - order.ended).days if now and order.ended else 0
    return f", and this job ended {days} {'day' if days == 1 else 'days'} ago" if days > 0 else ""


def _sized(order: Order, wanted: Wanted) -> Wanted | Fail:
    if wanted.coding not in CODINGS:
        return Fail(order.error(f"the response is encoded as {wanted.coding[:40]!r}, which was not requested."))
    if wanted.size is not None and wanted.size > order.largest:
        return Fail(too_large(order), useless=True)
    return wanted


def too_large(order: Order) -> DownloadError:
    return order.error(f"the file is larger than max_bytes, {order.largest}.")


def _all(order: Order, headers: Mapping[str, str]) -> Wanted:
    coding = _coding(headers)
    length = headers.get("content-length", "").strip()
    size = int(length) if _WHOLE_NUMBER.fullmatch(length) else None
    framed = size is not None or _chunked(headers)
    if coding:
        return Wanted(0, None, None, coding, framed)  # length and ranges apply to the encoded body, not the file
    validator = _validator(headers)
    return Wanted(0, size, Note(digest(order.url), validator, size) if validator else None, "", framed)


def _rest(offset: int, note: Note | None, headers: Mapping[str, str]) -> Wanted | None:
    """Return the requested rest of the file; None if the response is something else."""
    match = _RANGE.fullmatch(headers.get("content-range", "").strip())
    if note is None or match is None or int(match[1]) != offset or int(match[2]) < offset:
        return None
    total = note.total if match[3] == "*" else int(match[3])
    tag = headers.get("etag", "").strip()
    # RFC 9110 requires the tag in a 206. Without it, the rest may be of another version.
    is_other = note.validator.startswith('"') and tag != note.validator
    if is_other or _coding(headers) or (note.total is not None and total != note.total):
        return None
    if total is not None and int(match[2]) >= total:
        return None
    return Wanted(offset, total, note, "", "content-length" in headers or _chunked(headers))


def _coding(headers: Mapping[str, str]) -> str:
    """Return the content coding; empty for none."""
    coding = headers.get("content-encoding", "").strip().lower()
    return "" if coding == "identity" else coding


def _chunked(headers: Mapping[str, str]) -> bool:
    return "chunked" in headers.get("transfer-encoding", "").lower()


def _validator(headers: Mapping[str, str]) -> str:
    """Return what identifies this version of a file: a strong tag, or a modification date old enough to be unique."""
    tag = headers.get("etag", "").strip()
    if tag:
        return tag if _STRONG_TAG.fullmatch(tag) else ""
    changed = headers.get("last-modified", "").strip()
    if not _VALIDATOR.fullmatch(changed):
        return ""
    from email.utils import parsedate_to_datetime  # slow to import, rarely needed

    try:
        apart = parsedate_to_datetime(headers.get("date", "")) - parsedate_to_datetime(changed)
    except (ValueError, OverflowError, TypeError):
        return ""
    return changed if apart.total_seconds() >= _SETTLED else ""
