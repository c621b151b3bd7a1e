"""The two loops that carry out what the core asks for, one for each colour.

They differ in how a thing is done, never in what is done; keep them so that they can be compared line by line.
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
    """What carries effects out: who sends, by which clock to sleep, what says that it is time to stop."""

    transport: Transport
    clock: Clock
    stop: Event | None = None


class AsyncRuntime(NamedTuple):
    transport: AsyncTransport
    clock: Clock


logger = logging.getLogger("legnext_client")

INTERRUPTED = (
    "A paid request was under way when this happened: it may have been accepted and charged. "
    "Look at the balance or your callbacks before you send it again."
)


def run(flow: Flow[ResultT], hands: Runtime, listener: Listener | None = None) -> ResultT:
    """Carry a flow out to its end; the listener hears what it emits."""
    effect = result = None
    try:
        try:
            while True:
                effect = _next(flow, result)
                if isinstance(effect, _Over):
                    ended: ResultT = effect.result
                    return ended
                if isinstance(effect, Emit):
                    result = None
                    if listener is not None:
                        listener(effect.value)
                else:
                    result = _done(effect, hands, listener)
        finally:
            flow.close()
    except BaseException as error:
        _note(error, effect, result)
        raise


def emitted(flow: Flow[Any], hands: Runtime) -> Generator[Any, None, None]:
    """Carry a flow out, yielding what it emits."""
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
                result = _done(effect, hands)
    finally:
        flow.close()


async def async_run(flow: Flow[ResultT], hands: AsyncRuntime, listener: Listener | None = None) -> ResultT:
    """Carry a flow out to its end; the listener hears what it emits, and may be a coroutine function."""
    effect = result = None
    try:
        try:
            while True:
                effect = _next(flow, result)
                if isinstance(effect, _Over):
                    ended: ResultT = effect.result
                    return ended
                if isinstance(effect, Emit):
                    result = None
                    heard = listener(effect.value) if listener is not None else None
                    if inspect.isawaitable(heard):
                        await heard
                else:
                    result = await _async_done(effect, hands, listener)
        finally:
            flow.close()
    except BaseException as error:
        _note(error, effect, result)
        raise


async def async_emitted(flow: Flow[Any], hands: AsyncRuntime) -> AsyncGenerator[Any, None]:
    """Carry a flow out, yielding what it emits."""
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
                result = await _async_done(effect, hands)
    finally:
        flow.close()


class _Over(NamedTuple):
    result: Any


def _next(flow: Flow[Any], result: Any) -> Effect | _Over:
    """The next effect of a flow, or its end. Apart, as Python leaves a `try` within a `try` a gap to be struck in."""
    try:
        return flow.send(result)
    except StopIteration as end:
        return _Over(end.value)


OtherEffect = Fetch | Read | RunBlocking | Gather


def _done(effect: Send | Sleep | OtherEffect, hands: Runtime, listener: Listener | None = None) -> Any:
    if isinstance(effect, Sleep):
        if effect.bell is None:
            hands.clock.sleep(effect.seconds)
        else:
            effect.bell.sleep(effect.seconds, hands.clock)
        return None
    if not isinstance(effect, Send):
        from legnext_client._transport.driver_files import other_effect  # no plain call has need of it

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


async def _async_done(effect: Send | Sleep | OtherEffect, hands: AsyncRuntime, listener: Listener | None = None) -> Any:
    if isinstance(effect, Sleep):
        if effect.bell is None:
            await hands.clock.async_sleep(effect.seconds)
        else:
            await effect.bell.async_sleep(effect.seconds, hands.clock)
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
    """Ctrl-C and cancellation pass through untouched; what they may have cost is said with them, here or before.

    So is the id of a job that was accepted: between the answer and the caller's hands, it is nowhere else.
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
        said = outcome.status if isinstance(outcome, Response) else outcome.reason
        seconds = time.perf_counter() - began
        logger.debug(
            "%s %s: %s in %.3f s, attempt %d", send.request.method, send.request.path, said, seconds, send.attempt
        )
