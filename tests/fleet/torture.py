"""Long trials, as `make fleet-torture`: `python -m tests.fleet.torture --seeds 10 --rows 2000`.

Each has 30 kills, 20 of them during an open POST, two immediate stops of PostgreSQL, three SIGSTOPs of 20 s, lost
responses, 500s, 429s, failed jobs, and a budget that is raised each time it is used up. `--mistakes` runs shorter
trials of wrong fleets instead, each of which has to be noticed.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback

from tests.fleet.cluster import Cluster
from tests.fleet.mistakes import MISTAKES, RIGHT, notice
from tests.fleet.trials import Plan, Trial

ZOMBIES = {
    "gethostname": "before the intent",
    "_call_of": "after the intent",
    "send_once": "before the wire",
    "_points": "before a response is recorded",
}
"""The functions of `life` in which workers stop themselves."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--mistakes", action="store_true")
    given = parser.parse_args()
    with Cluster() as cluster:
        if given.mistakes:
            noticed = {name for name in (*RIGHT, *MISTAKES) if notice(cluster, name)}
            print(f"{len(noticed & MISTAKES.keys())} of {len(MISTAKES)} mistakes noticed")
            return noticed != MISTAKES.keys()
        for place in ZOMBIES:
            plan = Plan(rows=40, chains=0, aimed=0, blind=0, stops=0, pauses=0, pause=4.0, faults=0, extras=False)
            plan = plan._replace(job_timeout=12.0, zombie=place)
            trial = Trial(cluster, given.first, plan)
            trial.run(patience=300.0)
            posts, stopped = len(trial.server.ledger), trial.happened["stopped and continued"]
            print(f"{stopped} zombies {ZOMBIES[place]}: {posts} POSTs for {plan.rows} rows", flush=True)
            assert posts == plan.rows
        return not all([run(cluster, seed, given.rows) for seed in range(given.first, given.first + given.seeds)])  # noqa: C419


def run(cluster: Cluster, seed: int, rows: int) -> bool:
    """Run a trial; return whether its bill was right."""
    plan = Plan(rows=rows, chains=rows // 40, budget=rows * 30, aimed=20, blind=9, stops=2, pauses=3, pause=20.0)
    plan = plan._replace(faults=6, time_scale=120.0, job_timeout=25.0, heartbeat=1, silent=3)
    trial, began = Trial(cluster, seed, plan), time.monotonic()
    try:
        trial.run(patience=rows + 100)
    except Exception:
        traceback.print_exc()
        print(f"seed {seed} failed after {dict(trial.happened)}: --first {seed} --seeds 1 --rows {rows}", flush=True)
        return False
    happened = ", ".join(f"{times} {name}" for name, times in trial.happened.items())
    print(f"seed {seed}: {time.monotonic() - began:.0f} s; {happened}; {trial.fleet.status()}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
