"""Watch one paid job until it ends or times out, and record the outcome."""

from __future__ import annotations

import math
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from legnext_client._calls.wait import last_poll, unanswered
from legnext_client._journal.submit import NOT_ITS_FAULT, SUBMITTED, UNKNOWN, Entry
from legnext_client._runs.rate import UNREACHABLE
from legnext_client._runs.reports import RowEnded, RowProgress
from legnext_client.errors import InvalidRequest, LegnextError, RateLimitError, WaitTimeout

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from legnext_client._calls.items import Row
    from legnext_client._calls.service import JobContext
    from legnext_client._calls.wait import PollState
    from legnext_client._protocol.flow import Flow
    from legnext_client._protocol.state import State
    from legnext_client._runs.context import RunContext
    from legnext_client._runs.engine import Engine


class Ended(NamedTuple):
    """The final state, cost and end time of a job."""

    state: State
    points: int
    at: datetime


class JobWatcher:
    """A job of a row, with its slot."""

    def __init__(
        self, row: Row, entry: Entry, title: str, job_context: JobContext, context: RunContext, engine: Engine
    ) -> None:
        self._row, self._entry, self._title, self._job_context = row, entry, title, job_context
        self._context, self._engine = context, engine

    async def run(self, slot: object, state: State, retry_after: float | None) -> Ended:
        """Poll until the job has ended, and record it; raise `RowEnded` if the wait ends earlier."""
        context, engine, entry, now = self._context, self._engine, self._entry, self._context.now
        engine.hold_slot(slot)
        context.service.queue.hold(engine.place(slot), state, self._job_context)
        watch, started, outage = context.watch(state, self._job_context, retry_after), now(), Outage(now)
        running, polled_last = started, False
        if not state.done:
            await self._report(state)
        while not watch.state.done:
            patience = context.patience(watch, outage.seconds)
            until = started + patience
            last = until - last_poll(patience)
            if polled_last and now() >= last:
                engine.release_slot(slot, started + context.lasts(entry))  # the job is still running
                raise RowEnded(SUBMITTED, self._timeout(watch, now() - started))
            await self._until_due(watch, last)
            # If the caller took long with a result, a poll that is late is still made.
            polled_last = now() >= last
            answered, polled_at = await engine.send(self._poll(watch, until))
            outage.note(answered)
            if answered:
                engine.rate.answered()
                if self._is_guess and context.is_another(entry, watch.state):
                    reason = f"job {watch.state.job_id} is not a {entry.operation} but a {watch.state.task_type}"
                    await self._reject_job_id(slot, InvalidRequest(reason), None)
                if not watch.state.done:
                    running = now()
                    await self._report(watch.state)
            elif watch.refusal is not None:
                await self._refused(slot, watch.refusal)
            elif isinstance(watch.failure, RateLimitError):
                engine.rate.slower(watch.failure.retry_after, polled_at)
        points = context.settle(watch.state, self._job_context, None if state.done else running, entry.price)
        at = _ended_at(entry, watch.state, context.today())
        await engine.record(partial(context.ended, entry, watch.state, points, at))
        engine.release_slot(slot)
        await self._report(watch.state)
        return Ended(watch.state, points, at)

    def _timeout(self, watch: PollState, seconds: float) -> WaitTimeout:
        state, (polls, failure) = watch.state, unanswered([watch])
        message = f"{state.job_id} is {state.status} after {seconds:.0f} seconds.{polls}"
        error = WaitTimeout(message, job=self._context.job(state, self._job_context))
        error.__cause__ = failure
        return error

    async def _report(self, state: State) -> None:
        """Report the progress. Stop the run if the service holds more than estimated."""
        entry = self._entry
        excess = self._context.holds(state, self._job_context, max(entry.price, entry.frozen))
        if excess is not None:  # recorded, so that the next run counts it
            await self._engine.record(partial(self._context.journal.holds, entry.id, math.ceil(state.points)))
            self._engine.stop(excess)
        self._context.running.add(self._row.key)
        if self._context.reports_progress:
            await self._engine.report(RowProgress(self._row, entry.step, self._title, state))

    def _poll(self, watch: PollState, until: float) -> Flow[tuple[bool, float]]:
        """Poll once; return whether there was a response, and when the request was sent."""
        now = self._context.now()
        timeout = self._context.service.settings.timeout
        return (yield from watch.poll(until if now < until else now + timeout)), now

    async def _until_due(self, watch: PollState, last: float) -> None:
        now, key = self._context.now, watch.state.job_id if self._context.callbacks else None
        due = min(watch.next(now()), max(now(), last))
        while due > now():
            self._context.service.queue.watch((watch.state.job_id,), due - now())
            if await self._engine.sleep_until(due, key) is not None:
                due = min(due, watch.wake(now()))

    async def _refused(self, slot: object, error: LegnextError) -> None:
        """Handle a job that the service does not report after repeated polls."""
        if isinstance(error, NOT_ITS_FAULT):
            raise error
        if self._is_guess:  # another replica may know the job, so the next run polls once more
            await self._reject_job_id(slot, error, self._entry.job_id)
        raise RowEnded(SUBMITTED, error)

    @property
    def _is_guess(self) -> bool:
        """Whether the job id comes only from a person, a callback or a truncated response."""
        return self._entry.status is None and self._entry.state == SUBMITTED

    async def _reject_job_id(self, slot: object, error: LegnextError, job_id: str | None) -> None:
        await self._engine.record(partial(self._context.journal.reject_job, self._entry.id, str(error), job_id))
        self._engine.release_slot(slot, self._context.runs_until(self._entry))
        raise RowEnded(UNKNOWN, error)


class Outage:
    """Total time without a response, which does not count towards a wait's timeout."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._since: float | None = None
        self._before = 0.0

    @property
    def seconds(self) -> float:
        lasts = 0.0 if self._since is None else self._now() - self._since
        return min(UNREACHABLE, self._before + lasts)

    def note(self, answered: bool) -> None:
        """Record whether a request was answered."""
        if answered:
            self._before, self._since = self.seconds, None
        elif self._since is None:
            self._since = self._now()


def _ended_at(entry: Entry, state: State, today: datetime) -> datetime:
    """Return when the job ended, by this machine's clock, which may differ from the service's."""
    since, lasted = entry.submitting_at, state.lasted
    return today if since is None or lasted is None else min(today, since + timedelta(seconds=lasted))
