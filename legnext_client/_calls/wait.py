"""Waiting for jobs: one or many, with one loop, until each is done or the time is over."""

from __future__ import annotations

import heapq
import logging
import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

from legnext_client._protocol.flow import Emit, Flow, Request, Sleep
from legnext_client._protocol.polling import Expectation, backstop, default_timeout, moments
from legnext_client._protocol.responses import retry_after
from legnext_client._protocol.send import Clock, pause_before, sending
from legnext_client._protocol.state import KNOWN, State
from legnext_client.errors import APIError, ConnectionError, LegnextError, RateLimitError, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from legnext_client._protocol.callbacks import Callbacks, Wakeup
    from legnext_client._protocol.retries import Retries

logger = logging.getLogger("legnext_client")

REFUSALS, REFUSAL_PAUSE = 2, 2.0
"""So many refusals in a row, so many seconds apart, end a wait: one may be a replica that does not know the job yet."""
SUSPENDED = 2.0
"""Who comes so many seconds after the end was not there when it was to ask for the last time."""
LONGEST_TOLD = 600.0
"""For so many seconds at most the service may put the next question off."""
DOUBT = 2.0
"""A job that was called back and has not ended is asked for again after so many seconds, then twice as many, and so on.
Callbacks may have come too early, or be lies; those that follow within so many seconds bring no further question."""


def last_question(patience: float) -> float:
    """How long before the end of a wait a job is asked for a last time."""
    return min(2.0, 0.05 * patience)


class PollSettings(NamedTuple):
    """How a wait asks: with which patience for one question, how often at most, and by which clock.

    With `callbacks`, a job is asked for when it was called back, and otherwise seldom and late.
    """

    retries: Retries
    timeout: float
    poll_interval: float | None = None
    per_second: float = 10.0
    clock: Clock = time.monotonic
    chance: Callable[[], float] = random.random
    callbacks: Callbacks | None = None


class Schedule(NamedTuple):
    """When a job began on the clock, and how long it may last."""

    started: float
    expected: Expectation


class PollTarget(NamedTuple):
    """A job to wait for: how to ask for it, and what its state tells of its schedule."""

    state: State
    question: Request
    schedule: Callable[[State], Schedule]
    retry_after: float | None = None


Late = Callable[[float, str], LegnextError]
"""Makes the error of a wait that is over too soon, from its seconds and what `unanswered` says."""


def waiting(
    jobs: Iterable[PollTarget], pace: PollSettings, *, timeout: float | None = None, late: Late | None = None
) -> Flow[None]:
    """Ask for jobs until all are done or so many seconds are over; emits `(index, state)` for each answer.

    Before that, it emits the state of each job of which more than the id is known.

    Without a timeout, the job that may last longest decides, by what its answers tell of it, and how long it takes to
    ask for all of them once. A question that fails does not end the wait: the job goes on. A job whose next question
    would come too late is asked for a last time just before the end. Who comes too late for that (the process was
    suspended, the caller took its time with a result), and who was never asked for, is asked for once after the end. A
    job that is refused again and again is given up, the others are not; the refusal is raised at the end. So is what
    `late` makes where a job is left.
    """
    begun = pace.clock()
    left = {index: job for index, job in enumerate(jobs) if not job.state.done}
    if len(left) > 1:  # a question that is asked again and again would hold up the others: it is put back instead
        pace = pace._replace(retries=pace.retries._replace(attempts=1))
    watched = {index: PollState(job, pace) for index, job in left.items()}
    job_ids = [job.state.job_id for job in watched.values()]
    with nullcontext() if pace.callbacks is None else pace.callbacks.wait_for(job_ids) as bell:
        for index, job in watched.items():
            if job.state.raw.keys() > {"job_id"}:
                yield Emit((index, job.state))
        yield from _asking(watched, pace, timeout, bell)
    given_up = [job for job in watched.values() if job.refusal is not None]
    if given_up and (error := given_up[0].refusal):
        if len(given_up) > 1:
            error.add_note(f"So were {', '.join(job.state.job_id for job in given_up[1:])}.")
        raise error
    unfinished = [job for job in watched.values() if not job.state.done]
    if unfinished and late is not None:
        said, failure = unanswered(unfinished)
        raise late(pace.clock() - begun, said) from failure


