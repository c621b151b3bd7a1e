"""Preparation of calls, and recording of their results.

Nothing here sends: a call becomes a `PreparedCall`, a driver runs its flow, and the response is recorded in the
budgets. This module is imported on a client's first call.
"""

from __future__ import annotations

import logging
import math
import random
from copy import copy
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from legnext_client._calls.budgets import Holds, book, hold, release
from legnext_client._calls.planning import BY_TASK_TYPE, expectation, size_of
from legnext_client._calls.queue import JobQueue, Place
from legnext_client._calls.requests import job_request, parsed, request_of, with_key
from legnext_client._protocol.checks import prepare
from legnext_client._protocol.flow import Flow, Request, Send, Sleep
from legnext_client._protocol.hooks import Event, Hooks
from legnext_client._protocol.numbers import is_number
from legnext_client._protocol.polling import UNKNOWN, Durations, Expectation, noticed
from legnext_client._protocol.responses import is_job, retry_after
from legnext_client._protocol.send import Answer, Once, send_once, sending
from legnext_client._protocol.state import State, failure, moment
from legnext_client.errors import (
    CLIENT_CLOSED,
    ConfigurationError,
    InvalidRequest,
    JournalError,
    LegnextError,
    SubmissionUnknown,
)
from legnext_client.generated.rules import JOBS_AT_ONCE
from legnext_client.generated.types import is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from legnext_client._calls.items import Cost
    from legnext_client._calls.recording import Recorder
    from legnext_client._calls.settings import Settings
    from legnext_client._calls.sources import MadeWith
    from legnext_client._calls.uploading import Uploads
    from legnext_client._calls.wait import Late, PollSettings, PollState, Schedule
    from legnext_client._journal.ledger import Ledger
    from legnext_client._journal.submit import SubmissionIntent
    from legnext_client._protocol.callbacks import Callbacks
    from legnext_client._transport.clocks import Clock
    from legnext_client.generated.operations import Operation
    from legnext_client.prices import Budget

ResultT = TypeVar("ResultT")

logger = logging.getLogger("legnext_client")

DAY = 86_400.0
FINDS = "Fetch each with client.tasks.get(job_id)."
WAITED_FOR = "Not done when the wait stopped: "
_MOST_NAMED = 20
"""Maximum number of jobs to name when a call fails."""


class JobContext(NamedTuple):
    """Client-side knowledge of a job: its request, start and budget holds. What follows from them is not stored."""

    operation: Operation | None = None
    body: Mapping[str, Any] = {}
    started: float | None = None
    retry_after: float | None = None
    holds: Holds = ()
    seconds: float | None = None
    """Typical duration, if it was estimated before."""
    source_size: str | None = None
    source_made: MadeWith | None = None

    @property
    def expected(self) -> Expectation | None:
        """Expected duration of the job."""
        return None if self.operation is None else expectation(self.operation, self.body, self.seconds)

    @property
    def size(self) -> str | None:
        """Size of its videos."""
        return (None if self.operation is None else size_of(self.operation, self.body)) or self.source_size

    @property
    def made(self) -> MadeWith | None:
        """Model and flags of its images."""
        from legnext_client._calls.sources import made_with

        return self.source_made if self.operation is None else made_with(self.operation, self.body, self.source_made)


NOTHING_KNOWN = JobContext()


class PreparedCall(NamedTuple):
    """A valid call with its price held in the budgets."""

    operation: Operation
    request: Request
    context: JobContext
    points: int = 0
    """What budgets and the ledger count for it."""
    intent: SubmissionIntent | None = None
    """What the ledger records of it."""
    timeout: float | None = None


class Received(NamedTuple):
    """The answer to a call, and the job in it."""

    answer: Answer
    state: State
    context: JobContext

    def parsed(self, operation: Operation) -> Any:
        """Parse the answer as the spec describes it."""
        return parsed(operation, self.answer)


