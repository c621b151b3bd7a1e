"""The engine of a run: its rows are tasks, and it decides when each may go on.

Rows and slots are taken at the caller's pace: while the caller looks at a result, no further row begins. What is under
way goes on, as far as it has nothing to report.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from legnext_client._journal.submit import checked
from legnext_client._runs.limits import Slots
from legnext_client._runs.reports import Stopped
from legnext_client._runs.timeline import STEP, Timeline
from legnext_client.errors import LegnextError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from legnext_client._protocol.flow import Flow
    from legnext_client._runs.rate import RateController
    from legnext_client._transport.clocks import Clock

ResultT = TypeVar("ResultT")

DOWNLOADS = 4
"""Rows that download at once. As many more may wait: rows do not begin faster than they are finished."""
EARLY_CALLBACKS = 10_000
"""Callbacks that are kept until somebody waits for them."""
HURRY = 1.0
"""Seconds that leaving by Ctrl-C or cancellation waits for paid requests on their way."""


class Delivery(NamedTuple):
    """What the caller gets: some values, or the end of the run and its error."""

    values: Sequence[Any] = ()
    over: bool = False
    error: BaseException | None = None


class Executor(Protocol):
    """How a run's work is carried out: in threads for the sync client, in tasks for the async one."""

    clock: Clock

    async def run(self, flow: Flow[Any], *, finish: bool = False) -> Any:
        """Carry out a flow; one to `finish` is not broken off."""
        ...

    async def run_blocking(self, function: Callable[[], Any]) -> Any:
        """Call a function that may wait for the disk."""
        ...

    async def call(self, function: Callable[[], Any]) -> Any:
        """Call a function of the caller's where the caller is."""
        ...

    def sleep(self, seconds: float) -> Awaitable[object] | None:
        """Sleep by the clock, now or when awaited."""
        ...

    def deliver(self, delivery: Delivery) -> None: ...


class Startable(Protocol):
    """A row, as far as the engine is concerned."""

    async def run(self) -> None: ...