def unanswered(jobs: Sequence[PollState]) -> tuple[str, LegnextError | None]:
    """A sentence about the last questions for these jobs, where they had no answer, and why the last had none."""
    failures = [job.failure for job in jobs if job.failure is not None]
    if not failures:
        return "", None
    count, failure = sum(job.failures for job in jobs), failures[-1]
    questions = "question" if count == 1 else f"{count} questions"
    whose = f" for {len(failures)} of them" if len(failures) < len(jobs) else ""
    reason = str(failure).removesuffix(failure.advice).rstrip(". ")
    return f" The last {questions}{whose} failed: {reason}.", failure


def _asking(
    jobs: Mapping[int, PollState], pace: PollSettings, timeout: float | None, bell: Wakeup | None
) -> Flow[None]:
    begun = free = pace.clock()
    queue = _Queue(jobs, begun, bell)
    round_ = (len(jobs) - 1) / pace.per_second  # to ask for each once

    def patience_of(watched: Iterable[PollState]) -> float:
        return max((one.patience for one in watched), default=0.0) + round_ if timeout is None else timeout

    patience = patience_of(jobs.values())
    while queue:
        queue.listen(pace.clock())
        until = begun + patience
        last = until - last_question(patience)
        moment, index = queue.first
        at = max(min(moment, last), free)
        if at >= until:
            break
        if (pause := at - pace.clock()) > 0:
            yield Sleep(pause, queue.bell)
            if queue.listen(pace.clock()):
                continue
        if pace.clock() >= until:
            break
        watched = queue.take(index)
        free = pace.clock() + 1.0 / pace.per_second
        if (yield from watched.ask(until)):
            patience = max(patience, patience_of([watched]))
            yield Emit((index, watched.state))
        if not watched.state.done and watched.refusal is None and (moment < last or begun + patience > until):
            queue.put(index, watched.next(pace.clock()))
    suspended = pace.clock() - begun - patience > SUSPENDED
    for index in queue.left():
        if suspended or not jobs[index].asked:
            if (pause := free - pace.clock()) > 0:
                yield Sleep(pause)
            free = pace.clock() + 1.0 / pace.per_second
            if not (yield from jobs[index].ask(pace.clock() + pace.timeout, attempts=1)):
                return
            yield Emit((index, jobs[index].state))


class _Queue:
    """The jobs that are waited for, by when each is asked for next; callbacks bring them forward."""

    def __init__(self, jobs: Mapping[int, PollState], now: float, bell: Wakeup | None) -> None:
        self.bell = bell
        self._jobs = jobs
        self._due: dict[int, float] = {}
        self._heap: list[tuple[float, int]] = []
        self._places: dict[str, list[int]] = {}
        for index, watched in jobs.items():
            self._places.setdefault(watched.state.job_id, []).append(index)
            watched.called_back = bell is not None
            self.put(index, watched.next(now))

    def __bool__(self) -> bool:
        return bool(self._due)

    def put(self, index: int, moment: float) -> None:
        """Have a job asked for at this moment, whatever was planned before."""
        if self._due.get(index) != moment:
            self._due[index] = moment
            heapq.heappush(self._heap, (moment, index))

    def take(self, index: int) -> PollState:
        del self._due[index]
        return self._jobs[index]

    def left(self) -> list[int]:
        """The jobs that are still to be asked for, the next one first."""
        return sorted(self._due, key=self._due.__getitem__)

    @property
    def first(self) -> tuple[float, int]:
        """When to ask next, and for which job."""
        while self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0]

    def listen(self, now: float) -> bool:
        """Whether callbacks, or the end of them, have changed what is asked for next."""
        if self.bell is None:
            return False
        called = [index for job_id in self.bell.called() for index in self._places.get(job_id, ())]
        called = [index for index in called if index in self._due]
        for index in called:
            self.put(index, min(self._due[index], self._jobs[index].wake(now)))
        if self.bell.closed:
            self.bell = None
            for index in list(self._due):
                self.put(index, min(self._due[index], self._jobs[index].alone(now)))
            return True
        return bool(called)


