"""Never choke, never lose an id, never show the key: thousands of mutated answers through the public client.

Every documented and recorded answer is spoiled, by chance that can be repeated: types are swapped, fields dropped,
values nested deep, bytes flipped, cut or encoded anew, statuses and headers wrong, and the key is said again in each
way that JSON has. Whatever comes, a call gives a job, an answer or one of our errors.
"""

from __future__ import annotations

import copy
import json
import logging
import pickle
import random
import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import AsyncClient, Client, Job, LegnextError, Retries
from legnext_client._protocol.redact import KeyRedactor
from legnext_client._protocol.state import State
from tests.client.worlds import HandClock, without_loop
from tests.thorough import often

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client._protocol.flow import Response, Send

TRIALS, PARTS = often(1_200, 12_000), often(2, 4)
KEY = "sk/0123456789+abcdef-WXYZ"
DATA = Path(__file__).parents[1] / "data"
EXAMPLES: list[Any] = [
    json.loads(path.read_text(encoding="utf-8"))
    for folder in ("responses", "recorded")
    for path in sorted((DATA / folder).glob("*.json"))
]
STATUSES = (
    *(200, 200, 200, 200, 201, 204, 299, 300, 302, 400, 401),
    *(402, 403, 404, 408, 409, 413, 422, 429, 500, 503, 524),
)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"retry-after": "1e300"},
    {"retry-after": "-1", "x-request-id": KEY},
    {"retry-after": "Wed, 21 Oct 9999 07:28:00 GMT", "date": "x"},
    {"retry-after": "\ud800"},
)


def spelled(key: str) -> str:
    return "".join(f"\\u{ord(each):04x}" for each in key)


def deep(levels: int) -> Any:
    value: Any = "deep"
    for level in range(levels):
        value = [value] if level % 2 else {"x": value}
    return value


ODD: tuple[Callable[[random.Random], Any], ...] = (
    lambda _: None,
    lambda _: "",
    lambda _: "x",
    lambda _: "\ud800",
    lambda _: "a\x1b[2J\n\x00b",
    lambda dice: dice.choice([0, -1, 1, 404, 2**70, 10**400, 1e308, float("inf"), float("nan"), -0.0]),
    lambda dice: dice.choice([True, False]),
    lambda _: [],
    lambda _: {},
    lambda _: [None, {}, [[]], 1],
    lambda _: {"job_id": "inner", "code": 500, "message": {"a": 1}},
    lambda dice: deep(dice.choice([3, 70, 300, 600])),
    lambda _: "0001-01-01T00:00:00Z",
    lambda _: "9" * 500,
    lambda _: f"the key is {KEY}",
)


def spoil(dice: random.Random, value: Any) -> Any:
    """Change, drop or add something somewhere in a value."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        name = dice.choice(list(value))
        way = dice.random()
        if way < 0.15:
            return {key: inner for key, inner in value.items() if key != name}
        if way < 0.25:
            return {**value, dice.choice(["new", "job_id", "code", "data", "error", "status"]): dice.choice(ODD)(dice)}
        return {**value, name: spoil(dice, value[name])}
    if isinstance(value, list) and value and dice.random() < 0.7:
        place = dice.randrange(len(value))
        return [*value[:place], spoil(dice, value[place]), *value[place + 1 :]]
    return dice.choice(ODD)(dice)


def broken(dice: random.Random, body: bytes) -> bytes:
    """Flip bits, cut, put something in, or write it in another encoding."""
    way = dice.randrange(6)
    if way == 0:
        flipped = bytearray(body)
        for _ in range(dice.randrange(1, 4)):
            flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
        return bytes(flipped)
    if way == 1:
        return body[: dice.randrange(len(body))]
    if way == 2:
        return body.decode(errors="replace").encode(dice.choice(["utf-16", "utf-16-le", "utf-32", "utf-8-sig"]))
    if way == 3:
        return body.replace(KEY.encode(), spelled(KEY).encode()).replace(b"/", b"\\/")
    if way == 4:
        place = dice.randrange(len(body))
        return body[:place] + dice.choice([b"\0", b"\xff", b"<html>", KEY.encode(), b'"', b"\\"]) + body[place:]
    return b"[" * dice.choice([10, 1_000, 5_000]) + body


def mutated(dice: random.Random) -> tuple[int, dict[str, str], bytes]:
    value = dice.choice(EXAMPLES)
    for _ in range(dice.randrange(4)):
        value = spoil(dice, value)
    body = json.dumps(value).encode()
    if dice.random() < 0.35:
        body = broken(dice, body)
    return dice.choice(STATUSES), dice.choice(HEADERS), body


class Wire:
    """Answers with what it is told to, the key taken out as real transports do."""

    def __init__(self) -> None:
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b"")
        self.veil = KeyRedactor(KEY)

    def send(self, _: Send) -> Response:
        status, headers, body = self.answer
        raw = [(name.encode(), value.encode(errors="replace")) for name, value in headers.items()]
        return self.veil.received(status, headers, raw, body)

    def close(self) -> None: ...


class AsyncWire(Wire):
    async def send(self, send: Send) -> Response:  # type: ignore[override]
        return super().send(send)

    async def close(self) -> None: ...  # type: ignore[override]


SOURCE = "source-of-it"
PAID: list[Callable[[Any, Any], Any]] = [
    lambda client, _: client.midjourney.diffusion(text="x"),
    lambda _, source: source.upscale(image_no=0, type=0),
    lambda client, _: client.midjourney.blend(img_urls=["https://x.test/a", "https://x.test/b"], aspect_ratio="1:1"),
]
FREE: list[Callable[[Any, Any], Any]] = [
    lambda client, _: client.tasks.get(SOURCE),
    lambda client, _: client.account.balance(),
    lambda _, source: source.wait(timeout=5),
    lambda _, source: source.refresh(),
    lambda client, _: client.request("POST", "/v2/new", json={"text": "x"}),
]


def named_in(body: bytes) -> str | None:
    """The id of a job, as another reader of JSON would find it."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    for each in (data, data.get("data") if isinstance(data, dict) else None):
        found = each.get("job_id") if isinstance(each, dict) else None
        if isinstance(found, str | int) and not isinstance(found, bool) and found != "":
            return str(found).encode(errors="backslashreplace").decode()
    return None


