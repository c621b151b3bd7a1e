"""Wrong fleets. The trials are worth something only if they notice each of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.facts import DIFFUSION
from tests.fleet.trials import Mistake, Plan, Trial

if TYPE_CHECKING:
    from tests.fleet.cluster import Cluster

MISTAKES = {
    "a rescued submission is sent again": Mistake(
        "q.state = 'admitted' AND q.turn = _turn;",
        "(q.state = 'admitted' OR q.state = 'submitting') AND q.turn - _turn IN (0, 1);"
        " UPDATE legnext_requests SET turn = _turn + 1 WHERE id = _request AND owner = _owner;",
    ),
    "an unknown request goes back to the queue": Mistake(
        "SET state = 'unknown', turn = turn + 1, error = 'its worker stopped",
        "SET state = 'new', turn = turn + 1, error = 'its worker stopped",
    ),
    "an unknown request frees its place at once": Mistake(
        "OR until > now());", "OR (state = 'submitted' AND until > now()));"
    ),
    "an accepted job is not recorded": Mistake(
        "owner = _owner AND state IN ('submitting', 'unknown') AND job_id IS NULL",
        "owner = _owner AND state IN ('submitting', 'unknown') AND _state <> 'submitted'",
    ),
    "a place is not counted while the request is sent": Mistake(
        "(state IN ('admitted', 'submitting') OR until > now())", "(state = 'admitted' OR state = 'submitted')"
    ),
    "the cursor skips rows": Mistake(
        "cursor = greatest(cursor, q.row_id)", "cursor = greatest(cursor, q.row_id + (q.id % 5 = 0)::int)"
    ),
    "the points of a row are not counted": Mistake(", counted = counted + q.price", ""),
    "the budget does not hold": Mistake(
        "EXIT WHEN q.row_id IS NULL OR a.counted + q.price > a.budget", "EXIT WHEN q.row_id IS NULL"
    ),
    "an unknown request frees its points at once": Mistake(
        "CASE WHEN _state <> 'new' THEN coalesce(", "CASE WHEN _state NOT IN ('new', 'unknown') THEN coalesce("
    ),
    "a late response is thrown away": Mistake(
        "owner = _owner AND state IN ('submitting', 'unknown') AND job_id",
        "owner = _owner AND state = 'submitting' AND job_id",
    ),
    "the tasks of dead workers stay with them": Mistake(
        "status = 'doing' AND NOT EXISTS", "status = 'doing' AND queue_name = '' AND NOT EXISTS"
    ),
    "a lost response is sent again": Mistake(
        'return {"state": UNKNOWN, "error"', 'return {"state": NEW, "error"', schema=False
    ),
    "a lost response counts as refused": Mistake(
        'return {"state": UNKNOWN, "error"', 'return {"state": FAILED, "error"', schema=False
    ),
    "the intent is not fenced by its owner": Mistake(
        "AND turn = _turn + 1 AND owner = _owner", "AND turn >= _turn + 1"
    ),
    "a job is noted under another request": Mistake(
        "poll_state(verdict.state,",
        "poll_state(State({**verdict.data, 'job_id': verdict.data['job_id'][::-1]}),",
        schema=False,
    ),
}

RIGHT = ("nothing", "nothing, of places")
"""Trials of the right fleet, with the plans of the wrong ones."""


def notice(cluster: Cluster, name: str) -> bool:
    """Run trials of a wrong fleet; return whether one failed."""
    plan = Plan(rows=40, budget=20 * DIFFUSION, faults=2, extras=False, mistake=MISTAKES.get(name))
    if "place" in name:  # jobs that run on after a loss has been noticed
        plan = plan._replace(rows=24, time_scale=15.0, job_timeout=12.0, aimed=2, blind=0, pauses=0, stops=0)
        plan = plan._replace(chains=0, refusals=False)
    for seed in (1, 2, 3):
        try:
            Trial(cluster, seed, plan).run(patience=40.0 if plan.mistake else 200.0)
        except AssertionError as error:  # another would be a defect of the trial
            print(f"noticed: {name}: {str(error).splitlines()[0][:150]}", flush=True)
            return True
    print(f"NOT noticed: {name}", flush=True)
    return False
