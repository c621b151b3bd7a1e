"""Before a run submits: count earlier costs, estimate the rest, and check the balance."""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import nullcontext, suppress
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from legnext_client._calls.requests import request_of
from legnext_client._journal.files import is_there
from legnext_client._journal.journal import Journal
from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED, SUBMITTING, UNKNOWN, Entry
from legnext_client._protocol.checks import CheckedFields
from legnext_client._protocol.numbers import is_number
from legnext_client._protocol.send import sending
from legnext_client._protocol.state import number
from legnext_client.errors import BudgetExceeded, LegnextError
from legnext_client.generated.operations import ROLES
from legnext_client.generated.types import is_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from legnext_client._calls.items import Row
    from legnext_client._calls.service import CallService
    from legnext_client._protocol.flow import Flow
    from legnext_client._protocol.retries import Retries
    from legnext_client._runs.context import RunContext

logger = logging.getLogger("legnext_client")

CHUNK = 200
"""Rows looked up at once."""
AVAILABLE = ("available_credits", "available_points")
"""The spendable parts of the balance."""


def count_earlier(context: RunContext) -> None:
    """Count earlier runs in the budgets: pending costs in all, finished costs in those of this run."""
    if not context.budgets:
        return
    run, attempts = context.journal.about.id, Counter[str]()
    for entry in context.journal.entries(history=True):
        key = run, entry.key, attempts[entry.key]  # as in `RunContext.prepare`
        attempts[entry.key] += 1
        for budget in context.budgets:
            if entry.state == DONE or (entry.state == FAILED and entry.points):
                if budget in context.options.budgets:
                    budget.settle(key, entry.points)
            elif entry.state in (SUBMITTING, SUBMITTED, UNKNOWN):
                budget.freeze(key, max(entry.price, entry.frozen))
            elif entry.state == FAILED:  # a failed request holds points only if it was given up
                budget.freeze(key, entry.frozen)


class Bill(NamedTuple):
    """The estimated rest to pay."""

    rows: int = 0
    """Rows with something left to pay."""
    points: int = 0
    reserve: int = 0
    """The balance required, which may be higher."""
    typical_seconds: float = 0.0
    """The usual duration of these jobs in sequence."""


def bill_of(rows: Iterable[Row], journal: str, *, retry_failed: bool) -> Bill:
    """Estimate the rest to pay for these rows, without the requests already in the journal."""
    with Journal(journal) if is_there(journal) else nullcontext() as book:
        return billed(_left(rows, book, retry_failed))


def billed(rows: Iterable[tuple[Row, Iterable[int]]]) -> Bill:
    """Estimate the cost of steps of rows."""
    count, points, reserve, seconds = 0, 0, 0, 0.0
    for row, steps in rows:
        before = points
        for step in steps:
            cost = row.cost(step)
            points, reserve, seconds = points + cost.points, reserve + cost.reserve, seconds + cost.seconds
        count += points > before
    return Bill(count, points, reserve, seconds)


def _left(rows: Iterable[Row], journal: Journal | None, retry_failed: bool) -> Iterator[tuple[Row, Iterator[int]]]:
    """Yield the rows, each with the steps that a run will send."""
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        standings = journal.standings([item.key for item in chunk]) if journal is not None else {}
        for item in chunk:
            yield item, _to_send(item, standings.get(item.key, ()), retry_failed)


def _to_send(item: Row, entries: Iterable[Entry], retry_failed: bool) -> Iterator[int]:
    """Yield the steps that a run will send if nothing fails, given an item's records; see `_runs.row`."""
    known = {entry.step: entry for entry in entries}
    if any(entry.digest != item.digest for entry in known.values()):
        if not all(entry.state in (NEW, DONE, FAILED) for entry in known.values()):
            return  # it changed while it may be running, so it is refused
        known = {}
    for step in range(item.steps):
        entry = known.get(step)
        if entry is None or entry.state == NEW or (retry_failed and entry.may_be_retried):
            yield step
        elif entry.state not in (DONE, SUBMITTED):
            return  # no step follows a failed or unknown one


def check_balance(context: RunContext, rows: Iterable[Row]) -> Flow[BudgetExceeded | None]:
    """Return an error if the account cannot pay for the rows; None if it can, or if its balance is unknown."""
    needed = billed(_left(rows, context.journal, context.options.retry_failed)).reserve
    needed = min([needed, *(max(0, budget.left) for budget in context.budgets)])
    if not needed:
        return None
    available = yield from _asking_balance(context.service, context.service.settings.retries)
    if available is None:
        logger.warning("The response for the balance has an unexpected form, so the balance is not checked.")
        return None
    context.journal.note_balance(available)
    if available >= needed:
        return None
    return BudgetExceeded(
        f"this takes up to {needed} points, and the account has {available:g}: top it up, or give a budget of what "
        "it has.",
        budget=available,
        counted=0,
        price=needed,
    )


def note_balance(context: RunContext) -> Flow[None]:
    """Record the balance after a run with unknown requests, to estimate how many were accepted."""
    if next(context.journal.entries(UNKNOWN), None) is None:
        return
    with suppress(LegnextError):  # only an aid
        retries = context.service.settings.retries._replace(attempts=1)
        available = yield from _asking_balance(context.service, retries)
        if available is not None:
            context.journal.note_balance(available)


def _asking_balance(service: CallService, retries: Retries) -> Flow[float | None]:
    """Return the spendable points; None if the response does not contain them."""
    operation = ROLES["balance"]
    request = request_of(operation, CheckedFields({}, {}))
    answer = yield from sending(request, retries, service.settings.timeout, clock=service.clock.now)
    inner = answer.data.get(operation.unwrap or "")
    balance = inner if is_object(inner) else answer.data
    if not any(is_number(balance.get(name)) for name in AVAILABLE):
        return None
    return sum(number(balance.get(name)) for name in AVAILABLE)
