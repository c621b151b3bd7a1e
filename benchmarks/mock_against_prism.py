"""The mock server side by side with Prism, on the same document, in one run: `python -m benchmarks.mock_against_prism`.

Prism (`@stoplight/prism-cli`) is installed with npm into `.tools/prism` on the first run; without npm, only the mock is
measured. The server runs on one core, the load on another; rounds alternate, so that whatever else this machine does
strikes both; medians are told. On a machine that has other work to do, the processor time says more than the clock, so
both are told. Numbers are printed, never asserted.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.request import Request, urlopen

from . import load

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "legnext_client" / "openapi.json"
PRISM_VERSION = "5.14.2"
PRISM_FOLDER = ROOT / ".tools" / "prism"
PRISM = PRISM_FOLDER / "node_modules" / ".bin" / "prism"
KEY = "mock-key"
GOALS = {"POST": 4, "GET": 5}
SERVER_CORE, LOAD_CORE = 0, 1


@dataclass(frozen=True)
class Subject:
    """A server to measure: how to start it, and where its paths begin."""

    name: str
    command: list[str]
    base: str


@dataclass(frozen=True)
class Calls:
    """The two calls that are measured, as the document names them."""

    submit: str
    body: bytes
    job: str

    @classmethod
    def of(cls, document: dict[str, Any]) -> Calls:
        submit, job, field = "", "", ""
        for path, item in document["paths"].items():
            for operation in item.values():
                rules = operation.get("x-legnext", {})
                if not submit and (rules.get("takes"), rules.get("makes")) == ("nothing", "images"):
                    submit, field = path, rules["prompt"]["field"]
                if rules.get("role") == "job":
                    job = path.partition("{")[0]
        return cls(submit, json.dumps({field: "a lighthouse at dusk, oil on canvas --ar 16:9"}).encode(), job)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def subjects(document: dict[str, Any], prism_log: str | None) -> list[Subject]:
    base = "/" + document["servers"][0]["url"].split("/", 3)[3]
    mock = [sys.executable, "-m", "legnext_client.mock", "--concurrency", "0", "--credits", str(10**12), "--seed", "1"]
    found = [Subject("mock", mock, base)]
    if prism_log is not None and install_prism():
        found.append(Subject("prism", [str(PRISM), "mock", str(DOCUMENT), "-v", prism_log], ""))
    return found


def install_prism() -> bool:
    if PRISM.exists():
        return True
    npm = shutil.which("npm")
    if npm is None:
        print("npm is not here, so Prism is not measured.")
        return False
    PRISM_FOLDER.mkdir(parents=True, exist_ok=True)
    package = f"@stoplight/prism-cli@{PRISM_VERSION}"
    command = [npm, "install", "--prefix", str(PRISM_FOLDER), "--no-audit", "--no-fund", "--ignore-scripts", package]
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0


def on_core(core: int, command: list[str]) -> list[str]:
    taskset = shutil.which("taskset")
    return [taskset, "--cpu-list", str(core), *command] if taskset and (os.cpu_count() or 1) > 1 else command


@contextlib.contextmanager
def running(subject: Subject, calls: Calls) -> Generator[tuple[int, int, float]]:
    """The port and process id of a server that answers, and how many seconds passed until it did."""
    port = free_port()
    begin = perf_counter()
    process = subprocess.Popen(
        on_core(SERVER_CORE, [*subject.command, "--port", str(port)]),
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}{subject.base}{calls.submit}"
        until_answered(Request(url, calls.body, {"x-api-key": KEY, "content-type": "application/json"}), process)
        yield port, process.pid, perf_counter() - begin
    finally:
        process.terminate()
        process.wait(20)


def until_answered(request: Request, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with contextlib.suppress(OSError), urlopen(request, timeout=5) as answer:
            answer.read()
            return
        sleep(0.005)
    raise RuntimeError(f"{request.full_url} never answered; the server ended with {process.returncode}")


def first_job(port: int, subject: Subject, calls: Calls) -> str:
    url = f"http://127.0.0.1:{port}{subject.base}{calls.submit}"
    request = Request(url, calls.body, {"x-api-key": KEY, "content-type": "application/json"})
    with urlopen(request, timeout=5) as answer:
        return str(json.load(answer)["job_id"])


class Speed(NamedTuple):
    """Requests per second, by the clock and by the processor time that the server used."""

    clock: float
    processor: float


Speeds = dict[tuple[str, str], list[Speed]]


def rounds_of(found: list[Subject], calls: Calls, rounds: int, seconds: float) -> Speeds:
    """The speed of each server and method, round by round."""
    speeds: Speeds = {}
    with contextlib.ExitStack() as stack:
        wires: dict[tuple[str, str], tuple[int, int, bytes]] = {}
        for subject in found:
            port, pid, _ = stack.enter_context(running(subject, calls))
            key = {"x-api-key": KEY}
            job = subject.base + calls.job + first_job(port, subject, calls)
            wires["POST", subject.name] = port, pid, load.request("POST", subject.base + calls.submit, key, calls.body)
            wires["GET", subject.name] = port, pid, load.request("GET", job, key)
        for number in range(rounds + 1):
            for what, (port, pid, wire) in wires.items():
                used = processor_seconds(pid)
                tally = load.for_seconds(port, wire, seconds)
                if tally.refused:
                    print(f"{tally.refused} of {tally.answers} answers of {what} are not 200.")
                if number:  # the first round only warms up
                    used = processor_seconds(pid) - used
                    speeds.setdefault(what, []).append(Speed(tally.per_second, tally.answers / used))
    return speeds


def told_speeds(speeds: Speeds) -> None:
    for kind in Speed._fields:
        print(f"\n{'requests/s, by the ' + kind:34} {'mock':>8} {'prism':>8} {'ratio':>7} {'lowest':>7} {'goal':>6}")
        for method, goal in GOALS.items():
            mock = [getattr(speed, kind) for speed in speeds[method, "mock"]]
            prism = [getattr(speed, kind) for speed in speeds.get((method, "prism"), [])]
            if not prism:
                print(f"{method:34} {median(mock):8.0f} {'–':>8}")
                continue
            ratios = [one / other for one, other in zip(mock, prism, strict=True)]
            told = f"{median(mock):8.0f} {median(prism):8.0f} {median(ratios):6.1f}× {min(ratios):6.1f}× {goal:5}×"
            print(f"{method:34} {told}")


def told_starts(found: list[Subject], calls: Calls, times: int) -> None:
    print(f"\n{'start to first answer':22}", end="")
    for subject in found:
        taken: list[float] = []
        for _ in range(times):
            with running(subject, calls) as (_, _, seconds):
                taken.append(seconds)
        print(f" {subject.name} {median(taken):.2f} s", end="", flush=True)
    print("   (goal of the mock: 0.5 s)")


def told_many(subject: Subject, calls: Calls, jobs: int) -> None:
    """Time and memory for many jobs that are created, and then each fetched."""
    key = {"x-api-key": KEY}
    submit = load.request("POST", subject.base + calls.submit, key, calls.body)
    with running(subject, calls) as (port, pid, _):
        before = resident(pid)
        created = load.each(port, (submit for _ in range(jobs)), keep_bodies=True)
        ids = [json.loads(body)["job_id"] for body in created.bodies]
        held = resident(pid)
        fetched = load.each(port, (load.request("GET", subject.base + calls.job + each, key) for each in ids))
        assert len(set(ids)) == created.answers == jobs
        assert created.refused == fetched.refused == 0
        print(
            f"\n{jobs:,} jobs: created in {created.seconds:.1f} s, each fetched in {fetched.seconds:.1f} s, "
            f"{(held - before) / 2**20:.0f} MB more memory ({(held - before) / jobs:.0f} bytes a job)"
        )


def processor_seconds(pid: int) -> float:
    """The processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """The memory of a process, in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=float, default=2.0, help="of each round, server and method")
    arguments.add_argument("--jobs", type=int, default=100_000)
    arguments.add_argument("--prism-log", default="silent", help="what Prism logs; its default is info, and slower")
    arguments.add_argument("--without-prism", action="store_true")
    options = arguments.parse_args()
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    calls = Calls.of(document)
    found = subjects(document, None if options.without_prism else options.prism_log)
    if (os.cpu_count() or 1) > 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {LOAD_CORE})
    told_speeds(rounds_of(found, calls, options.rounds, options.seconds))
    told_starts(found, calls, 5)
    told_many(found[0], calls, options.jobs)


if __name__ == "__main__":
    main()
