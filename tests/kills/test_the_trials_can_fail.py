"""A client that is wrong about crashes is noticed: each way to be wrong, by the trial that is there for it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.journal.disks import fill, small_disk
from tests.kills import bill, trials, windows
from tests.kills.disk_below import SYNCED, can_be_put_below
from tests.kills.trials import Trial
from tests.kills.worlds import CATS, World
from tests.kills.wrongs import WRONGS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from legnext_client.testing import MockServer

    Try = Callable[[World], object]


def killed(marker: str) -> Try:
    def run(world: World) -> None:
        trials.kill_at(world, marker, random.Random(1))
        trials.finish(world)

    return run


def spoiled(fault: str) -> Try:
    def run(world: World) -> None:
        world.server.faults.add(fault, method="POST", times=1)
        trials.finish(world)

    return run


def power_lost(marker: str) -> Try:
    return lambda world: trials.lose_power(Trial(2, marker), world, SYNCED)


def full(take_all: bool) -> Try:
    def run(world: World) -> None:
        with small_disk(world.directory / "disk", "3m") as disk:
            on_it = World(world.server, disk, **world.given, concurrency=1)
            trials.fill_up_at(on_it, windows.ANSWERED, 1, lambda: fill(disk), take_all=take_all)

    return run


def second(world: World) -> None:
    first = trials.stand_at(world, windows.ID_WRITTEN, 1)
    try:
        trials.check_refused(world, world.child())
    finally:
        first.kill()


def interrupted(times: int, marker: str) -> Try:
    def run(world: World) -> None:
        cats = World(world.server, world.directory, CATS, **world.given | {"concurrency": 2})
        (trials.interrupt_once if times == 1 else trials.interrupt_twice)(cats, marker)

    return run


NOTICED_BY: dict[str, tuple[Try, str]] = {
    "intent_not_committed": (killed(windows.INTENDED), "is None in the journal after a kill"),
    "what_is_unknown_is_sent_again": (killed(windows.ARRIVING), "was sent 2 times|were paid twice"),
    "a_lost_answer_was_not_sent": (spoiled("close_after"), "paid twice"),
    "nobody_holds_the_journal": (second, "the second process did"),
    "files_are_written_down_before_they_come": (killed(windows.OPENED), "has 1 of 4 files"),
    "nothing_is_synced": (power_lost(windows.INTENDED), "is None in the journal after a kill"),
    "no_room_is_kept": (full(take_all=False), "could not be written down"),
    "ids_are_not_in_errors": (full(take_all=True), "nobody knows"),
    "an_interrupt_stops_nothing": (interrupted(1, windows.ID_WRITTEN), "it ended"),
    "paid_requests_are_left": (interrupted(2, windows.ARRIVING), "nobody waited"),
}


@pytest.mark.parametrize("wrong", WRONGS)
def test_it_is_noticed(wrong: str, server: MockServer, tmp_path: Path) -> None:
    trial, said = NOTICED_BY[wrong]
    if "synced" in wrong and not can_be_put_below():
        pytest.skip("the SQLite of this Python cannot be reached")
    with pytest.raises(bill.Unsound, match=said):
        trial(World(server, tmp_path, wrong=wrong, downloads="files" in wrong))