class CallService:
    """Preparation and recording of calls, shared by clients derived with `with_options`."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        max_jobs: int | None = None,
        recorder: Recorder | None = None,
        uploads: Uploads | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.recorder = recorder
        self.uploads = uploads
        self.durations = Durations()
        self.budgets: list[Budget] = []
        self.running_ids: dict[str, None] = {}
        """Ids of the latest accepted jobs not known to be done, oldest first."""
        self.closed = False
        self.hooks = Hooks()
        self.owner: CallService = self
        self.queue = JobQueue(max_jobs, JOBS_AT_ONCE, clock.now)

    @property
    def ledger(self) -> Ledger | None:
        return None if self.recorder is None else self.recorder.ledger

    def with_settings(self, settings: Settings) -> CallService:
        service = copy(self)
        service.settings, service.closed = settings, False
        return service

    # ---- preparing ----------------------------------------------------------------------------------------------

    def prepare(
        self,
        operation: Operation,
        fields: Mapping[str, Any],
        *,
        source: str | None = None,
        made: MadeWith | None = None,
        spent: float = 0,
        budgets: Sequence[Budget] = (),
        key: object = None,
        warned: bool = False,
        idempotency_key: str | None = None,
        cost: Cost | None = None,
    ) -> PreparedCall:
        """Check a call, build its request and hold its price. Raises before anything is sent.

        Of the source job, `source` is the size of its video, `made` its model and flags, `spent` its cost. The price is
        also held in `budgets`, under a `key` that a later run recognizes. `warned`: prompt warnings are already issued.
        `idempotency_key` fills the parameters that the spec marks for it, unless the call sets it.
        `cost` is given if it was estimated before.
        """
        if self.uploads is not None:
            fields = self.uploads.read(operation, fields)
        prepared = prepare(operation, with_key(operation, fields, idempotency_key))
        if operation.free:
            return PreparedCall(operation, request_of(operation, prepared), NOTHING_KNOWN)
        from legnext_client.prompts.policy import heed

        if not warned:
            heed(operation, prepared.body, self.settings.prompts)
        request = request_of(operation, prepared)
        several = tuple(dict.fromkeys((*self.budgets, *budgets)))  # another thread may leave its budget meanwhile
        points = 0
        holds: Holds = ()
        if several or self.recorder is not None:
            from legnext_client.prices import price

            points = (cost or price(operation, prepared.body, source=source)).reserve
            if operation.price is not None and operation.price.again:
                points = max(points, math.ceil(spent))
            holds = hold(several, points, key)
        seconds = None if cost is None else cost.seconds
        context = JobContext(operation, prepared.body, None, None, holds, seconds, source, made)
        return PreparedCall(operation, request, context, points)

    def single(
        self, operation: Operation, fields: Mapping[str, Any], options: Mapping[str, Any], **source: Any
    ) -> PreparedCall:
        """Prepare a call of a method, with the caller's options. A ledger records a paid one."""
        if not options and self.recorder is None:
            return self.prepare(operation, fields, **source)
        from legnext_client._calls.options import read_options

        key = options.get("key")
        extras, others = read_options(options, operation, fields, has_ledger=self.recorder is not None)
        call = self.prepare(operation, {**fields, **others}, idempotency_key=key, **source)
        call = call._replace(request=extras.added_to(call.request), timeout=extras.timeout)
        if self.recorder is None or operation.free or not call.request.expects_job:
            return call
        return call._replace(intent=self.recorder.intent_of(call, key))

    # ---- sending ------------------------------------------------------------------------------------------------

    def submitting(self, call: PreparedCall) -> Flow[Received]:
        """Send a prepared call; one that makes a job first waits for a place."""
        place = Place() if call.request.paid and call.request.expects_job else None
        try:
            self.check_open()
            if self.uploads is not None:
                call = yield from self.uploads.placed(call)
            if place and not self.queue.enter(place):
                is_recorded = self.recorder is not None and (yield from self.recorder.is_recorded(call.intent))
                if not is_recorded:
                    yield from self.queue.waiting(place, self, self.settings.max_wait)
        except BaseException:  # nothing was sent
            release(call.context.holds)
            raise
        once: Once = send_once
        if self.recorder is not None and call.intent is not None:
            once = self.recorder.once(call.intent)
        timeout = self.settings.timeout if call.timeout is None else call.timeout
        answer = yield from self.sent(
            sending(
                call.request, self.settings.retries, timeout, clock=self.clock.now, chance=random.random, once=once
            ),
            call,
            place,
        )
        state, context = answer.state, NOTHING_KNOWN
        if call.request.expects_job:
            context = self.accepted(call, answer)
        if is_object(answer.data) and is_job(answer.data):  # a free-form request may return one too
            self._remember(state, new=call.request.paid)
            if self.recorder is not None and not call.request.paid:
                yield from self.recorder.record(state)
        if place is not None:
            self.queue.hold(place, state, context)
        return Received(answer, state, context)

    def sent(self, flow: Flow[ResultT], call: PreparedCall, place: Place | None) -> Flow[ResultT]:
        """Run a flow that sends a call, for hooks and in its place.

        A refusal frees the place and the points; an unknown outcome keeps them.
        """
        if not call.request.paid:
            return (yield from flow)
        if self.hooks:
            flow = self.hooks.watching(flow, call.request, self.clock.now)
        in_flight, result = False, None
        try:
            while True:
                effect = flow.send(result)
                if isinstance(effect, Send):
                    in_flight = True
                    if place is not None:
                        self.queue.send(place, call.context)
                elif isinstance(effect, Sleep):  # before a retry of what was refused
                    in_flight = False
                result = yield effect
        except StopIteration as end:
            return cast("ResultT", end.value)
        except BaseException as error:
            unknown = not isinstance(error, LegnextError) or isinstance(error, SubmissionUnknown | JournalError)
            if in_flight and unknown:
                if place is not None:
                    self.queue.keep(place, call.context)
            else:
                release(call.context.holds)
                if place is not None:
                    self.queue.free(place)
            raise
        finally:
            flow.close()

    def close(self) -> None:
        """Send nothing more."""
        self.closed = True
        self.queue.wake_all()

    def name_jobs(self, error: BaseException) -> None:
        """Add the ids of earlier accepted jobs to any exception from a paid call, including Ctrl-C.

        Callers catch the exception themselves: an interrupt as a `with` block is left would escape a context manager.
        """
        # An exception may discard the caller's list of jobs, the only record of paid ids.
        named = "\n".join(getattr(error, "__notes__", ()))
        if ids := [job_id for job_id in self.running_ids if job_id not in named]:
            error.add_note(f"Accepted earlier and not known to be done: {', '.join(ids)}. {FINDS}")

    def accepted(self, call: PreparedCall, answer: Answer) -> JobContext:
        """Book and log a job that was just accepted; return its context."""
        delay = retry_after(answer.headers)
        if not call.request.paid:
            return NOTHING_KNOWN if delay is None else JobContext(retry_after=delay)
        context, state = call.context._replace(started=self.clock.now(), retry_after=delay), answer.state
        book(state, context.holds)
        if logger.isEnabledFor(logging.INFO):
            logger.info("%s: accepted as %s, %g points held", call.operation.name, state.job_id, state.points)
        return context

    def _remember(self, state: State, *, new: bool = False) -> None:
        self.queue.see(state)
        if state.done:
            self.running_ids.pop(state.job_id, None)
        elif new and state.job_id:
            self.running_ids[state.job_id] = None
            for oldest in list(self.running_ids)[:-_MOST_NAMED]:
                self.running_ids.pop(oldest, None)

    # ---- waiting ------------------------------------------------------------------------------------------------

    def waiting(
        self,
        jobs: Iterable[tuple[State, JobContext]],
        *,
        timeout: float | None,
        poll_interval: float | None = None,
        callbacks: Callbacks | None = None,
        late: Late | None = None,
    ) -> Flow[None]:
        """Wait for jobs, emitting each state with the index of its job."""
        from legnext_client._calls.wait import PollSettings, waiting

        self.check_open()
        check_wait(timeout, poll_interval, callbacks)
        jobs, given = list(jobs), self.settings
        job_ids = [state.job_id for state, _ in jobs if not state.done]
        settings = PollSettings(
            given.retries, given.timeout, poll_interval, given.requests_per_second, self.clock.now,
            callbacks=callbacks, sleeping=partial(self.queue.watch, job_ids),
            record=None if self.recorder is None else self.recorder.record,
        )  # fmt: skip
        polls = [self.poll_state(state, context, settings) for state, context in jobs]
        return waiting(polls, settings, timeout=timeout, late=late)

    def scheduler(self, context: JobContext) -> Callable[[State], Schedule]:
        """Return a function from a state of this job to its schedule."""
        from legnext_client._calls.wait import Schedule

        request_expects = context.expected

        def schedule(state: State) -> Schedule:
            operation = context.operation or BY_TASK_TYPE.get(state.task_type)
            expected = request_expects or (expectation(operation, {}) if operation else None)
            if expected is None:
                expected = UNKNOWN
            elif operation is not None:
                expected = self.durations.correct(operation.name, expected)
            started = self.clock.now() - age(state) if context.started is None else context.started
            return Schedule(started, expected)

        return schedule

    def poll_state(
        self, state: State, context: JobContext, settings: PollSettings | None = None, interval: float | None = None
    ) -> PollState:
        """Return the state for polling a job; without `settings`, once at a time."""
        from legnext_client._calls.wait import PollSettings, PollState

        if settings is None:
            retries = self.settings.retries._replace(attempts=1)
            settings = PollSettings(retries, self.settings.timeout, interval, clock=self.clock.now)
        return PollState(state, job_request(state.job_id), self.scheduler(context), settings, context.retry_after)

    def recording(self, state: State, context: JobContext, running: float) -> Flow[None]:
        """Record a new state as `record` does, and in the ledger."""
        self.record(state, context, running)
        if self.recorder is not None:
            yield from self.recorder.record(state)

    def record(self, state: State, context: JobContext, running: float | None) -> None:
        """Record a new state: settle its cost in the budgets, and learn from its duration.

        `running` is when the job was last known to be running, or None if it was already done.
        """
        book(state, context.holds)
        self._remember(state)
        operation, started = context.operation, context.started
        if state.done and running is not None:
            self._report_end(state, operation.name if operation else state.task_type, started)
        if not state.ok or running is None or operation is None or started is None:
            return
        expected = context.expected
        if expected is None or context.retry_after is not None:  # such a service dictates when to poll
            return
        elapsed, lasted = self.clock.now() - started, state.lasted
        if lasted is None:
            lasted = noticed(elapsed, running - started, self.durations.correct(operation.name, expected))
        if lasted is not None:
            self.durations.record(operation.name, expected.median, min(elapsed, lasted))

    def _report_end(self, state: State, operation: str, started: float | None) -> None:
        elapsed = None if started is None else self.clock.now() - started
        after = "" if elapsed is None else f" after {elapsed:.0f} s"
        logger.info("%s: %s %s%s, %g points", operation, state.job_id, state.status, after, state.points)
        if self.hooks:
            error = str(failure(state, None)) if state.failed else None
            self.hooks.notify(
                Event(
                    "job", True, operation, elapsed=elapsed, status=state.status, error=error, job_id=state.job_id,
                    points=state.points,
                )
            )  # fmt: skip

    def check_open(self) -> None:
        if self.closed or self.owner.closed:
            raise ConfigurationError(CLIENT_CLOSED)


