"""Before a run submits: what earlier runs of its journal have cost, and whether the account can pay the rest."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from legnext_client.core.figures import is_number
from legnext_client.core.flow import Flow, Request
from legnext_client.core.outcomes import key_of
from legnext_client.core.sending import sending
from legnext_client.core.state import number
from legnext_client.core.submission import DONE, FAILED, NEW, SUBMITTED, SUBMITTING, UNKNOWN
from legnext_client.desk import filled
from legnext_client.errors import BudgetExceeded
from legnext_client.generated.operations import ROLES
from legnext_client.generated.types import is_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from legnext_client.core.items import Item
    from legnext_client.desk import Desk
    from legnext_client.journal import Journal
    from legnext_client.prices import Budget

logger = logging.getLogger("legnext_client")

AVAILABLE = ("available_credits", "available_points")
"""The parts of the balance that can be spent."""


def budget_key(run: str, key: str, attempt: int) -> tuple[str, str, int]:
    """Under which a budget counts a submission, in one run and in those that go on with its journal."""
    return run, key, attempt


def count_earlier(journal: Journal, budgets: Sequence[Budget], whole: Sequence[Budget]) -> None:
    """Have the budgets know what may still be spent for earlier runs; those for the `whole` journal, what was spent."""
    if not budgets:
        return
    run, attempts = journal.about.id, Counter[str]()
    for entry in journal.entries(history=True):
        key = budget_key(run, entry.key, attempts[entry.key])
        attempts[entry.key] += 1
        for budget in budgets:
            if entry.state == DONE or (entry.state == FAILED and entry.points):
                if budget in whole:
                    budget.settle(key, entry.points)
            elif entry.state in (SUBMITTING, UNKNOWN):
                budget.freeze(key, entry.price)
            elif entry.state in (SUBMITTED, FAILED):  # of what has failed, only what was given up holds anything
                budget.freeze(key, entry.frozen or (entry.price if entry.state == SUBMITTED else 0))


class _Standing(NamedTuple):
    """How a request of the journal stands."""

    digest: str
    over: bool
    """It has failed, and is not tried again; nor is what was to follow it."""


def _needed(item: Item, known: Mapping[str, _Standing]) -> int:
    """What the steps of an item cost that are still to be sent."""
    points = 0
    for step in range(item.steps):
        standing = known.get(key_of(item, step))
        if standing is None or standing.digest != item.digest:
            points += item.price(step).reserve
        elif standing.over:
            break
    return points


def check_balance(
    desk: Desk, journal: Journal, items: Iterable[Item], budgets: Sequence[Budget], *, retry_failed: bool
) -> Flow[BudgetExceeded | None]:
    """Why what is asked for is not to be begun: the account cannot pay it. None when it can, or does not tell."""
    known = {
        entry.key: _Standing(entry.digest, entry.state == FAILED)
        for entry in journal.entries()
        if entry.state != NEW and not (retry_failed and entry.may_be_retried)
    }
    needed = sum(_needed(item, known) for item in items)
    needed = min([needed, *(max(0, budget.left) for budget in budgets)])
    if not needed:
        return None
    operation, settings = ROLES["balance"], desk.settings
    request = Request(operation.method, filled(operation, {}), operation=operation.name, wants_job=False)
    answer = yield from sending(request, settings.retries, settings.timeout, clock=desk.clock.now)
    inner = answer.data.get(operation.unwrap or "")
    told = inner if is_object(inner) else answer.data
    if not any(is_number(told.get(name)) for name in AVAILABLE):
        logger.warning("the balance is not told as expected, and so not checked")
        return None
    available = sum(number(told.get(name)) for name in AVAILABLE)
    if available >= needed:
        return None
    return BudgetExceeded(
        f"this takes up to {needed} points, and the account has {available:g}: top it up, or give a budget of what "
        "it has.",
        budget=available,
        counted=0,
        price=needed,
    )
