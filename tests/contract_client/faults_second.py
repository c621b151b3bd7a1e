"""Faults that were thought of when those of the other lists were caught."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from legnext_client._calls import budgets, service
from legnext_client._client import calls
from legnext_client._protocol import checks
from legnext_client._protocol import responses as answers
from legnext_client._protocol.state import State
from legnext_client._transport import async_transports, exchanges
from legnext_client.generated import namespaces
from legnext_client.generated.service import API_KEY_HEADER
from legnext_client.prompts import Prompt

from .faults import Fault, Json, around, on_answer, on_body, replaced, rewritten
from .faults_of_answers import at, everywhere

if TYPE_CHECKING:
    from collections.abc import Callable


def gives_files_the_key(fetch: Any) -> Any:
    @asynccontextmanager
    async def given(self: Any, effect: Any) -> Any:
        key = self._builder._headers[API_KEY_HEADER]
        async with fetch(self, effect._replace(headers={**effect.headers, API_KEY_HEADER: key})) as opened:
            yield opened

    return given


def bears_the_key(around: Any) -> Any:
    def borne(self: Any, send: Any, end: float) -> Any:
        request = around(self, send, end)
        request.headers["authorization"] = f"Bearer {request.headers[API_KEY_HEADER]}"
        return request

    return borne


async def imagine(self: Any, *, text: str, callback: str | None = None) -> Any:
    del callback
    return await self.diffusion(text=text)


def to_six_places(_: str, body: Json) -> None:
    if "scale" in body:
        body["scale"] = round(body["scale"], 6)


def lists_as_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: lists_as_null(inner) for key, inner in value.items()}
    return None if value == [] else value


def only_words(plain: Any) -> Any:
    return lambda value: value.words if isinstance(value, Prompt) else plain(value)


def of_dicts_only(plain: Any) -> Any:
    return lambda value: value if hasattr(value, "__attrs_attrs__") else plain(value)


def of_lists_only(plain: Any) -> Any:
    return lambda value: value if isinstance(value, tuple) else plain(value)


def below_the_end(progress: Any) -> Any:
    return property(lambda self: min(99.0, progress.fget(self)))


def remembered(call: Callable[..., Any]) -> Callable[..., Any]:
    """What was answered once is answered again."""
    known: dict[str, Any] = {}

    def from_memory(self: Any, operation: Any, fields: Any, *more: Any) -> Any:
        if operation.price is not None:
            return call(self, operation, fields, *more)
        key = f"{operation.name} {fields}"
        if key not in known:
            known[key] = call(self, operation, fields, *more)
        return known[key]

    return from_memory


def in_lower_case(question: Any) -> Any:
    return lambda job_id: question(job_id.lower())


SECOND_FAULTS: list[Fault] = [
    around(
        "async_key_for_files",
        "gives the key to the host of files, if async",
        async_transports.AsyncHttpxTransport,
        "fetch",
        gives_files_the_key,
    ),
    around("bearer_too", "shows the key in another header, too", exchanges.RequestBuilder, "build", bears_the_key),
    replaced(
        "async_alias_without_callback",
        "forgets the callback of imagine, if async",
        namespaces.AsyncMidjourney,
        "imagine",
        imagine,
    ),
    on_body("scale_to_six_places", "rounds the scale to six places", to_six_places),
    around(
        "prompts_without_flags", "forgets the flags of prompts that were made of parts", checks, "_plain", only_words
    ),
    around("models_refused", "refuses its own models inside a body", checks, "_plain", of_dicts_only),
    around("tuples_refused", "refuses tuples for lists", checks, "_plain", of_lists_only),
    rewritten(
        "inner_floats_stay",
        "writes whole floats as floats in lists",
        checks._value,
        "isinstance(value, float)",
        "isinstance(value, float) and '[' not in where",
    ),
    rewritten(
        "none_in_lists",
        "drops None from lists",
        checks._value,
        "for index, item in enumerate(value)",
        "for index, item in enumerate(value) if item is not None",
    ),
    rewritten(
        "held_twice",
        "holds twice the price in a budget",
        budgets.hold,
        "budget.reserve(key, points)",
        "budget.reserve(key, points * 2)",
    ),
    on_answer("empty_lists_as_null", "reads empty lists as null", lists_as_null),
    on_answer(
        "zeros_as_null",
        "reads zeros as null",
        everywhere(lambda value: None if type(value) is int and value == 0 else value),
    ),
    on_answer("answered_id_stripped", "strips the ids of answers", at("job_id", change=str.strip)),
    on_answer(
        "service_mode_public",
        "takes no service mode for public",
        at("config", "service_mode", change=lambda value: value or "public"),
    ),
    around("progress_below_100", "never comes to 100 per cent", State, "progress", below_the_end),
    around("answers_remembered", "answers free questions from memory", calls.SyncCalls, "answer", remembered),
    around("jobs_remembered", "asks for each job once", calls.SyncCalls, "job", remembered),
    around("asked_in_lower_case", "asks again for ids in lower case", service, "job_request", in_lower_case),
    rewritten(
        "retry_after_lost", "forgets how long to wait", answers.read_error, "retry_after(answer.headers)", "None"
    ),
    rewritten(
        "request_id_lost",
        "forgets the number of the request",
        answers.read_error,
        "answer.headers[name] for name in",
        "None for name in",
    ),
    rewritten("method_lost", "forgets what failed", answers.read_error, "method=request.method", 'method=""'),
    rewritten(
        "other_words_first",
        "prefers the raw message",
        answers.read_error,
        "words.message or words.raw_message",
        "words.raw_message or words.message",
    ),
]
