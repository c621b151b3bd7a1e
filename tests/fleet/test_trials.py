"""A short trial of kills, for every change; `make fleet-torture` has the long ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fleet.trials import Plan, Trial

if TYPE_CHECKING:
    from tests.fleet.cluster import Cluster


def test_nothing_is_paid_twice_or_lost_when_workers_are_killed(cluster: Cluster) -> None:
    trial = Trial(cluster, 1, Plan(rows=30, workers=2, aimed=2, blind=1, faults=1, pause=1.7, time_scale=120.0))
    trial.run()
    assert trial.happened == {"_kill_aimed": 2, "_kill": 1, "_stop_database": 1, "_pause": 1}
    assert trial.fleet.status().unknown >= 2
