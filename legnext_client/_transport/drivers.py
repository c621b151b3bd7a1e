"""What both drivers of flows share: the next effect, and the notes on an interrupted paid request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._protocol.flow import NoResponse, Response, RunBlocking, Send
from legnext_client._protocol.responses import named
from legnext_client._protocol.send import may_be_accepted
from legnext_client.errors import LegnextError

if TYPE_CHECKING:
    from legnext_client._protocol.flow import Effect, Flow, Request
    from legnext_client._protocol.hooks import Event, Hooks

Listener = Callable[[Any], object]

logger = logging.getLogger("legnext_client")

INTERRUPTED = (
    "A paid request was in progress: it may have been accepted and charged. "
    "Check the balance or your callbacks before you send it again."
)


NOT_SENT = NoResponse("interrupted before it was sent", sent=False, retryable=False)
NOTHING_CHARGED = ("The service did not accept it. Nothing was charged.", "Nothing was sent or charged.")


class Stopped(Exception):
    """The caller has left, so this thread stops."""


class Ended(NamedTuple):
    result: Any


def next_effect(flow: Flow[Any], result: Any) -> Effect | Ended:
    """Return the next effect of a flow, or its result.

    A function of its own, because Ctrl-C can strike between two nested `try` statements.
    """
    try:
        return flow.send(result)
    except StopIteration as end:
        return Ended(end.value)


def add_cost_note(error: BaseException, effect: object, outcome: object) -> None:
    """Add a note on the cost of a paid request to the exception that interrupts it, such as Ctrl-C or a cancellation.

    If a job was accepted, the note has its id, because the caller has not received it yet.
    """
    if isinstance(error, LegnextError) or not isinstance(effect, Send) or not effect.request.paid:
        return
    notes: list[str] = getattr(error, "__notes__", [])
    if not isinstance(outcome, Response | NoResponse):
        note = INTERRUPTED if not notes else notes[-1]
    else:
        note = cost_note(effect.request, outcome) or NOTHING_CHARGED[outcome is NOT_SENT]
    if note not in notes:
        error.add_note(note)


def keep_outcome(error: BaseException, send: Send, outcome: Response | NoResponse | None) -> None:
    """Like `add_cost_note`, and keep the outcome, as far as it is known, for `let_record`."""
    add_cost_note(error, send, outcome)
    if send.request.paid and outcome is not None:
        error.outcome = outcome  # type: ignore[attr-defined]


def cost_note(request: Request, outcome: Response | NoResponse) -> str | None:
    """Return a note on the possible cost of a paid request, given its outcome; None if it was not accepted."""
    job_id = named(request, outcome.body if isinstance(outcome, Response) else outcome.answer)
    if job_id:
        return f"The request was accepted as job {job_id}: client.tasks.get({job_id!r}) finds it."
    return INTERRUPTED if may_be_accepted(request, outcome) else None


def begin_attempt(send: Send, hooks: Hooks | None) -> Event | None:
    """Report that a request is about to be sent; return the event for its end."""
    try:
        return hooks.attempt(send) if hooks else None
    except BaseException as error:  # such as Ctrl-C
        keep_outcome(error, send, NOT_SENT)
        raise


def run_blocking(function: Callable[[], Any]) -> Any:
    """Return the result of a function, or the error that a flow decides about."""
    try:
        return function()
    except (OSError, LegnextError) as error:
        return error


def let_record(flow: Flow[Any], error: BaseException) -> None:
    """Let a flow record the response to a paid request that was interrupted."""
    outcome = error.__dict__.pop("outcome", None)
    with suppress(StopIteration, LegnextError):
        effect = flow.send(outcome) if outcome is not None else None
        while isinstance(effect, RunBlocking):
            effect = flow.send(run_blocking(effect.function))


def log_outcome(send: Send, outcome: Response | NoResponse, elapsed: float) -> None:
    if logger.isEnabledFor(logging.DEBUG):
        result = outcome.status if isinstance(outcome, Response) else outcome.reason
        logger.debug(
            "%s %s: %s in %.3f s, attempt %d", send.request.method, send.request.path, result, elapsed, send.attempt
        )
