"""Start a mock server, let schemathesis at it, and tell what happened.

`make contract` runs it: nothing must fail, every follow-up must be accepted on a job that was there, and no generated
address called.

The command line of schemathesis is what runs all four phases in one go, with one configuration; its pytest integration
has no phases. So it runs as a process of its own, which also keeps its hooks out of ours.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from legnext_client.testing import MockServer

from .description import SOURCE, paid, that

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-for-schemathesis"
RICH = 10**12


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    status: int
    output: str
    ledger: list[Any]
    outcomes_of_callbacks: set[str]

    @property
    def chains(self) -> dict[str, tuple[str, ...]]:
        """For every accepted job, the operations that led to it, from the first to its own."""
        chains: dict[str, tuple[str, ...]] = {}
        for line in self.ledger:
            chains[line.job_id] = (*chains.get(line.body.get(SOURCE, ""), ()), line.operation)
        return chains

    def followed(self) -> set[str]:
        """The operations that were accepted on a job that was there before."""
        return {line.operation for line in self.ledger if SOURCE in line.body}

    @property
    def links(self) -> int:
        """How many of the document's links were walked."""
        found = re.search(r"API Links: +(\d+) covered", self.output)
        return int(found[1]) if found else 0


def put_documented_jobs(server: MockServer) -> None:
    """The documented examples build upon jobs; let there be such jobs, so that the examples can be accepted.

    One example's job serves several operations, so the images are drafts, which all of them take.
    """
    grid, chain = that(takes="nothing", makes="images"), that(role="chain.start")
    for operation in paid():
        for _, body in operation.examples():
            if SOURCE in body and body[SOURCE] not in server.jobs:
                wanted = chain if operation.rules["takes"] == "video" else grid
                prompt = {wanted.rules["prompt"]["field"]: "a fox runs" if wanted is chain else "a fox --v 7 --draft"}
                server.jobs.add(body[SOURCE], operation=wanted.name, body=prompt)


def run(*options: str) -> Outcome:
    """One run of schemathesis, with these options after the usual ones."""
    with MockServer(keys=(KEY,), credits=RICH, concurrency=0, answers="plain", bodies="strict") as server:
        put_documented_jobs(server)
        environment = {**os.environ, "MOCK_BASE_URL": server.base_url, "MOCK_KEY": KEY, "NO_PROXY": "127.0.0.1"}
        spec = ROOT / "legnext_client" / "openapi.json"
        command = [sys.executable, "-m", "schemathesis.cli", "run", str(spec), "--no-color", *options]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        ledger = server.ledger
        outcomes = {delivery.outcome for delivery in server.callbacks.sent}
    return Outcome(done.returncode, done.stdout, ledger, outcomes)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--examples", type=int, default=300, help="how many cases to draw for each operation")
    arguments.add_argument("--seed", type=int, help="repeat the run that had this seed")
    options = arguments.parse_args()
    seed = [] if options.seed is None else ["--seed", str(options.seed)]
    outcome = run("--max-examples", str(options.examples), *seed)
    print(outcome.output)
    print(f"{len(outcome.ledger)} jobs accepted; the longest chain: {' → '.join(longest_chain(outcome))}")
    print(f"{outcome.links} links walked; accepted on a job that was there: {', '.join(sorted(outcome.followed()))}")
    missed = {each.name for each in paid() if SOURCE in each.body["properties"]} - outcome.followed()
    if missed or len(longest_chain(outcome)) < 3 or outcome.outcomes_of_callbacks != {"not loopback"}:
        print(f"never accepted: {', '.join(sorted(missed)) or 'none'}; callbacks: {outcome.outcomes_of_callbacks}")
        return 1
    return outcome.status


def longest_chain(outcome: Outcome) -> tuple[str, ...]:
    return max(outcome.chains.values(), key=len, default=())


if __name__ == "__main__":
    sys.exit(main())
