"""Error responses and their three documented shapes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.responses import Response

SHAPES = ("flat", "job", "envelope")


_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def as_json(value: object) -> bytes:
    """Encode a value as compact JSON."""
    return _encode(value).encode()


class ClientGone(Exception):
    """The client has disconnected."""


def respond(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON response; a seeded job may hold values that Starlette's own refuses to encode."""
    from starlette.responses import Response  # `testing` can be imported without the extra

    return Response(as_json(value), status, headers, "application/json")


class Refusal(Exception):
    """The request is not accepted. `message` says what is wrong, what was given, and what to do."""

    def __init__(self, status: int, message: str, detail: object = None, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = detail
        self.headers = headers


def written(refusal: Refusal, shape: str, task_type: str) -> Response:
    """Return a refusal in one of the documented shapes."""
    headers = {name.replace("_", "-"): value for name, value in refusal.headers.items()}
    return respond(_SHAPES[shape](refusal, task_type), refusal.status, headers)


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
