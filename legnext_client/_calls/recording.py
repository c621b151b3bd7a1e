"""What a client with a ledger records: each paid call before it is sent, and each job that is seen to end."""

from __future__ import annotations

import logging
import os
from functools import partial
from typing import TYPE_CHECKING

from legnext_client._calls.items import CALLBACK, OPERATION, digest_of
from legnext_client._journal.submit import NEW, Entry, SubmissionIntent, submit_by_key
from legnext_client._protocol.flow import RunBlocking

if TYPE_CHECKING:
    from legnext_client._calls.service import PreparedCall
    from legnext_client._journal.ledger import Ledger
    from legnext_client._protocol.flow import Flow
    from legnext_client._protocol.send import Once
    from legnext_client._protocol.state import State

logger = logging.getLogger("legnext_client")


class Recorder:
    """Records the calls of a client in its ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def intent_of(self, call: PreparedCall, key: str | None) -> SubmissionIntent:
        """Return what is recorded of a call before it is sent; without a key, it gets one of its own."""
        operation, request = call.operation, call.request
        name, body = key or os.urandom(16).hex(), request.sent or {}
        digest = digest_of([(operation.name, {**body, CALLBACK: None, "path": request.path, "query": request.query})])
        described = {OPERATION: operation.name, **body}
        return SubmissionIntent(name, name, 0, digest, described, operation.name, body, call.points)

    def once(self, intent: SubmissionIntent) -> Once:
        """Return what sends a request a single time, recorded."""
        return partial(submit_by_key, intent, self.ledger)

    def is_recorded(self, intent: SubmissionIntent | None) -> Flow[bool]:
        """Return whether the ledger answers a call, so that nothing is sent."""
        if intent is None:
            return False
        entry = yield RunBlocking(partial(self.ledger.entry, intent.key))
        return isinstance(entry, Entry) and entry.state != NEW and not entry.may_be_retried

    def record(self, state: State) -> Flow[None]:
        """Record a job that has ended. One that cannot be recorded is still returned."""
        if state.done:
            error = yield RunBlocking(partial(self.ledger.saw, state))
            if error is not None:
                logger.warning("%s: its end could not be recorded: %s", state.job_id, error)
