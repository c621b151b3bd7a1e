"""Expectations about a call before it is sent: duration, video size, and whether it can succeed."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from legnext_client._protocol.bounds import shown, wrong_value
from legnext_client._protocol.polling import UNKNOWN, Expectation, default_timeout
from legnext_client._protocol.state import FAILED, State
from legnext_client.errors import InvalidRequest, Problem
from legnext_client.generated.operations import ALIASES, OPERATIONS, Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client._calls.sources import MadeWith

BY_TASK_TYPE = {operation.task_type: operation for operation in OPERATIONS.values() if operation.task_type}
PAID = {operation.name: operation for operation in OPERATIONS.values() if operation.makes_job}
"""The operations that make a job."""
PAID_ALIASES = {alias: operation for alias, operation in ALIASES.items() if operation.name in PAID}
BY_NAME = {**PAID_ALIASES, **PAID}
NUMBERS = {"image": "image_no", "video": "video_no"}
"""Field that selects an image or video of a job."""


def operation_named(name: object) -> Operation:
    """Return an operation that makes a job, by its name, its alias or its command's."""
    operation = BY_NAME.get(name.replace("-", "_")) if isinstance(name, str) else None
    if operation is None:
        near = get_close_matches(str(name), BY_NAME, n=1)
        must = (
            f"must be one that makes a job (did you mean {near[0]}?)" if near else f"must be one of {', '.join(PAID)}"
        )
        problem = Problem("operation", must, shown(name))
        raise InvalidRequest(f"{problem}.", problems=(problem,))
    return operation


def expectation(operation: Operation, body: Mapping[str, Any], seconds: float | None = None) -> Expectation | None:
    """Return the expected duration of a job; `seconds` is given if it was estimated before."""
    if operation.seconds is None:
        return None
    if seconds is None:
        from legnext_client.prices import typical_seconds

        seconds = typical_seconds(operation, body)
    return Expectation(seconds, operation.seconds.spread)


def lasts(operation: Operation | None, body: Mapping[str, Any], seconds: float | None = None) -> float:
    """Return the seconds after which a job has certainly ended; `seconds` is as for `expectation`."""
    return default_timeout((expectation(operation, body, seconds) if operation else None) or UNKNOWN)


def size_of(operation: Operation, body: Mapping[str, Any]) -> str | None:
    """Return the size of the videos of a call, if one of its fields selects it."""
    chain = operation.chain
    if chain is None or chain.size is None:
        return None
    field = next(field for field in operation.fields if field.wire == chain.size)
    return chain.sizes[field.enum.index(body.get(chain.size, field.default))]


def is_another(operation: Operation | None, state: State) -> bool:
    """Return whether a job has another type than this operation makes, if it is in the spec."""
    return operation is not None and state.task_type in BY_TASK_TYPE and operation.task_type != state.task_type


def refuse(state: State, operation: Operation, fields: Mapping[str, Any], source: MadeWith | None = None) -> None:
    """Raise `InvalidRequest` for a follow-up that cannot succeed, given the state of its source."""
    name = f"{operation.name} of job {state.job_id}"
    insist = "To send it anyway, use job.insist()."
    if operation.takes is None:  # it acts on the job and needs no image or video
        return
    if state.failed:
        ending = "failed" if state.status == FAILED else f"is {state.status}"
        raise InvalidRequest(f"{name}: that job {ending}, so it has no result to use. {insist}")
    if source:
        from legnext_client._calls.sources import unsuited

        if reason := unsuited(operation, source):
            raise InvalidRequest(f"{name}: {reason} {insist}")
    field = NUMBERS.get(operation.takes or "")
    number: Any = fields.get(field) if field else None
    bounds = next((each for each in operation.fields if each.name == field), None)
    if bounds is None or wrong_value(bounds, number):  # the field check reports it, even with `insist`
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
