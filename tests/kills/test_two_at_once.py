"""Two processes on one journal: one runs, the other is refused and sends nothing."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.kills import bill, trials, windows
from tests.kills.worlds import World
from tests.thorough import often

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer


@pytest.mark.parametrize("seed", range(often(1, 2)))
def test_of_two_that_start_at_the_same_moment_one_is_refused(seed: int, server: MockServer, tmp_path: Path) -> None:
    world = World(server, tmp_path)
    if seed:  # with a journal that is there
        trials.kill_at(world, windows.ID_WRITTEN, random.Random(seed))
    children = [world.child(), world.child()]
    with ThreadPoolExecutor(2) as pool:
        stood = list(pool.map(lambda child: child.run(lambda _: True), children))
    refused = [child for child in children if child.ended is not None]
    bill.must(len(refused) == 1, f"of two processes {len(refused)} were refused: {stood}", world)
    trials.check_refused(world, refused[0])
    [winner] = [child for child in children if child.ended is None]
    assert not trials.let_go(world, winner).error
    trials.finish(world)
