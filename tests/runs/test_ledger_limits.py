"""A ledger's limits hold for batches, chains and single calls together, whichever client and process made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import VideoChain
from legnext_client.errors import BudgetExceeded
from legnext_client.journal import Ledger
from tests.facts import DIFFUSION, VIDEO

from .test_batches import cats

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import World


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "legnext.db"


def test_a_batch_stops_where_the_next_row_would_exceed_the_limit_and_goes_on_when_it_is_raised(
    world: World, path: Path
) -> None:
    with pytest.raises(
        BudgetExceeded,
        match=rf"{DIFFUSION} points would exceed the {5 * DIFFUSION} per day of .*legnext\.db: {5 * DIFFUSION} are",
    ) as end:
        world.batch(cats(8), client=world.client(ledger=Ledger(path, per_day=5 * DIFFUSION)), concurrency=3)
    assert any("resume" in note for note in end.value.__notes__)
    assert sorted(world.states().values()) == ["done"] * 5
    assert len(world.server.ledger) == 5
    results, _ = world.batch(cats(8), client=world.client(ledger=Ledger(path, per_day=8 * DIFFUSION)))
    assert all(result.ok for result in results)
    assert len(world.server.ledger) == 8


def test_single_calls_batches_and_chains_are_counted_together(world: World, path: Path, tmp_path: Path) -> None:
    client = world.client(ledger=Ledger(path, per_month=DIFFUSION + 2 * DIFFUSION + VIDEO))
    world.job(client.midjourney.diffusion(text="a cat"))
    world.batch(cats(2), client=client)
    world.chain(VideoChain.start("waves"), tmp_path / "chain.db", client=client)
    for spend in (
        lambda: world.job(client.midjourney.diffusion(text="a dog")),
        lambda: world.batch(cats(3), tmp_path / "more.db", client=client),
        lambda: world.chain(VideoChain.start("wind"), tmp_path / "other.db", client=client),
    ):
        with pytest.raises(BudgetExceeded, match="per month"):
            spend()
    assert world.server.consumed + world.server.frozen == 3 * DIFFUSION + VIDEO


def test_what_a_batch_has_made_is_in_the_history_with_its_cost(world: World, path: Path) -> None:
    world.server.faults.add("job_fails", times=1, path="/v1/diffusion")
    client = world.client(ledger=path)
    world.batch(cats(3), client=client)
    entries = list(client.history())
    assert sorted((entry.state, entry.points) for entry in entries) == [*[("done", DIFFUSION)] * 2, ("failed", 0)]
    assert {entry.job_id for entry in entries} == {line.job_id for line in world.server.ledger}
    assert entries[0].key.endswith("/cat-0/0")


def test_what_was_refused_or_has_failed_is_not_counted(world: World, path: Path) -> None:
    world.server.faults.add("job_fails", times=2, path="/v1/diffusion")
    world.server.faults.add("rate_limit", times=2, method="POST")
    client = world.client(ledger=Ledger(path, per_day=3 * DIFFUSION))
    results, _ = world.batch(cats(5), client=client, concurrency=1)
    assert sum(result.ok for result in results) == 3
    with pytest.raises(BudgetExceeded):
        world.batch(cats(5), client=client, retry_failed=True)


def test_an_unknown_outcome_counts_until_it_is_resolved(world: World, path: Path) -> None:
    ledger = Ledger(path, per_day=2 * DIFFUSION)
    world.server.faults.add("close_after", times=1, method="POST")
    [result], _ = world.batch(cats(1), client=world.client(ledger=ledger))
    assert result.state == "unknown"
    with pytest.raises(BudgetExceeded):
        world.batch(cats(3), client=world.client(ledger=ledger))
    with world.journal() as journal:
        journal.adopt("cat-0", world.server.ledger[0].job_id)
    world.batch(cats(1), client=world.client(ledger=ledger))
    assert [(entry.state, entry.points) for entry in ledger.entries()] == [("done", DIFFUSION)] * 2


def test_a_running_job_of_an_earlier_run_is_counted_once(world: World, path: Path) -> None:
    ledger = Ledger(path, per_day=DIFFUSION + 20)
    world.server.faults.add("never_ends", times=1)
    [result], _ = world.batch(cats(1), client=world.client(ledger=ledger), timeout=1)
    assert result.state == "submitted"
    world.server.jobs.complete(world.server.ledger[0].job_id)
    [result], _ = world.batch(cats(1), client=world.client(ledger=ledger))
    assert result.ok
    assert [(entry.state, entry.points) for entry in ledger.entries()] == [("done", DIFFUSION)]


def test_a_ledger_that_cannot_be_written_any_more_loses_no_job(
    make_world: Callable[..., World], path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = make_world()

    def broken(*_: Any) -> None:
        raise OSError("the disk is gone")

    for name in ("accepted", "ended"):
        monkeypatch.setattr(Ledger, name, broken)
    results, _ = world.batch(cats(2), client=world.client(ledger=path))
    assert all(result.ok for result in results)
    assert "the ledger could not be written: the disk is gone" in caplog.text
