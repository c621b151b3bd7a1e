"""The asyncio tasks of a run, and time as they see it."""

from __future__ import annotations

import asyncio
import heapq
import math
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from legnext_client._runs.results import Stopped
from legnext_client._transport.clocks import SystemClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from legnext_client._transport.clocks import Clock

ResultT = TypeVar("ResultT")

HURRY = 1.0
"""Seconds to wait for paid requests in flight after Ctrl-C or cancellation."""
STEP = 1.0
"""Longest sleep by a clock that cannot be woken, in seconds, while callbacks may arrive."""


class Tasks:
    """The tasks of a run: its rows, and paid requests and writes that finish even if their row is cancelled."""

    def __init__(
        self,
        timeline: Timeline,
        stop: Callable[[BaseException], object],
        leave: Callable[[BaseException], object],
        ended: Callable[[], object],
    ) -> None:
        """`stop` or `leave` gets the error of a task, and `ended` is called after each."""
        self._loop = asyncio.get_running_loop()
        self._timeline, self._stop, self._leave, self._ended = timeline, stop, leave, ended
        self._running: set[asyncio.Task[None]] = set()
        self._finishing: set[asyncio.Task[Any]] = set()
        self.closing = False

    def __len__(self) -> int:
        return len(self._running)

    def start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """Run `work` in a task; an error stops the run."""
        task = self._timeline.spawn(self._guard(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def finish(self, work: Callable[[], Coroutine[Any, Any, ResultT]]) -> ResultT:
        """Await work that continues even if this task is cancelled."""
        task = self._loop.create_task(_outcome(work))
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
        result, error = await asyncio.shield(task)
        if error is not None:
            raise error
        return result  # type: ignore[return-value]

    async def close(self, *, hurry: bool) -> None:
        """Cancel the rows, and finish what must be finished; with `hurry`, only for a short time.

        Cancelling this makes it hurry: the caller may close its loop next, which must not find a pending row.
        """
        self._loop.call_soon(self._cancel)  # a row that was just woken first handles why
        cancelled: asyncio.CancelledError | None = None
        end = self._loop.time() + HURRY
        while left := {*self._running, *self._finishing}:
            rows = left - self._finishing
            if hurry and not rows and self._loop.time() >= end:
                break
            try:
                await asyncio.wait(rows or left, timeout=end - self._loop.time() if hurry and not rows else None)
            except asyncio.CancelledError as error:
                cancelled, hurry = error, True
        if cancelled is not None:
            raise cancelled

    def lastly(self, function: Callable[[], object]) -> None:
        """Call a function once nothing is left to finish."""
        if left := {*self._running, *self._finishing}:
            asyncio.gather(*left, return_exceptions=True).add_done_callback(lambda _: function())
        else:
            function()

    def _cancel(self) -> None:
        for task in self._running:
            task.cancel()

    async def _guard(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Await `work`, and stop the run if it raises.

        Only an `Exception` may leave a task; anything else ends the loop. The coroutine is created here, so that none
        is left unawaited if the task is cancelled before it starts.
        """
        try:
            await work()
        except Stopped:
            pass
        except asyncio.CancelledError as error:
            if self.closing:
                raise
            self._leave(error)
        except Exception as error:
            self._stop(error)
        except BaseException as error:
            self._leave(error)
        finally:
            self._loop.call_soon(self._ended)  # after the task has ended


async def _outcome(work: Callable[[], Coroutine[Any, Any, ResultT]]) -> tuple[ResultT | None, BaseException | None]:
    """Return the result and the error of `work`, because a `KeyboardInterrupt` raised in a task ends the loop."""
    try:
        return await work(), None
    except BaseException as error:
        return None, error


class Timeline:
    """Tasks and their waits on one clock.

    The system clock runs by itself. Another clock, such as a mock server's, advances only while no task can run. Tasks
    therefore wait for each other, and for time, through a timeline that counts the active ones.
    """

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
            timer = self._loop.call_later(max(0.0, moment - self.now()), ring, future)
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
            ring(heapq.heappop(self._alarms)[2])
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


def ring(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_result(None)
