"""Places for the jobs of one client, granted to single calls, batches and chains in the order of request.

A call holds a place while it is sent, then its job does, until the client sees its end. While calls wait, the first of
them polls the jobs that no other code polls. A place is freed in any case when such a job must have ended.
Safe for threads, event loops and forks.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from legnext_client._protocol.flow import Send, Sleep
from legnext_client._protocol.polling import UNKNOWN, default_timeout
from legnext_client._protocol.send import Retry
from legnext_client._transport.forks import renew_after_fork
from legnext_client._transport.signals import Signal
from legnext_client.errors import LegnextError, QueueTimeout, SubmissionUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from legnext_client._calls.service import CallService, JobContext
    from legnext_client._calls.wait import PollState
    from legnext_client._protocol.flow import Flow
    from legnext_client._protocol.polling import Expectation
    from legnext_client._protocol.state import State

ResultT = TypeVar("ResultT")

GRACE = 2.0
"""Seconds after a watcher's next poll was due until it is taken to have stopped watching."""


class QueueState(NamedTuple):
    """A client's queue at one moment.

    Attributes:
        max_jobs: Maximum concurrent jobs.
        running: Calls being sent, and jobs that run or may run.
        waiting: Calls that wait for a place. If no place is free, the next one waits as number `waiting + 1`.
    """

    max_jobs: int
    running: int
    waiting: int


class Place:
    """A place: asked for, then held by a call, then by its job."""

    __slots__ = ("granted", "in_flight", "job", "job_id", "poll", "seen", "until", "wake", "watched")

    def __init__(self) -> None:
        self.granted = False
        self.wake: Callable[[], bool] = lambda: True
        """Called when something changes for a call that waits; False if it cannot wait any more."""
        self.in_flight = False
        """Whether a request has been sent that is not known to be refused."""
        self.until: float | None = None
        """When it falls free; None while only its call can say."""
        self.job_id = ""
        self.job: tuple[State, Callable[[], JobContext]] | None = None
        """The job and its context, which is needed only for a poll."""
        self.poll: tuple[PollState, JobContext] | None = None
        self.seen = self.watched = -math.inf
        """When its job was last polled, and until when other code polls it."""

    def follow(self, flow: Flow[ResultT]) -> Flow[ResultT]:
        """Run a flow that sends a request, and note when that may have arrived."""
        result: Any = None
        try:
            while True:
                effect = flow.send(result)
                if isinstance(effect, Send):
                    self.in_flight = True
                result = yield effect
        except StopIteration as end:
            if isinstance(end.value, Retry):
                self.in_flight = False
            return cast("ResultT", end.value)
        finally:
            flow.close()


