"""The mock server side by side with Prism, on the same document, in one run.

The server runs on one core, the load on another; rounds alternate, so that whatever else this machine does strikes
both. The table tells the processor time that a server uses; `python -m benchmarks.mock_against_prism` also what the
clock says, and what many jobs take. Prism is `@stoplight/prism-cli` from npm; without npm, only the mock is measured.
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
from time import sleep
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.request import Request, urlopen

import npm_tools

from benchmarks import load, table

if TYPE_CHECKING:
    from collections.abc import Generator

    from benchmarks.effort import Effort

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "legnext_client" / "openapi.json"
KEY = "mock-key"
GOALS = {"POST": 3, "GET": 3}
SERVER_CORE, LOAD_CORE = 0, 1

SPEEDS = {
    method: table.Subject(f"the mock: {method}s per second of CPU", "Prism, silent", "/s", f"{goal} ×")
    for method, goal in GOALS.items()
}
START = table.Subject("the mock: start to first response, CPU", "Prism, silent", "s", "0.5 s")


@dataclass(frozen=True)
class Server:
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
                made = rules.get("takes"), rules.get("makes")
                if not submit and made == ("nothing", "images") and "prompt" in rules:
                    submit, field = path, rules["prompt"]["field"]
                if rules.get("role") == "job":
                    job = path.partition("{")[0]
        return cls(submit, json.dumps({field: "a lighthouse at dusk, oil on canvas --ar 16:9"}).encode(), job)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def servers(document: dict[str, Any], prism_log: str | None) -> list[Server]:
    base = "/" + document["servers"][0]["url"].split("/", 3)[3]
    mock = [sys.executable, "-m", "legnext_client.mock", "--concurrency", "0", "--credits", str(10**12), "--seed", "1"]
    found = [Server("mock", mock, base)]
    if prism_log is not None and has_prism():
        found.append(Server("prism", [npm_tools.command("prism"), "mock", str(DOCUMENT), "-v", prism_log], ""))
    return found


def has_prism() -> bool:
    try:
        npm_tools.install()
    except npm_tools.ToolsMissing as missing:
        table.tell(f"Prism is left out: {missing}.")
        return False
    return True


@contextlib.contextmanager
def load_on_its_core() -> Generator[None]:
    """This process, which makes the load, and the server keep out of each other's way."""
    if (os.cpu_count() or 1) < 2 or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {LOAD_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def on_core(core: int, command: list[str]) -> list[str]:
    taskset = shutil.which("taskset")
    return [taskset, "--cpu-list", str(core), *command] if taskset and (os.cpu_count() or 1) > 1 else command


@contextlib.contextmanager
def running(server: Server, calls: Calls) -> Generator[tuple[int, int]]:
    """The port and process id of a server, from its first answer on."""
    port = free_port()
    process = subprocess.Popen(
        on_core(SERVER_CORE, [*server.command, "--port", str(port)]),
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}{server.base}{calls.submit}"
        until_answered(Request(url, calls.body, {"x-api-key": KEY, "content-type": "application/json"}), process)
        yield port, process.pid
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


def first_job(port: int, server: Server, calls: Calls) -> str:
    url = f"http://127.0.0.1:{port}{server.base}{calls.submit}"
    request = Request(url, calls.body, {"x-api-key": KEY, "content-type": "application/json"})
    with urlopen(request, timeout=5) as answer:
        return str(json.load(answer)["job_id"])


class Speed(NamedTuple):
    """Requests per second, by the clock and by the processor time that the server used."""

    clock: float
    processor: float


Speeds = dict[tuple[str, str], list[Speed]]


def rounds_of(found: list[Server], calls: Calls, rounds: int, seconds: float) -> Speeds:
    """The speed of each server and method, round by round."""
    speeds: Speeds = {}
    with contextlib.ExitStack() as stack:
        wires: dict[tuple[str, str], tuple[int, int, bytes]] = {}
        for server in found:
            port, pid = stack.enter_context(running(server, calls))
            key = {"x-api-key": KEY}
            job = server.base + calls.job + first_job(port, server, calls)
            wires["POST", server.name] = port, pid, load.request("POST", server.base + calls.submit, key, calls.body)
            wires["GET", server.name] = port, pid, load.request("GET", job, key)
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


def starts_of(found: list[Server], calls: Calls, times: int) -> dict[str, list[float]]:
    """Processor seconds from each server's start to its first answer, in turns."""
    taken: dict[str, list[float]] = {server.name: [] for server in found}
    for _ in range(times):
        for server in found:
            with running(server, calls) as (_, pid):
                taken[server.name].append(processor_seconds(pid))
    return taken


def told_many(server: Server, calls: Calls, jobs: int) -> None:
    """Time and memory for many jobs that are created, and then each fetched."""
    key = {"x-api-key": KEY}
    submit = load.request("POST", server.base + calls.submit, key, calls.body)
    with running(server, calls) as (port, pid):
        before = resident(pid)
        created = load.each(port, (submit for _ in range(jobs)), keep_bodies=True)
        ids = [json.loads(body)["job_id"] for body in created.bodies]
        held = resident(pid)
        fetched = load.each(port, (load.request("GET", server.base + calls.job + each, key) for each in ids))
        assert len(set(ids)) == created.answers == jobs
        assert created.refused == fetched.refused == 0
        print(
            f"\n{jobs:,} jobs: created in {created.seconds:.1f} s, each fetched in {fetched.seconds:.1f} s, "
            f"{(held - before) / 2**20:.0f} MB more memory ({(held - before) / jobs:.0f} bytes a job)"
        )


def measure(effort: Effort) -> dict[table.Subject, table.Figures]:
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    calls, found = Calls.of(document), servers(document, "silent")
    with load_on_its_core():
        speeds = rounds_of(found, calls, effort.server_rounds, effort.server_seconds)
        starts = starts_of(found, calls, effort.server_starts)

    def per_second(method: str, name: str) -> list[float]:
        return [speed.processor for speed in speeds.get((method, name), [])]

    return {
        subject: table.Figures.of_rounds(per_second(method, "mock"), per_second(method, "prism"))
        for method, subject in SPEEDS.items()
    } | {START: table.Figures.of_rounds(starts["mock"], starts.get("prism", []))}


SECTION = table.Section("mock", (*SPEEDS.values(), START), measure)


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
    found = servers(document, None if options.without_prism else options.prism_log)
    with load_on_its_core():
        told_speeds(rounds_of(found, calls, options.rounds, options.seconds))
        seconds = [f"{name} {median(taken):.2f} s of CPU" for name, taken in starts_of(found, calls, 5).items()]
        print(f"\nstart to first response: {', '.join(seconds)}   (goal of the mock: 0.5 s)")
        told_many(found[0], calls, options.jobs)


if __name__ == "__main__":
    main()
