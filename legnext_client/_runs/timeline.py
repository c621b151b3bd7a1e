"""Time as the tasks of a run see it.

The system clock runs by itself. Another clock, such as a mock server's, advances only while no task can run. Tasks
therefore wait for each other, and for time, through a timeline that counts the active ones.
"""

from __future__ import annotations

import asyncio
import heapq
import math
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from legnext_client._transport.clocks import SystemClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from legnext_client._transport.clocks import Clock

ResultT = TypeVar("ResultT")

STEP = 1.0
"""Longest sleep by a clock that cannot be woken, in seconds, while callbacks may arrive."""


class Timeline:
    """Tasks and their waits on one clock."""

    def __init__(
        self,
        clock: Clock,
        sleep: Callable[[float], Awaitable[object] | None],
        failed: Callable[[BaseException], object],
        *,
        longest_sleep: float = math.inf,
    ) -> None:
        """`sleep` is the clock's sleep; `failed` gets any exception it raises."""
        self.now = clock.now
        self._loop = asyncio.get_running_loop()
        self._moves = type(clock) is not SystemClock
        """Whether the clock advances only by sleeping."""
        self._sleep, self._failed, self._longest_sleep = sleep, failed, longest_sleep
        self._busy = self._resumed = 0
        self._alarms: list[tuple[float, int, asyncio.Future[Any]]] = []
        self._number = count()
        self._sleeper: asyncio.Task[None] | None = None

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task."""
        self.resume()
        task = self._loop.create_task(coroutine)
        task.add_done_callback(self.pause)
        return task

    def resume(self) -> None:
        """Count an active task or caller."""
        self._busy += 1
        self._resumed += 1

    def pause(self, _: object = None) -> None:
        """Uncount an active task or caller."""
        self._busy -= 1
        self._look()

    async def wait(self, awaitable: Awaitable[ResultT]) -> ResultT:
        """Wait for another task or for time."""
        self.pause()
        try:
            return await awaitable
        finally:
            self.resume()

    def alarm(self, moment: float, future: asyncio.Future[Any]) -> None:
        """Give a future a result at this time, unless it is done before."""
        if self._moves:
            heapq.heappush(self._alarms, (moment, next(self._number), future))
            self._look()
        elif moment < math.inf:
            timer = self._loop.call_later(max(0.0, moment - self.now()), _ring, future)
            future.add_done_callback(lambda _: timer.cancel())

    async def close(self) -> None:
        """Stop time."""
        self._alarms.clear()
        if self._sleeper is not None:
            self._sleeper.cancel()
            await asyncio.wait((self._sleeper,))

    def _look(self) -> None:
        if self._moves and not self._busy:
            self._loop.call_soon(self._loop.call_soon, self._move, self._resumed)  # after everything already woken

    def _move(self, resumed: int) -> None:
        """Advance to the next alarm, unless a task has run meanwhile."""
        if self._busy or self._sleeper is not None or resumed != self._resumed:
            return
        while self._alarms and self._alarms[0][2].done():
            heapq.heappop(self._alarms)
        seconds = self._alarms[0][0] - self.now() if self._alarms else math.inf
        if seconds <= 0:
            _ring(heapq.heappop(self._alarms)[2])
            self._look()  # for later alarms, once the woken task waits again
        elif seconds < math.inf:
            self._sleeper = self._loop.create_task(self._sleep_on(min(self._longest_sleep, seconds)))

    async def _sleep_on(self, seconds: float) -> None:
        try:
            slept = self._sleep(seconds)
            if slept is not None:
                await slept
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._failed(error)
        self._sleeper = None
        self._look()


def _ring(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_result(None)
