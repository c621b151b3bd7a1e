"""The asyncio tasks of a run, from their start to their end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from legnext_client._runs.reports import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from legnext_client._runs.timeline import Timeline

ResultT = TypeVar("ResultT")

HURRY = 1.0
"""Seconds to wait for paid requests in flight after Ctrl-C or cancellation."""


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
        self._loop.call_soon(self._cancel)  # a row that was just granted a slot first releases what it holds
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
        left = {*self._running, *self._finishing}

        def ended(task: asyncio.Task[Any]) -> None:
            left.discard(task)
            if not left:
                function()

        for task in left:
            task.add_done_callback(ended)
        if not left:
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
