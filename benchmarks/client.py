"""What the client costs beside bare httpx and the published SDK: `python benchmarks/client.py [--sdk-python PYTHON]`.

Each contestant runs in a process of its own against one local server; rounds are interleaved, so that a busy machine
troubles all alike, and the best round of each counts. `--sdk-python` is the interpreter of another environment that has
`legnext` 0.3.0; without it, that row is left out. Printed, not asserted.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import socketserver
import subprocess
import sys
import threading
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client.core.flow import Received, Send

KEY = "sk-0123456789abcdefWXYZ"
TEXT = "a lighthouse at dusk --ar 16:9 --v 7"
ANSWER: dict[str, Any] = {
    "job_id": "6c0e8e57-2d31-4f39-9a8a-07d3cbd6ac4f",
    "model": "midjourney",
    "task_type": "diffusion",
    "status": "pending",
    "config": {"service_mode": "public", "webhook_config": {"endpoint": "", "secret": ""}},
    "input": None,
    "output": {"image_url": "", "image_urls": None, "seed": ""},
    "meta": {
        "created_at": "2025-11-05T08:22:37Z",
        "started_at": "2025-11-05T08:22:38Z",
        "ended_at": "2025-11-05T08:23:21Z",
        "usage": {"type": "point", "frozen": 80, "consume": 0},
    },
    "detail": None,
    "logs": [],
    "error": {"code": 0, "raw_message": "", "message": "", "detail": None},
}
CALLS, ROUNDS = 300, 12


# ---- one local server ------------------------------------------------------------------------------------------------


class Handler(socketserver.StreamRequestHandler):
    """Answers every request with the same job, over kept connections."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        body = json.dumps(ANSWER).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        while self.rfile.readline().strip():
            length = 0
            while line := self.rfile.readline().strip().lower():
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
            self.rfile.read(length)
            self.wfile.write(head + body)


