"""Sync and async drivers that run flows.

They must stay parallel, so that they can be compared line by line.
"""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from legnext_client._protocol.flow import (
    Effect,
    Emit,
    Fetch,
    Flow,
    Gather,
    NoResponse,
    Read,
    Response,
    RunBlocking,
    Send,
    Sleep,
)
from legnext_client._protocol.responses import named
from legnext_client._protocol.send import may_be_accepted
from legnext_client.errors import ConfigurationError, LegnextError

if TYPE_CHECKING:
    from threading import Event

    from legnext_client._transport.clocks import Clock
    from legnext_client._transport.transports import AsyncTransport, Transport

ResultT = TypeVar("ResultT")
Listener = Callable[[Any], object]


class Runtime(NamedTuple):
    """Resources for running effects: a transport, a clock, and an optional stop signal."""

    transport: Transport
    clock: Clock
    stop: Event | None = None


class AsyncRuntime(NamedTuple):
    transport: AsyncTransport
    clock: Clock


logger = logging.getLogger("legnext_client")

INTERRUPTED = (
    "A paid request was in progress: it may have been accepted and charged. "
    "Check the balance or your callbacks before you send it again."
)


def run(flow: Flow[ResultT], hands: Runtime, listener: Listener | None = None) -> ResultT:
    """Run `flow` to completion, passing emitted values to `listener`."""
    effect = result = None
    try:
        try:
            while True:
                effect = _next(flow, result)
                if isinstance(effect, _Ended):
                    ended: ResultT = effect.result
                    return ended
                if isinstance(effect, Emit):
                    result = None
                    if listener is not None:
                        listener(effect.value)
                else:
                    result = _execute(effect, hands, listener)
        finally:
            flow.close()
    except BaseException as error:
        _note(error, effect, result)
        raise


def emitted(flow: Flow[Any], hands: Runtime) -> Generator[Any, None, None]:
    """Run `flow`, yielding the values that it emits."""
    result: Any = None
    try:
        while True:
            try:
                effect = flow.send(result)
            except StopIteration:
                return
            if isinstance(effect, Emit):
                result = None
                yield effect.value
            else:
                result = _execute(effect, hands)
    finally:
        flow.close()


async def async_run(flow: Flow[ResultT], hands: AsyncRuntime, listener: Listener | None = None) -> ResultT:
    """Run `flow` to completion, passing emitted values to `listener`, which may be a coroutine function."""
    effect = result = None
    try:
        try:
            while True:
                effect = _next(flow, result)
                if isinstance(effect, _Ended):
                    ended: ResultT = effect.result
                    return ended
                if isinstance(effect, Emit):
                    result = None
                    reply = listener(effect.value) if listener is not None else None
                    if inspect.isawaitable(reply):
                        await reply
                else:
                    result = await _async_execute(effect, hands, listener)
        finally:
            flow.close()
    except BaseException as error:
        _note(error, effect, result)
        raise


async def async_emitted(flow: Flow[Any], hands: AsyncRuntime) -> AsyncGenerator[Any, None]:
    """Run `flow`, yielding the values that it emits."""
    result: Any = None
    try:
        while True:
            try:
                effect = flow.send(result)
            except StopIteration:
                return
            if isinstance(effect, Emit):
                result = None
                yield effect.value
            else:
                result = await _async_execute(effect, hands)
    finally:
        flow.close()


class _Ended(NamedTuple):
    result: Any


def _next(flow: Flow[Any], result: Any) -> Effect | _Ended:
    """Return the next effect of a flow, or its result.

    A function of its own, because Ctrl-C can strike between two nested `try` statements.
    """
    try:
        return flow.send(result)
    except StopIteration as end:
        return _Ended(end.value)


OtherEffect = Fetch | Read | RunBlocking | Gather


def _execute(effect: Send | Sleep | OtherEffect, hands: Runtime, listener: Listener | None = None) -> Any:
    if isinstance(effect, Sleep):
        if effect.wakeup is None:
            hands.clock.sleep(effect.seconds)
        else:
            effect.wakeup.sleep(effect.seconds, hands.clock)
        return None
    if not isinstance(effect, Send):
        from legnext_client._transport.driver_files import other_effect  # only downloads need it

        return other_effect(effect, hands, listener)
    began, outcome = time.perf_counter(), None
    try:
        outcome = hands.transport.send(effect)
        _log(effect, outcome, began)
        return outcome
    except ConfigurationError as error:
        return NoResponse(error.message, sent=False, retryable=False, error=error)
    except BaseException as error:
        _note(error, effect, outcome)
        raise


async def _async_execute(
    effect: Send | Sleep | OtherEffect, hands: AsyncRuntime, listener: Listener | None = None
) -> Any:
    if isinstance(effect, Sleep):
        if effect.wakeup is None:
            await hands.clock.async_sleep(effect.seconds)
        else:
            await effect.wakeup.async_sleep(effect.seconds, hands.clock)
        return None
    if not isinstance(effect, Send):
        from legnext_client._transport.driver_files import async_other_effect

        return await async_other_effect(effect, hands, listener)
    began, outcome = time.perf_counter(), None
    try:
        outcome = await hands.transport.send(effect)
        _log(effect, outcome, began)
        return outcome
    except ConfigurationError as error:
        return NoResponse(error.message, sent=False, retryable=False, error=error)
    except BaseException as error:
        _note(error, effect, outcome)
        raise


def _note(error: BaseException, effect: object, outcome: object) -> None:
    """Add a note on the possible cost to an interrupting exception, such as Ctrl-C or a cancellation.

    If a job was accepted, the note has its id, because the caller has not received it yet.
    """
    if isinstance(error, LegnextError) or not isinstance(effect, Send) or not effect.request.paid:
        return
    notes: list[str] = getattr(error, "__notes__", [])
    if not isinstance(outcome, Response | NoResponse):
        if not notes:
            error.add_note(INTERRUPTED)
        return
    job_id = named(effect.request, outcome.body if isinstance(outcome, Response) else outcome.answer)
    if job_id:
        note = f"The request was accepted as job {job_id}: client.tasks.get({job_id!r}) finds it."
    elif may_be_accepted(effect.request, outcome):
        note = INTERRUPTED
    else:
        return
    if note not in notes:
        error.add_note(note)


def _log(send: Send, outcome: Response | NoResponse, began: float) -> None:
    if logger.isEnabledFor(logging.DEBUG):
        result = outcome.status if isinstance(outcome, Response) else outcome.reason
        seconds = time.perf_counter() - began
        logger.debug(
            "%s %s: %s in %.3f s, attempt %d", send.request.method, send.request.path, result, seconds, send.attempt
        )
