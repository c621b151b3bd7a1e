"""Reports on requests with an unknown outcome, and the commands to resolve them."""

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
    "An unknown request may have been charged: check your callbacks or "
    f"legnext {ROLES['balance'].name}, then resolve it."
)
MOST_LISTED = 5
_WAYS = (
    ("--adopt JOB", "it was accepted, as this job"),
    ("--resubmit", "it was not: send it again, at your risk"),
    ("--give-up", "count it as failed"),
)


def unknown_in(journal: Journal) -> list[Entry]:
    """Return requests with an unknown outcome, including interrupted ones that the next run will mark as unknown."""
    return list(journal.entries(UNKNOWN, SUBMITTING))


def ways_to_settle(journal: str, key: str) -> Iterator[str]:
    """Yield the commands that can resolve a request, each with its meaning."""
    command = shlex.join(["legnext", "batch", "resolve", journal, key])
    widest = max(len(way) for way, _ in _WAYS)
    for way, meaning in _WAYS:
        yield f"  {command} {way:<{widest}}  # {meaning}"


def unknown_report(
    journal: str, entries: Sequence[Entry | Unsettled], accepted: int | None = None, most: int | None = MOST_LISTED
) -> Iterator[str]:
    """Yield lines about at most `most` unknown requests; `accepted` is the number accepted, judged by the balance."""
    for entry in entries[:most]:
        why = entry.error or "it is being sent now, or the process ended before the response was read"
        yield f"Unknown: {entry.key} ({entry.operation}, {entry.price} points): {why.rstrip('.')}."
        yield from ways_to_settle(journal, entry.key)
    if most is not None and len(entries) > most:
        yield f"And {len(entries) - most} more: {shlex.join(['legnext', 'batch', 'unknown', journal])}"
    if entries and accepted is not None:
        yield by_the_balance(accepted, len(entries))
    if entries:
        yield LOOK
