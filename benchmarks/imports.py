"""What the package costs to import and to start, in CPU time, against bare httpx.

    python benchmarks/imports.py [runs]

Each statement runs in fresh interpreters, in turn with the others so that a busy moment hits all alike; the median of
user and system time counts. The last column is the ratio with the bare interpreter's own time taken off.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

BARE = "pass"
HTTPX = "import httpx; httpx.Client()"
STATEMENTS = {
    "the bare interpreter": BARE,
    "httpx.Client()": HTTPX,
    "import legnext_client": "import legnext_client",
    "the generated client": (
        "from legnext_client.generated import AuthenticatedClient; AuthenticatedClient(token='x').get_httpx_client()"
    ),
    "legnext_client.Client(api_key='x')": "from legnext_client import Client; Client(api_key='x')",
}


def cpu(statement: str) -> float:
    """Milliseconds of user and system time that a fresh interpreter takes for the statement."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure(statements: dict[str, str], runs: int) -> dict[str, float]:
    """The median of each statement."""
    taken: dict[str, list[float]] = {name: [] for name in statements}
    for _ in range(runs):
        for name, statement in statements.items():
            taken[name].append(cpu(statement))
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    for statement in STATEMENTS.values():
        cpu(statement)  # the first run writes the compiled files
    medians = measure(STATEMENTS, runs)
    bare, httpx = (medians[name] for one in (BARE, HTTPX) for name, statement in STATEMENTS.items() if statement == one)
    print(f"CPU time (user and system), median of {runs} runs, and its ratio to httpx's; the last column without")
    print("the interpreter's own time")
    for name, median in medians.items():
        print(f"{name:36} {median:7.1f} ms {median / httpx:6.2f} × {(median - bare) / (httpx - bare):6.2f} ×")


if __name__ == "__main__":
    main()
