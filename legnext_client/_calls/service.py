"""What lies between a method call and the wire: checks, prompt, price and budget before it, the job after it.

Nothing here sends: a call becomes a `Plan`, its flow is carried out by a driver, and what comes back is booked. What
the making of a client does not need is imported with the first call.
"""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from legnext_client._protocol.flow import Flow, Request
from legnext_client._protocol.numbers import is_number
from legnext_client._protocol.polling import UNKNOWN, Durations, Expectation, noticed
from legnext_client._protocol.responses import retry_after
from legnext_client._protocol.send import Answer, sending
from legnext_client._protocol.state import FAILED, State, moment
from legnext_client.errors import CLIENT_CLOSED, ConfigurationError, InvalidRequest, LegnextError, SubmissionUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from legnext_client._calls.settings import Settings
    from legnext_client._calls.wait import Late, Schedule
    from legnext_client._protocol.callbacks import Callbacks
    from legnext_client._transport.clocks import Clock
    from legnext_client.generated.operations import Operation
    from legnext_client.prices import Budget

DAY = 86_400.0
FINDS = "client.tasks.get(job_id) finds each."
WAITED_FOR = "Waited for and not seen done: "
_MOST_NAMED = 20
"""So many jobs are remembered, to be named when a call fails."""


class Origin(NamedTuple):
    """What is known of a job beside the service's answers: how it was asked for, and what waits to be settled."""

    operation: Operation | None = None
    expected: Expectation | None = None
    started: float | None = None
    retry_after: float | None = None
    size: str | None = None
    holds: tuple[tuple[Budget, object], ...] = ()


class Plan(NamedTuple):
    """A call that was found right, with its price held."""

    operation: Operation
    request: Request
    expected: Expectation | None
    size: str | None
    holds: tuple[tuple[Budget, object], ...]


