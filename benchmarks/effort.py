"""How much is measured: enough for figures that hold, or just enough to see that everything works."""

from __future__ import annotations

from typing import NamedTuple


class Effort(NamedTuple):
    """The defaults take some minutes on two cores."""

    starts: int = 15
    """Fresh interpreters for each statement and command."""
    call_rounds: int = 15
    calls: int = 300
    """In each round."""
    waiting: int = 300
    """Jobs that are waited for while the memory is looked at."""
    polled: int = 20_000
    """Simulated jobs for each schedule."""
    rows: int = 10_000
    naive_rows: int = 1_000
    """Of what is measured beside them, where it needs many more requests for each."""
    batch_rounds: int = 5
    round_rows: int = 100
    """In each of these smaller batches, by which the processor time is told."""
    doubtful: int = 40
    """Paid calls under each fault."""
    server_rounds: int = 7
    server_seconds: float = 1.0
    server_starts: int = 5
    prompt_rounds: int = 7


QUICK = Effort(
    starts=3, call_rounds=3, calls=100, waiting=50, polled=1000, rows=200, naive_rows=100, batch_rounds=2,
    round_rows=50, doubtful=8, server_rounds=2, server_seconds=0.3, server_starts=1, prompt_rounds=2,
)  # fmt: skip
