"""Wait for one or more jobs until each is done or the timeout elapses."""

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
"""Consecutive refusals that end a wait, and the seconds between them. A replica may not know a new job yet."""
SUSPENDED = 2.0
"""If a wait resumes this many seconds after its end, the process was suspended during the last poll."""
LONGEST_RETRY_AFTER = 600.0
"""Maximum delay in seconds that the service may impose before the next poll."""
DOUBT = 2.0
"""Seconds before a job that was called back but has not ended is polled again; doubled each time.

Callbacks may be early or false. Further callbacks within this time cause no poll.
"""


def last_poll(timeout: float) -> float:
    """Return how many seconds before the end of a wait the last poll takes place."""
    return min(2.0, 0.05 * timeout)


class PollSettings(NamedTuple):
    """Settings for polling: timeout of one poll, maximum rate, clock and callbacks.

    With `callbacks`, a job is polled when it is called back, and otherwise rarely.
    """

    retries: Retries
    timeout: float
    poll_interval: float | None = None
    per_second: float = 10.0
    clock: Clock = time.monotonic
    chance: Callable[[], float] = random.random
    callbacks: Callbacks | None = None
    sleeping: Callable[[float], object] = lambda _: None
    """Called with the seconds of each pause before a poll."""
    record: Callable[[State], Flow[None]] | None = None
    """Records a job that a poll has seen end."""


class Schedule(NamedTuple):
    """The start of a job on the clock, and its expected duration."""

    started: float
    expected: Expectation


Late = Callable[[float, str], LegnextError]
"""Creates the error of a wait that timed out, from its seconds and the text of `unanswered`."""


def waiting(
    jobs: Iterable[PollState], settings: PollSettings, *, timeout: float | None = None, late: Late | None = None
) -> Flow[None]:
    """Poll jobs until all are done or the timeout elapses; emits `(index, state)` for each response.

    First it emits the state of each job whose state is already known.

    The default timeout is that of the longest expected job plus the time to poll each job once. A failed poll does not
    end the wait. If a job's next poll would come after the end, it is polled just before the end instead. A job is
    polled once after the end if it was never polled, or if the process was suspended or the caller was slow. A job
    refused repeatedly is abandoned while the others continue; its error is raised at the end. If jobs are unfinished,
    the error of `late` is raised.
    """
    begun = settings.clock()
    watched = {index: job for index, job in enumerate(jobs) if not job.state.done}
    if len(watched) > 1:  # retrying a poll would delay other jobs, so it is rescheduled instead
        settings = settings._replace(retries=settings.retries._replace(attempts=1))
        for job in watched.values():
            job.settings = settings
    job_ids = [job.state.job_id for job in watched.values()]
    with nullcontext() if settings.callbacks is None else settings.callbacks.wait_for(job_ids) as wakeup:
        for index, job in watched.items():
            if job.state.raw.keys() > {"job_id"}:
                yield Emit((index, job.state))
        yield from _poll_all(watched, settings, timeout, wakeup)
    refused = [job for job in watched.values() if job.refusal is not None]
    if refused and (error := refused[0].refusal):
        if len(refused) > 1:
            error.add_note(f"Also refused: {', '.join(job.state.job_id for job in refused[1:])}.")
        raise error
    unfinished = [job for job in watched.values() if not job.state.done]
    if unfinished and late is not None:
        reason, failure = unanswered(unfinished)
        raise late(settings.clock() - begun, reason) from failure


def unanswered(jobs: Sequence[PollState]) -> tuple[str, LegnextError | None]:
    """Return a sentence about failed last polls of these jobs, and the last failure."""
    failures = [job.failure for job in jobs if job.failure is not None]
    if not failures:
        return "", None
    count, failure = sum(job.failures for job in jobs), failures[-1]
    polls = "poll" if count == 1 else f"{count} polls"
    scope = f" for {len(failures)} of them" if len(failures) < len(jobs) else ""
    reason = str(failure).removesuffix(failure.advice).rstrip(". ")
    return f" The last {polls}{scope} failed: {reason}.", failure