def check_wait(timeout: object, poll_interval: object, callbacks: object) -> None:
    """Raise `InvalidRequest` if a wait cannot have these options."""
    if timeout is not None and not (is_number(timeout) and timeout >= 0):
        raise InvalidRequest(f"timeout must be seconds, 0 or more; got {timeout!r}.")
    if poll_interval is not None and not (is_number(poll_interval) and poll_interval > 0):
        raise InvalidRequest(f"poll_interval must be seconds above 0; got {poll_interval!r}.")
    if callbacks is not None and not hasattr(callbacks, "wait_for"):
        raise InvalidRequest(
            f"callbacks must be a CallbackReceiver, or have `wait_for`; got {type(callbacks).__name__}."
        )


def check_listener(on_progress: object) -> None:
    """Raise `InvalidRequest` if progress cannot be reported to it."""
    if on_progress is not None and not callable(on_progress):
        raise InvalidRequest(f"on_progress must be a function; got {on_progress!r}.")


def age(state: State) -> float:
    """Return the seconds since a job was accepted; 0 if unknown or implausible."""
    created = moment(state.part("meta", "created_at"))
    seconds = (datetime.now(UTC) - created).total_seconds() if created else 0.0
    return seconds if 0 < seconds < DAY else 0.0


def left_waiting(error: BaseException, states: Iterable[State]) -> None:
    """Add a note with the unfinished jobs to an error from a wait, unless it already names them."""
    if isinstance(error, GeneratorExit):
        return
    text = "\n".join([str(error), *getattr(error, "__notes__", ())]) if isinstance(error, LegnextError) else ""
    left = [state.job_id for state in states if not state.done and state.job_id not in text]
    if left:
        more = f" and {len(left) - _MOST_NAMED} more" if len(left) > _MOST_NAMED else ""
        error.add_note(f"{WAITED_FOR}{', '.join(left[:_MOST_NAMED])}{more}. {FINDS}")
