"""Error responses and their three documented shapes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from starlette.types import Send

SHAPES = ("flat", "job", "envelope")
JSON_TYPE = (b"content-type", b"application/json")
HTML_TYPE = (b"content-type", b"text/html; charset=utf-8")


_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def as_json(value: object) -> bytes:
    """Encode a value as compact JSON."""
    return _encode(value).encode()


class Answer(NamedTuple):
    """Encoded response."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = (JSON_TYPE,)

    def having(self, name: bytes, value: bytes) -> Answer:
        return self._replace(headers=(*self.headers, (name, value)))


class Refusal(Exception):
    """The request is not accepted. `message` says what is wrong, what was given, and what to do."""

    def __init__(self, status: int, message: str, detail: object = None, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = detail
        self.headers = headers


async def send_answer(send: Send, answer: Answer) -> None:
    """Send a response."""
    headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def written(refusal: Refusal, shape: str, task_type: str) -> Answer:
    """Encode a refusal in one of the documented shapes."""
    body = as_json(_SHAPES[shape](refusal, task_type))
    headers = tuple((bytes(name.replace("_", "-"), "ascii"), value.encode()) for name, value in refusal.headers.items())
    return Answer(refusal.status, body, (JSON_TYPE, *headers))


def _flat(refusal: Refusal, _task_type: str) -> dict[str, Any]:
    return {"code": refusal.status, "message": refusal.message, "raw_message": "", "detail": refusal.detail}


def _job(refusal: Refusal, task_type: str) -> dict[str, Any]:
    return {
        "job_id": "",
        "model": "midjourney",
        "task_type": task_type,
        "status": "failed",
        "config": {"service_mode": "", "webhook_config": {"endpoint": "", "secret": ""}},
        "input": None,
        "output": None,
        "meta": {
            "created_at": "",
            "started_at": "",
            "ended_at": "",
            "usage": {"type": "", "frozen": 0, "consume": 0},
        },
        "detail": None,
        "logs": None,
        "error": _flat(refusal, task_type),
    }


def _envelope(refusal: Refusal, _task_type: str) -> dict[str, Any]:
    return {"error": {"code": refusal.status, "message": refusal.message}}


_SHAPES = {"flat": _flat, "job": _job, "envelope": _envelope}
