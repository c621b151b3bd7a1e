"""Power is lost: what was synced is there, the rest may be, and the next run pays for nothing twice and loses nothing.

Not every sync is watched by the system for us: see `disk_below` for what is simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kills import trials, windows
from tests.kills.disk_below import MIXED, SYNCED, can_be_put_below
from tests.kills.worlds import World
from tests.thorough import often

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

pytestmark = pytest.mark.skipif(not can_be_put_below(), reason="the SQLite of this Python cannot be reached")

MARKERS = (
    windows.INTENDING,
    windows.UNCOMMITTED,
    windows.INTENDED,
    windows.ANSWERED,
    windows.ID_WRITTEN,
    windows.ENDED,
    windows.WRITING,
    windows.LANDED,
    windows.NOTED,
    windows.LOST,
    windows.RETURNED,
)
PLAN = [
    (trials.Trial(seed, marker, windows.BY_MARKER[marker].weather), (SYNCED, MIXED)[seed % 3 == 0])
    for seed, marker in enumerate(MARKERS)
][:: often(3, 1)]


@pytest.mark.parametrize(("trial", "how"), PLAN, ids=str)
def test_what_was_promised_survives_the_loss_of_power(
    trial: trials.Trial, how: str, server: MockServer, tmp_path: Path
) -> None:
    trials.lose_power(trial, World(server, tmp_path, **trial.order), how)
