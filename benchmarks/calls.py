"""What a call costs in processor time: one POST and one GET with their answers read, against a server of few lines."""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.conducting import Contestant, started
from benchmarks.peers import PUBLISHED, peer_python
from benchmarks.table import Figures, Section, Subject

if TYPE_CHECKING:
    from collections.abc import Generator

    from benchmarks.effort import Effort

BARE = Subject("a POST and a GET, CPU", "bare httpx", "ms", "1.05 ×")
PEER = Subject("a POST and a GET, CPU", PUBLISHED, "ms")

KEY = "sk-0123456789abcdefWXYZ"
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


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def serving() -> Generator[str]:
    """The base URL of a server that runs meanwhile."""
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/api"
        server.shutdown()


def measure(effort: Effort) -> dict[Subject, Figures]:
    pythons = {"bare": sys.executable, "ours": sys.executable}
    if python := peer_python():
        pythons["published"] = python
    with serving() as url:
        contestants = {
            way: Contestant(python, "calls", {"way": way, "url": url, "key": KEY, "job_id": ANSWER["job_id"]})
            for way, python in pythons.items()
        }
        with started(contestants):
            for contestant in contestants.values():
                assert contestant.ask() == {"ready": True}
            rounds = [
                {way: contestant.ask(str(effort.calls))["cpu"] for way, contestant in contestants.items()}
                for _ in range(effort.call_rounds)
            ]

    def milliseconds(way: str) -> list[float]:
        return [1000 * taken[way] / effort.calls for taken in rounds if way in taken]

    ours = milliseconds("ours")
    return {
        BARE: Figures.of_rounds(ours, milliseconds("bare")),
        PEER: Figures.of_rounds(ours, milliseconds("published")),
    }


SECTION = Section("calls", (BARE, PEER), measure)
