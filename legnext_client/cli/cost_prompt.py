"""The balance check and the cost prompt before a chain or a batch is paid for."""

import sys
from typing import Any, NamedTuple

from legnext_client._protocol.numbers import is_number
from legnext_client._runs.costs import AVAILABLE, Bill
from legnext_client.cli.command import Run
from legnext_client.cli.output import is_terminal
from legnext_client.client import Client
from legnext_client.errors import BudgetExceeded, InvalidRequest
from legnext_client.generated.operations import ROLES
from legnext_client.generated.rules import POINTS_PER_USD


class TooLittle(BudgetExceeded):
    """The balance is lower than the price."""

    advice = "Nothing was sent; top up, or set --budget to the points that may be spent."


class Consent(NamedTuple):
    """Consent given in advance. A budget is consent to spend it."""

    yes: bool
    above: int
    budget: int | None


def agreed(run: Run, client: Client, bill: Bill, consent: Consent) -> bool:
    """Show the balance, ask if the price is above the limit, and return whether to start."""
    if not bill.points:
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
    if consent.yes or consent.budget is not None or bill.points <= consent.above:
        return True
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise InvalidRequest(
            f"this costs {bill.points} points, more than --ask-above ({consent.above}), and there is no terminal to "
            "ask on. To accept the price, add --yes or --budget POINTS."
        )
    if run.output.ask(f"Spend up to {bill.points} points, {bill.points / POINTS_PER_USD:g} USD?"):
        return True
    run.output.say("Nothing was sent.")
    return False


def figure(points: float) -> str:
    """Format a number of points."""
    return f"{points:.12g}"


def _available(client: Client) -> float | None:
    """Return the points that can be spent; None if the response does not say."""
    operation = ROLES["balance"]
    answer: Any = getattr(getattr(client, operation.namespace), operation.name)()
    fields = answer.to_dict()
    found = [fields[name] for name in AVAILABLE if is_number(fields.get(name))]
    return sum(found) if found else None
