"""Places for the jobs of one client, granted to single calls, batches and chains in the order of request.

A call holds a place while it is sent, then its job does, until the client sees its end. While calls wait, the first of
them polls the jobs that no other code polls. A place is freed in any case when such a job must have ended.
Safe for threads, event loops and forks.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from legnext_client._forks import ForkSafeLock, renew_after_fork
from legnext_client._protocol.flow import Sleep
from legnext_client._protocol.polling import UNKNOWN, default_timeout
from legnext_client._transport.clocks import Signal, running_loop
from legnext_client.errors import QueueTimeout

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Iterable

    from legnext_client._calls.service import CallService, JobContext
    from legnext_client._calls.wait import PollState
    from legnext_client._protocol.flow import Flow
    from legnext_client._protocol.state import State

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

    __slots__ = ("context", "granted", "is_kept", "loop", "poll", "seen", "since", "state", "until", "wake", "watched")

    def __init__(self) -> None:
        self.granted = self.is_kept = False
        self.loop: AbstractEventLoop | None = None
        """The event loop of its call. Once that is closed, the call does not go on."""
        self.wake: Callable[[], bool] = lambda: True
        """Called when something changes for a call that waits; False if it cannot wait any more."""
        self.since: float | None = None
        """Since when a job may run in it; None before anything was sent."""
        self.until: float | None = None
        """When it falls free, once that is known."""
        self.context: JobContext | None = None
        self.state: State | None = None
        self.poll: PollState | None = None
        self.seen = self.watched = -math.inf
        """When its job was last polled, and until when other code polls it."""

    @property
    def end(self) -> float:
        """When it falls free: never by itself while its call goes on, then as soon as such a job must have ended."""
        if self.until is None:
            if not self.is_kept and not (self.loop and self.loop.is_closed()):
                return math.inf
            expected = None if self.context is None else self.context.expected
            self.until = -math.inf if self.since is None else self.since + default_timeout(expected or UNKNOWN)
        return self.until


class JobQueue:
    """At most `limit` places, granted in order."""

    def __init__(self, limit: int | None, usual: int, now: Callable[[], float]) -> None:
        """Without a `limit` of the caller's, there are the `usual` number of places, and a batch may ask for more."""
        self._limit, self._is_fixed, self._now = limit or usual, limit is not None, now
        self._held: dict[Place, None] = {}
        self._jobs: dict[str, Place] = {}
        self._waiting: deque[Place] = deque()
        self._lock = ForkSafeLock()
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
        with self._lock:
            if jobs is not None and jobs > self._limit and not self._is_fixed:
                self._limit = jobs
                self._grant()
            return self._limit if jobs is None else jobs

    # ---- places -------------------------------------------------------------------------------------------------

    def enter(self, place: Place, wake: Callable[[], bool] | None = None) -> bool:
        """Take a place if one is free and no call waits; return whether. With `wake`, wait in order otherwise."""
        with self._lock:
            place.loop = running_loop()
            if not self._waiting and self._has_room():
                self._held[place], place.granted = None, True
            elif wake is not None:
                place.wake = wake
                self._waiting.append(place)
                self._grant()
                self._wake_first()
            return place.granted

    def take(self, place: Place) -> None:
        """Take a place even if none is free, because its job already runs."""
        with self._lock:
            self._held[place], place.granted = None, True

    def leave(self, place: Place) -> None:
        """Give up a place or the wait for it, unless a job may run in it."""
        if place.since is None:
            self.free(place)

    def free(self, place: Place) -> None:
        """Free a place, in which nothing runs."""
        with self._lock:
            if place in self._waiting:
                self._waiting.remove(place)
                place.wake()
            self._forget(place)
            self._grant()
            self._wake_first()

    def send(self, place: Place, context: JobContext) -> None:
        """Record that a request is sent, from which a job may run."""
        place.context, place.since = context, self._now()

    def keep(self, place: Place, context: JobContext | None, until: float | None = None) -> None:
        """Keep a place until a job that may be running must have ended."""
        with self._lock:
            self._held[place] = None
            place.context, place.since, place.until, place.is_kept = context, self._now(), until, True
            self._wake_first()

    def hold(self, place: Place, state: State, context: JobContext) -> None:
        """Give a place to its job, unless that has ended or has one already."""
        job_id = state.job_id
        with self._lock:
            if state.done or self._jobs.get(job_id, place) is not place:
                self.free(place)
                return
            if job_id:
                self._jobs[job_id], place.state, place.seen = place, state, self._now()
            self.keep(place, context)

    def see(self, state: State) -> None:
        """Record a state of a job; free its place if it has ended."""
        place = self._jobs.get(state.job_id)
        if place is None:
            return
        with self._lock:
            place.seen = self._now()
            if state.done:
                self.free(place)

    def watch(self, job_ids: Iterable[str], seconds: float) -> None:
        """Record that other code polls these jobs in `seconds`."""
        if self._jobs:
            for job_id in job_ids:
                if place := self._jobs.get(job_id):
                    place.watched = self._now() + seconds + GRACE

    # ---- waiting ------------------------------------------------------------------------------------------------

    def waiting(self, place: Place, service: CallService, most: float | None = None) -> Flow[None]:
        """Wait for a place, at most `most` seconds; the first to wait polls the jobs that no other code polls.

        The place is asked for at once, not by the flow: that may begin in another thread after the place was given up.
        """
        signal = Signal()
        self.enter(place, signal.set)
        return self._waiting_for(place, service, most, signal)

    def _waiting_for(self, place: Place, service: CallService, most: float | None, signal: Signal) -> Flow[None]:
        begun = self._now()
        try:
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
        with self._lock:
            for place in self._waiting:
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
        if held.state is None or held.context is None:
            return held.end
        if held.poll is None:
            held.poll = service.poll_state(held.state, held.context)
        return min(held.end, max(held.watched, held.poll.next(held.seen)))

    def _poll(self, held: Place, service: CallService) -> Flow[None]:
        """Poll the job of a place, for everyone."""
        poll, context, before = held.poll, held.context, held.seen
        if poll is None or context is None:  # it falls free
            return
        answered = yield from poll.poll(self._now() + service.settings.timeout)
        held.seen = self._now()
        if answered:
            yield from service.recording(poll.state, context, before)
        elif poll.refusal is not None:  # the service does not know it
            self.free(held)

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
        self._waiting.clear()
        self._held = {held: None for held in self._held if held.is_kept}

    # ---- under the lock -----------------------------------------------------------------------------------------

    def _expire(self) -> None:
        now = self._now()
        for held in [each for each in self._held if each.end <= now]:
            self._forget(held)

    def _has_room(self) -> bool:
        if len(self._held) >= self._limit:
            self._expire()
        return len(self._held) < self._limit

    def _grant(self) -> None:
        """Grant the free places, in order, and let the call that is the first then look."""
        granted = False
        while self._waiting and self._has_room():
            place = self._waiting.popleft()
            self.take(place)
            if not place.wake():
                self._forget(place)
            granted = True
        if granted:
            self._wake_first()

    def _wake_first(self) -> None:
        """Wake the first call that waits; one that cannot wait any more is passed over."""
        while self._waiting and not self._waiting[0].wake():
            self._waiting.popleft()

    def _forget(self, place: Place) -> None:
        self._held.pop(place, None)
        place.granted = False
        if place.state is not None:
            self._jobs.pop(place.state.job_id, None)
            place.state = place.poll = None
