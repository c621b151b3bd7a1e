"""A short trial of kills, for every change; `make fleet-torture` has the long ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.facts import DIFFUSION
from tests.fleet.trials import Plan, Trial

if TYPE_CHECKING:
    from tests.fleet.cluster import Cluster


def test_nothing_is_paid_twice_or_lost_when_workers_are_killed(cluster: Cluster) -> None:
    plan = Plan(rows=40, chains=2, budget=20 * DIFFUSION, workers=2, aimed=2, blind=0, faults=1, time_scale=120.0)
    plan = plan._replace(pause=1.2, job_timeout=3.5, heartbeat=0.3, silent=1.0)
    trial = Trial(cluster, 1, plan)
    trial.run()
    happened = trial.happened
    assert (happened["kills"], happened["stops"], happened["stopped and continued"]) >= (3, 1, 1)
    assert happened["raised budgets"]