def serve() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        print(f"http://127.0.0.1:{server.server_address[1]}/api", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()


# ---- the contestants -------------------------------------------------------------------------------------------------


def bare(url: str) -> Callable[[], None]:
    """The least one would write with httpx: post, get, read the JSON."""
    import httpx

    client = httpx.Client(headers={"x-api-key": KEY}, timeout=30.0)
    job = f"{url}/v1/job/{ANSWER['job_id']}"

    def call() -> None:
        assert client.post(f"{url}/v1/diffusion", json={"text": TEXT}).raise_for_status().json()["status"]
        assert client.get(job).raise_for_status().json()["status"]

    return call


def ours(url: str) -> Callable[[], None]:
    from legnext_client import Client

    client = Client(KEY, base_url=url)

    def call() -> None:
        assert client.midjourney.diffusion(text=TEXT).status
        assert client.tasks.get(str(ANSWER["job_id"])).status

    return call


def sdk(url: str) -> Callable[[], None]:
    from importlib import import_module  # it is in another environment, where no type checker looks

    client: Any = import_module("legnext").Client(KEY, base_url=url)

    def call() -> None:
        assert client.midjourney.diffusion(text=TEXT).status
        assert client.tasks.get(str(ANSWER["job_id"])).status

    return call


CONTESTANTS = {"bare httpx": bare, "legnext_client": ours, "legnext 0.3.0": sdk}


def work(name: str, url: str) -> None:
    """A contestant's process: for each line that comes, a round of calls, answered with its CPU seconds."""
    call = CONTESTANTS[name](url)
    call()
    print("ready", flush=True)
    for line in sys.stdin:
        begin = time.process_time()
        for _ in range(int(line)):
            call()
        print(time.process_time() - begin, flush=True)


class Worker:
    def __init__(self, python: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [python, __file__, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def say(self, line: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.hear()

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def calls(pythons: dict[str, str]) -> None:
    server = Worker(sys.executable, "--serve")
    url = server.hear()
    workers = {name: Worker(python, "--work", name, url) for name, python in pythons.items()}
    ready = {name: worker for name, worker in workers.items() if worker.hear() == "ready"}
    best = dict.fromkeys(ready, float("inf"))
    for _ in range(ROUNDS):
        for name, worker in ready.items():
            best[name] = min(best[name], float(worker.say(str(CALLS))))
    for worker in [*workers.values(), server]:
        worker.end()
    print("CPU for one POST and one GET, JSON read")
    for name, seconds in best.items():
        print(f"  {name:44} {seconds / CALLS * 1e6:8.0f} µs   {seconds / best['bare httpx']:5.2f} × bare httpx")


# ---- import, memory, many jobs ---------------------------------------------------------------------------------------

IMPORTS = {
    "import httpx": "import httpx",
    "import httpx; httpx.Client()": "import httpx; httpx.Client()",
    "import legnext_client": "import legnext_client",
    "from legnext_client import Client": "from legnext_client import Client",
    "from legnext_client import Client; Client(…)": f"from legnext_client import Client; Client('{KEY}')",
}
SDK_IMPORTS = {"import legnext (0.3.0)": "import legnext"}


def imports(python: str, statements: dict[str, str]) -> None:
    for name, statement in statements.items():
        code = f"import time; b = time.process_time(); {statement}; print(time.process_time() - b)"
        runs = [subprocess.run([python, "-c", code], capture_output=True, text=True, check=True) for _ in range(5)]
        print(f"  {name:44} {min(float(run.stdout) for run in runs) * 1000:8.1f} ms")


class VirtualClock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    async def async_sleep(self, seconds: float) -> None:
        raise NotImplementedError


class Lasting:
    """A service in memory: each job lasts as images do."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.polls = 0
        self.late: list[float] = []
        self._dice = random.Random(1)
        self._ends: dict[str, float] = {}

    def send(self, send: Send) -> Received:
        from legnext_client.core.flow import Received

        if send.request.paid:
            job_id, status = f"job-{len(self._ends)}", "pending"
            self._ends[job_id] = self.clock.time + 45.0 * self._dice.lognormvariate(0.0, 0.35)
        else:
            self.polls += 1
            job_id = send.request.path.rsplit("/", 1)[1]
            status = "completed" if self.clock.time >= self._ends[job_id] else "processing"
            if status == "completed":
                self.late.append(self.clock.time - self._ends[job_id])
        return Received(200, {}, json.dumps({**ANSWER, "job_id": job_id, "status": status, "meta": None}).encode())

    def close(self) -> None: ...


def many(count: int = 2000) -> None:
    from legnext_client import Client

    clock = VirtualClock()
    service = Lasting(clock)
    with Client(KEY, transport=service, clock=clock, requests_per_second=200) as client:
        gc.collect()
        tracemalloc.start()
        jobs = [client.midjourney.diffusion(text=TEXT) for _ in range(count)]
        waiting = client.wait_all(jobs)
        first = next(waiting)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(f"memory per waiting job, its answer included: {held / count / 1024:.1f} kB")
        begin = time.process_time()
        done = [first, *waiting]
        seconds = time.process_time() - begin
    assert len(done) == count
    print(
        f"{count} jobs waited for at once: {seconds:.2f} s of CPU, {service.polls / count:.2f} questions each, "
        f"{sum(service.late) / count:.1f} s late on average, over after {clock.time:.0f} virtual seconds"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdk-python", help="an interpreter that has legnext 0.3.0")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
    elif given.work:
        work(*given.work)
    else:
        pythons = {"bare httpx": sys.executable, "legnext_client": sys.executable}
        if given.sdk_python:
            pythons["legnext 0.3.0"] = given.sdk_python
        else:
            print("legnext 0.3.0 is left out: give --sdk-python, an interpreter that has it\n")
        calls(pythons)
        print("CPU of imports")
        imports(sys.executable, IMPORTS)
        if given.sdk_python:
            imports(given.sdk_python, SDK_IMPORTS)
        many()


if __name__ == "__main__":
    main()
