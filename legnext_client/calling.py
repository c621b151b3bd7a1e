"""What lies between a method call and the wire: checks, prompt, price and budget before it, the job after it.

Nothing here sends: a call becomes a `Plan`, its flow is carried out by a driver, and what comes back is booked.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from legnext_client.core.answers import retry_after
from legnext_client.core.checks import prepare
from legnext_client.core.flow import Flow, Request
from legnext_client.core.polling import UNKNOWN, Durations, Expectation, default_timeout
from legnext_client.core.sending import Answer, sending
from legnext_client.core.state import FAILED, State, moment
from legnext_client.core.waiting import Pace, Schedule, Waited, waiting
from legnext_client.errors import ConfigurationError, InvalidRequest, LegnextError, SubmissionUnknown
from legnext_client.generated.operations import OPERATIONS, ROLES, Operation
from legnext_client.prices import Budget, price, typical_seconds
from legnext_client.prompts import warn_about

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from legnext_client.clocks import Clock
    from legnext_client.settings import Settings

BY_TASK_TYPE = {operation.task_type: operation for operation in OPERATIONS.values() if operation.task_type}
NUMBERS = {"image": "image_no", "video": "video_no"}
"""The field that says which image or video of a job is meant."""
DAY = 86_400.0


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
        self.closed = False

    def with_settings(self, settings: Settings) -> Desk:
        desk = Desk(settings, self.clock)
        desk.durations, desk.budgets = self.durations, self.budgets
        return desk

    # ---- before -------------------------------------------------------------------------------------------------

    def plan(
        self, operation: Operation, fields: Mapping[str, Any], *, source: str | None = None, level: int = 3
    ) -> Plan:
        """Check a call and hold its price; raises before anything is sent. `level` finds the caller for warnings."""
        prepared = prepare(operation, fields)
        if operation.prompt is not None and (prompt := prepared.body.get(operation.prompt.field)):
            strict = self.settings.strict_prompts
            # A follow-up's prompt leaves the model to its source, which is not known here.
            model = {"model": None} if operation.takes == "image" and operation.prompt.kind == "image" else {}
            warn_about(prompt, operation.prompt.kind, strict=strict, stacklevel=level + 1, **model)
        path = operation.path
        for name, value in prepared.path.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        paid = operation.price is not None
        request = Request(
            method=operation.method,
            path=path,
            body=encoded(prepared.body) if operation.fields else None,
            paid=paid,
            operation=operation.name,
            sent=prepared.body if operation.fields else None,
            wants_job=operation.unwrap is None,
        )
        expected = expectation(operation, prepared.body) if paid else None
        holds = self.hold(operation, prepared.body, source) if paid and self.budgets else ()
        return Plan(operation, request, expected, size_of(operation, prepared.body) or source, holds)

    def hold(
        self, operation: Operation, body: Mapping[str, Any], source: str | None
    ) -> tuple[tuple[Budget, object], ...]:
        """Hold the price in every open budget, or in none."""
        points = price(operation, body, source=source).reserve
        held: list[tuple[Budget, object]] = []
        for budget in self.budgets:
            key = object()
            try:
                budget.reserve(key, points)
            except LegnextError:
                release(held)
                raise
            held.append((budget, key))
        return tuple(held)

    # ---- sending ------------------------------------------------------------------------------------------------

    def submitting(self, plan: Plan) -> Flow[Answer]:
        """Send what was planned. A refused call holds no points; one whose outcome is unknown keeps them."""
        self.check_open()
        settings = self.settings
        try:
            return (
                yield from sending(
                    plan.request, settings.retries, settings.timeout, clock=self.clock.now, chance=random.random
                )
            )
        except SubmissionUnknown:
            raise
        except LegnextError:
            release(plan.holds)
            raise

    def origin(self, plan: Plan, answer: Answer) -> Origin:
        """What to remember of a job that was just accepted."""
        if plan.operation.price is None:
            return Origin(retry_after=retry_after(answer.headers))
        origin = Origin(
            plan.operation, plan.expected, self.clock.now(), retry_after(answer.headers), plan.size, plan.holds
        )
        book(State(answer.data), origin)
        return origin

    # ---- waiting ------------------------------------------------------------------------------------------------

    def waiting(
        self,
        jobs: Iterable[tuple[State, Origin]],
        *,
        timeout: float | None,
        poll_interval: float | None = None,
        per_second: float | None = None,
    ) -> Flow[None]:
        """Wait for jobs; each state is emitted with the place of its job."""
        self.check_open()
        for name, value in (("timeout", timeout), ("poll_interval", poll_interval)):
            if value is not None and (
                isinstance(value, bool) or not value >= 0 or (name == "poll_interval" and not value)
            ):
                raise InvalidRequest(f"{name} must be seconds above 0; got {value!r}.")
        waited = [
            Waited(state, question(state.job_id), self._scheduler(origin), origin.retry_after) for state, origin in jobs
        ]
        if timeout is None:
            timeout = max((default_timeout(one.schedule(one.state).expected) for one in waited), default=0.0)
        rate = self.settings.requests_per_second if per_second is None else per_second
        pace = Pace(self.settings.retries, self.settings.timeout, poll_interval, rate, self.clock.now)
        return waiting(waited, pace, until=self.clock.now() + timeout)

    def _scheduler(self, origin: Origin) -> Callable[[State], Schedule]:
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

    def saw(self, state: State, origin: Origin) -> None:
        """Book a state that came back: settle what its job cost, and learn how long it lasted."""
        book(state, origin)
        if not state.ok or origin.operation is None or origin.expected is None or origin.started is None:
            return
        if origin.retry_after is None:  # a service that says when to ask runs on a clock of its own
            elapsed = self.clock.now() - origin.started
            self.durations.saw(origin.operation.name, origin.expected.median, min(elapsed, state.lasted or elapsed))

    def check_open(self) -> None:
        if self.closed:
            raise ConfigurationError("this client is closed: make a new one, or keep it open with `with`.")


def encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def question(job_id: str) -> Request:
    """The free request that asks for a job."""
    operation = ROLES["job"]
    path = operation.path.replace(f"{{{operation.path_fields[0].wire}}}", quote(job_id, safe=""))
    return Request(operation.method, path, operation=operation.name)


def expectation(operation: Operation, body: Mapping[str, Any]) -> Expectation | None:
    if operation.seconds is None:
        return None
    return Expectation(typical_seconds(operation, body), operation.seconds.spread)


def size_of(operation: Operation, body: Mapping[str, Any]) -> str | None:
    """The size of the videos that a call makes, where one of its fields chooses it."""
    film = operation.film
    if film is None or film.size is None:
        return None
    field = next(field for field in operation.fields if field.wire == film.size)
    return film.sizes[field.enum.index(body.get(film.size, field.default))]


def age(state: State) -> float:
    """Seconds since a job was accepted, as far as its answer tells; 0 when that cannot be."""
    created = moment(state.part("meta", "created_at"))
    seconds = (datetime.now(UTC) - created).total_seconds() if created else 0.0
    return seconds if 0 < seconds < DAY else 0.0


def book(state: State, origin: Origin) -> None:
    """Bring the budgets that hold this job's price up to what the service says of it."""
    for budget, key in origin.holds:
        if state.ok:
            budget.settle(key, int(state.points))
        elif state.status == FAILED:
            budget.release(key)
        else:
            budget.freeze(key, int(state.points))


def release(holds: Iterable[tuple[Budget, object]]) -> None:
    for budget, key in holds:
        budget.release(key)


def refuse(state: State, operation: Operation, fields: Mapping[str, Any]) -> None:
    """Refuse a follow-up that cannot work, as far as is known of its source."""
    name = f"{operation.name} of job {state.job_id}"
    insist = "If you know better, ask by job.insist()."
    if state.status == FAILED:
        raise InvalidRequest(f"{name}: that job failed, there is nothing to build on. {insist}")
    field = NUMBERS.get(operation.takes or "")
    number = fields.get(field) if field else None
    if field is None or not isinstance(number, int):
        return
    made = {"image": state.image_urls, "video": state.video_urls}[operation.takes or ""]
    if state.ok and number >= len(made):
        kind = operation.takes if len(made) == 1 else f"{operation.takes}s"
        raise InvalidRequest(
            f"{name}: {field} must be below {len(made)}; got {number}. That job has {len(made)} {kind}. {insist}"
        )
    allowed = state.part("output", "available_actions", operation.task_type or "")
    if allowed is False or (isinstance(allowed, list) and number not in allowed):
        raise InvalidRequest(f"{name}: the service allows it for {field} {allowed or 'none'}; got {number}. {insist}")
