"""Waiting for jobs: one or many, with one loop, until each is done or the time is over."""

from __future__ import annotations

import heapq
import logging
import random
import time
from typing import TYPE_CHECKING, NamedTuple

from legnext_client.core.answers import retry_after
from legnext_client.core.flow import Emit, Flow, Request, Sleep
from legnext_client.core.polling import Expectation, moments
from legnext_client.core.sending import Clock, Retries, sending
from legnext_client.core.state import KNOWN, State
from legnext_client.errors import APIError, ConnectionError, RateLimitError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

logger = logging.getLogger("legnext_client")

REFUSALS, REFUSAL_PAUSE = 2, 2.0
"""So many refusals in a row, so many seconds apart, end a wait: one may be a replica that does not know the job yet."""


class Pace(NamedTuple):
    """How a wait asks: with which patience for one question, how often at most, and by which clock."""

    retries: Retries
    timeout: float
    poll_interval: float | None = None
    per_second: float = 10.0
    clock: Clock = time.monotonic
    chance: Callable[[], float] = random.random


class Schedule(NamedTuple):
    """When a job began on the clock, and how long it may last."""

    started: float
    expected: Expectation


class Waited(NamedTuple):
    """A job to wait for: how to ask for it, and what its state tells of its schedule."""

    state: State
    question: Request
    schedule: Callable[[State], Schedule]
    retry_after: float | None = None


def waiting(jobs: Iterable[Waited], pace: Pace, *, until: float) -> Flow[None]:
    """Ask for jobs until all are done or the clock says `until`; emits `(index, state)` for each answer.

    A question that fails does not end the wait: the job goes on. Only being refused again and again does. A job whose
    next question would come too late is asked for a last time just before the end.
    """
    begun = free = pace.clock()
    last = until - min(2.0, 0.05 * (until - begun))
    queue: list[tuple[float, int, _Watched]] = []
    for index, job in enumerate(jobs):
        if not job.state.done:
            watched = _Watched(job, pace)
            heapq.heappush(queue, (watched.next(begun), index, watched))
    while queue:
        moment, index, watched = heapq.heappop(queue)
        at = max(min(moment, last), free)
        if at >= until:
            return
        if (pause := at - pace.clock()) > 0:
            yield Sleep(pause)
        if pace.clock() >= until:
            return
        free = pace.clock() + 1.0 / pace.per_second
        if (yield from watched.ask(until)):
            yield Emit((index, watched.state))
        if not watched.state.done and moment < last:
            heapq.heappush(queue, (watched.next(pace.clock()), index, watched))


class _Watched:
    """One job on the list of a wait."""

    def __init__(self, job: Waited, pace: Pace) -> None:
        self.state = job.state
        self._question = job.question
        self._schedule = job.schedule
        self._moments: Iterator[float] | None = None
        self._pace = pace
        self._told: float | None = job.retry_after
        self._refused = 0

    def next(self, now: float) -> float:
        """When to ask next: as the caller fixed it, as the service said, or by the schedule."""
        if self._pace.poll_interval is not None:
            return now + self._pace.poll_interval
        if self._told is not None:
            return now + self._told
        if self._moments is None:
            started, expected = self._schedule(self.state)
            self._moments = (started + moment for moment in moments(expected, self._pace.chance))
        return next(moment for moment in self._moments if moment > now)

    def ask(self, until: float) -> Flow[bool]:
        """Ask once; whether there was an answer."""
        pace = self._pace
        try:
            answer = yield from sending(
                self._question, pace.retries, pace.timeout, until=until, clock=pace.clock, chance=pace.chance
            )
        except (ConnectionError, RateLimitError, ServerError) as error:
            logger.debug("%s: %s; the wait goes on", self.state.job_id, error)
            self._told = getattr(error, "retry_after", None)
            return False
        except APIError:
            self._refused += 1
            if self._refused >= REFUSALS:
                raise
            self._told = REFUSAL_PAUSE
            return False
        self._refused = 0
        self._told = retry_after(answer.headers)
        before, self.state = self.state, State(answer.data)
        if self.state.status not in KNOWN and self.state.status != before.status:
            logger.warning("%s: unknown status %r, waiting on", self.state.job_id, self.state.status)
        return True
