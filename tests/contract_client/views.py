"""What the attributes of a job must say of an answer: a reading of the answer that owes nothing to the client's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from .stage import same, shown

Json = dict[str, Any]

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%")


def check_view(job: Any, answer: Json, label: str) -> None:
    """Each attribute of a job against its answer."""
    for name, value in view(answer).items():
        found = getattr(job, name)
        found = found.to_dict() if hasattr(found, "to_dict") else found
        equal = found == value if isinstance(value, float | datetime) else same(found, value)
        assert equal, f"{label}: {name} is {shown(found)}, not {shown(value)}, of {shown(answer)}"


def view(answer: Json) -> Json:
    """What the documents say of a job's fields, for an answer that keeps to the schema."""
    output, meta = part(answer, "output"), part(answer, "meta")
    usage, status = part(meta, "usage"), answer["status"]
    urls = words(output.get("image_urls")) or words([output.get("image_url")])
    alone = words([output.get(name) for name in ("description", "finalPrompt", "promptEn")])
    held, charged = usage.get("frozen") or 0, usage.get("consume") or 0
    return {
        "job_id": answer["job_id"],
        "status": status or "pending",
        "task_type": answer.get("task_type") or "",
        "model": answer.get("model") or "",
        "done": status in ("completed", "failed"),
        "ok": status == "completed",
        "progress": progress(answer),
        "image_urls": urls,
        "video_urls": words(output.get("video_urls")),
        "texts": list(dict.fromkeys([*words(output.get("prompts")), *alone])),
        "points": float(charged if status == "failed" else charged or held),
        "created_at": moment(meta.get("created_at")),
        "started_at": moment(meta.get("started_at")),
        "ended_at": moment(meta.get("ended_at")),
        "output": output,
        "meta": meta,
        "config": part(answer, "config"),
        "error": part(answer, "error"),
        "input": answer.get("input"),
        "detail": answer.get("detail"),
        "logs": answer.get("logs") or [],
    }


def part(holder: Json, name: str) -> Json:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def words(values: Any) -> list[str]:
    """The texts that say something."""
    return [value for value in values or [] if value]


def progress(answer: Json) -> int:
    """Per cent: the field, the last line of the log that tells it, or what the status means."""
    if answer["status"] == "completed":
        return 100
    told = [answer.get("progress"), *reversed(answer.get("logs") or [])]
    return next((round(found) for each in told if (found := share(each)) is not None), 0)


def share(told: Any) -> float | None:
    if isinstance(told, dict):
        return share(told.get("progress"))
    if isinstance(told, int | float) and not isinstance(told, bool):
        return float(told)
    found = _SHARE.search(told) if isinstance(told, str) else None
    return float(found[1]) if found else float(told) if isinstance(told, str) and told.isdecimal() else None


def moment(text: Any) -> datetime | None:
    """A time as one of the documented forms writes it; nothing for an empty one and for year 1."""
    found = _TIME.fullmatch(text or "")
    if found is None or int(found[1]) <= 1:
        return None
    year, month, day, hour, minute, second = (int(found[place]) for place in range(1, 7))
    micro = int((found[7] or "0")[:6].ljust(6, "0"))
    return datetime(year, month, day, hour, minute, second, micro, _zone(found[8]))


def _zone(written: str) -> timezone:
    if written == "Z":
        return UTC
    ahead = timedelta(hours=int(written[1:3]), minutes=int(written[4:6]))
    return timezone(ahead if written[0] == "+" else -ahead)
