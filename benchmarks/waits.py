"""How much memory a job takes that is waited for, and how often it is asked for how late."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks import polls
from benchmarks.conducting import Contestant, conduct, settings_for
from benchmarks.peers import PUBLISHED, peer_python
from benchmarks.table import Figures, Section, Subject
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from benchmarks.effort import Effort
    from legnext_client._protocol.polling import Expectation

UNTIL = {"ours": 30.0, "naive": 1.0}
"""By then each job has been asked for: here when the first ones are likely to be done, there at once."""
INTERVAL = 3.0
"""Between the published SDK's questions."""
FIXED = f"every {INTERVAL:g} s"

MEMORY = Subject("memory per waiting job", f"`gather`, {PUBLISHED}", "kB")
POLLS = {
    (Subject(f"polls per {what}", FIXED, "", most), Subject(f"{what} found done late by", FIXED, "%", late)): kind
    for what, kind, most, late in (("image", polls.IMAGE, "6.5", "6.5 %"), ("video", polls.VIDEO, "5", "6 %"))
}


def measure(effort: Effort) -> dict[Subject, Figures]:
    found = {MEMORY: memory(effort.waiting)}
    for (questions, late), expected in POLLS.items():
        found[questions], found[late] = polled(expected, effort.polled)
    return found


def memory(jobs: int) -> Figures:
    ways = {"ours": sys.executable}
    if python := peer_python():
        ways["naive"] = python
    with ExitStack() as stack:
        contestants: dict[str, Contestant] = {}
        for way, python in ways.items():
            server = stack.enter_context(MockServer(concurrency=0, credits=10**9, answers="plain", callbacks="off"))
            contestants[way] = Contestant(
                python, "waits", settings_for(server, way, jobs=jobs, seconds=UNTIL[way]), server
            )
        found = {way: result["kilobytes"] for way, result in conduct(contestants).items()}
    return Figures(found["ours"], found.get("naive"))


def polled(expected: Expectation, jobs: int) -> tuple[Figures, Figures]:
    """Questions per job and delay in per cent of its duration; simulated with one seed, so always the same."""
    here, there = polls.schedule(expected, jobs), polls.fixed(expected, INTERVAL, jobs)
    return Figures(here.polls, there.polls), Figures(100 * here.delay, 100 * there.delay)


SECTION = Section("waiting", (MEMORY, *(subject for pair in POLLS for subject in pair)), measure)
