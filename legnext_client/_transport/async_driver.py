"""Driver of flows for the async client. The sync one is made from this module."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from legnext_client._protocol.flow import (
    Await,
    Emit,
    Fetch,
    Gather,
    NoResponse,
    Read,
    Response,
    RunBlocking,
    Send,
    Sleep,
)
from legnext_client._transport.drivers import (
    Ended,
    Stopped,
    add_cost_note,
    begin_attempt,
    keep_outcome,
    let_record,
    log_outcome,
    next_effect,
)
from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from threading import Event

    from legnext_client._protocol.flow import Flow
    from legnext_client._protocol.hooks import Hooks
    from legnext_client._transport.clocks import Clock
    from legnext_client._transport.drivers import Listener
    from legnext_client._transport.transports import AsyncTransport

ResultT = TypeVar("ResultT")


class AsyncRuntime(NamedTuple):
    """Resources for running effects: a transport, a clock, and an optional stop signal for downloads."""

    transport: AsyncTransport
    clock: Clock
    hooks: Hooks | None = None
    stop: Event | None = None


async def async_run(flow: Flow[ResultT], runtime: AsyncRuntime, listener: Listener | None = None) -> ResultT:
    """Run `flow` to completion, passing emitted values to `listener`."""
    effect = result = None
    try:
        try:
            while True:
                effect = next_effect(flow, result)
                if isinstance(effect, Ended):
                    ended: ResultT = effect.result
                    return ended
                if isinstance(effect, Emit):
                    result = None
                    if listener is not None:
                        # sync only: listener(effect.value)
                        reply = listener(effect.value)  # async only
                        if inspect.isawaitable(reply):  # async only
                            await reply  # async only
                else:
                    result = await _async_execute(effect, runtime, listener)
        except BaseException as error:
            let_record(flow, error)
            raise
        finally:
            flow.close()
    except BaseException as error:
        add_cost_note(error, effect, result)
        raise


async def async_emitted(flow: Flow[Any], runtime: AsyncRuntime) -> AsyncGenerator[Any]:
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
                result = await _async_execute(effect, runtime, None)
    finally:
        flow.close()


async def _async_execute(
    effect: Send | Sleep | Fetch | Read | RunBlocking | Await | Gather, runtime: AsyncRuntime, listener: Listener | None
) -> Any:
    if isinstance(effect, Sleep):
        if effect.wakeup is None:
            await runtime.clock.async_sleep(effect.seconds)
        else:
            await effect.wakeup.async_sleep(effect.seconds, runtime.clock)
        return None
    if not isinstance(effect, Send):
        return await _async_transfer(effect, runtime, listener)
    started, outcome = runtime.clock.now(), None
    event = begin_attempt(effect, runtime.hooks)
    try:
        try:
            outcome = await runtime.transport.send(effect)
        except ConfigurationError as error:
            outcome = NoResponse(error.message, sent=False, retryable=False, error=error)
        elapsed = runtime.clock.now() - started
        log_outcome(effect, outcome, elapsed)
        if isinstance(outcome, Response):
            outcome = outcome._replace(elapsed=elapsed)
        if event is not None and runtime.hooks:
            runtime.hooks.answered(event, outcome, elapsed)
        return outcome
    except BaseException as error:
        keep_outcome(error, effect, outcome)
        if event is not None and runtime.hooks and outcome is None:
            runtime.hooks.answered(event, None, runtime.clock.now() - started)
        raise


async def _async_transfer(
    effect: Fetch | Read | RunBlocking | Await | Gather, runtime: AsyncRuntime, listener: Listener | None
) -> Any:
    """Run an effect of a download or an upload."""
    from legnext_client._transport.driver_files import async_gather, async_run_blocking  # only downloads need it

    if runtime.stop is not None and runtime.stop.is_set():
        raise Stopped
    match effect:
        case Read(body):
            return await body.read()
        case RunBlocking(function):
            return await async_run_blocking(function)
        case Await(function):
            # sync only: raise AssertionError(f"only an async client awaits; got {function!r}")
            return await function()  # async only
        case Gather():
            return await async_gather(effect, async_run, runtime, listener)
        case Fetch():
            fetch: Any = getattr(runtime.transport, "fetch", None)
            if fetch is None:
                kind = type(runtime.transport).__name__
                raise ConfigurationError(f"{kind} cannot download files. Implement `fetch`; see FetchingTransport.")
            async with fetch(effect) as opened:
                if isinstance(opened, NoResponse):
                    return opened
                return await async_run(effect.receive(opened), runtime, listener)
