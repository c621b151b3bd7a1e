"""What is still to be paid for a film or a batch, what the account has, and the question that comes before."""

import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from legnext_client.cli.command import Run
from legnext_client.cli.output import is_terminal
from legnext_client.client import Client
from legnext_client.core.figures import is_number
from legnext_client.core.items import Item
from legnext_client.core.outcomes import key_of
from legnext_client.core.submission import DONE, FAILED, NEW, SUBMITTED, Entry
from legnext_client.errors import BudgetExceeded, InvalidRequest
from legnext_client.generated.operations import ROLES
from legnext_client.generated.rules import POINTS_PER_USD
from legnext_client.journal import Journal
from legnext_client.journal.files import is_there
from legnext_client.run_costs import AVAILABLE


class Bill(NamedTuple):
    """What is still to be paid, by estimate."""

    rows: int
    """Of so many rows something is left to be paid."""
    points: int
    reserve: int
    """What the account must have for it, which may be more."""


class TooLittle(BudgetExceeded):
    """The account has less than this takes."""

    advice = "Nothing was sent; top the account up, or say with --budget how much of it may be spent."


class Consent(NamedTuple):
    """What the caller has agreed to before being asked."""

    yes: bool
    above: int
    budget: int | None


def bill_of(items: Iterable[Item], journal: str, *, retry_failed: bool) -> Bill:
    """What these items still cost, when what the journal knows of is not paid for again."""
    begun = _begun(journal)
    rows = points = reserve = 0
    for item in items:
        before = points
        for step in range(item.steps):
            entry = begun.get(key_of(item, step))
            if entry is None or _is_sent_anew(entry, item, retry_failed):
                price = item.price(step)
                points, reserve = points + price.points, reserve + price.reserve
            elif entry.state not in (DONE, SUBMITTED):
                break  # no step comes after one that has failed or is unknown
        rows += points > before
    return Bill(rows, points, reserve)


def agreed(run: Run, client: Client, bill: Bill, consent: Consent) -> bool:
    """Whether to begin: show the balance, and ask where there is much to pay."""
    if not bill.points:
        run.output.say("Nothing is left to be paid.")
        return True
    has = _available(client)
    if has is not None:
        run.output.say(f"The account has {figure(has)} points.")
    if has is not None and has < bill.reserve and consent.budget is None:
        raise TooLittle(
            f"this takes up to {bill.reserve} points, and the account has {figure(has)}.",
            budget=has,
            price=bill.reserve,
        )
    most = bill.points if consent.budget is None else min(bill.points, consent.budget)
    if consent.yes or most <= consent.above:
        return True
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise InvalidRequest(
            f"this costs {most} points, more than the {consent.above} of --ask-above, and there is no terminal to ask "
            "at: add --yes if that is all right."
        )
    if run.output.ask(f"Spend up to {most} points, {most / POINTS_PER_USD:g} USD?"):
        return True
    run.output.say("Nothing was sent.")
    return False


def figure(points: float) -> str:
    """A number of points as people write it."""
    return f"{points:.12g}"


def _begun(journal: str) -> dict[str, Entry]:
    if not is_there(journal):
        return {}
    with Journal(journal) as opened:
        return {entry.key: entry._replace(output=None, body={}) for entry in opened.entries()}


def _is_sent_anew(entry: Entry, item: Item, retry_failed: bool) -> bool:
    if entry.state == NEW:
        return True
    changed = entry.digest != item.digest
    return (changed and entry.state in (DONE, FAILED)) or (retry_failed and entry.state == FAILED)


def _available(client: Client) -> float | None:
    """The points that can be spent; None where the answer does not tell."""
    operation = ROLES["balance"]
    answer: Any = getattr(getattr(client, operation.namespace), operation.name)()
    told = answer.to_dict()
    found = [told[name] for name in AVAILABLE if is_number(told.get(name))]
    return sum(found) if found else None
