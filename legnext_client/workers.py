"""What flows that are carried out beside another one need: hands for them, and a door for what they bring back.

In threads for the sync client, in tasks for the async one. There are as many as there is to do, up to a limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import time
from collections import deque
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Self

from legnext_client._protocol.flow import Ended, Start, Told
from legnext_client._transport.clocks import SystemClock
from legnext_client._transport.drivers import async_run, run
from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from legnext_client._transport.drivers import AsyncHands, Hands

Message = Ended | Told

MOST = 32
"""So many requests and downloads are on their way at once."""
HURRY = 1.0
"""Who leaves by Ctrl-C or is cancelled waits so many seconds for paid requests that are on their way."""
STEP = 1.0
"""In steps of so many seconds threads are waited for, as not every system breaks off such a wait for Ctrl-C; and by a
clock that cannot be woken is slept while someone outside may have something to say."""


class ThreadWorkers:
    """Threads that carry flows out."""

    def __init__(self, hands: Hands, *, listens: bool = False) -> None:
        self._stop = threading.Event()
        self._plain = hands
        self._stoppable = hands._replace(stop=self._stop)
        self._listens = listens
        self._orders: SimpleQueue[Start | None] = SimpleQueue()
        self._inbox: SimpleQueue[Message] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._under_way = 0
        self._to_finish = 0
        self._lastly: Callable[[], None] | None = None
        self._counting = threading.Lock()

    @property
    def hands(self) -> Hands:
        """Hands that these workers help."""
        return self._plain._replace(workers=self)

    def tell(self, value: Any) -> None:
        """Say something to the flow that collects; from any thread, and from a signal's handler."""
        self._inbox.put(Told(value))

    def lastly(self, function: Callable[[], None]) -> None:
        """Call this when all that must be finished has ended: now, or later by who ends last."""
        with self._counting:
            if self._to_finish:
                self._lastly = function
                return
        function()

    def start(self, order: Start) -> None:
        if self._under_way >= len(self._threads) < MOST:
            self._hire()
        self._under_way += 1
        with self._counting:
            self._to_finish += order.finish
        self._orders.put(order)

    def _hire(self) -> None:
        thread = threading.Thread(target=self._work, name="legnext-worker", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the system allows no more of them: those that are there do it
            if not self._threads:
                raise ConfigurationError(f"a batch needs a thread, and none can be started: {error}.") from error
        else:
            self._threads.append(thread)

    def collect(self, seconds: float) -> list[Message]:
        """What has happened; waits for it at most so many seconds of the clock."""
        clock = self._plain.clock
        real = type(clock) is SystemClock
        if not real and not self._under_way:
            while seconds > 0 and self._inbox.empty():
                step = min(STEP, seconds) if self._listens else seconds
                clock.sleep(step)
                seconds -= step
            seconds = 0.0
        elif not real and seconds > 0:
            seconds = float("inf")  # by such a clock no time passes while someone works
        found: list[Message] = []
        with contextlib.suppress(Empty):
            while True:
                wait = 0.0 if found else min(seconds, STEP)
                found.append(self._received(wait > 0, wait))
        return found

    def _received(self, block: bool, seconds: float | None) -> Message:
        message = self._inbox.get(block, seconds)
        self._under_way -= isinstance(message, Ended)
        return message

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            try:
                ended = Ended(order.tag, run(order.flow, self._plain if order.finish else self._stoppable))
            except BaseException as error:
                ended = Ended(order.tag, None, error)
            with self._counting:  # here, as whoever receives it may be interrupted before counting it
                self._to_finish -= order.finish
                lastly = None
                if not self._to_finish:
                    lastly, self._lastly = self._lastly, None
            self._inbox.put(ended)
            if lastly is not None:
                lastly()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for _ in self._threads:
            self._orders.put(None)
        # At the interpreter's end no thread goes on, and waiting for one would be for ever.
        hurry = sys.is_finalizing() or (kind is not None and issubclass(kind, KeyboardInterrupt))
        with contextlib.suppress(Empty):
            while self._to_finish:
                self._received(True, HURRY if hurry else None)
        end = time.monotonic() + HURRY
        for thread in self._threads:  # one that is deep in a read ends after it, and changes nothing more
            thread.join(max(0.0, end - time.monotonic()))


class TaskWorkers:
    """The same in tasks."""

    def __init__(self, hands: AsyncHands, *, listens: bool = False) -> None:
        self._plain = hands
        self._listens = listens
        self._inbox: deque[Message] = deque()
        self._rung = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(MOST)
        self._tasks: dict[asyncio.Task[None], bool] = {}

    @property
    def hands(self) -> AsyncHands:
        """Hands that these workers help."""
        return self._plain._replace(workers=self)

    def tell(self, value: Any) -> None:
        """Say something to the flow that collects; from any thread, and from a signal's handler."""
        with contextlib.suppress(RuntimeError):  # the loop was closed at this moment: nobody listens any more
            self._loop.call_soon_threadsafe(self._put, Told(value))

    def start(self, order: Start) -> None:
        task = self._loop.create_task(self._work(order))
        self._tasks[task] = order.finish

    async def collect(self, seconds: float) -> list[Message]:
        """What has happened; waits for it at most so many seconds of the clock."""
        clock = self._plain.clock
        if seconds <= 0:
            await asyncio.sleep(0)  # what was told meanwhile comes with the loop's next turn
        elif not self._inbox and type(clock) is not SystemClock and not self._tasks:
            while seconds > 0 and not self._inbox:
                step = min(STEP, seconds) if self._listens else seconds
                await clock.async_sleep(step)
                seconds -= step
        elif not self._inbox:
            wait = seconds if type(clock) is SystemClock and seconds < threading.TIMEOUT_MAX else None
            self._rung.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._rung.wait()
        found = list(self._inbox)
        self._inbox.clear()
        return found

    def _put(self, message: Message) -> None:
        self._inbox.append(message)
        self._rung.set()

    async def _work(self, order: Start) -> None:
        try:
            async with self._room:
                ended = Ended(order.tag, await async_run(order.flow, self._plain))
        except BaseException as error:
            ended = Ended(order.tag, None, error)
        self._tasks.pop(asyncio.current_task(), None)  # type: ignore[arg-type]
        self._put(ended)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        hurry = kind is not None and issubclass(kind, asyncio.CancelledError | KeyboardInterrupt)
        for task, finish in list(self._tasks.items()):
            if not finish:
                task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=HURRY if hurry else None)

    def lastly(self, function: Callable[[], None]) -> None:
        """Call this when all that must be finished has ended: now, or later by who ends last."""
        left = [task for task, finish in self._tasks.items() if finish]

        def ended(task: asyncio.Task[None]) -> None:
            left.remove(task)
            if not left:
                function()

        for task in list(left):
            task.add_done_callback(ended)
        if not left:
            function()
