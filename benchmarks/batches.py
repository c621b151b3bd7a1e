"""A batch of 10,000 images through one process, beside `gather` over the published SDK's async client.

Both run against a mock of their own whose clock stands but where they sleep, so hours take minutes, and the time they
need can be told beside the least that is possible: what all jobs lasted, divided by how many run at once.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.conducting import Contestant, conduct, settings_for
from benchmarks.peers import PUBLISHED, peer_python
from benchmarks.table import Figures, Section, Subject
from legnext_client.generated.rules import JOBS_AT_ONCE
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.effort import Effort

NAIVE = f"`gather`, {PUBLISHED}"
TIME = Subject(f"batch, {JOBS_AT_ONCE} at once: time, of the least possible", NAIVE)
CALLS = Subject("batch: HTTP calls per job", NAIVE)
MEMORY = Subject("batch: peak memory above an empty client", NAIVE, "MB", "100 MB")
CPU = Subject("batch: CPU per job, journal included", NAIVE, "ms")
CPU_AWAITED = Subject("batch: the same with `AsyncClient`", NAIVE, "ms")

AT_ONCE = "poster number {number}, complete-at-once"
"""The naive way takes minutes of processor time for 10,000 jobs that are asked for again and again. What it holds in
memory can be seen with jobs that are done when they are asked for the first time.
"""


def server() -> MockServer:
    """A mock that takes as many jobs at once as the service does.

    All its answers are of the one shape that the published SDK can read; it raises on the other documented ones.
    """
    return MockServer(concurrency=JOBS_AT_ONCE, credits=10**9, answers="plain", callbacks="off")


def least_seconds(server: MockServer) -> float:
    """What all jobs lasted, shared among as many as run at once."""
    lasted = 0.0
    for job in server.jobs.values():
        created, ended = (datetime.fromisoformat(job["meta"][moment]) for moment in ("created_at", "ended_at"))
        lasted += (ended - created).total_seconds()
    return lasted / JOBS_AT_ONCE


def run(rows: Mapping[str, int], *, prompt: str = "poster number {number}") -> dict[str, dict[str, Any]]:
    """What came of each way, with so many rows; `least` is the time that they cannot do without."""
    pythons = {"ours": sys.executable, "ours, awaited": sys.executable, "naive": peer_python()}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers: dict[str, MockServer] = {}
        contestants: dict[str, Contestant] = {}
        for number, (way, python) in enumerate(pythons.items()):
            if python is None or way not in rows:
                continue
            servers[way] = stack.enter_context(server())
            journal = str(folder / f"{number}.db")
            settings = settings_for(
                servers[way], way, rows=rows[way], prompt=prompt, at_once=JOBS_AT_ONCE, journal=journal
            )
            contestants[way] = Contestant(python, "batches", settings, servers[way])
        results = conduct(contestants)
        for way, result in results.items():
            assert result["done"] == rows[way] == len(servers[way].ledger), f"{way}: {result}"
            result["least"] = least_seconds(servers[way])
            result["calls"] /= rows[way]
            result["cpu"] *= 1000 / rows[way]
    return results


def measure(effort: Effort) -> dict[Subject, Figures]:
    whole = run({"ours": effort.rows, "naive": effort.naive_rows})
    held = run({"naive": effort.rows}, prompt=AT_ONCE)
    each: dict[str, int] = dict.fromkeys(("ours", "ours, awaited", "naive"), effort.round_rows)
    rounds = [run(each) for _ in range(effort.batch_rounds)]

    def both(found: Callable[[dict[str, Any]], float]) -> Figures:
        return Figures(*(found(whole[way]) for way in ("ours", "naive") if way in whole))

    def cpu(way: str) -> list[float]:
        return [results[way]["cpu"] for results in rounds if way in results]

    return {
        TIME: both(lambda result: result["seconds"] / result["least"]),
        CALLS: both(lambda result: result["calls"]),
        MEMORY: Figures(whole["ours"]["memory"], held.get("naive", {}).get("memory")),
        CPU: Figures.of_rounds(cpu("ours"), cpu("naive")),
        CPU_AWAITED: Figures.of_rounds(cpu("ours, awaited"), cpu("naive")),
    }


SECTION = Section("batch", (TIME, CALLS, MEMORY, CPU, CPU_AWAITED), measure)
