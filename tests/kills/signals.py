"""Batches that get signals, against a server of their own that knows nothing but to count what it has accepted.

The mock is made from the same document as the client; this server is not. It is written by hand, on `http.server`, and
sends the signal itself: exactly when it has accepted a request, before the answer goes out or after. The client is used
by its public names alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client import AsyncClient, Client, Journal
from legnext_client.errors import JournalError, LegnextError
from tests.kills.processes import CONTEXT, STUCK

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

ROWS = [{"key": f"row {number}", "text": f"a cat on roof {number}"} for number in range(6)]
REFUSED, FAILED, INTERRUPTED = 3, 4, 5
"""How a process ends whose journal is in use; that had another error; that was interrupted."""
MOMENTS = ("accepted", "answered")
SIGNALS = ("kill", "stop", "stop, then kill", "interrupt", "interrupt twice")


class Plan(NamedTuple):
    """What happens in a trial, and when."""

    seed: int
    signal: str
    moment: str

    def __str__(self) -> str:
        return f"{self.signal}, {self.moment}, {self.seed}"


def plans(seed: int, count: int) -> list[Plan]:
    """Plan so many trials, with each signal in its turn; the same seed is always the same trial."""
    every = [(signal, moment) for signal in SIGNALS for moment in MOMENTS]
    return [Plan(number, *every[number % len(every)]) for number in range(seed, seed + count)]


class Service(ThreadingHTTPServer):
    """Accepts jobs, counts each by its key, and finishes it when it was asked for it three times."""

    daemon_threads = True

    def __init__(self, plan: Plan) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.chance = random.Random(str(plan))
        self.lock = threading.Lock()
        self.accepted: dict[str, list[str]] = {row["key"]: [] for row in ROWS}
        """The ids of the jobs that were accepted for each row."""
        self.asked = Counter[str]()
        self.calm = False
        """Whether it answers every request as it should."""
        self.at: dict[tuple[str, int], Callable[[], object]] = {}
        """What is done at which moment of which accepted request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Service:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever was killed has left its connections."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    @property
    def service(self) -> Service:
        assert isinstance(self.server, Service)
        return self.server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        [key] = [row["key"] for row in ROWS if row["text"] == body["text"]]
        service = self.service
        with service.lock:
            number = 1 + sum(map(len, service.accepted.values()))
            job_id = f"job {number} of {key}"
            service.accepted[key].append(job_id)
            lost = not service.calm and service.chance.random() < 0.15
        service.at.pop(("accepted", number), int)()
        if lost:
            self.close_connection = True
        else:
            self._answer({"job_id": job_id, "status": "pending", "task_type": "diffusion"})
        service.at.pop(("answered", number), int)()

    def do_GET(self) -> None:
        if "/job/" not in self.path:
            self._answer({"data": {"available_credits": 100_000, "available_points": 0}})
            return
        job_id = self.path.rpartition("/")[2].replace("%20", " ")
        with self.service.lock:
            self.service.asked[job_id] += 1
            done = self.service.asked[job_id] > 2
        job = {"job_id": job_id, "status": "completed" if done else "processing", "task_type": "diffusion"}
        self._answer(job | {"output": {"image_urls": []}, "meta": {"usage": {"consume": 80 * done}}})

    def _answer(self, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


# ---- the process that gets the signals ------------------------------------------------------------------------------


def run_batch(url: str, path: str, asynchronous: bool) -> None:
    """Run the batch; the exit code says how it ended."""
    code = 0
    settings: dict[str, Any] = {"api_key": "a-key", "base_url": url, "requests_per_second": 2000}
    try:
        if asynchronous:
            asyncio.run(_run_batch(settings, path))
        else:
            with Client(**settings) as client:
                for _ in client.batch(ROWS, path, concurrency=len(ROWS), poll_interval=0.005):
                    pass
    except KeyboardInterrupt:
        code = INTERRUPTED
    except LegnextError as error:
        code = REFUSED if isinstance(error, JournalError) and "in use" in str(error) else FAILED
        if code == FAILED:
            print(repr(error), file=sys.stderr)
    os._exit(code)


async def _run_batch(settings: dict[str, Any], path: str) -> None:
    async with AsyncClient(**settings) as client:
        async for _ in client.batch(ROWS, path, concurrency=len(ROWS), poll_interval=0.005):
            pass


def _start(service: Service, path: Path, plan: Plan) -> BaseProcess:
    asynchronous = (plan.seed + plan.seed // 10) % 2 == 0
    process = CONTEXT.Process(target=run_batch, args=(service.url, str(path), asynchronous), daemon=True)
    process.start()
    return process


def _end(process: BaseProcess) -> int:
    process.join(STUCK)
    if process.exitcode is None:
        process.kill()
        raise AssertionError("a process hangs")
    return process.exitcode


# ---- trials ---------------------------------------------------------------------------------------------------------


def trial(plan: Plan, path: Path) -> str:
    """Have a batch get signals, go on with it, and look at what the server has accepted; how the first run ended."""
    with Service(plan) as service:
        reached, go_on = threading.Event(), threading.Event()
        first = _start(service, path, plan)

        def signals() -> None:
            assert first.pid is not None
            for sent in {
                "kill": [signal.SIGKILL],
                "interrupt": [signal.SIGINT],
                "interrupt twice": [signal.SIGINT, signal.SIGINT],
            }.get(plan.signal, [signal.SIGSTOP]):
                os.kill(first.pid, sent)
            reached.set()
            if plan.signal.startswith("stop"):
                go_on.wait(STUCK)

        service.at[plan.moment, service.chance.randrange(1, len(ROWS))] = signals
        if plan.signal.startswith("stop"):
            _check(reached.wait(STUCK), "the signal was not sent", plan)
            _check(_end(_start(service, path, plan)) == REFUSED, "a second run was not refused", plan)
            assert first.pid is not None
            os.kill(first.pid, signal.SIGKILL if "kill" in plan.signal else signal.SIGCONT)
            go_on.set()
        ended = _end(first)
        _check(ended != FAILED, "the first run failed", plan)
        service.at.clear()
        _check(_end(_start(service, path, plan)) == 0, "the second run failed", plan)
        _check_all(service, path, plan)
        service.calm = True
        _settle(service, path)
        _check(_end(_start(service, path, plan)) == 0, "the last run failed", plan)
        _check_all(service, path, plan)
        with Journal(path) as journal:
            states = {entry.key: entry.state for entry in journal.entries()}
        _check(states == {row["key"]: "done" for row in ROWS}, f"in the end, the rows are {states}", plan)
    return {0: "went on", INTERRUPTED: "was interrupted"}.get(ended, "was killed")


def _check(right: bool, said: str, plan: Plan) -> None:
    if not right:
        raise AssertionError(f"{said}; repeat with --seed {plan.seed} --trials 1")


def _check_all(service: Service, path: Path, plan: Plan) -> None:
    """Nothing was paid twice; and what was paid is in the journal, by its id, or as unknown."""
    twice = {key: jobs for key, jobs in service.accepted.items() if len(jobs) > 1}
    _check(not twice, f"paid twice: {twice}", plan)
    with Journal(path) as journal:
        entries = {entry.key: entry for entry in journal.entries()}
    for key, jobs in service.accepted.items():
        entry = entries.get(key)
        known = entry is not None and (entry.job_id in jobs or entry.state == "unknown")
        _check(known or not jobs, f"{jobs} is lost: the journal has {entry}", plan)


def _settle(service: Service, path: Path) -> None:
    """Say what became of what is unknown, as the server knows it."""
    with Journal(path) as journal:
        for entry in list(journal.entries("unknown", "submitting")):
            jobs = service.accepted[entry.key]
            if jobs:
                journal.adopt(entry.key, jobs[0])
            else:
                journal.resubmit(entry.key)


def main() -> int:
    parser = argparse.ArgumentParser(description="Send signals to batches, and look at what was accepted.")
    parser.add_argument("--seed", type=int, default=1, help="of the first trial; each next one has the next")
    parser.add_argument("--trials", type=int, default=100)
    options = parser.parse_args()
    ends = Counter[str]()
    for plan in plans(options.seed, options.trials):
        with tempfile.TemporaryDirectory(prefix="signals-") as directory:
            ends[f"{plan.signal}: {trial(plan, Path(directory, 'run.db'))}"] += 1
    print("\n".join(f"{times} of {end}" for end, times in sorted(ends.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
