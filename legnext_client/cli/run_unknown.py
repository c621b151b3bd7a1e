"""What was sent and never answered: what to say of it, and the commands that settle it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from legnext_client._journal.submit import SUBMITTING, UNKNOWN
from legnext_client._runs.results import by_the_balance
from legnext_client.generated.operations import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from legnext_client._journal.journal import Journal
    from legnext_client._journal.submit import Entry
    from legnext_client._runs.results import Unsettled

LOOK = (
    "What is unknown may have been charged: look at your callbacks, or at "
    f"legnext {ROLES['balance'].name}, then say what is so."
)
MOST_TOLD = 5
_WAYS = (
    ("--adopt JOB", "it was accepted, as this job"),
    ("--resubmit", "it was not: have it sent again, at your risk"),
    ("--give-up", "count it as failed"),
)


def unknown_in(journal: Journal) -> list[Entry]:
    """The requests whose outcome is unknown; those that were cut short, too, which the next run finds to be so."""
    return list(journal.entries(UNKNOWN, SUBMITTING))


def ways_to_settle(journal: str, key: str) -> Iterator[str]:
    """The command lines of which one settles a request, each with what it says."""
    command = shlex.join(["legnext", "batch", "resolve", journal, key])
    widest = max(len(way) for way, _ in _WAYS)
    for way, meaning in _WAYS:
        yield f"  {command} {way:<{widest}}  # {meaning}"


def told(
    journal: str, entries: Sequence[Entry | Unsettled], accepted: int | None = None, most: int | None = MOST_TOLD
) -> Iterator[str]:
    """Lines about requests whose outcome is unknown, about so many at most; `accepted` of them by the balance."""
    for entry in entries[:most]:
        why = entry.error or "it is being sent at this moment, or the process ended before the answer was read"
        yield f"Unknown: {entry.key} ({entry.operation}, {entry.price} points): {why.rstrip('.')}."
        yield from ways_to_settle(journal, entry.key)
    if most is not None and len(entries) > most:
        yield f"And {len(entries) - most} more: {shlex.join(['legnext', 'batch', 'unknown', journal])}"
    if entries and accepted is not None:
        yield by_the_balance(accepted, len(entries))
    if entries:
        yield LOOK
