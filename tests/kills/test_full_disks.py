"""The disk fills up while a batch runs: the ids of accepted jobs are written down, or are in what is raised."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.journal.disks import fill, small_disk
from tests.kills import trials, windows
from tests.kills.worlds import World
from tests.thorough import often

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from legnext_client.testing import MockServer

AFTER_THE_REQUEST = (windows.WIRED, windows.ANSWERED, windows.ENDING)[: often(1, 3)]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "3m") as made:
        yield made


@pytest.mark.parametrize("marker", AFTER_THE_REQUEST)
def test_ids_are_written_on_a_disk_that_filled_up_after_the_requests_went_out(
    marker: str, server: MockServer, disk: Path
) -> None:
    world = World(server, disk, asynchronous=marker == windows.ANSWERED)
    trials.fill_up_at(world, marker, 2, lambda: fill(disk))
    (disk / "filler").unlink()
    trials.finish(world)


def test_ids_that_cannot_be_written_are_in_what_is_raised(server: MockServer, disk: Path) -> None:
    world = World(server, disk, concurrency=1)  # what others begin to write, and cannot, would make room for the id
    ended = trials.fill_up_at(world, windows.ANSWERED, 1, lambda: fill(disk), take_all=True)
    assert ended.job_id is not None
    assert ended.job_id in ended.said
    assert ended.job_id not in {entry.job_id for entry in world.entries()}
    (disk / "filler").unlink()
    trials.finish(world)


def test_nothing_is_sent_from_a_disk_that_is_full(server: MockServer, disk: Path) -> None:
    world = World(server, disk, concurrency=1)  # otherwise all may have been sent by the kill
    trials.kill_at(world, windows.ID_WRITTEN, random.Random(1))
    paid = len(server.ledger)
    fill(disk)
    assert trials.run_on(world).error == "JournalError"
    assert len(server.ledger) == paid
    (disk / "filler").unlink()
    trials.finish(world)
