"""How often a call is paid for more than once when the answers to paid calls are lost, broken or late.

Half of the calls are struck, by a seed. The mock's ledger is the truth: it lists every job that was accepted.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from benchmarks.conducting import Contestant, conduct, settings_for
from benchmarks.peers import PUBLISHED, peer_python
from benchmarks.table import Figures, Section, Subject, tell
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.effort import Effort
    from legnext_client.mock.service import Submission

RATE = 0.5
PATIENCE, LATE = 0.2, 0.5
"""Seconds that a client waits for an answer here, and after how many a late one comes."""

LOST = Subject("paid again, of 100 calls: responses lost or broken", PUBLISHED, "", "0")
REFUSED = Subject("paid again, of 100 calls: a 5xx for what was accepted", PUBLISHED, "", "0")
TOO_LATE = Subject("paid again, of 100 calls: responses too late", PUBLISHED, "", "0")

FAULTS: dict[Subject, tuple[Mapping[str, Any], ...]] = {
    LOST: ({"name": "close_after"}, {"name": "truncate"}, {"name": "html"}),
    REFUSED: tuple({"name": "error_after", "status": status} for status in (500, 502, 503)),
    TOO_LATE: ({"name": "delay", "seconds": LATE},),
}


def measure(effort: Effort) -> dict[Subject, Figures]:
    ways = {"ours": sys.executable}
    if python := peer_python():
        ways["published"] = python
    paid: dict[tuple[Subject, str], float] = {}
    with MockServer(concurrency=0, credits=10**9, answers="plain", callbacks="off") as server:
        for subject, faults in FAULTS.items():
            for fault in faults:
                for way, python in ways.items():
                    again = paid_again(server, python, way, fault, effort.doubtful)
                    share = 100 * again / (effort.doubtful * len(faults))
                    paid[subject, way] = paid.get((subject, way), 0.0) + share
    return {subject: Figures(paid[subject, "ours"], paid.get((subject, "published"))) for subject in FAULTS}


def paid_again(server: MockServer, python: str, way: str, fault: Mapping[str, Any], calls: int) -> int:
    """How many jobs there are beyond one for each call, after so many under this fault."""
    server.reset()
    struck = server.faults.add(**fault, method="POST", rate=RATE)
    settings = settings_for(server, way, calls=calls, timeout=PATIENCE)
    result = conduct({way: Contestant(python, "doubts", settings, server)})[way]
    again = beyond_one_each(server.ledger)
    tell(f"  {way}, {fault}: struck {struck.struck} times, {again} paid again; {result['ends']}")
    return again


def beyond_one_each(ledger: Sequence[Submission]) -> int:
    """How many jobs ask for what another one has asked for before."""
    accepted = Counter(submission.body["text"] for submission in ledger)
    return sum(times - 1 for times in accepted.values())


SECTION = Section("doubts", tuple(FAULTS), measure)
