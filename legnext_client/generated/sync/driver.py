"""Sync half of `_transport/async_driver.py`.

Written by `make generate`; edit that module instead.
"""

from __future__ import annotations

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
    from collections.abc import Generator
    from threading import Event

    from legnext_client._protocol.flow import Flow
    from legnext_client._protocol.hooks import Hooks
    from legnext_client._transport.clocks import Clock
    from legnext_client._transport.drivers import Listener
    from legnext_client._transport.transports import Transport

ResultT = TypeVar("ResultT")


class Runtime(NamedTuple):
    """Resources for running effects: a transport, a clock, and an optional stop signal for downloads."""

    transport: Transport
    clock: Clock
    hooks: Hooks | None = None
    stop: Event | None = None


def run(flow: Flow[ResultT], runtime: Runtime, listener: Listener | None = None) -> ResultT:
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
                        listener(effect.value)
                else:
                    result = _execute(effect, runtime, listener)
        except BaseException as error:
            let_record(flow, error)
            raise
        finally:
            flow.close()
    except BaseException as error:
        add_cost_note(error, effect, result)
        raise


def emitted(flow: Flow[Any], runtime: Runtime) -> Generator[Any]:
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
                result = _execute(effect, runtime, None)
    finally:
        flow.close()


def _execute(
    effect: Send | Sleep | Fetch | Read | RunBlocking | Await | Gather, runtime: Runtime, listener: Listener | None
) -> Any:
    if isinstance(effect, Sleep):
        if effect.wakeup is None:
            runtime.clock.sleep(effect.seconds)
        else:
            effect.wakeup.sleep(effect.seconds, runtime.clock)
        return None
    if not isinstance(effect, Send):
        return _transfer(effect, runtime, listener)
    started, outcome = runtime.clock.now(), None
    event = begin_attempt(effect, runtime.hooks)
    try:
        try:
            outcome = runtime.transport.send(effect)
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


def _transfer(effect: Fetch | Read | RunBlocking | Await | Gather, runtime: Runtime, listener: Listener | None) -> Any:
    """Run an effect of a download or an upload."""
    from legnext_client._transport.driver_files import gather, run_blocking  # only downloads need it

    if runtime.stop is not None and runtime.stop.is_set():
        raise Stopped
    match effect:
        case Read(body):
            return body.read()
        case RunBlocking(function):
            return run_blocking(function)
        case Await(function):
            raise AssertionError(f"only an async client awaits; got {function!r}")
        case Gather():
            return gather(effect, run, runtime, listener)
        case Fetch():
            fetch: Any = getattr(runtime.transport, "fetch", None)
            if fetch is None:
                kind = type(runtime.transport).__name__
                raise ConfigurationError(f"{kind} cannot download files. Implement `fetch`; see FetchingTransport.")
            with fetch(effect) as opened:
                if isinstance(opened, NoResponse):
                    return opened
                return run(effect.receive(opened), runtime, listener)
