"""What a job's answer says, read with patience: any field may be missing, null, empty or of another kind."""

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

PENDING, COMPLETED, FAILED = "pending", "completed", "failed"
KNOWN = frozenset((PENDING, "staged", "processing", COMPLETED, FAILED))

_WHOLE = re.compile(r"\d{1,3}", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%")


class State:
    """One answer about a job; `raw` is the object as it came."""

    __slots__ = ("raw",)

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw

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
        """Ended without a result: by itself, or by a caller with one of the statuses that the document names."""
        return self.status == FAILED or self.status in ENDINGS

    def part(self, *path: str) -> Any:
        """What stands at a path of names; None where there is no such thing."""
        found: Any = self.raw
        for name in path:
            found = found.get(name) if is_object(found) else None
        return found

    @property
    def progress(self) -> float:
        """From 0 to 100: the field, the last log line that tells a percentage, or what the status means."""
        if self.ok:
            return 100.0
        told = percentage(self.raw.get("progress"))
        if told is None:
            logs = self.raw.get("logs")
            lines = logs if is_list(logs) else []
            told = next((found for line in reversed(lines) if (found := percentage(line)) is not None), None)
        return told or 0.0

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
        found = texts(self.part("output", "prompts"))
        if is_object(output):
            found += texts([output.get(name) for name in ("description", "finalPrompt", "promptEn")])
        return list(dict.fromkeys(found))

    @property
    def points(self) -> float:
        """What the job costs as far as is known: charged when it is completed, held before, nothing when it failed."""
        if self.failed:
            return number(self.part("meta", "usage", "consume"))
        return number(self.part("meta", "usage", "consume")) or number(self.part("meta", "usage", "frozen"))

    @property
    def charge_is_told(self) -> bool:
        """Whether the answer says what was charged, if only nothing."""
        return is_number(self.part("meta", "usage", "consume"))

    @property
    def lasted(self) -> float | None:
        """Seconds from acceptance to the end, when the answer tells both."""
        created, ended = (moment(self.part("meta", name)) for name in ("created_at", "ended_at"))
        seconds = (ended - created).total_seconds() if created and ended else 0.0
        return seconds if seconds > 0 else None


def failure(state: State, job: Any) -> JobFailed:
    """The error of a job that has failed, in the service's words."""
    if state.status in ENDINGS:
        return JobFailed(f"{state.task_type or 'job'} {state.job_id} has no result: it is {state.status}.", job=job)
    said = text(state.part("error", "message")) or text(state.part("error", "raw_message"))
    code = state.part("error", "code")
    message = f"{state.task_type or 'job'} {state.job_id} failed: {said or 'the service does not say why'}."
    return JobFailed(message, job=job, code=code if isinstance(code, int) else None)


def moment(value: Any) -> datetime | None:
    """A time as the service writes it; None for `""`, for year 1, and for what is no time."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        from dateutil import parser  # slow to import, and seldom needed

        try:
            # By offset alone: a zone known only by name would be looked up on this machine, or warned of.
            found = parser.parse(value, tzinfos=lambda _, offset: offset)
            found.utcoffset()  # an offset of a day or more is only found out when it is asked for
        except (ValueError, OverflowError):
            return None
    return None if found.year <= 1 else found if found.tzinfo else found.replace(tzinfo=UTC)


def percentage(value: Any) -> float | None:
    """A share in percent from a number, a text such as `46%`, or an object that has a progress."""
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
"""More points than any account has, and as many as every store of numbers can hold."""


def number(value: Any) -> float:
    """A count of points; 0 for what can be none, so that no oddity upsets who reckons with it."""
    return min(value, MOST) if is_number(value) and 0 <= value < math.inf else 0
