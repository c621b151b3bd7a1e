"""Waiting for jobs: one or many, with one loop, until each is done or the time is over."""

from __future__ import annotations

import heapq
import logging
import random
import time
from typing import TYPE_CHECKING, NamedTuple

from legnext_client.core.answers import retry_after
from legnext_client.core.flow import Emit, Flow, Request, Sleep
from legnext_client.core.polling import Expectation, default_timeout, moments
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


def waiting(jobs: Iterable[Waited], pace: Pace, *, timeout: float | None = None) -> Flow[None]:
    """Ask for jobs until all are done or so many seconds are over; emits `(index, state)` for each answer.

    Without a timeout, the job that may last longest decides, by what its answers tell of it. A question that fails does
    not end the wait: the job goes on. Only being refused again and again does. A job whose next question would come too
    late is asked for a last time just before the end.
    """
    begun = free = pace.clock()
    queue: list[tuple[float, int, _Watched]] = []
    for index, job in enumerate(jobs):
        if not job.state.done:
            watched = _Watched(job, pace)
            heapq.heappush(queue, (watched.next(begun), index, watched))
    patience = max((watched.patience for _, _, watched in queue), default=0.0) if timeout is None else timeout
    while queue:
        until = begun + patience
        last = until - min(2.0, 0.05 * patience)
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
            if timeout is None:
                patience = max(patience, watched.patience)
            yield Emit((index, watched.state))
        if not watched.state.done and (moment < last or begun + patience > until):
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
        self._wondered: set[str] = set()

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
        except APIError as error:
            if 200 <= error.status_code <= 299 and error.code < 400:
                logger.debug("%s: %s; the wait goes on", self.state.job_id, error)
                self._told = None
                return False
            self._refused += 1
            if self._refused >= REFUSALS:
                raise
            self._told = REFUSAL_PAUSE
            return False
        self._refused = 0
        self._told = retry_after(answer.headers)
        self.state = State(answer.data)
        status = self.state.status
        if status not in KNOWN and status not in self._wondered:
            self._wondered.add(status)
            logger.warning("%s: unknown status %r, waiting on", self.state.job_id, status)
        return True

    @property
    def patience(self) -> float:
        """How long to wait for this job when nobody said; it is known better once its type is."""
        return default_timeout(self._schedule(self.state).expected)