class PollState:
    """One job on the list of a wait."""

    def __init__(self, job: PollTarget, pace: PollSettings) -> None:
        self.state = job.state
        self._question = job.question
        self._schedule = job.schedule
        self._moments: Iterator[float] | None = None
        self._pace = pace
        self._told = _at_most(job.retry_after)
        self.asked = False
        self._refused = self.failures = 0
        self.failure: LegnextError | None = None
        """Why the last question had no answer; as many in a row as `failures` says had none."""
        self.refusal: APIError | None = None
        """Why this job was given up."""
        self._wondered: set[str] = set()
        self.called_back = False
        """Callbacks are expected: questions of its own come seldom and late."""
        self._moment: float | None = None
        self._doubt: float | None = None
        self._open: float | None = None
        """From when on a callback may bring another question; None before the first."""

    def wake(self, now: float) -> float:
        """A callback says that the job has ended; when to ask whether that is so."""
        self._doubt = DOUBT
        return now if self._open is None else max(now, self._open)

    def alone(self, now: float) -> float:
        """No callback will come any more; when to ask next."""
        self.called_back, self._moments, self._moment = False, None, None
        return self.next(now)

    def next(self, now: float) -> float:
        """When to ask next: as the caller fixed it, as the service said, or by the schedule."""
        if self._pace.poll_interval is not None:
            return now + self._pace.poll_interval
        if self.called_back:
            return self._next_without_callback(now)
        return self._scheduled(now) if self._told is None else now + self._told

    def _next_without_callback(self, now: float) -> float:
        if self._open is None and "status" not in self.state.raw:
            return now  # it may have ended long ago
        moment = self._scheduled(now)
        if self._doubt is not None:
            moment = min(moment, now + self._doubt)
            self._doubt *= 2
        return moment if self._told is None else max(moment, now + self._told)

    def _scheduled(self, now: float) -> float:
        if self._moments is None:
            started, expected = self._schedule(self.state)
            times = backstop if self.called_back else moments
            self._moments = (started + moment for moment in times(expected, self._pace.chance))
        while self._moment is None or self._moment <= now:
            self._moment = next(self._moments)
        return self._moment

    def ask(self, until: float, attempts: int | None = None) -> Flow[bool]:
        """Ask once, in as many attempts as usual or so many; whether there was an answer."""
        pace = self._pace
        retries = pace.retries if attempts is None else pace.retries._replace(attempts=attempts)
        self.asked = True
        self._open = pace.clock() + DOUBT
        try:
            answer = yield from sending(
                self._question, retries, pace.timeout, until=until, clock=pace.clock, chance=pace.chance
            )
        except (ConnectionError, RateLimitError, ServerError) as error:
            logger.debug("%s: %s; the wait goes on", self.state.job_id, error)
            self.failure = error
            self._told = self._put_off(_at_most(getattr(error, "retry_after", None)))
            self._doubt = self._doubt or DOUBT
            self._open = pace.clock() + max(DOUBT, self._told or 0.0)
            return False
        except APIError as error:
            self.failure = error
            if 200 <= error.status_code <= 299 and error.code < 400:
                logger.debug("%s: %s; the wait goes on", self.state.job_id, error)
                self._told, self._doubt = self._put_off(None), self._doubt or DOUBT
                return False
            self._refused, self.failures = self._refused + 1, self.failures + 1
            if self._refused >= REFUSALS:
                self.refusal = error
            self._told = self._doubt = REFUSAL_PAUSE
            return False
        self._refused = self.failures = 0
        self.failure = None
        self._told = _at_most(retry_after(answer.headers))
        self.state = State(answer.data)
        status = self.state.status
        if status not in KNOWN and status not in self._wondered:
            self._wondered.add(status)
            logger.warning("%s: unknown status %r, waiting on", self.state.job_id, status)
        return True

    def _put_off(self, told: float | None) -> float | None:
        """When to ask again after a failure, where the question itself is not asked again; None: by the schedule."""
        self.failures += 1
        if told is not None or self._pace.retries.attempts > 1:
            return told
        return pause_before(self._pace.retries, self.failures, told, self._pace.chance)

    @property
    def patience(self) -> float:
        """How long to wait for this job when nobody said; it is known better once its type is."""
        return default_timeout(self._schedule(self.state).expected)


def _at_most(told: float | None) -> float | None:
    return None if told is None else min(told, LONGEST_TOLD)
