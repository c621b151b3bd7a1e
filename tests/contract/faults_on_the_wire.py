"""Faults between caller and server: what arrives is read too kindly or too strictly, what leaves is spoiled."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .faults import Answered, Asked, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

Job = dict[str, Any]
KEY_HEADER = b"x-api-key"


def refusal(status: int, message: str) -> Answered:
    body = json.dumps({"code": status, "message": message}).encode()
    return Answered(status, ((b"content-type", b"application/json"),), body)


def parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def job_of(answered: Answered) -> Job | None:
    value = parsed(answered.body)
    return value if isinstance(value, dict) and answered.status == 200 and value.get("job_id") else None


# --- what arrives -------------------------------------------------------------------------------------------


class ReadsKindly(Wire):
    """Lets a body through that should be refused, by mending it on the way."""

    def __init__(self, mend: Callable[[bytes], bytes]) -> None:
        self._mend = mend

    def before(self, asked: Asked) -> Asked:
        body = self._mend(asked.body) if asked.body else asked.body
        return replace(asked.with_header(b"content-length", str(len(body)).encode()), body=body)


def last_of_duplicates(body: bytes) -> bytes:
    value = parsed(body)
    return body if value is None or b"NaN" in body else json.dumps(value).encode()


class AnyContentType(Wire):
    def before(self, asked: Asked) -> Asked:
        return asked.with_header(b"content-type", b"application/json") if asked.body else asked


class KeyNotChecked(Wire):
    """Serves the last good key's account to everybody."""

    def __init__(self, methods: tuple[str, ...] = ("GET", "POST")) -> None:
        self._methods, self._good = methods, b""

    def before(self, asked: Asked) -> Asked:
        return asked.with_header(KEY_HEADER, self._good) if self._good and asked.method in self._methods else asked

    def after(self, asked: Asked, answered: Answered) -> Answered:
        if answered.status == 200 and not self._good:
            self._good = asked.header(KEY_HEADER) or b""
        return answered


class LengthInBytes(Wire):
    def before(self, asked: Asked) -> Asked | Answered:
        value = parsed(asked.body)
        texts = [each for each in value.values() if isinstance(each, str)] if isinstance(value, dict) else []
        if any(len(text) <= 8192 < len(text.encode("utf-8", "replace")) for text in texts):
            return refusal(400, "too long")
        return asked


# --- what leaves --------------------------------------------------------------------------------------------


class ChangesJobs(Wire):
    """Spoils jobs in answers: those of GET, or all of them."""

    def __init__(self, change: Callable[[Job], None], *, only_get: bool = True) -> None:
        self._change, self._only_get = change, only_get

    def after(self, asked: Asked, answered: Answered) -> Answered:
        job = job_of(answered)
        if job is None or (self._only_get and asked.method != "GET"):
            return answered
        self._change(job)
        return answered.with_body(json.dumps(job).encode())


def at(*way: str, gives: Any = None, when: tuple[str, ...] = ("completed",)) -> Callable[[Job], None]:
    """Put a value at a place of a job that has one of these statuses."""

    def change(job: Job) -> None:
        if job["status"] in when:
            target = job
            for step in way[:-1]:
                target = target[step]
            target[way[-1]] = gives

    return change


class Backwards(Wire):
    """Tells of a finished job, the second time, that it is still being worked on."""

    def __init__(self) -> None:
        self._finished: set[str] = set()

    def after(self, asked: Asked, answered: Answered) -> Answered:
        job = job_of(answered)
        if job is None or job["status"] not in ("completed", "failed"):
            return answered
        if job["job_id"] in self._finished and asked.method == "GET":
            return answered.with_body(json.dumps({**job, "status": "processing"}).encode())
        self._finished.add(job["job_id"])
        return answered


class WrongJob(Wire):
    """Answers with the job that was asked for before."""

    def __init__(self) -> None:
        self._last: bytes | None = None

    def after(self, asked: Asked, answered: Answered) -> Answered:
        if asked.method != "GET" or job_of(answered) is None:
            return answered
        last, self._last = self._last, answered.body
        return answered.with_body(last) if last else answered


class Files(Wire):
    """Spoils the asking for files, which are known by the end of their address."""

    def __init__(self, change: Callable[[Asked], Asked | Answered]) -> None:
        self._change = change

    def before(self, asked: Asked) -> Asked | Answered:
        return self._change(asked) if re.search(r"\.(png|jpe?g|mp4)$", asked.path) else asked


def number_two(asked: Asked) -> Asked:
    return replace(asked, path=re.sub(r"(\d)(\.\w+)$", r"2\2", asked.path))


class OnStatus(Wire):
    """Spoils the answers that have a status."""

    def __init__(self, status: int, change: Callable[[Answered], Answered]) -> None:
        self._status, self._change = status, change

    def after(self, asked: Asked, answered: Answered) -> Answered:  # noqa: ARG002
        return self._change(answered) if answered.status == self._status else answered


def as_html(answered: Answered) -> Answered:
    html = replace(answered.without_header(b"content-type"), headers=((b"content-type", b"text/html"),))
    return html.with_body(b"<html><body>Not found</body></html>")


def as_text(answered: Answered) -> Answered:
    return replace(answered.without_header(b"content-type"), headers=((b"content-type", b"text/plain"),))


class ChangesBalance(Wire):
    def __init__(self, change: Callable[[dict[str, Any]], None]) -> None:
        self._change = change

    def after(self, asked: Asked, answered: Answered) -> Answered:  # noqa: ARG002
        value = parsed(answered.body)
        if not (isinstance(value, dict) and isinstance(value.get("data"), dict) and "balance_usd" in value["data"]):
            return answered
        self._change(value["data"])
        return answered.with_body(json.dumps(value).encode())


def ten_points_less(balance: dict[str, Any]) -> None:
    balance["available_credits"] -= 10