class JobQueue:
    """At most `limit` places, granted in order."""

    def __init__(self, limit: int | None, usual: int, now: Callable[[], float]) -> None:
        """Without a `limit` of the caller's, there are the `usual` number of places, and a batch may ask for more."""
        self._limit, self._is_fixed, self._now = limit or usual, limit is not None, now
        self._held: dict[Place, None] = {}
        self._jobs: dict[str, Place] = {}
        self._waiting: deque[Place] = deque()
        self._first: Place | None = None
        self._lock = threading.RLock()
        renew_after_fork(self)

    @property
    def state(self) -> QueueState:
        """The number of places, and how many are taken and waited for."""
        with self._lock:
            self._expire()
            self._grant()
            return QueueState(self._limit, len(self._held), len(self._waiting))

    def allow(self, jobs: int | None) -> int:
        """Return how many jobs a batch may have at once; it may raise a limit that the client was not given."""
        if jobs is not None and jobs > self._limit and not self._is_fixed:
            with self._lock:
                self._limit = jobs
                self._grant()
        return self._limit if jobs is None else jobs

    # ---- places -------------------------------------------------------------------------------------------------

    def enter(self, place: Place, wake: Callable[[], bool] | None = None) -> bool:
        """Take a place if one is free and no call waits; return whether. With `wake`, wait in order otherwise."""
        with self._lock:
            if not self._waiting and self._has_room():
                self._held[place], place.granted = None, True
            elif wake is not None:
                place.wake = wake
                self._waiting.append(place)
                self._grant()
                self._wake_first(again=True)
            return place.granted

    def take(self, place: Place) -> None:
        """Take a place even if none is free, because its job already runs."""
        with self._lock:
            self._held[place], place.granted = None, True

    def leave(self, place: Place) -> None:
        """Give up a place or the wait for it, unless a request or a job needs it."""
        with self._lock:
            if place.until is None and not place.in_flight:
                self._drop(place)

    def keep(self, place: Place, expected: Expectation | None, until: float | None = None) -> None:
        """Keep a place until a job that may be running must have ended."""
        with self._lock:
            self._held[place] = None
            place.until = self._now() + default_timeout(expected or UNKNOWN) if until is None else until
            self._wake_first(again=True)

    def hold(self, place: Place, state: State, expected: Expectation | None, context: Callable[[], JobContext]) -> None:
        """Give a place to its job, unless that has ended or has one already."""
        job_id = state.job_id
        with self._lock:
            if state.done or self._jobs.get(job_id, place) is not place:
                self._drop(place)
                return
            if job_id:
                self._jobs[job_id], place.job_id, place.job, place.seen = place, job_id, (state, context), self._now()
            self.keep(place, expected)

    def see(self, state: State) -> None:
        """Record a state of a job; free its place if it has ended."""
        place = self._jobs.get(state.job_id)
        if place is None:
            return
        with self._lock:
            place.seen = self._now()
            if state.done:
                self._drop(place)

    def watch(self, job_ids: Iterable[str], seconds: float) -> None:
        """Record that other code polls these jobs in `seconds`."""
        if self._jobs:
            for job_id in job_ids:
                if place := self._jobs.get(job_id):
                    place.watched = self._now() + seconds + GRACE

    @contextmanager
    def sending(self, place: Place, expected: Expectation | None) -> Generator[None]:
        """Hold a place while a request is sent. Without a job, it falls free, at once unless there may be one."""
        try:
            yield
        except BaseException as error:
            unsure = isinstance(error, SubmissionUnknown) or getattr(error, "job_id", None)
            if place.in_flight and (unsure or not isinstance(error, LegnextError)):
                self.keep(place, expected)
            raise
        finally:
            place.in_flight = False
            self.leave(place)

    # ---- waiting ------------------------------------------------------------------------------------------------

    def waiting(self, place: Place, service: CallService, most: float | None = None) -> Flow[None]:
        """Wait for a place, at most `most` seconds; the first to wait polls the jobs that no other code polls."""
        signal, begun = Signal(), self._now()
        try:
            self.enter(place, signal.set)
            while (turn := self._turn(place, service)) is not None:
                pause, held = turn
                left = math.inf if most is None else begun + most - self._now()
                if held is not None and pause <= 0:
                    yield from self._poll(held, service)
                elif left > 0:
                    yield Sleep(min(pause, left), signal)
                else:
                    self._check_granted(place, most)
                service.check_open()
                signal.clear()
        except BaseException:
            self.leave(place)
            raise

    def wake_all(self) -> None:
        """Let every call that waits look whether the client is closed."""
        for place in list(self._waiting):
            place.wake()

    def _turn(self, place: Place, service: CallService) -> tuple[float, Place | None] | None:
        """Return how long to sleep before which place is looked at; None if the place is not waited for any more."""
        with self._lock:
            self._grant()
            if place not in self._waiting:
                return None
            if place is not self._waiting[0]:
                return math.inf, None
            moments = {held: self._due(held, service) for held in self._held}
            held = min(moments, key=moments.__getitem__, default=None)
            return (math.inf, None) if held is None else (moments[held] - self._now(), held)

    def _due(self, held: Place, service: CallService) -> float:
        """Return when a place falls free or, if earlier, when its job should be polled."""
        end = math.inf if held.until is None else held.until
        if held.job is None:
            return end
        if held.poll is None:
            state, context = held.job[0], held.job[1]()
            held.poll = service.poll_state(state, context), context
        return min(end, max(held.watched, held.poll[0].next(held.seen)))

    def _poll(self, held: Place, service: CallService) -> Flow[None]:
        """Poll the job of a place, for everyone."""
        if held.poll is None:  # it falls free
            return
        before, (poll, context) = held.seen, held.poll
        answered = yield from poll.poll(self._now() + service.settings.timeout)
        held.seen = self._now()
        if answered:
            yield from service.recording(poll.state, context, before)
        elif poll.refusal is not None:  # the service does not know it
            with self._lock:
                self._drop(held)

    def _check_granted(self, place: Place, seconds: float | None) -> None:
        """Raise `QueueTimeout` unless another thread has just granted the place."""
        with self._lock:
            if place not in self._waiting:
                return
            number = self._waiting.index(place) + 1
        raise QueueTimeout(
            f"all {self._limit} places for jobs are taken, and the call is number {number} in the queue after "
            f"{seconds:g} seconds.",
            place=number,
        )

    def after_fork(self) -> None:
        """Keep the places of jobs in a child process; drop those of calls in the parent's threads."""
        self._lock = threading.RLock()
        self._waiting.clear()
        self._held = {held: None for held in self._held if held.until is not None}

    # ---- under the lock -----------------------------------------------------------------------------------------

    def _expire(self) -> None:
        now = self._now()
        for held in [each for each in self._held if each.until is not None and each.until <= now]:
            self._forget(held)

    def _has_room(self) -> bool:
        if len(self._held) >= self._limit:
            self._expire()
        return len(self._held) < self._limit

    def _grant(self) -> None:
        while self._waiting and self._has_room():
            place = self._waiting.popleft()
            self.take(place)
            if not place.wake():
                self._forget(place)
        self._wake_first()

    def _wake_first(self, *, again: bool = False) -> None:
        """Wake the first call that waits if it has just become the first, or once more."""
        first, self._first = self._first, self._waiting[0] if self._waiting else None
        while self._first is not None and (again or self._first is not first) and not self._first.wake():
            self._waiting.popleft()
            self._first = self._waiting[0] if self._waiting else None

    def _drop(self, place: Place) -> None:
        if place in self._waiting:
            self._waiting.remove(place)
            place.wake()
        self._forget(place)
        if self._waiting or self._first:
            self._grant()

    def _forget(self, place: Place) -> None:
        self._held.pop(place, None)
        if place.job is not None:
            self._jobs.pop(place.job_id, None)
            place.job = place.poll = None
