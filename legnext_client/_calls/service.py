"""From the arguments of a method to a request, and from an answer to a job.

Nothing here sends: a call becomes a `PreparedCall`, a driver carries its flow out, and the answer is recorded in the
budgets. This module is imported with a client's first call.
"""

from __future__ import annotations

import json
import math
import random
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._calls.budgets import Holds, book, hold, release
from legnext_client._calls.planning import BY_TASK_TYPE, expectation, size_of
from legnext_client._protocol.checks import CheckedFields, prepare
from legnext_client._protocol.flow import Flow, Request
from legnext_client._protocol.numbers import is_number
from legnext_client._protocol.polling import UNKNOWN, Durations, Expectation, noticed
from legnext_client._protocol.responses import retry_after
from legnext_client._protocol.send import Answer, sending
from legnext_client._protocol.state import State, moment
from legnext_client.errors import (
    CLIENT_CLOSED,
    APIError,
    ConfigurationError,
    InvalidRequest,
    LegnextError,
    SubmissionUnknown,
)
from legnext_client.generated.operations import ROLES
from legnext_client.generated.types import UNSET, is_object
from legnext_client.prices import price
from legnext_client.prompts.policy import heed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

    from legnext_client._calls.settings import Settings
    from legnext_client._calls.wait import Late, Schedule
    from legnext_client._protocol.callbacks import Callbacks
    from legnext_client._transport.clocks import Clock
    from legnext_client.generated.operations import Operation
    from legnext_client.prices import Budget

DAY = 86_400.0
FINDS = "client.tasks.get(job_id) finds each."
WAITED_FOR = "PollTarget for and not seen done: "
_MOST_NAMED = 20
"""So many jobs are remembered, to be named when a call fails."""


class JobContext(NamedTuple):
    """What is known of a job beside the service's answers: how it was asked for, and what waits to be settled."""

    operation: Operation | None = None
    expected: Expectation | None = None
    started: float | None = None
    retry_after: float | None = None
    size: str | None = None
    holds: Holds = ()


class PreparedCall(NamedTuple):
    """A call that was found right, with its price held."""

    operation: Operation
    request: Request
    expected: Expectation | None
    size: str | None
    holds: Holds


