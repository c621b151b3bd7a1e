"""What a client with a ledger records: each paid call before it is sent, and each job that is seen to end."""

from __future__ import annotations

import logging
import os
from functools import partial
from typing import TYPE_CHECKING, Any

from legnext_client._calls.items import CALLBACK, OPERATION, digest_of
from legnext_client._journal.submit import NEW, Entry, SubmissionIntent, submit_by_key
from legnext_client._protocol.flow import Emit, RunBlocking

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client._calls.service import PreparedCall
    from legnext_client._journal.ledger import Ledger
    from legnext_client._protocol.flow import Flow, Request
    from legnext_client._protocol.send import Verdict
    from legnext_client._protocol.state import State

logger = logging.getLogger("legnext_client")


def intent_of(call: PreparedCall, key: str | None) -> SubmissionIntent:
    """Return what the ledger records of a call before it is sent; without a key, it gets one of its own."""
    operation, request = call.operation, call.request
    name, body = key or os.urandom(16).hex(), request.sent or {}
    digest = digest_of([(operation.name, {**body, CALLBACK: None, "path": request.path, "query": request.query})])
    described = {OPERATION: operation.name, **body}
    return SubmissionIntent(name, name, 0, digest, described, operation.name, body, call.points)


def once(ledger: Ledger, intent: SubmissionIntent) -> Callable[[Request, float, int], Flow[Verdict]]:
    """Return what sends a request a single time, recorded."""
    return partial(submit_by_key, intent, ledger)


def is_recorded(ledger: Ledger, intent: SubmissionIntent) -> Flow[bool]:
    """Return whether a call is in the ledger and would not be sent."""
    entry = yield RunBlocking(partial(ledger.entry, intent.key))
    return isinstance(entry, Entry) and entry.state != NEW and not entry.may_be_retried


def record(state: State, ledger: Ledger) -> Flow[None]:
    """Record a job that has ended. One that cannot be recorded is still returned."""
    if state.done:
        error = yield RunBlocking(partial(ledger.saw, state))
        if error is not None:
            logger.warning("%s: its end could not be recorded: %s", state.job_id, error)


def recorded(flow: Flow[None], ledger: Ledger) -> Flow[None]:
    """Run a wait, recording each job that it sees end."""
    result: Any = None
    try:
        while True:
            effect = flow.send(result)
            if isinstance(effect, Emit):
                yield from record(effect.value[1], ledger)
            result = yield effect
    except StopIteration:
        return
    finally:
        flow.close()