class Desk:
    """Plans calls and books their answers; shared by the clients that `with_options` makes of one another."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.durations = Durations()
        self.budgets: list[Budget] = []
        self.on_their_way: dict[str, None] = {}
        """The ids of the last jobs that were accepted and not seen done, by their age."""
        self.closed = False
        self.owner: Desk = self

    def with_settings(self, settings: Settings) -> Desk:
        desk = Desk(settings, self.clock)
        desk.durations, desk.budgets, desk.owner = self.durations, self.budgets, self.owner
        desk.on_their_way = self.on_their_way
        return desk

    # ---- before -------------------------------------------------------------------------------------------------

    def plan(
        self,
        operation: Operation,
        fields: Mapping[str, Any],
        *,
        source: str | None = None,
        spent: float = 0,
        budgets: Sequence[Budget] = (),
        key: object = None,
        warned: bool = False,
    ) -> Plan:
        """Check a call and hold its price; raises before anything is sent.

        `source` is the size of the source video, `spent` what the source job has cost. The price is held in these
        budgets too, under a key by which a later run knows it again. `warned`: what is odd about the prompt has been
        said before.
        """
        from legnext_client._calls.planning import FREE, plan

        try:
            return plan(self, operation, fields, source, spent, budgets, key, warned)
        except BaseException as error:
            if key is None and operation.method not in FREE:  # a run has a key, and tells of its jobs by itself
                self._name_jobs(error)
            raise

    # ---- sending ------------------------------------------------------------------------------------------------

    def submitting(self, plan: Plan) -> Flow[Answer]:
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
        self._remember(State(answer.data), new=plan.request.paid)
        return answer

    def left_by(self, error: BaseException, plan: Plan) -> None:
        """An error leaves a call: if it was a paid one, it names what was accepted."""
        if plan.request.paid:
            self._name_jobs(error)

    def _name_jobs(self, error: BaseException) -> None:
        """Who loses a list in the making, loses the only names of jobs that are paid."""
        if ids := list(self.on_their_way):
            error.add_note(f"Accepted before and not seen done: {', '.join(ids)}. {FINDS}")

    def origin(self, plan: Plan, answer: Answer) -> Origin:
        """What to remember of a job that was just accepted."""
        state = State(answer.data)
        if not plan.request.paid:
            return Origin(retry_after=retry_after(answer.headers))
        origin = Origin(
            plan.operation, plan.expected, self.clock.now(), retry_after(answer.headers), plan.size, plan.holds
        )
        book(state, origin)
        return origin

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
        jobs: Iterable[tuple[State, Origin]],
        *,
        timeout: float | None,
        poll_interval: float | None = None,
        per_second: float | None = None,
        callbacks: Callbacks | None = None,
        late: Late | None = None,
    ) -> Flow[None]:
        """Wait for jobs; each state is emitted with the place of its job."""
        from legnext_client._calls.wait import Pace, Waited, waiting

        self.check_open()
        if timeout is not None and not (is_number(timeout) and timeout >= 0):
            raise InvalidRequest(f"timeout must be seconds, 0 or more; got {timeout!r}.")
        if poll_interval is not None and not (is_number(poll_interval) and poll_interval > 0):
            raise InvalidRequest(f"poll_interval must be seconds above 0; got {poll_interval!r}.")
        waited = [
            Waited(state, question(state.job_id), self.scheduler(origin), origin.retry_after) for state, origin in jobs
        ]
        rate = self.settings.requests_per_second if per_second is None else per_second
        if callbacks is not None and not hasattr(callbacks, "listening"):
            raise InvalidRequest(f"callbacks must be a CallbackReceiver or the like; got {type(callbacks).__name__}.")
        pace = Pace(
            self.settings.retries, self.settings.timeout, poll_interval, rate, self.clock.now, callbacks=callbacks
        )
        return waiting(waited, pace, timeout=timeout, late=late)

    def scheduler(self, origin: Origin) -> Callable[[State], Schedule]:
        """How long a job of this origin may last, by what its states tell."""
        from legnext_client._calls.planning import BY_TASK_TYPE, expectation
        from legnext_client._calls.wait import Schedule

        def schedule(state: State) -> Schedule:
            operation = origin.operation or BY_TASK_TYPE.get(state.task_type)
            expected = origin.expected or (expectation(operation, {}) if operation else None)
            if expected is None:
                expected = UNKNOWN
            elif operation is not None:
                expected = self.durations.correct(operation.name, expected)
            started = self.clock.now() - age(state) if origin.started is None else origin.started
            return Schedule(started, expected)

        return schedule

    def saw(self, state: State, origin: Origin, running: float | None) -> None:
        """Book a state that came back: settle what its job cost, and learn how long it lasted.

        `running` is when the job was last known to run, None if it was done before.
        """
        book(state, origin)
        self._remember(state)
        operation, expected, started, told, *_ = origin
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


def filled(operation: Operation, values: Mapping[str, object]) -> str:
    """The path of an operation with its values, each as one segment."""
    path = operation.path
    for name, value in values.items():
        text = quote(str(value), safe="")
        # Dots alone would be folded away with their parent; `quote` leaves them as they are.
        path = path.replace(f"{{{name}}}", text if text.strip(".") else text.replace(".", "%2E"))
    return path


def question(job_id: str) -> Request:
    """The free request that asks for a job."""
    from legnext_client.generated.operations import ROLES

    operation = ROLES["job"]
    path = filled(operation, {operation.path_fields[0].wire: job_id})
    return Request(operation.method, path, operation=operation.name, job_id=job_id)


def age(state: State) -> float:
    """Seconds since a job was accepted, as far as its answer tells; 0 when that cannot be."""
    created = moment(state.part("meta", "created_at"))
    seconds = (datetime.now(UTC) - created).total_seconds() if created else 0.0
    return seconds if 0 < seconds < DAY else 0.0


def book(state: State, origin: Origin) -> None:
    """Bring the budgets that hold this job's price up to what the service says of it."""
    for budget, key in origin.holds:
        points = math.ceil(state.points)
        if (state.ok and state.charge_is_told) or (state.done and points):
            budget.settle(key, points)
        elif state.status == FAILED:
            budget.release(key)
        else:
            budget.freeze(key, points)


def left_waiting(error: BaseException, states: Iterable[State]) -> None:
    """An error leaves a wait: it names the jobs that are left, as far as its own words do not."""
    if isinstance(error, GeneratorExit):
        return
    said = "\n".join([str(error), *getattr(error, "__notes__", ())]) if isinstance(error, LegnextError) else ""
    left = [state.job_id for state in states if not state.done and state.job_id not in said]
    if left:
        more = f" and {len(left) - _MOST_NAMED} more" if len(left) > _MOST_NAMED else ""
        error.add_note(f"{WAITED_FOR}{', '.join(left[:_MOST_NAMED])}{more}. {FINDS}")


def release(holds: Iterable[tuple[Budget, object]]) -> None:
    for budget, key in holds:
        budget.release(key)
