"""Lenient reading of a job: any field may be missing, null, empty or of another type."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from legnext_client._protocol.numbers import is_number
from legnext_client.errors import JobFailed
from legnext_client.generated.service import ENDINGS
from legnext_client.generated.types import is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client._protocol.responses import ResponseInfo

PENDING, COMPLETED, FAILED = "pending", "completed", "failed"
RUNNING = frozenset((PENDING, "staged", "processing"))
KNOWN = RUNNING | {COMPLETED, FAILED}

_WHOLE = re.compile(r"\d{1,3}", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%")


class State:
    """The state of a job in one response. `raw` is the unchanged object."""

    __slots__ = ("raw", "response")

    def __init__(self, raw: Mapping[str, Any], response: ResponseInfo | None = None) -> None:
        self.raw = raw
        self.response = response

    @property
    def job_id(self) -> str:
        job_id = self.raw.get("job_id")
        return "" if job_id is None else str(job_id)

    @property
    def status(self) -> str:
        status = self.raw.get("status")
        return status if isinstance(status, str) and status else PENDING

    @property
    def task_type(self) -> str:
        return text(self.raw.get("task_type"))

    @property
    def done(self) -> bool:
        return self.ok or self.failed

    @property
    def ok(self) -> bool:
        return self.status == COMPLETED

    @property
    def failed(self) -> bool:
        """Whether the job ended without a result, by itself or by an operation of a caller."""
        return self.status == FAILED or self.status in ENDINGS

    def part(self, *path: str) -> Any:
        """Return the value at a path of names, or None."""
        value: Any = self.raw
        for name in path:
            value = value.get(name) if is_object(value) else None
        return value

    @property
    def progress(self) -> float:
        """Progress from 0 to 100, from the field, the last log line with a percentage, or the status."""
        if self.ok:
            return 100.0
        value = percentage(self.raw.get("progress"))
        if value is None:
            logs = self.raw.get("logs")
            lines = logs if is_list(logs) else []
            value = next((found for line in reversed(lines) if (found := percentage(line)) is not None), None)
        return value or 0.0

    @property
    def image_urls(self) -> list[str]:
        many = texts(self.part("output", "image_urls"))
        return many or texts([self.part("output", "image_url")])

    @property
    def video_urls(self) -> list[str]:
        return texts(self.part("output", "video_urls"))

    @property
    def texts(self) -> list[str]:
        output = self.part("output")
        made = texts(self.part("output", "prompts"))
        if is_object(output):
            made += texts([output.get(name) for name in ("description", "finalPrompt", "promptEn")])
        return list(dict.fromkeys(made))

    @property
    def points(self) -> float:
        """Known cost of the job: points charged once completed, points held before, usually 0 if failed."""
        if self.failed:
            return number(self.part("meta", "usage", "consume"))
        return number(self.part("meta", "usage", "consume")) or number(self.part("meta", "usage", "frozen"))

    @property
    def charge_is_known(self) -> bool:
        """Whether the response states the charge, including 0."""
        return is_number(self.part("meta", "usage", "consume"))

    def cost(self, price: int) -> int:
        """Return the points that the ended job cost; its price if the response does not say."""
        points = math.ceil(self.points)
        return price if self.ok and not points and not self.charge_is_known else points

    @property
    def lasted(self) -> float | None:
        """Seconds from acceptance to the end, if the response has both times."""
        created, ended = (moment(self.part("meta", name)) for name in ("created_at", "ended_at"))
        seconds = (ended - created).total_seconds() if created and ended else 0.0
        return seconds if seconds > 0 else None


def failure(state: State, job: Any) -> JobFailed:
    """Build the error of a failed job from the service's message."""
    if state.status in ENDINGS - {FAILED}:
        return JobFailed(f"{state.task_type or 'job'} {state.job_id} has no result: it is {state.status}.", job=job)
    reason = text(state.part("error", "message")) or text(state.part("error", "raw_message"))
    code = state.part("error", "code")
    message = f"{state.task_type or 'job'} {state.job_id} failed: {reason or 'the service gave no reason'}."
    return JobFailed(message, job=job, code=code if isinstance(code, int) else None)


def moment(value: Any) -> datetime | None:
    """Parse a time of the service; None for `""`, year 1 and anything that is not a time."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        from dateutil import parser  # slow to import and rarely needed

        try:
            # Uses the offset only: named zones depend on this machine and cause warnings.
            parsed = parser.parse(value, tzinfos=lambda _, offset: offset)
            parsed.utcoffset()  # raises here if the offset is a day or more
        except (ValueError, OverflowError):
            return None
    return None if parsed.year <= 1 else parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def percentage(value: Any) -> float | None:
    """Read a percentage from a number, a string such as `46%`, or an object with a progress."""
    if is_object(value):
        inner = (value.get(name) for name in ("progress", "message", "msg", "text"))
        return next((found for one in inner if (found := percentage(one)) is not None), None)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if 0 <= value <= 100 else None
    if isinstance(value, str):
        shares = _PERCENT.findall(value)
        if shares:
            return min(100.0, float(shares[-1]))
        whole = value.strip()
        return float(whole) if _WHOLE.fullmatch(whole) and int(whole) <= 100 else None
    return None


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str) and one] if is_list(value) else []


MOST = 2**53
"""Upper bound on points: more than any account has, and safe in any number format."""


def number(value: Any) -> float:
    """Read a number of points; 0 if the value is invalid."""
    return min(value, MOST) if is_number(value) and 0 <= value < math.inf else 0
