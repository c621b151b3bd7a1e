"""Job responses in the documented shapes, with their observed oddities."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .jobs import COMPLETED, FAILED, PENDING, PROCESSING, STAGED, Job
from .rules import allows

if TYPE_CHECKING:
    from collections.abc import Callable

    from .spec import Spec

_NO_ERROR = {"code": 0, "raw_message": "", "message": "", "detail": None}
_FAILURE = {
    "code": 500,
    "raw_message": "upstream error",
    "message": "The job could not be completed",
    "detail": None,
}
_YEAR_ONE = "0001-01-01T00:00:00Z"
_EAST = timezone(timedelta(hours=8))


def _seconds(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _offset(at: float) -> str:
    return datetime.fromtimestamp(at, _EAST).isoformat(timespec="seconds")


def _nanoseconds(at: float) -> str:
    whole = int(at)
    return f"{_seconds(whole)[:-1]}.{int((at - whole) * 1e9):09d}Z"


def _nothing(_at: float) -> str:
    return ""


# The time format of each style, and its value for a missing time.
_TIMES: dict[str, tuple[Callable[[float], str], str]] = {
    "plain": (_seconds, _YEAR_ONE),
    "empty": (_nothing, ""),
    "offset": (_offset, ""),
    "nanoseconds": (_nanoseconds, _YEAR_ONE),
    "sparse": (_seconds, ""),
    "nulls": (_seconds, _YEAR_ONE),
}
STYLES = tuple(_TIMES)
LOGS = ("strings", "objects")
"""The documented variants: `sparse` omits optional fields, `nulls` sets them to null."""


class Answers:
    """Writer of job responses for one server."""

    def __init__(self, spec: Spec, files_url: str, logs: str = "strings") -> None:
        self._spec = spec
        self.files_url = files_url
        self._logs = logs
        sources: list[dict[str, Any]] = [each.extension.get("source", {}) for each in spec.operations.values()]
        self._source_flags = [each["flag"] for each in sources if "flag" in each]
        self._source_flags += [flag for each in sources for flag in each.get("not_flags", ())]
        self._known_actions: dict[tuple[object, ...], dict[str, Any]] = {}

    def job(self, job: Job, now: float) -> dict[str, Any]:
        """Return the response for a job at time `now`."""
        if job.answer is not None:
            return job.answer
        status = job.status(now)
        ended = job.has_ended(now)
        write, none = _TIMES[job.style]
        answer: dict[str, Any] = {
            "job_id": job.job_id,
            "model": "midjourney",
            "task_type": job.operation.task_type,
            "status": status,
            "config": {"service_mode": "public", "webhook_config": {"endpoint": job.callback or "", "secret": ""}},
            "input": None,
            "output": make(self, job, status) if (make := _OUTPUTS.get(job.operation.makes)) else None,
            "meta": {
                "created_at": write(job.created),
                "started_at": write(job.started) if status not in (PENDING, STAGED) else none,
                "ended_at": write(job.ends) if ended else none,
                "usage": {
                    "type": "point",
                    "frozen": job.held,
                    "consume": job.charged if status == COMPLETED else 0,
                },
            },
            "detail": None,
            "logs": self._log(job, now) if status == PROCESSING else [],
            "error": _FAILURE if status == FAILED else _NO_ERROR,
        }
        if job.style == "sparse":
            _leave_out(answer, status, ended=ended)
        elif job.style == "nulls":
            _make_null(answer, status, ended=ended)
        return answer

    def stamp(self, at: float) -> str:
        """Format a time as the balance does."""
        return _nanoseconds(at)

    def _log(self, job: Job, now: float) -> list[Any]:
        """Return the log as strings or as objects; the service's own clients disagree about it."""
        line = f"progress: {job.progress(now)}%"
        if self._logs == "objects" or (self._logs == "drawn" and job.number % 2):
            return [{"timestamp": _seconds(now), "level": "info", "message": line}]
        return [line]

    def _url(self, job: Job, name: str) -> str:
        return f"{self.files_url}/{quote(job.job_id, safe='')}/{name}"

    def _images(self, job: Job, status: str) -> dict[str, Any]:
        if status != COMPLETED:
            return {"image_url": "", "image_urls": None, "seed": ""}
        ending = image_format(job)
        urls = [self._url(job, f"{number}.{ending}") for number in range(job.count)]
        whole = self._url(job, f"grid.{ending}") if job.operation.makes == "images" else urls[0]
        output: dict[str, Any] = {"image_url": whole, "image_urls": urls, "seed": job.seed_digits}
        if actions := self._actions(job):
            output["available_actions"] = actions
        return output

    def _videos(self, job: Job, status: str) -> dict[str, Any]:
        if status != COMPLETED:
            return {"video_urls": None, "seed": ""}
        return {
            "video_urls": [self._url(job, f"{number}.mp4") for number in range(job.count)],
            "seed": job.seed_digits,
        }

    def _texts(self, job: Job, status: str) -> dict[str, Any]:
        if status != COMPLETED:
            return {"promptEn": "", "description": "", "finalPrompt": "", "prompts": []}
        prompt = next((text for text in job.body.values() if isinstance(text, str) and text != job.callback), "")
        words = prompt.split("--")[0].split()
        if job.operation.takes == "url" or not words:
            words = ["a", "lighthouse", "on", "a", "cliff", "at", "dusk"]
            description = "A lighthouse on a cliff at dusk"
        else:
            description = ""
        prompts = [" ".join(words[: max(1, len(words) * quarter // 4)]) for quarter in (4, 3, 2, 1)]
        return {"promptEn": "", "description": description, "finalPrompt": "", "prompts": prompts}

    def _actions(self, job: Job) -> dict[str, Any]:
        flags = (flag in job.prompt.flags for flag in self._source_flags)
        kind = (job.operation.makes, job.prompt.model, job.count, *flags)
        if kind not in self._known_actions:
            self._known_actions[kind] = {
                operation.task_type: True if operation.takes == "images" else list(range(job.count))
                for operation in self._spec.operations.values()
                if operation.is_paid and allows(operation, job)
            }
        return self._known_actions[kind]


_OUTPUTS: dict[str, Callable[[Answers, Job, str], dict[str, Any]]] = {
    "images": Answers._images,  # pyright: ignore[reportPrivateUsage]
    "image": Answers._images,  # pyright: ignore[reportPrivateUsage]
    "videos": Answers._videos,  # pyright: ignore[reportPrivateUsage]
    "video": Answers._videos,  # pyright: ignore[reportPrivateUsage]
    "texts": Answers._texts,  # pyright: ignore[reportPrivateUsage]
}


def image_format(job: Job) -> str:
    """Return the extension of a job's image files; the requested format if the operation has one."""
    field = "output_format"
    return str(job.body.get(field, job.operation.defaults.get(field, "png")))


def _leave_out(answer: dict[str, Any], status: str, *, ended: bool) -> None:
    for name in ("input", "detail", "logs"):
        del answer[name]
    if status != FAILED:
        del answer["error"]
    if not ended:
        del answer["meta"]["ended_at"]
        if answer["output"] is not None:
            answer["output"].pop("seed", None)


def _make_null(answer: dict[str, Any], status: str, *, ended: bool) -> None:
    answer["config"] = answer["logs"] = None
    if status != FAILED:
        answer["error"] = None
    if not ended:
        answer["output"] = None
        answer["meta"]["usage"]["type"] = ""
    if status == PENDING:
        answer["meta"] = None
