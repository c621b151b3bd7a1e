"""`client.run`, killed: the chain goes on at the step where it was, and is paid for once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kills import trials, windows
from tests.kills.trials import Trial
from tests.kills.worlds import LONG_CHAIN, World
from tests.thorough import often

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

DIRECTED = (windows.ID_WRITTEN, windows.ARRIVING, windows.ENDED)[: often(1, 3)]
PLAN = [
    *(Trial(seed, marker) for seed, marker in enumerate(DIRECTED, 400)),
    *(
        Trial(seed, None, weather)
        for seed, weather in enumerate(("lost answers", "clear", "garbage", "failing jobs")[: often(1, 4)], 500)
    ),
]


@pytest.mark.parametrize("trial", PLAN, ids=str)
def test_a_chain_goes_on_where_it_was(trial: Trial, server: MockServer, tmp_path: Path) -> None:
    world = World(server, tmp_path, (LONG_CHAIN,), chain=True, **trial.order | {"downloads": False})
    trials.kill_and_go_on(trial, world)