def leaks(text: str) -> bool:
    plain = text.replace("\0", "").replace("\\/", "/")
    plain = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda number: chr(int(number[1], 16)), plain)
    return KEY in plain


def seen(thing: Any) -> list[str]:
    """All that a user may look at of a job, an answer or an error; each can be had."""
    if isinstance(thing, BaseException):
        return [str(thing), repr(thing), repr(vars(thing)), "".join(traceback.format_exception(thing, limit=1))]
    if isinstance(thing, Job):
        parts = [
            thing.job_id, thing.status, thing.task_type, thing.model, thing.progress, thing.points, thing.image_urls,
            thing.video_urls, thing.texts, thing.created_at, thing.started_at, thing.ended_at, thing.logs, thing.input,
            thing.detail, thing.output.to_dict(), thing.meta.to_dict(), thing.config.to_dict(), thing.error.to_dict(),
        ]  # fmt: skip
        return [repr(thing), repr(parts), json.dumps(thing.raw)]
    return [repr(thing)]


@pytest.fixture
def logged() -> Any:
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    logger, handler = logging.getLogger("legnext_client"), Kept()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_mutated_answer_is_a_job_an_answer_or_one_of_our_errors(part: int, logged: list[str]) -> None:
    dice = random.Random(part)
    wire, async_wire, clock, once = Wire(), AsyncWire(), HandClock(), Retries(attempts=1)
    client = Client(KEY, transport=wire, clock=clock, retries=once, max_jobs=10**9)
    async_client = AsyncClient(KEY, transport=async_wire, clock=clock, retries=once, max_jobs=10**9)
    counts = {"jobs": 0, "errors": 0, "ids": 0, "keys": 0}
    for number in range(TRIALS // PARTS):
        is_async = number % 4 == 3
        paid = dice.random() < 0.6
        call = dice.choice(PAID if paid else FREE)
        answer = mutated(dice)
        (async_wire if is_async else wire).answer = answer
        caller: Any = async_client if is_async else client
        source = caller._calls.stub(SOURCE)
        result: Any
        try:
            result = without_loop(call(caller, source))
        except LegnextError as error:
            result = error
        counts["errors" if isinstance(result, LegnextError) else "jobs"] += 1
        job_id = named_in(answer[2])
        if paid and job_id not in (None, SOURCE):
            counts["ids"] += 1
            kept = named(result)
            assert kept is not None, (number, answer, result)
            assert kept == job_id or leaks(job_id), (number, answer, result)
        if not paid and call is not FREE[4]:
            assert source.job_id == SOURCE, (number, answer)
        twin = pickle.loads(pickle.dumps(result))
        assert str(twin) == str(result), (number, answer)
        copy.copy(result)
        has_key = leaks(answer[2].decode(errors="replace")) or KEY in answer[1].values()
        counts["keys"] += has_key
        if has_key:
            assert not any(map(leaks, [*seen(result), repr(pickle.dumps(result, 0)), *logged])), (number, answer)
        elif isinstance(result, Job):
            seen(result)
        logged.clear()
    assert min(counts.values()) > TRIALS / 100, counts


def named(result: Any) -> str | None:
    if isinstance(result, LegnextError):
        return getattr(result, "job_id", None) or getattr(getattr(result, "job", None), "job_id", None)
    return result.job_id or None


def test_a_state_is_pickled_as_it_is() -> None:
    for example in EXAMPLES:
        assert pickle.loads(pickle.dumps(State(example))).raw == example
