"""The requests of a run in the client's ledger, so that its limits hold for single calls, batches and chains alike."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from legnext_client.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Generator

    from legnext_client._journal.journal import Journal
    from legnext_client._journal.ledger import Ledger
    from legnext_client._journal.submit import Begun, SubmissionIntent
    from legnext_client._protocol.state import State

logger = logging.getLogger("legnext_client")


class CountedRecords:
    """The records of one request: the journal decides whether it is sent, and the ledger counts its points.

    The ledger counts before the journal submits, and is told afterwards what the journal knows. A process that is
    killed in between leaves points counted that were not spent, never the other way round.
    """

    def __init__(self, journal: Journal, ledger: Ledger, key: str) -> None:
        self._journal, self._ledger, self._key = journal, ledger, key
        self._number = 0
        """The request's number in the ledger."""

    def begin(self, intent: SubmissionIntent) -> Begun:
        """Count the request, then begin it in the journal. Raises `BudgetExceeded` beyond a limit."""
        self._number = self._ledger.count(intent._replace(key=self._key, item=self._key))
        try:
            begun = self._journal.begin(intent)
        except BaseException:
            self.forget()
            raise
        if not begun.acquired:
            self.forget()
        return begun

    def forget(self) -> None:
        """Stop counting the request, because it was not accepted."""
        with _kept(self._key):
            self._ledger.mark_not_sent(self._number)

    def mark_not_sent(self, number: int) -> None:
        self._journal.mark_not_sent(number)
        self.forget()

    def accepted(self, number: int, state: State) -> None:
        self._journal.accepted(number, state)
        with _kept(self._key):
            self._ledger.accepted(self._number, state)

    def refused(self, number: int, reason: str, job_id: str | None) -> None:
        self._journal.refused(number, reason, job_id)
        with _kept(self._key):
            self._ledger.refused(self._number, reason, job_id)

    def mark_unknown(self, number: int, reason: str, job_id: str | None) -> None:
        self._journal.mark_unknown(number, reason, job_id)
        with _kept(self._key):
            self._ledger.mark_unknown(self._number, reason, job_id)


def count_end(ledger: Ledger, key: str, state: State, points: int) -> None:
    """Count what a job of a run has cost."""
    with _kept(key):
        ledger.settle(key, state, points)


@contextmanager
def _kept(key: str) -> Generator[None]:
    """Go on if the ledger cannot be written, because the journal has the request, and the ledger counts its price."""
    try:
        yield
    except (JournalError, OSError) as error:
        logger.warning("%s: the ledger could not be written: %s", key, error)
