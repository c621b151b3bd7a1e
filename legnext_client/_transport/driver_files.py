"""What a download asks of the drivers beside sending and sleeping: files, the disk, and several flows at once.

Several flows run in threads for the sync client and in tasks for the async one. In both, listeners are called one at a
time where the caller is, and whatever ends the caller ends the flows.
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

_PATIENCE_WITH_THREADS = 5.0


class _Stopped(Exception):
    """The caller has gone: nobody wants what this thread is doing."""


def other_effect(effect: OtherEffect, hands: Runtime, listener: Listener | None) -> Any:
    """Carry out what is neither sending nor sleeping."""
    if hands.stop is not None and hands.stop.is_set():
        raise _Stopped
    match effect:
        case Read(body):
            return body.read()
        case RunBlocking(function):
            return _tried(function)
        case Fetch():
            fetch: Callable[[Fetch], AbstractContextManager[Opened | NoResponse]] = _fetching(hands.transport)
            with fetch(effect) as found:
                return found if isinstance(found, NoResponse) else run(effect.receive(found), hands, listener)
        case _:
            return _in_threads(effect, hands, listener)


async def async_other_effect(effect: OtherEffect, hands: AsyncRuntime, listener: Listener | None) -> Any:
    """The same, awaited."""
    match effect:
        case Read(body):
            return await body.read()
        case RunBlocking(function):
            return await _beside(function)
        case Fetch():
            fetch: Callable[[Fetch], AbstractAsyncContextManager[Opened | NoResponse]] = _fetching(hands.transport)
            async with fetch(effect) as found:
                return (
                    found if isinstance(found, NoResponse) else await async_run(effect.receive(found), hands, listener)
                )
        case _:
            return await _in_tasks(effect, hands, listener)


def _fetching(transport: object) -> Callable[[Fetch], Any]:
    fetch = getattr(transport, "fetch", None)
    if fetch is None:
        raise ConfigurationError(
            f"{type(transport).__name__} cannot fetch files: give it the method `fetch` of FetchingTransport."
        )
    found: Callable[[Fetch], Any] = fetch
    return found


def _tried(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except (OSError, LegnextError) as error:
        return error


async def _beside(function: Callable[[], Any]) -> Any:
    work = asyncio.ensure_future(asyncio.to_thread(_tried, function))
    try:
        return await asyncio.shield(work)
    finally:
        # Who is cancelled closes the file, so nothing must still be writing to it.
        while not work.done():
            try:
                await asyncio.wait((work,))
            except asyncio.CancelledError:
                continue


class _Heard(NamedTuple):
    value: Any


class _Ended(NamedTuple):
    place: int
    result: Any = None
    error: BaseException | None = None


def _in_threads(together: Gather, hands: Runtime, listener: Listener | None) -> list[Any]:
    flows = together.flows
    if len(flows) < 2 or together.limit < 2:
        return [run(flow, hands, listener) for flow in flows]
    waiting, told, stop = deque(enumerate(flows)), SimpleQueue[_Heard | _Ended](), threading.Event()
    inner = hands._replace(stop=stop)

    def work() -> None:
        while not stop.is_set():
            try:
                place, flow = waiting.popleft()
            except IndexError:
                return
            try:
                told.put(_Ended(place, run(flow, inner, lambda value: told.put(_Heard(value)))))
            except BaseException as error:
                told.put(_Ended(place, None, error))

    threads = [
        threading.Thread(target=work, name="legnext-download", daemon=True)
        for _ in range(min(together.limit, len(flows)))
    ]
    results: list[Any] = [None] * len(flows)
    left = len(flows)
    for thread in threads:
        thread.start()
    try:
        while left:
            match told.get():
                case _Heard(value):
                    if listener is not None:
                        listener(value)
                case _Ended(place, result, error):
                    if error is not None:
                        raise error
                    results[place] = result
                    left -= 1
    finally:
        stop.set()
        end = time.monotonic() + _PATIENCE_WITH_THREADS
        for thread in threads:  # one that is deep in a read ends after it, and changes nothing more
            thread.join(max(0.0, end - time.monotonic()))
    return results


async def _in_tasks(together: Gather, hands: AsyncRuntime, listener: Listener | None) -> list[Any]:
    room = asyncio.Semaphore(together.limit)

    async def one(index: int) -> Any:
        async with room:
            return await async_run(together.flows[index], hands, listener)

    tasks = [asyncio.ensure_future(one(index)) for index in range(len(together.flows))]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
