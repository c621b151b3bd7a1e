"""Faults in the way of a call: by which method, in which colour, for which job, how often, and with which key."""

from __future__ import annotations

import functools
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from legnext_client import jobs
from legnext_client._calls import budgets, service
from legnext_client._calls.job_view import JobView
from legnext_client._protocol.flow import Request, Send
from legnext_client._transport.transports import HttpxTransport
from legnext_client.errors import InvalidRequest
from legnext_client.generated import types
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.generated.sync import caller
from legnext_client.jobs import Job

from .faults import Fault, around, replaced, rewritten

if TYPE_CHECKING:
    import pytest


def posts_twice(send: Any) -> Any:
    def twice(self: Any, effect: Send) -> Any:
        if effect.request.paid:
            send(self, effect)
        return send(self, effect)

    return twice


def gives_files_the_key(fetch: Any) -> Any:
    @functools.wraps(fetch)
    @contextmanager
    def given(self: Any, effect: Any) -> Any:
        key = self._builder._headers[API_KEY_HEADER]
        with fetch(self, effect._replace(headers={**effect.headers, API_KEY_HEADER: key})) as opened:
            yield opened

    return given


def sends_before_it_checks(job: Any) -> Any:
    def sent(self: Any, operation: Any, fields: dict[str, Any]) -> Any:
        try:
            return job(self, operation, fields)
        except InvalidRequest:
            body = json.dumps({"text": "a fox"}).encode()
            self.runtime.transport.send(Send(Request("POST", operation.path, body, paid=True), 1.0))
            raise

    return sent


def of_the_last_job(patch: pytest.MonkeyPatch, kind: Any) -> None:
    made: list[Any] = []
    sound_init, sound_follow_up = JobView.__init__, kind._follow_up

    def remembered(self: Any, *arguments: Any, **named: Any) -> None:
        sound_init(self, *arguments, **named)
        made.append(self)

    def follow_up(_: Any, operation: Any, fields: dict[str, Any]) -> Any:
        return sound_follow_up(made[-1], operation, fields)

    patch.setattr(kind, "__init__", remembered)
    patch.setattr(kind, "_follow_up", follow_up)


def without(name: str, follow_up: Any) -> Any:
    def forgetful(self: Any, operation: Any, fields: dict[str, Any]) -> Any:
        return follow_up(self, operation, {key: value for key, value in fields.items() if key != name})

    return forgetful


sound_segment = types._segment  # pyright: ignore[reportPrivateUsage]


def in_lower_case(poll: Any) -> Any:
    return lambda job_id: poll(job_id.lower())


WAY_FAULTS: list[Fault] = [
    around("asked_in_lower_case", "polls ids in lower case", service, "job_request", in_lower_case),
    rewritten(
        "held_twice",
        "holds twice the price in a budget",
        budgets.hold,
        "budget.reserve(key, points)",
        "budget.reserve(key, points * 2)",
    ),
    around("posted_twice", "sends each paid request twice", HttpxTransport, "send", posts_twice),
    around("key_for_files", "gives the key to the host of files", HttpxTransport, "fetch", gives_files_the_key),
    around("sent_before_checked", "sends what it then refuses", caller.Caller, "job", sends_before_it_checks),
    Fault("of_the_last_job", "follows up the job that was made last", lambda patch: of_the_last_job(patch, Job)),
    around(
        "async_follow_up_without_prompt",
        "forgets the prompt of follow-ups, if async",
        jobs.AsyncJob,
        "_follow_up",
        functools.partial(without, "remix_prompt"),
    ),
    rewritten("id_not_escaped", "does not escape ids in paths", sound_segment, 'safe=""', 'safe="/?#"'),
    replaced("source_size_forgotten", "forgets the size of a video", service, "size_of", lambda *_: None),
]
