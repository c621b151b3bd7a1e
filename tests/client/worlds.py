"""Worlds for the client: a clock that is moved by hand, a service that answers as told, and both colours of client.

A scenario is written once. `Colour.do` takes what a call gave, awaits it where it must be awaited, and answers the same
for both.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client import AsyncClient, Client, LegnextError
from legnext_client._protocol.flow import NoResponse, Response
from legnext_client._transport.async_transports import AsyncHttpxTransport
from legnext_client._transport.transports import HttpxTransport
from legnext_client.generated.service import API_KEY_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client._protocol.flow import Send

KEY = "sk-0123456789abcdefWXYZ"
URL = "https://service.test/api"

Reply = dict[str, Any] | Response | NoResponse | BaseException


class HandClock:
    """Sleeping moves it, nothing else does."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    async def async_sleep(self, seconds: float) -> None:
        self.sleep(seconds)
        await asyncio.sleep(0)


def told(body: Any, status: int = 200, **headers: str) -> Response:
    """An answer; header names are written with underscores."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def job(status: str = "pending", job_id: str = "j1", **more: Any) -> dict[str, Any]:
    return {"job_id": job_id, "task_type": "diffusion", "status": status, **more}


def done(job_id: str = "j1", images: int = 4, **more: Any) -> dict[str, Any]:
    urls = [f"https://files.test/{job_id}-{number}.png" for number in range(images)]
    output = {"image_urls": urls, **more.pop("output", {})}
    return job("completed", job_id, output=output, **more)


class Service:
    """Answers the requests in the order of `replies`; the last one again and again, or what a function says."""

    def __init__(self, *replies: Reply, answer: Callable[[Send], Reply] | None = None) -> None:
        self._replies = list(replies)
        self._answer = answer
        self.sent: list[Send] = []
        self.closed = 0

    def reply(self, send: Send) -> Response | NoResponse:
        self.sent.append(send)
        if self._answer is not None:
            reply = self._answer(send)
        else:
            reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if isinstance(reply, BaseException):
            raise reply
        return told(reply) if isinstance(reply, dict) else reply

    @property
    def paid(self) -> list[Send]:
        return [send for send in self.sent if send.request.paid]

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(send.request.body) for send in self.sent if send.request.body is not None]


class SyncWire:
    def __init__(self, service: Service) -> None:
        self._service = service

    def send(self, send: Send) -> Response | NoResponse:
        return self._service.reply(send)

    def close(self) -> None:
        self._service.closed += 1


class AsyncWire:
    def __init__(self, service: Service) -> None:
        self._service = service

    async def send(self, send: Send) -> Response | NoResponse:
        await asyncio.sleep(0)
        return self._service.reply(send)

    async def close(self) -> None:
        self._service.closed += 1


class Colour:
    """One colour of client, so that a scenario can be written once for both."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_async = name == "async"
        self.clock = HandClock()
        self._runner = asyncio.Runner()

    def do(self, outcome: Any) -> Any:
        """What a call gives in the end: awaited, or its items gathered, where that must be done."""
        if inspect.isasyncgen(outcome) or (hasattr(outcome, "__aiter__") and not inspect.isawaitable(outcome)):
            return self._runner.run(_gathered(outcome))
        if inspect.isawaitable(outcome):
            return self._runner.run(_awaited(outcome))
        if inspect.isgenerator(outcome):
            return list(outcome)
        return outcome

    def client(self, service: Service, **options: Any) -> Any:
        """A client of a service in memory."""
        return self.with_transport((AsyncWire if self.is_async else SyncWire)(service), **options)

    def httpx_client(self, handler: Callable[[httpx.Request], httpx.Response], **options: Any) -> Any:
        """A client of a service behind httpx."""
        headers = {API_KEY_HEADER: KEY}
        transport: Any = (
            AsyncHttpxTransport(URL, headers, httpx.MockTransport(handler))
            if self.is_async
            else HttpxTransport(URL, headers, httpx.MockTransport(handler))
        )
        return self.with_transport(transport, **options)

    def with_transport(self, transport: Any, **options: Any) -> Any:
        kind: Any = AsyncClient if self.is_async else Client
        return kind(**{"api_key": KEY, "base_url": URL, "transport": transport, "clock": self.clock} | options)

    def real_client(self, base_url: str, **options: Any) -> Any:
        """A client with its own transport, for servers on this machine; pauses take no time."""
        kind: Any = AsyncClient if self.is_async else Client
        return kind(KEY, **{"base_url": base_url, "clock": self.clock} | options)

    def start_anew(self) -> None:
        """As after Ctrl-C, which ends the loop."""
        self._runner.close()
        self._runner = asyncio.Runner()

    def close(self) -> None:
        self._runner.close()


def pickled_twin(it: Any) -> Any:
    return pickle.loads(pickle.dumps(it))


def error_of(colour: Colour, outcome: Any) -> LegnextError:
    """Return the error in which a call ends."""
    with pytest.raises(LegnextError) as caught:
        colour.do(outcome())
    return caught.value


def without_loop(outcome: Any) -> Any:
    """Return the result of a call; a coroutine runs without a loop, so that nothing else runs meanwhile."""
    if not asyncio.iscoroutine(outcome):
        return outcome
    try:
        while True:
            outcome.send(None)
    except StopIteration as end:
        return end.value


async def _awaited(outcome: Any) -> Any:
    return await outcome


async def _gathered(outcome: Any) -> list[Any]:
    return [item async for item in outcome]


FAILED = job("failed", error={"code": 403, "message": "against the policy", "raw_message": "raw"})


def made(colour: Colour, service: Service, **options: Any) -> Any:
    return colour.do(colour.client(service, **options).midjourney.diffusion(text="x"))
