"""The engine of a run: rows are tasks, and the engine decides when each may continue.

Rows and slots are taken at the caller's pace: while the caller handles a result, no further row starts. Running work
continues until it has something to report.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, Protocol, TypeVar

from legnext_client._journal.submit import checked
from legnext_client._runs.limits import Slots
from legnext_client._runs.results import Stopped
from legnext_client._runs.tasks import STEP, Tasks, Timeline, ring
from legnext_client.errors import BudgetExceeded, LegnextError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from legnext_client._calls.queue import Place
    from legnext_client._protocol.flow import Flow
    from legnext_client._runs.context import RunContext
    from legnext_client._runs.row import RowTask
    from legnext_client._transport.clocks import Clock

ResultT = TypeVar("ResultT")
GivenP = ParamSpec("GivenP")

DOWNLOADS = 4
"""Maximum concurrent downloads. As many more may wait, so rows do not start faster than they finish."""
MOST_KEPT = 10_000
"""Maximum number of callbacks kept for later."""


class Delivery(NamedTuple):
    """Values for the caller, or the end of the run and its error."""

    values: Sequence[Any] = ()
    over: bool = False
    error: BaseException | None = None


class Executor(Protocol):
    """The means to carry out a run's work; see `portal`."""

    clock: Clock

    async def run(self, flow: Flow[ResultT], *, finish: bool = False) -> ResultT: ...
    async def run_blocking(self, function: Callable[[], ResultT]) -> ResultT: ...
    async def call(self, function: Callable[[], Any]) -> Any: ...
    def sleep(self, seconds: float) -> Awaitable[object] | None: ...
    def deliver(self, delivery: Any, /) -> None: ...


class Callbacks:
    """Callbacks, by key: each wakes the row that waits for it, or is kept for it."""

    def __init__(self, tasks: Tasks, early: dict[str, str]) -> None:
        """`early` keeps the callbacks without a waiting row."""
        self._tasks, self.early = tasks, early
        self.waiting: dict[str, asyncio.Future[Any]] = {}
        self.take_late: Callable[[str, str], Awaitable[bool]] | None = None
        """Handles a callback without a waiting row; returns whether it belongs to a row that has ended."""

    def notify(self, key: str, job_id: str) -> None:
        """Wake the row that waits for this callback, or keep it."""
        if not self._wake(key, job_id) and not self._tasks.closing:
            self._tasks.start(partial(self._notify_late, key, job_id))

    def _wake(self, key: str, job_id: str) -> bool:
        future = self.waiting.get(key)
        if future is None or future.done():
            return False
        future.set_result(job_id)
        return True

    async def _notify_late(self, key: str, job_id: str) -> None:
        if self.take_late is not None and await self.take_late(key, job_id):
            return
        if not self._wake(key, job_id):  # a row may wait for it by now
            self.early[key] = job_id
            if len(self.early) > MOST_KEPT:
                del self.early[next(iter(self.early))]