class Engine:
    """Runs the rows of one batch or chain."""

    def __init__(self, executor: Executor, rate: RateController, *, listens: bool) -> None:
        self._executor, self.rate, self.now = executor, rate, executor.clock.now
        self._loop = asyncio.get_running_loop()
        longest = STEP if listens else math.inf
        self._timeline = Timeline(executor.clock, executor.sleep, self.leave, longest_sleep=longest)
        self._slots = Slots(rate, self.now)
        self._request_turn, self._downloads = asyncio.Lock(), asyncio.Semaphore(DOWNLOADS)
        self._downloading = 0
        self._rows: set[asyncio.Task[None]] = set()
        self._finishing: set[asyncio.Task[Any]] = set()
        self._feeding: asyncio.Task[None] | None = None
        self._feeder_waits: tuple[asyncio.Future[bool], bool] | None = None
        self._reports: deque[tuple[Sequence[Any], asyncio.Future[None]]] = deque()
        self._reported: asyncio.Future[None] | None = None
        self._caller_waits = False
        self._listeners: dict[str, asyncio.Future[Any]] = {}
        self._beginners: set[asyncio.Future[Any]] = set()
        """What is waited for to begin something, or without need."""
        self.early_callbacks: dict[str, str] = {}
        """Callbacks that nobody has waited for, by their keys."""
        self.late_callback: Callable[[str, str], Awaitable[bool]] | None = None
        """Takes what nobody waits for, if it belongs to a row that has ended; says whether it does."""
        self.at_end: Callable[[], Coroutine[Any, Any, None]] | None = None
        """What is done when all rows have ended, and nothing has stopped the run."""
        self._alarm: asyncio.Future[None] | None = None
        self._changes = False
        self._error: BaseException | None = None
        self._shortage: BaseException | None = None
        self._failure: BaseException | None = None
        self._closing = False

    # ---- the caller ---------------------------------------------------------------------------------------------

    def start(self, feed: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start the task that starts the rows. The caller is at work, until it says otherwise."""
        self._timeline.resume()
        self._feeding = self._timeline.spawn(self._guard(feed))

    def caller_waits(self) -> None:
        """The caller has dealt with what it got, and waits for more."""
        self._caller_waits = True
        self._changed()
        if self._reported is not None and not self._reported.done():
            self._reported.set_result(None)
        self._timeline.pause()

    def stop(self, error: BaseException) -> None:
        """Begin nothing more; the caller gets this error once all that runs has ended.

        Of several errors, one that has the id of a job comes first.
        """
        before = self._error
        if before is not None and error is not before:
            named = getattr(error, "job_id", None) and isinstance(before, LegnextError)
            error, other = (error, before) if named and not getattr(before, "job_id", None) else (before, error)
            error.add_note(f"Also: {other}")
        self._error = error
        self._changed()

    def begin_nothing(self, shortage: BaseException) -> None:
        """Begin nothing that costs points. Rows that are finished or under way are reported before this error."""
        self._shortage = shortage
        self._changed()

    def leave(self, error: BaseException) -> None:
        """Give the caller this error at once, whatever runs."""
        self._failure = error
        self._changed()

    async def close(self, *, hurry: bool) -> None:
        """End all tasks. What was paid for is waited for and written down; in a hurry, not for long."""
        self._closing = True
        self._refuse_beginners()
        await asyncio.sleep(0)  # a row that has just got its slot gives back what it holds
        for task in (*self._rows, *([self._feeding] if self._feeding else ())):
            task.cancel()
        if left := self._left():
            await asyncio.wait(left, timeout=HURRY if hurry else None)
        self._timeline.close()

    def lastly(self, function: Callable[[], object]) -> None:
        """Call a function once nothing is being finished any more."""
        left = self._left()

        def ended(task: asyncio.Task[Any]) -> None:
            left.discard(task)
            if not left:
                function()

        for task in list(left):
            task.add_done_callback(ended)
        if not left:
            function()

    def _left(self) -> set[asyncio.Task[Any]]:
        tasks = {*self._rows, *self._finishing, *([self._feeding] if self._feeding else ())}
        return {task for task in tasks if not task.done()}

    # ---- rows ---------------------------------------------------------------------------------------------------

    @property
    def stopped(self) -> bool:
        """Whether no further row starts."""
        return self._error is not None or self._closing

    def start_row(self, row: Startable) -> None:
        """Start a row."""
        self._slots.start(row)
        self._run(row.run).add_done_callback(lambda _: self.release_slot(row))

    async def room(self, *, to_read: bool = False) -> bool:
        """Wait until another row may start; False when none will.

        `to_read`: or until nothing else is left to do, as then it must be known whether there is another row.
        """
        future = self._loop.create_future()
        self._feeder_waits = future, to_read
        self._changed()
        return bool(await self._timeline.wait(future))

    async def report(self, *values: Any) -> None:
        """Give values to the caller; returns when it has dealt with them."""
        dealt_with = self._loop.create_future()
        self._reports.append((values, dealt_with))
        self._changed()
        await self._timeline.wait(dealt_with)

    async def acquire_slot(self, row: object, attempt: Callable[[], ResultT]) -> ResultT:
        """Wait for a slot within the rate, then make the attempt; one that passes the budget is made again later."""
        self._must_begin()
        granted = self._loop.create_future()
        self._slots.apply(row, attempt, granted)
        self._changed()
        return await self._wait_to_begin(granted)

    def hold_slot(self, row: object) -> None:
        """Take a slot, free or not."""
        self._slots.hold(row)

    def release_slot(self, row: object, until: float | None = None) -> None:
        """Give the slot back, now or at a moment."""
        self._slots.release(row, until)
        self._changed()

    async def sleep_until(self, moment: float, wake_key: str | None = None, *, needed: bool = True) -> str | None:
        """Sleep until a moment, or until a callback brings this key; then the job's id.

        A sleep that is not `needed` ends when the run stops.
        """
        if wake_key is not None and wake_key in self.early_callbacks:
            return self.early_callbacks.pop(wake_key)
        future = self._loop.create_future()
        self._timeline.alarm(moment, future)
        if wake_key is not None:
            self._listeners[wake_key] = future
        try:
            found: str | None = await (self._timeline.wait(future) if needed else self._wait_to_begin(future))
        finally:
            future.cancel()
            if wake_key is not None:
                self._listeners.pop(wake_key, None)
        return found

    async def acquire_request(self, *, paid: bool = False) -> None:
        """Wait until another request may go out. A paid one does not once the run stops."""
        await self._timeline.wait(self._request_turn.acquire())
        try:
            while (moment := self.rate.next_request) > self.now():
                await self.sleep_until(moment, needed=not paid)
            if paid:
                self._must_begin()
            self.rate.began()
        finally:
            self._request_turn.release()

    async def send(self, flow: Flow[ResultT]) -> ResultT:
        """Carry out a free request."""
        await self.acquire_request()
        return await self.run(flow)

    async def submit(self, flow: Flow[ResultT]) -> ResultT:
        """Carry out a paid request to its end, whatever becomes of the row."""
        return await self._finish(self._executor.run(flow, finish=True))

    async def record(self, function: Callable[[], ResultT]) -> ResultT:
        """Read or write the journal; a write is finished, whatever becomes of the row."""
        try:
            return await self._finish(self._executor.run_blocking(function))
        except OSError as error:
            found: ResultT = checked(error)
            return found

    async def download(self, row: object, flow: Flow[ResultT]) -> ResultT:
        """Carry out a download, when fewer than `DOWNLOADS` others run."""
        self._downloading += 1
        self._slots.started(row)
        self._changed()
        try:
            async with self._downloads:
                return await self.run(flow)
        finally:
            self._downloading -= 1
            self._changed()

    async def run(self, flow: Flow[ResultT]) -> ResultT:
        """Carry out a flow."""
        found: ResultT = await self._executor.run(flow)
        return found

    async def call(self, function: Callable[[], Any]) -> Any:
        """Call a function of the caller's where the caller is; a coroutine is awaited where there is a loop."""
        return await self._executor.call(function)

    # ---- callbacks ----------------------------------------------------------------------------------------------

    def notify(self, key: str, job_id: str) -> None:
        """A callback has come: wake whoever waits for it."""
        if not self._wake(key, job_id) and not self._closing:
            self._run(partial(self._notify_late, key, job_id))

    def _wake(self, key: str, job_id: str) -> bool:
        listener = self._listeners.get(key)
        if listener is None or listener.done():
            return False
        listener.set_result(job_id)
        return True

    async def _notify_late(self, key: str, job_id: str) -> None:
        if self.late_callback is not None and await self.late_callback(key, job_id):
            return
        if not self._wake(key, job_id):  # it may be waited for by now
            self.early_callbacks[key] = job_id
            if len(self.early_callbacks) > EARLY_CALLBACKS:
                del self.early_callbacks[next(iter(self.early_callbacks))]

    # ---- what happens next --------------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Look soon at who may go on."""
        if not self._changes:
            self._changes = True
            self._timeline.resume()
            self._loop.call_soon(self._advance)

    def _advance(self) -> None:
        """Let everyone go on who may."""
        self._changes = False
        if self._stops:
            self._refuse_beginners()
        if self._caller_waits:
            self._serve_caller()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._caller_waits and (moment := self._slots.next_chance) < math.inf:  # time alone lets someone go on
            self._alarm = self._loop.create_future()
            self._alarm.add_done_callback(lambda alarm: None if alarm.cancelled() else self._changed())
            self._timeline.alarm(moment, self._alarm)
        self._timeline.pause()

    def _serve_caller(self) -> None:
        if self._failure is not None:
            self._deliver(Delivery(over=True, error=self._failure))
        elif self._reports:
            values, self._reported = self._reports.popleft()
            self._deliver(Delivery(values))
        else:
            self._slots.grant(self.stop)
            self._admit_row()
            if self._rows or (self._feeding is not None and not self._feeding.done()):
                return
            if self.at_end is not None and self._error is None:
                self._run(self.at_end)
                self.at_end = None
            else:
                self._deliver(Delivery(over=True, error=self._error or self._shortage))

    def _deliver(self, delivery: Delivery) -> None:
        self._caller_waits = False
        self._timeline.resume()
        self._executor.deliver(delivery)

    def _admit_row(self) -> None:
        if self._feeder_waits is None:
            return
        future, to_read = self._feeder_waits
        free = self._slots.have_room and self._downloading < 2 * DOWNLOADS
        if not future.done() and (free or self.stopped or (to_read and not self._rows)):
            self._feeder_waits = None
            future.set_result(not self.stopped)

    @property
    def _stops(self) -> bool:
        return self.stopped or self._shortage is not None

    def _must_begin(self) -> None:
        if self._stops:
            raise Stopped

    async def _wait_to_begin(self, future: asyncio.Future[ResultT]) -> ResultT:
        """Wait for something that will not come once the run stops."""
        self._must_begin()
        self._beginners.add(future)
        try:
            return await self._timeline.wait(future)
        finally:
            self._beginners.discard(future)

    def _refuse_beginners(self) -> None:
        for future in self._beginners:
            if not future.done():
                future.set_exception(Stopped())

    def _run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        task = self._timeline.spawn(self._guard(work))
        self._rows.add(task)
        task.add_done_callback(self._rows.discard)
        return task

    async def _guard(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do the work, and stop the run with what it raises.

        A task must not raise what is not an `Exception`: that ends the loop. The work is begun here, so that nothing
        is left of it where the task is cancelled before it begins.
        """
        try:
            await work()
        except Stopped:
            pass
        except asyncio.CancelledError as error:
            if self._closing:
                raise
            self.leave(error)
        except Exception as error:
            self.stop(error)
        except BaseException as error:
            self.leave(error)
        finally:
            self._loop.call_soon(self._changed)  # when the task has ended

    async def _finish(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Await work that goes on even if this task is cancelled."""
        task = self._loop.create_task(_outcome(work))
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
        result, error = await asyncio.shield(task)
        if error is not None:
            raise error
        return result  # type: ignore[return-value]


async def _outcome(work: Coroutine[Any, Any, ResultT]) -> tuple[ResultT | None, BaseException | None]:
    """What work returns, and what it raises: a task that raises Ctrl-C would end the loop."""
    try:
        return await work, None
    except BaseException as error:
        return None, error
