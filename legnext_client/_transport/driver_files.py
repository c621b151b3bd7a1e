"""Disk I/O and concurrent flows of downloads.

Concurrent flows run in threads for the sync client and in tasks for the async one. In both, listeners are called one at
a time in the caller's context, and the flows end with the caller.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._transport.drivers import run_blocking as run_blocking  # the sync driver takes both from here

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from legnext_client._protocol.flow import Gather
    from legnext_client._transport.async_driver import AsyncRuntime
    from legnext_client._transport.drivers import Listener
    from legnext_client.generated.sync.driver import Runtime

_JOIN_TIMEOUT = 5.0
_STEP = 0.5


async def async_run_blocking(function: Callable[[], Any]) -> Any:
    import asyncio  # the sync client does not need it

    work = asyncio.ensure_future(asyncio.to_thread(run_blocking, function))
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


def gather(effect: Gather, run: Callable[..., Any], runtime: Runtime, listener: Listener | None) -> list[Any]:
    flows = effect.flows
    if len(flows) < 2 or effect.limit < 2:
        return [run(flow, runtime, listener) for flow in flows]
    waiting, messages, stop = deque(enumerate(flows)), SimpleQueue[_Emitted | _Ended](), threading.Event()
    inner = runtime._replace(stop=stop)

    def emit(value: object) -> None:
        messages.put(_Emitted(value))

    def work() -> None:
        while not stop.is_set():
            try:
                place, flow = waiting.popleft()
            except IndexError:
                return
            try:
                messages.put(_Ended(place, run(flow, inner, emit)))
            except BaseException as error:
                messages.put(_Ended(place, None, error))

    threads = [
        threading.Thread(target=work, name="legnext-download", daemon=True)
        for _ in range(min(effect.limit, len(flows)))
    ]
    results: list[Any] = [None] * len(flows)
    left = len(flows)
    for thread in threads:
        thread.start()
    try:
        while left:
            match _next(messages):
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


def _next(messages: SimpleQueue[_Emitted | _Ended]) -> _Emitted | _Ended:
    while True:
        with suppress(Empty):  # in steps, because Ctrl-C does not interrupt this wait on Windows
            return messages.get(timeout=_STEP)


async def async_gather(
    effect: Gather, run: Callable[..., Awaitable[Any]], runtime: AsyncRuntime, listener: Listener | None
) -> list[Any]:
    import asyncio  # the sync client does not need it

    slots = asyncio.Semaphore(effect.limit)

    async def one(index: int) -> Any:
        async with slots:
            return await run(effect.flows[index], runtime, listener)

    tasks = [asyncio.ensure_future(one(index)) for index in range(len(effect.flows))]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
