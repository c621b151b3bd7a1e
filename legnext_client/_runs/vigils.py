"""Watching one paid job of a run until it has ended, and writing down how; or until that takes too long."""

from __future__ import annotations

import math
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._calls.wait import last_question, unanswered
from legnext_client._journal.submit import NOT_ITS_FAULT, SUBMITTED, UNKNOWN, Entry, checked
from legnext_client._protocol.flow import Do, Emit, Flow
from legnext_client._runs.outcomes import Over, Step
from legnext_client._runs.wishes import Aside, Halt, Leave, LifeFlow, Occupy, Pause
from legnext_client.errors import InvalidRequest, LegnextError, RateLimitError, WaitTimeout

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from legnext_client._calls.items import Item
    from legnext_client._calls.wait import Watch
    from legnext_client._protocol.state import State
    from legnext_client._runs.ports import House

UNREACHABLE = 600.0
"""For so many seconds at most, a wait is not over because the network was."""


class Ended(NamedTuple):
    """How a job has ended, what it cost, and when that was."""

    state: State
    points: int
    at: datetime


class Vigil:
    """One job that is watched; `told` is for how long the service said not to ask."""

    def __init__(self, item: Item, entry: Entry, title: str, context: Any, house: House) -> None:
        self._item, self._entry, self._title = item, entry, title
        self._context, self._house = context, house

    def keeping(self, state: State, told: float | None) -> LifeFlow[Ended]:
        """Wait until the job has ended, and write down how; raises `Over` when it is not waited for any longer."""
        house, entry = self._house, self._entry
        yield Occupy()
        watch, started, silence = house.watch(state, self._context, told), house.clock(), _Silence(house.clock)
        running, asked_last = started, False
        if not state.done:
            yield from self._tell(state)
        while not watch.state.done:
            patience = house.patience(watch, silence.seconds)
            until = started + patience
            last = until - last_question(patience)
            if asked_last and house.clock() >= last:
                late = self._late(watch, house.clock() - started)
                yield Leave(started + house.lasts(entry.operation, entry.body))  # it runs on
                raise Over(SUBMITTED, late)
            yield from self._until_due(watch, last)
            # Who comes late, because the caller took its time with a result, asks all the same.
            asked_last = house.clock() >= last
            answered, asked_at = yield Aside(self._asking(watch, until))
            silence.heard(answered)
            if answered:
                house.pacing.answered()
                if self._is_guessed and house.is_another(entry, watch.state):
                    said = f"job {watch.state.job_id} is no {entry.operation} but a {watch.state.task_type}"
                    yield from self._disown(InvalidRequest(said), None)
                if not watch.state.done:
                    running = house.clock()
                    yield from self._tell(watch.state)
            elif watch.refusal is not None:
                yield from self._refused(watch.refusal)
            elif isinstance(watch.failure, RateLimitError):
                house.pacing.slower(watch.failure.retry_after, asked_at)
        points = house.saw(watch.state, self._context, None if state.done else running, entry.price)
        at = _ended_at(entry, watch.state, house.today())
        checked((yield Do(partial(house.book.ended, entry.id, watch.state, points, at))))
        yield Leave()
        yield from self._tell(watch.state)
        return Ended(watch.state, points, at)

    def _late(self, watch: Watch, seconds: float) -> WaitTimeout:
        """The job has not ended in so many seconds."""
        state, (said, failure) = watch.state, unanswered([watch])
        told = f"{state.job_id} is {state.status} after {seconds:.0f} seconds.{said}"
        error = WaitTimeout(told, job=self._house.job(state, self._context))
        error.__cause__ = failure
        return error

    def _tell(self, state: State) -> LifeFlow[None]:
        """Say how far the job is, and stop the run where the service holds more for it than was estimated."""
        entry = self._entry
        excess = self._house.holds(state, self._context, max(entry.price, entry.frozen))
        if excess is not None:  # written down, so that the next run goes on with what is known then
            checked((yield Do(partial(self._house.book.holds, entry.id, math.ceil(state.points)))))
            yield Halt(excess)
        yield Emit(Step(self._item, self._entry.step, self._title, state))

    def _asking(self, watch: Watch, until: float) -> Flow[tuple[bool, float]]:
        """Ask once; whether there was an answer, and when the question went out."""
        now = self._house.clock()
        return (yield from watch.ask(until if now < until else now + self._house.request_timeout)), now

    def _until_due(self, watch: Watch, last: float) -> LifeFlow[None]:
        clock, ear = self._house.clock, watch.state.job_id if self._house.callbacks else None
        due = min(watch.next(clock()), max(clock(), last))
        while due > clock():
            if (yield Pause(due, ear)) is not None:
                due = min(due, watch.wake(clock()))

    def _refused(self, error: LegnextError) -> LifeFlow[None]:
        """The service does not tell of the job, though it was asked more than once."""
        entry = self._entry
        if isinstance(error, NOT_ITS_FAULT):
            raise error
        if self._is_guessed:  # it may be none, or be known to another replica: the next run asks once more
            yield from self._disown(error, entry.job_id)
        raise Over(SUBMITTED, error)

    @property
    def _is_guessed(self) -> bool:
        """Nobody but a person, a callback or a broken answer has said that this is the job."""
        return self._entry.status is None and self._entry.state == SUBMITTED

    def _disown(self, error: LegnextError, job_id: str | None) -> LifeFlow[None]:
        checked((yield Do(partial(self._house.book.disown, self._entry.id, str(error), job_id))))
        yield Leave(may_run_until(self._entry, self._house))
        raise Over(UNKNOWN, error)


def may_run_until(entry: Entry, house: House) -> float:
    """When a job of this request has ended for certain, if there is one."""
    since = (house.today() - entry.submitting_at).total_seconds() if entry.submitting_at else 0.0
    return house.clock() + house.lasts(entry.operation, entry.body) - max(0.0, since)


def _ended_at(entry: Entry, state: State, today: datetime) -> datetime:
    """When the job ended, by this machine's calendar; the service's own may be another."""
    since, lasted = entry.submitting_at, state.lasted
    return today if since is None or lasted is None else min(today, since + timedelta(seconds=lasted))


class _Silence:
    """For how long questions were not answered: a wait is not over because the network was."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: float | None = None
        self._before = 0.0

    @property
    def seconds(self) -> float:
        now = 0.0 if self._since is None else self._clock() - self._since
        return min(UNREACHABLE, self._before + now)

    def heard(self, answered: bool) -> None:
        if answered:
            self._before, self._since = self.seconds, None
        elif self._since is None:
            self._since = self._clock()