def _poll_all(
    jobs: Mapping[int, PollState], settings: PollSettings, timeout: float | None, wakeup: Wakeup | None
) -> Flow[None]:
    begun = free = settings.clock()
    queue = _Queue(jobs, begun, wakeup)
    round_ = (len(jobs) - 1) / settings.per_second  # time to poll each job once

    def patience_of(watched: Iterable[PollState]) -> float:
        return max((one.patience for one in watched), default=0.0) + round_ if timeout is None else timeout

    patience = patience_of(jobs.values())
    while queue:
        queue.listen(settings.clock())
        until = begun + patience
        last = until - last_poll(patience)
        moment, index = queue.first
        at = max(min(moment, last), free)
        if at >= until:
            break
        if (pause := at - settings.clock()) > 0:
            settings.sleeping(pause)
            yield Sleep(pause, queue.wakeup)
            if queue.listen(settings.clock()):
                continue
        if settings.clock() >= until:
            break
        watched = queue.take(index)
        free = settings.clock() + 1.0 / settings.per_second
        if (yield from watched.poll(until)):
            patience = max(patience, patience_of([watched]))
            yield Emit((index, watched.state))
        if not watched.state.done and watched.refusal is None and (moment < last or begun + patience > until):
            queue.put(index, watched.next(settings.clock()))
    suspended = settings.clock() - begun - patience > SUSPENDED
    for index in queue.left():
        if suspended or not jobs[index].polled:
            if (pause := free - settings.clock()) > 0:
                yield Sleep(pause)
            free = settings.clock() + 1.0 / settings.per_second
            if not (yield from jobs[index].poll(settings.clock() + settings.timeout, attempts=1)):
                return
            yield Emit((index, jobs[index].state))


class _Queue:
    """Priority queue of jobs by next poll time. Callbacks move jobs forward."""

    def __init__(self, jobs: Mapping[int, PollState], now: float, wakeup: Wakeup | None) -> None:
        self.wakeup = wakeup
        self._jobs = jobs
        self._due: dict[int, float] = {}
        self._heap: list[tuple[float, int]] = []
        self._places: dict[str, list[int]] = {}
        for index, watched in jobs.items():
            self._places.setdefault(watched.state.job_id, []).append(index)
            watched.called_back = wakeup is not None
            self.put(index, watched.next(now))

    def __bool__(self) -> bool:
        return bool(self._due)

    def put(self, index: int, moment: float) -> None:
        """Schedule a job at this time, replacing its earlier schedule."""
        if self._due.get(index) != moment:
            self._due[index] = moment
            heapq.heappush(self._heap, (moment, index))

    def take(self, index: int) -> PollState:
        del self._due[index]
        return self._jobs[index]

    def left(self) -> list[int]:
        """Return the remaining jobs, next one first."""
        return sorted(self._due, key=self._due.__getitem__)

    @property
    def first(self) -> tuple[float, int]:
        """The next poll time and its job."""
        while self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0]

    def listen(self, now: float) -> bool:
        """Apply callbacks, or the end of callbacks; return whether the schedule changed."""
        if self.wakeup is None:
            return False
        called = [index for job_id in self.wakeup.called() for index in self._places.get(job_id, ())]
        called = [index for index in called if index in self._due]
        for index in called:
            self.put(index, min(self._due[index], self._jobs[index].wake(now)))
        if self.wakeup.closed:
            self.wakeup = None
            for index in list(self._due):
                self.put(index, min(self._due[index], self._jobs[index].alone(now)))
            return True
        return bool(called)