class CallService:
    """Plans calls and books their answers; shared by the clients that `with_options` makes of one another."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.durations = Durations()
        self.budgets: list[Budget] = []
        self.on_their_way: dict[str, None] = {}
        """The ids of the last jobs that were accepted and not seen done, by their age."""
        self.closed = False
        self.owner: CallService = self

    def with_settings(self, settings: Settings) -> CallService:
        service = CallService(settings, self.clock)
        service.durations, service.budgets, service.owner = self.durations, self.budgets, self.owner
        service.on_their_way = self.on_their_way
        return service

    # ---- before -------------------------------------------------------------------------------------------------

    def prepare(
        self,
        operation: Operation,
        fields: Mapping[str, Any],
        *,
        source: str | None = None,
        spent: float = 0,
        budgets: Sequence[Budget] = (),
        key: object = None,
        warned: bool = False,
        idempotency_key: str | None = None,
    ) -> PreparedCall:
        """Check a call, build its request and hold its price; raises before anything is sent.

        `source` is the size of the source video, `spent` what the source job has cost. The price is held in these
        budgets too, under a key by which a later run knows it again. `warned`: what is odd about the prompt has been
        said before. `idempotency_key` fills the parameter that the document marks for it, if the call does not.
        """
        try:
            prepared = prepare(operation, _with_key(operation, fields, idempotency_key))
            if not warned:
                heed(operation, prepared.body, self.settings.prompts)
            request = request_of(operation, prepared)
            expected = expectation(operation, prepared.body) if request.paid else None
            several = list(dict.fromkeys((*self.budgets, *budgets))) if budgets else self.budgets
            holds: Holds = ()
            if request.paid and several:
                points = price(operation, prepared.body, source=source).reserve
                again = operation.price is not None and operation.price.again
                holds = hold(several, max(points, math.ceil(spent)) if again else points, key)
        except BaseException as error:
            if key is None and not operation.free:  # a run has a key, and tells of its jobs by itself
                self._name_jobs(error)
            raise
        return PreparedCall(operation, request, expected, size_of(operation, prepared.body) or source, holds)

    # ---- sending ------------------------------------------------------------------------------------------------

    def submitting(self, plan: PreparedCall) -> Flow[Answer]:
        """Send what was planned. A refused call holds no points; one whose outcome is unknown keeps them."""
        settings = self.settings
        try:
            self.check_open()
            answer = yield from sending(
                plan.request, settings.retries, settings.timeout, clock=self.clock.now, chance=random.random
            )
        except LegnextError as error:
            if not isinstance(error, SubmissionUnknown):
                release(plan.holds)
            raise
        if plan.request.expects_job:
            self._remember(State(answer.data), new=plan.request.paid)
        return answer

    @contextmanager
    def naming_jobs(self, call: PreparedCall) -> Generator[None]:
        """Whatever leaves a paid call, Ctrl-C included, names the jobs that were accepted before."""
        try:
            yield
        except BaseException as error:
            if call.request.paid:
                self._name_jobs(error)
            raise

    def _name_jobs(self, error: BaseException) -> None:
        """Who loses a list in the making, loses the only names of jobs that are paid."""
        if ids := list(self.on_their_way):
            error.add_note(f"Accepted before and not seen done: {', '.join(ids)}. {FINDS}")

    def context(self, plan: PreparedCall, answer: Answer) -> JobContext:
        """What to remember of a job that was just accepted."""
        state = State(answer.data)
        if not plan.request.paid:
            return JobContext(retry_after=retry_after(answer.headers))
        context = JobContext(
            plan.operation, plan.expected, self.clock.now(), retry_after(answer.headers), plan.size, plan.holds
        )
        book(state, context.holds)
        return context

    def _remember(self, state: State, *, new: bool = False) -> None:
        if state.done:
            self.on_their_way.pop(state.job_id, None)
        elif new and state.job_id:
            self.on_their_way[state.job_id] = None
            for oldest in list(self.on_their_way)[:-_MOST_NAMED]:
                self.on_their_way.pop(oldest, None)

    # ---- waiting ------------------------------------------------------------------------------------------------

    def waiting(
        self,
        jobs: Iterable[tuple[State, JobContext]],
        *,
        timeout: float | None,
        poll_interval: float | None = None,
        per_second: float | None = None,
        callbacks: Callbacks | None = None,
        late: Late | None = None,
    ) -> Flow[None]:
        """Wait for jobs; each state is emitted with the place of its job."""
        from legnext_client._calls.wait import PollSettings, PollTarget, waiting

        self.check_open()
        if timeout is not None and not (is_number(timeout) and timeout >= 0):
            raise InvalidRequest(f"timeout must be seconds, 0 or more; got {timeout!r}.")
        if poll_interval is not None and not (is_number(poll_interval) and poll_interval > 0):
            raise InvalidRequest(f"poll_interval must be seconds above 0; got {poll_interval!r}.")
        waited = [
            PollTarget(state, job_request(state.job_id), self.scheduler(context), context.retry_after)
            for state, context in jobs
        ]
        rate = self.settings.requests_per_second if per_second is None else per_second
        if callbacks is not None and not hasattr(callbacks, "wait_for"):
            raise InvalidRequest(f"callbacks must be a CallbackReceiver or the like; got {type(callbacks).__name__}.")
        pace = PollSettings(
            self.settings.retries, self.settings.timeout, poll_interval, rate, self.clock.now, callbacks=callbacks
        )
        return waiting(waited, pace, timeout=timeout, late=late)

    def scheduler(self, context: JobContext) -> Callable[[State], Schedule]:
        """How long a job of this context may last, by what its states tell."""
        from legnext_client._calls.wait import Schedule

        def schedule(state: State) -> Schedule:
            operation = context.operation or BY_TASK_TYPE.get(state.task_type)
            expected = context.expected or (expectation(operation, {}) if operation else None)
            if expected is None:
                expected = UNKNOWN
            elif operation is not None:
                expected = self.durations.correct(operation.name, expected)
            started = self.clock.now() - age(state) if context.started is None else context.started
            return Schedule(started, expected)

        return schedule

    def saw(self, state: State, context: JobContext, running: float | None) -> None:
        """Book a state that came back: settle what its job cost, and learn how long it lasted.

        `running` is when the job was last known to run, None if it was done before.
        """
        book(state, context.holds)
        self._remember(state)
        operation, expected, started, told, *_ = context
        if not state.ok or running is None or operation is None or expected is None or started is None:
            return
        if told is not None:  # a service that says when to ask runs on a clock of its own
            return
        elapsed, lasted = self.clock.now() - started, state.lasted
        if lasted is None:
            lasted = noticed(elapsed, running - started, self.durations.correct(operation.name, expected))
        if lasted is not None:
            self.durations.saw(operation.name, expected.median, min(elapsed, lasted))

    def check_open(self) -> None:
        if self.closed or self.owner.closed:
            raise ConfigurationError(CLIENT_CLOSED)


def _with_key(operation: Operation, fields: Mapping[str, Any], key: str | None) -> Mapping[str, Any]:
    marked = next((each.name for each in operation.parameters if each.idempotency), None)
    return fields if key is None or marked is None or fields.get(marked) is not None else {**fields, marked: key}


def request_of(operation: Operation, prepared: CheckedFields) -> Request:
    """Build the request of a call that was found right, by the generated endpoint."""
    arguments = {field.name: prepared.parameters.get(field.wire) for field in operation.parameters}
    sent = prepared.body if operation.fields else None
    if sent is not None:
        arguments["body"] = sent.get("body", UNSET) if operation.whole else sent
    try:
        built = operation.endpoint.build_request(**arguments)
    except OSError as error:
        raise InvalidRequest(f"{operation.name}: the file cannot be read: {error}.") from None
    except (TypeError, ValueError) as error:
        raise InvalidRequest(f"the body must be something that JSON can hold: {error}.") from None
    return Request(
        method=built.method,
        path=built.path,
        body=built.content,
        paid=not operation.free,
        operation=operation.name,
        sent=sent,
        expects_job=operation.answer_model == ROLES["job"].answer_model,
        query=built.query,
        headers=built.headers,
        accepts=operation.accepts,
        job_id=_job_of(operation, prepared),
    )


def _job_of(operation: Operation, checked: CheckedFields) -> str | None:
    """The job that is asked for, or followed up."""
    given = {**checked.parameters, **checked.body}
    fields = operation.parameters + operation.fields
    return next((given.get(field.wire) for field in fields if field.name == "job_id"), None)


def parsed(operation: Operation, answer: Answer) -> Any:
    """Read a good answer by the generated endpoint; what stands in an envelope comes out of it."""
    status = answer.status if answer.status in operation.statuses else operation.statuses[0]
    body, unwrap = answer.body, operation.unwrap
    if not body.strip() and "" in operation.accepts:
        return None
    if unwrap and not (is_object(answer.data) and is_object(answer.data.get(unwrap))):
        body = json.dumps({unwrap: answer.data}).encode()  # it came without its envelope
    try:
        found = operation.endpoint.parse_response(status, body)
        return getattr(found, unwrap) if unwrap else found
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        lacks = f"the answer lacks what it should have ({type(error).__name__}: {error})"
        raise APIError(
            lacks, status_code=answer.status, body=answer.data, method=operation.method, path=operation.path
        ) from None


def job_request(job_id: str) -> Request:
    """Build the free request that asks for a job."""
    operation = ROLES["job"]
    return request_of(operation, CheckedFields({operation.parameters[0].wire: job_id}, {}))


def age(state: State) -> float:
    """Seconds since a job was accepted, as far as its answer tells; 0 when that cannot be."""
    created = moment(state.part("meta", "created_at"))
    seconds = (datetime.now(UTC) - created).total_seconds() if created else 0.0
    return seconds if 0 < seconds < DAY else 0.0


def left_waiting(error: BaseException, states: Iterable[State]) -> None:
    """An error leaves a wait: it names the jobs that are left, as far as its own words do not."""
    if isinstance(error, GeneratorExit):
        return
    said = "\n".join([str(error), *getattr(error, "__notes__", ())]) if isinstance(error, LegnextError) else ""
    left = [state.job_id for state in states if not state.done and state.job_id not in said]
    if left:
        more = f" and {len(left) - _MOST_NAMED} more" if len(left) > _MOST_NAMED else ""
        error.add_note(f"{WAITED_FOR}{', '.join(left[:_MOST_NAMED])}{more}. {FINDS}")
