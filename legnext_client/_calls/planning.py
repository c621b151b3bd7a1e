"""From the fields of a call to a request that may be sent: checks, prompt, price and budget."""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, Any

from legnext_client._calls.service import Desk, Plan, filled, release
from legnext_client._protocol.bounds import wrong_value
from legnext_client._protocol.checks import prepare
from legnext_client._protocol.flow import Request
from legnext_client._protocol.polling import Expectation
from legnext_client._protocol.state import FAILED, State
from legnext_client.errors import InvalidRequest, LegnextError
from legnext_client.generated.operations import OPERATIONS, ROLES, Operation
from legnext_client.prices import Budget, price, typical_seconds
from legnext_client.prompts.policy import heed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BY_TASK_TYPE = {operation.task_type: operation for operation in OPERATIONS.values() if operation.task_type}
NUMBERS = {"image": "image_no", "video": "video_no"}
"""The field that says which image or video of a job is meant."""
FREE = frozenset(("GET", "HEAD", "OPTIONS"))
"""Whatever else a request is, it may cost something, price in the table or not."""


def plan(
    desk: Desk,
    operation: Operation,
    fields: Mapping[str, Any],
    source: str | None,
    spent: float,
    budgets: Sequence[Budget],
    key: object,
    warned: bool,
) -> Plan:
    """Check a call and hold its price; raises before anything is sent."""
    prepared = prepare(operation, fields)
    if not warned:
        heed(operation, prepared.body, desk.settings.prompts)
    paid = operation.method not in FREE
    request = Request(
        method=operation.method,
        path=filled(operation, prepared.path),
        body=encoded(prepared.body) if operation.fields else None,
        paid=paid,
        operation=operation.name,
        sent=prepared.body if operation.fields else None,
        wants_job=operation.answer_model == ROLES["job"].answer_model,
        job_id=_job_of(operation, prepared.path, prepared.body),
    )
    expected = expectation(operation, prepared.body) if paid else None
    several = list(dict.fromkeys((*desk.budgets, *budgets))) if budgets else desk.budgets
    holds: tuple[tuple[Budget, object], ...] = ()
    if paid and several:
        points = price(operation, prepared.body, source=source).reserve
        again = operation.price is not None and operation.price.again
        holds = _hold(several, max(points, ceil(spent)) if again else points, key)
    return Plan(operation, request, expected, size_of(operation, prepared.body) or source, holds)


def _job_of(operation: Operation, path: Mapping[str, Any], body: Mapping[str, Any]) -> str | None:
    """The job that is asked for or followed up."""
    given = path if operation is ROLES["job"] else body
    fields = operation.path_fields if operation is ROLES["job"] else operation.fields
    return next((given.get(field.wire) for field in fields if field.name == "job_id"), None)


def _hold(budgets: Sequence[Budget], points: int, key: object) -> tuple[tuple[Budget, object], ...]:
    """Hold these points in every open budget, or in none."""
    held: list[tuple[Budget, object]] = []
    key = object() if key is None else key
    for budget in budgets:
        try:
            budget.reserve(key, points)
        except LegnextError:
            release(held)
            raise
        held.append((budget, key))
    return tuple(held)


def encoded(body: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise InvalidRequest(f"the body must be something that JSON can hold: {error}.") from None


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


def refuse(state: State, operation: Operation, fields: Mapping[str, Any]) -> None:
    """Refuse a follow-up that cannot work, as far as is known of its source."""
    name = f"{operation.name} of job {state.job_id}"
    insist = "If you know better, ask by job.insist()."
    if state.status == FAILED:
        raise InvalidRequest(f"{name}: that job failed, there is nothing to build on. {insist}")
    field = NUMBERS.get(operation.takes or "")
    number: Any = fields.get(field) if field else None
    bounds = next((each for each in operation.fields if each.name == field), None)
    if bounds is None or wrong_value(bounds, number):  # told by the check of the fields, which no insisting changes
        return
    made = {"image": state.image_urls, "video": state.video_urls}[operation.takes or ""]
    if state.ok and number >= len(made):
        kind = operation.takes if len(made) == 1 else f"{operation.takes}s"
        has = f"That job has {len(made) or 'no'} {kind}"
        raise InvalidRequest(
            f"{name}: {field} must be below {len(made)}; got {number}. {has}. {insist}"
            if made
            else f"{name}: {has[0].lower()}{has[1:]}. {insist}"
        )
    allowed = state.part("output", "available_actions", operation.task_type or "")
    if allowed is False or (isinstance(allowed, list) and number not in allowed):
        raise InvalidRequest(f"{name}: the service allows it for {field} {allowed or 'none'}; got {number}. {insist}")
