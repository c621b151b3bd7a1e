"""What the account has for a chain or a batch, and the question that comes before it is paid."""

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
    """The account has less than this takes."""

    advice = "Nothing was sent; top the account up, or say with --budget how much of it may be spent."


class Consent(NamedTuple):
    """What the caller has agreed to before being asked. A budget is consent to spend it."""

    yes: bool
    above: int
    budget: int | None


def agreed(run: Run, client: Client, bill: Bill, consent: Consent) -> bool:
    """Whether to begin: show the balance, and ask where there is much to pay."""
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
            f"this costs {bill.points} points, more than the {consent.above} of --ask-above, and there is no terminal "
            "to ask at. If that is all right, add --yes, or --budget with the most that it may cost."
        )
    if run.output.ask(f"Spend up to {bill.points} points, {bill.points / POINTS_PER_USD:g} USD?"):
        return True
    run.output.say("Nothing was sent.")
    return False


def figure(points: float) -> str:
    """A number of points as people write it."""
    return f"{points:.12g}"


def _available(client: Client) -> float | None:
    """The points that can be spent; None where the answer does not tell."""
    operation = ROLES["balance"]
    answer: Any = getattr(getattr(client, operation.namespace), operation.name)()
    told = answer.to_dict()
    found = [told[name] for name in AVAILABLE if is_number(told.get(name))]
    return sum(found) if found else None