class PollState:
    """Poll state of one job in a wait."""

    def __init__(
        self,
        state: State,
        request: Request,
        schedule: Callable[[State], Schedule],
        settings: PollSettings,
        retry_after: float | None = None,
    ) -> None:
        self.state, self.settings = state, settings
        self._request, self._schedule = request, schedule
        self._moments: Iterator[float] | None = None
        self._delay = _at_most(retry_after)
        self.polled = False
        self.refused = self.failures = 0
        self.failure: LegnextError | None = None
        """Why the last poll failed; `failures` and `refused` count consecutive failures and refusals."""
        self.refusal: APIError | None = None
        """Error of a job that was abandoned."""
        self._warned_statuses: set[str] = set()
        self.called_back = False
        """Whether callbacks are expected; scheduled polls are then rare."""
        self._moment: float | None = None
        self._doubt: float | None = None
        self._open: float | None = None
        """Time from which a callback may cause a poll; None before the first poll."""

    def wake(self, now: float) -> float:
        """Handle a callback; return when to poll."""
        self._doubt = DOUBT
        return now if self._open is None else max(now, self._open)

    def alone(self, now: float) -> float:
        """Stop expecting callbacks; return when to poll next."""
        self.called_back, self._moments, self._moment = False, None, None
        return self.next(now)

    def next(self, now: float) -> float:
        """Return when to poll next: by the caller's interval, the service's delay, or the schedule."""
        if self.settings.poll_interval is not None:
            return now + self.settings.poll_interval
        if self.called_back:
            return self._next_without_callback(now)
        return self._scheduled(now) if self._delay is None else now + self._delay

    def _next_without_callback(self, now: float) -> float:
        if self._open is None and "status" not in self.state.raw:
            return now  # it may have ended long ago
        moment = self._scheduled(now)
        if self._doubt is not None:
            moment = min(moment, now + self._doubt)
            self._doubt *= 2
        return moment if self._delay is None else max(moment, now + self._delay)

    def _scheduled(self, now: float) -> float:
        if self._moments is None:
            started, expected = self._schedule(self.state)
            times = backstop if self.called_back else moments
            self._moments = (started + moment for moment in times(expected, self.settings.chance))
        while self._moment is None or self._moment <= now:
            self._moment = next(self._moments)
        return self._moment

    def poll(self, until: float, attempts: int | None = None) -> Flow[bool]:
        """Poll once, with at most `attempts` attempts; return whether there was a response."""
        settings = self.settings
        retries = settings.retries if attempts is None else settings.retries._replace(attempts=attempts)
        self.polled = True
        self._open = settings.clock() + DOUBT
        try:
            answer = yield from sending(
                self._request, retries, settings.timeout, until=until, clock=settings.clock, chance=settings.chance
            )
        except (ConnectionError, RateLimitError, ServerError) as error:
            logger.debug("%s: %s; still waiting", self.state.job_id, error)
            self.failure = error
            self._delay = self._delay_after_failure(_at_most(getattr(error, "retry_after", None)))
            self._doubt = self._doubt or DOUBT
            self._open = settings.clock() + max(DOUBT, self._delay or 0.0)
            return False
        except APIError as error:
            self.failure = error
            if 200 <= error.status_code <= 299 and error.code < 400:
                logger.debug("%s: %s; still waiting", self.state.job_id, error)
                self._delay, self._doubt = self._delay_after_failure(None), self._doubt or DOUBT
                return False
            self.refused, self.failures = self.refused + 1, self.failures + 1
            if self.refused >= REFUSALS:
                self.refusal = error
            self._delay = self._doubt = REFUSAL_PAUSE
            return False
        self.refused = self.failures = 0
        self.failure = None
        self._delay = _at_most(retry_after(answer.headers))
        self.state = answer.state
        status = self.state.status
        if status not in KNOWN and status not in self._warned_statuses:
            self._warned_statuses.add(status)
            logger.warning("%s: unknown status %r; still waiting", self.state.job_id, status)
        if settings.record is not None and self.state.done:
            yield from settings.record(self.state)
        return True

    def _delay_after_failure(self, delay: float | None) -> float | None:
        """Return the delay after a failed poll that is not retried; None means: by the schedule."""
        self.failures += 1
        if delay is not None or self.settings.retries.attempts > 1:
            return delay
        return pause_before(self.settings.retries, self.failures, delay, self.settings.chance)

    @property
    def patience(self) -> float:
        """Default timeout for this job; more precise once its type is known."""
        return default_timeout(self._schedule(self.state).expected)


def _at_most(delay: float | None) -> float | None:
    return None if delay is None else min(delay, LONGEST_RETRY_AFTER)
