"""A batch that is killed at any write to its journal or ledger never spends beyond the limit."""

# It is killed inside the journal.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import TYPE_CHECKING

import pytest

from legnext_client import Client
from legnext_client._journal.ledger import Ledger
from legnext_client._journal.store import Store
from legnext_client.errors import BudgetExceeded
from tests.facts import DIFFUSION
from tests.kills.worlds import SCALE
from tests.thorough import often

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

ROWS = [{"key": f"cat-{number}", "text": f"a cat on roof {number}"} for number in range(4)]
LIMIT = 3 * DIFFUSION


def run(url: str, directory: Path) -> None:
    ledger = Ledger(directory / "legnext.db", per_day=LIMIT)
    with Client("mock-key", base_url=url, ledger=ledger, requests_per_second=5000) as client:
        batch = client.batch(ROWS, directory / "run.db", concurrency=2, poll_interval=60 / SCALE)
        with pytest.raises(BudgetExceeded):
            for _ in batch:
                pass


def killed(url: str, directory: Path, statements: int) -> None:
    """Run the batch, and kill this process before the so many-th statement in its journal or ledger."""
    plain, left = Store._run, [statements]

    def run_statement(self: Store, statement: str, *values: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        plain(self, statement, *values)

    Store._run = run_statement  # type: ignore[method-assign]
    run(url, directory)


@pytest.mark.parametrize("statements", range(1, 75, often(6, 1)))
def test_a_kill_spends_nothing_beyond_the_limit(statements: int, server: MockServer, tmp_path: Path) -> None:
    server.reset()
    child = multiprocessing.get_context("fork").Process(target=killed, args=(server.base_url, tmp_path, statements))
    child.start()
    child.join(60)
    assert child.exitcode in (-signal.SIGKILL, 0)
    run(server.base_url, tmp_path)
    spent = DIFFUSION * len(server.ledger)
    with Ledger(tmp_path / "legnext.db") as ledger:
        counted = sum(DIFFUSION for entry in ledger.entries() if entry.state not in ("new", "failed"))
        known = {entry.job_id for entry in ledger.entries()}
    assert spent <= counted <= LIMIT
    unsure = [entry for entry in server.ledger if entry.job_id not in known]
    assert len(unsure) <= 2  # those whose answers were on their way, and they are counted as unknown
