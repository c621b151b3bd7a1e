"""Effects of downloads: fetching files, disk I/O and concurrent flows.

Concurrent flows run in threads for the sync client and in tasks for the async one. In both, listeners are called one at
a time in the caller's context, and the flows end with the caller.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._protocol.flow import Fetch, NoResponse, Opened, Read, RunBlocking
from legnext_client._transport.drivers import async_run, run
from legnext_client.errors import ConfigurationError, LegnextError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from legnext_client._protocol.flow import Gather
    from legnext_client._transport.drivers import AsyncRuntime, Listener, OtherEffect, Runtime

_JOIN_TIMEOUT = 5.0


class _Stopped(Exception):
    """The caller has left, so this thread stops."""


def other_effect(effect: OtherEffect, hands: Runtime, listener: Listener | None) -> Any:
    """Run an effect other than `Send` and `Sleep`."""
    if hands.stop is not None and hands.stop.is_set():
        raise _Stopped
    match effect:
        case Read(body):
            return body.read()
        case RunBlocking(function):
            return _run_blocking(function)
        case Fetch():
            fetch: Callable[[Fetch], AbstractContextManager[Opened | NoResponse]] = _fetching(hands.transport)
            with fetch(effect) as opened:
                return opened if isinstance(opened, NoResponse) else run(effect.receive(opened), hands, listener)
        case _:
            return _in_threads(effect, hands, listener)


async def async_other_effect(effect: OtherEffect, hands: AsyncRuntime, listener: Listener | None) -> Any:
    """Async version of `other_effect`."""
    match effect:
        case Read(body):
            return await body.read()
        case RunBlocking(function):
            return await _run_in_thread(function)
        case Fetch():
            fetch: Callable[[Fetch], AbstractAsyncContextManager[Opened | NoResponse]] = _fetching(hands.transport)
            async with fetch(effect) as opened:
                if isinstance(opened, NoResponse):
                    return opened
                return await async_run(effect.receive(opened), hands, listener)
        case _:
            return await _in_tasks(effect, hands, listener)


def _fetching(transport: object) -> Callable[[Fetch], Any]:
    fetch = getattr(transport, "fetch", None)
    if fetch is None:
        raise ConfigurationError(
            f"{type(transport).__name__} cannot download files. Implement `fetch`; see FetchingTransport."
        )
    method: Callable[[Fetch], Any] = fetch
    return method


def _run_blocking(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except (OSError, LegnextError) as error:
        return error


async def _run_in_thread(function: Callable[[], Any]) -> Any:
    work = asyncio.ensure_future(asyncio.to_thread(_run_blocking, function))
    try:
        return await asyncio.shield(work)
    finally:
        # A cancelled caller closes the file, so nothing may still be writing to it.
        while not work.done():
            try:
                await asyncio.wait((work,))
            except asyncio.CancelledError:
                continue


class _Emitted(NamedTuple):
    value: Any


class _Ended(NamedTuple):
    place: int
    result: Any = None
    error: BaseException | None = None


def _in_threads(gather: Gather, hands: Runtime, listener: Listener | None) -> list[Any]:
    flows = gather.flows
    if len(flows) < 2 or gather.limit < 2:
        return [run(flow, hands, listener) for flow in flows]
    waiting, messages, stop = deque(enumerate(flows)), SimpleQueue[_Emitted | _Ended](), threading.Event()
    inner = hands._replace(stop=stop)

    def work() -> None:
        while not stop.is_set():
            try:
                place, flow = waiting.popleft()
            except IndexError:
                return
            try:
                messages.put(_Ended(place, run(flow, inner, lambda value: messages.put(_Emitted(value)))))
            except BaseException as error:
                messages.put(_Ended(place, None, error))

    threads = [
        threading.Thread(target=work, name="legnext-download", daemon=True)
        for _ in range(min(gather.limit, len(flows)))
    ]
    results: list[Any] = [None] * len(flows)
    left = len(flows)
    for thread in threads:
        thread.start()
    try:
        while left:
            match messages.get():
                case _Emitted(value):
                    if listener is not None:
                        listener(value)
                case _Ended(place, result, error):
                    if error is not None:
                        raise error
                    results[place] = result
                    left -= 1
    finally:
        stop.set()
        end = time.monotonic() + _JOIN_TIMEOUT
        for thread in threads:  # a thread blocked in a read ends after it, without further effect
            thread.join(max(0.0, end - time.monotonic()))
    return results


async def _in_tasks(gather: Gather, hands: AsyncRuntime, listener: Listener | None) -> list[Any]:
    slots = asyncio.Semaphore(gather.limit)

    async def one(index: int) -> Any:
        async with slots:
            return await async_run(gather.flows[index], hands, listener)

    tasks = [asyncio.ensure_future(one(index)) for index in range(len(gather.flows))]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