class Engine:
    """The scheduler of one batch or chain."""

    def __init__(self, executor: Executor, context: RunContext) -> None:
        self._executor, self.rate, self.now = executor, context.rate, executor.clock.now
        self.call, self.run = executor.call, executor.run
        self._loop = asyncio.get_running_loop()
        longest = STEP if context.callbacks else math.inf
        self._timeline = Timeline(executor.clock, executor.sleep, self.leave, longest_sleep=longest)
        self._service = context.service
        self.slots = Slots(self.rate, context.service.queue, self.now, self._changed)
        self._slot_turn, self._request_turn = asyncio.Lock(), asyncio.Lock()
        self._downloads = asyncio.Semaphore(DOWNLOADS)
        self._downloading = 0
        self.tasks = Tasks(self._timeline, self.stop, self.leave, self._changed)
        self.callbacks = Callbacks(self.tasks, context.early_callbacks)
        self._reports: deque[tuple[Sequence[Any], asyncio.Future[None]]] = deque()
        self._reported: asyncio.Future[None] | None = None
        self._caller_waits = False
        self._beginners: set[asyncio.Future[Any]] = set()
        """Waits that fail once the run stops."""
        self.at_end: Callable[[], Coroutine[Any, Any, None]] | None = None
        """Runs when all rows have ended and nothing has stopped the run."""
        self._waiters: list[asyncio.Future[None]] = []
        """Wake the feeder, and the row whose turn it is to get a slot, to look whether they may continue."""
        self._queued: Place | None = None
        """The place in the client's queue that this row waits for."""
        self._changes = False
        self._error: BaseException | None = None
        self._shortage: BaseException | None = None
        self._failure: BaseException | None = None

    # ---- the caller ---------------------------------------------------------------------------------------------

    def start(self, feed: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start the task that feeds the rows. The caller is busy until `caller_waits`."""
        self._timeline.resume()
        self.tasks.start(feed)

    def caller_waits(self) -> None:
        """Note that the caller has handled the last values and waits for more."""
        self._caller_waits = True
        self._changed()
        if self._reported is not None and not self._reported.done():
            self._reported.set_result(None)
        self._timeline.pause()

    def stop(self, error: BaseException) -> None:
        """Start nothing more; the caller gets this error once everything running has ended.

        Of several errors, one with a job id comes first.
        """
        before = self._error
        if before is not None and error is not before:
            named = getattr(error, "job_id", None) and isinstance(before, LegnextError)
            error, other = (error, before) if named and not getattr(before, "job_id", None) else (before, error)
            error.add_note(f"Also: {other}")
        self._error = error
        self._changed()

    def begin_nothing(self, shortage: BaseException) -> None:
        """Start nothing that costs points. Finished and running rows are reported before this error."""
        self._shortage = shortage
        self._changed()

    def leave(self, error: BaseException) -> None:
        """Raise this error in the caller at once, even if rows are running."""
        self._failure = error
        self._changed()

    async def close(self, *, hurry: bool) -> None:
        """End all tasks. Paid requests are finished and recorded; with `hurry`, only for a short time."""
        self.tasks.closing = True
        self._refuse_beginners()
        try:
            await self.tasks.close(hurry=hurry)
        finally:
            self.slots.close()
            await self._timeline.close()

    # ---- rows ---------------------------------------------------------------------------------------------------

    @property
    def stopped(self) -> bool:
        """Whether no further row starts."""
        return self._error is not None or self.tasks.closing

    def start_row(self, row: RowTask) -> None:
        """Start a row."""
        self.slots.start(row)
        self.tasks.start(row.run).add_done_callback(lambda _: self.slots.release(row))

    async def room(self, *, to_read: bool = False) -> bool:
        """Wait until another row may start; False if none will.

        `to_read`: also return when all rows have ended, because only reading on shows whether there are more.
        """
        while not self.stopped:
            free = self.slots.have_room and self._downloading < 2 * DOWNLOADS
            if self._caller_is_free and (free or (to_read and len(self.tasks) == 1)):
                return True
            await self._until_changed(self.slots.next_release)
        return False

    async def report(self, *values: Any) -> None:
        """Give values to the caller; returns once they are handled."""
        dealt_with = self._loop.create_future()
        self._reports.append((values, dealt_with))
        self._changed()
        await self._timeline.wait(dealt_with)

    async def acquire_slot(self, row: object, attempt: Callable[[], ResultT]) -> ResultT:
        """Wait for a slot within the rate, then call `attempt`.

        An attempt that exceeds the budget is repeated when a slot is released. If no job is running, no points will be
        released, so the run stops.
        """
        self._must_begin()
        with self.slots.applying(row) as place:
            await self._timeline.wait(self._slot_turn.acquire())
            try:
                while True:
                    await self._until_granted(place)
                    try:
                        result = attempt()
                    except BudgetExceeded as error:
                        if not self.slots.wait_for_budget():
                            self.stop(error)
                            raise Stopped from None
                    else:
                        self.slots.take(row, place)
                        return result
            finally:
                self._slot_turn.release()
                self._changed()

    async def _until_granted(self, place: Place) -> None:
        """Wait until the caller waits, a submission is allowed, a slot is free, and the client's queue has a place."""
        queue = self._service.queue
        while True:
            self._must_begin()
            moment = self.slots.next_chance if self._caller_is_free else math.inf
            if moment > self.now():
                queue.leave(place)  # the caller may need it before it returns
                await self._until_changed(moment)
            elif place.granted or queue.enter(place):
                return
            else:
                self._queued = place
                try:
                    await self._timeline.wait(self.run(queue.waiting(place, self._service)))
                finally:
                    self._queued = None

    async def sleep_until(self, moment: float, wake_key: str | None = None, *, needed: bool = True) -> str | None:
        """Sleep until a given time, or until a callback with this key arrives; then return its job id.

        A sleep that is not `needed` ends when the run stops.
        """
        if wake_key is not None and wake_key in self.callbacks.early:
            return self.callbacks.early.pop(wake_key)
        future = self._loop.create_future()
        self._timeline.alarm(moment, future)
        if wake_key is not None:
            self.callbacks.waiting[wake_key] = future
        try:
            job_id: str | None = await (self._timeline.wait(future) if needed else self._wait_to_begin(future))
        finally:
            future.cancel()
            if wake_key is not None:
                self.callbacks.waiting.pop(wake_key, None)
        return job_id

    async def acquire_request(self, *, paid: bool = False) -> None:
        """Wait until another request may be sent. A paid one raises `Stopped` once the run stops."""
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
        """Run a free request."""
        await self.acquire_request()
        return await self.run(flow)

    async def submit(self, flow: Flow[ResultT]) -> ResultT:
        """Run a paid request to its end, even if the row is cancelled."""
        return await self.tasks.finish(lambda: self._executor.run(flow, finish=True))

    async def record(self, function: Callable[GivenP, ResultT], *given: GivenP.args, **named: GivenP.kwargs) -> ResultT:
        """Read or write the journal; a write finishes even if the row is cancelled."""
        try:
            return await self.tasks.finish(lambda: self._executor.run_blocking(partial(function, *given, **named)))
        except OSError as error:
            checked(error)
            raise

    async def download(self, row: object, flow: Flow[ResultT]) -> ResultT:
        """Run a download, at most `DOWNLOADS` at once."""
        self._downloading += 1
        self.slots.started(row)
        self._changed()
        try:
            async with self._downloads:
                return await self.run(flow)
        finally:
            self._downloading -= 1
            self._changed()

    # ---- scheduling ---------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Schedule a look at who may continue."""
        if not self._changes:
            self._changes = True
            self._timeline.resume()
            self._loop.call_soon(self._advance)

    def _advance(self) -> None:
        """Let everyone continue who may."""
        self._changes = False
        if self._caller_waits:
            self._serve_caller()
        if self._stops:
            self._refuse_beginners()
            if self._queued is not None:
                self._service.queue.leave(self._queued)
        if self._stops or self._caller_waits:
            for future in self._waiters:
                ring(future)
        self._timeline.pause()

    def _serve_caller(self) -> None:
        if self._failure is not None:
            self._deliver(Delivery(over=True, error=self._failure))
        elif self._reports:
            values, self._reported = self._reports.popleft()
            self._deliver(Delivery(values))
        elif self.tasks:
            return
        elif self.at_end is not None and not self.stopped:
            self.tasks.start(self.at_end)
            self.at_end = None
        else:
            self._deliver(Delivery(over=True, error=self._error or self._shortage))

    def _deliver(self, delivery: Delivery) -> None:
        self._caller_waits = False
        self._timeline.resume()
        self._executor.deliver(delivery)

    async def _until_changed(self, moment: float) -> None:
        """Wait until something has changed, or until a given time."""
        future = self._loop.create_future()
        self._waiters.append(future)
        if moment < math.inf:
            self._timeline.alarm(moment, future)
        try:
            await self._timeline.wait(future)
        finally:
            future.cancel()
            self._waiters.remove(future)

    @property
    def _caller_is_free(self) -> bool:
        """Whether the caller waits, and there is nothing for it to handle first."""
        return self._caller_waits and not self._reports

    @property
    def _stops(self) -> bool:
        return self.stopped or self._shortage is not None

    def _must_begin(self) -> None:
        if self._stops:
            raise Stopped

    async def _wait_to_begin(self, future: asyncio.Future[ResultT]) -> ResultT:
        """Wait for something that fails once the run stops."""
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
