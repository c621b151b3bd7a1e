"""How a contestant talks with who conducts the contest: a line of JSON out, an empty line back; and what time it is.

Time stands still but where a contestant sleeps, and then the mock's clock goes on with it: waiting takes no time, and
ends as it would. What a request takes is told as processor time instead.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any


def settings() -> dict[str, Any]:
    """What the conductor wants, once it is this contestant's turn to begin."""
    found: dict[str, Any] = json.loads(sys.argv[1])
    sys.stdin.readline()
    return found


def say(**what: object) -> None:
    print(json.dumps(what), flush=True)


class VirtualClock:
    """A `legnext_client._transport.clocks.Clock` that only sleeping moves."""

    def __init__(self) -> None:
        self._now = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            say(sleep=seconds)
            sys.stdin.readline()
            self._now += seconds

    async def async_sleep(self, seconds: float) -> None:
        import asyncio

        self.sleep(seconds)
        await asyncio.sleep(0)


def memory(what: str) -> float:
    """Megabytes of this process: `VmRSS` now, or `VmHWM` at most so far."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == what:
            return int(value.split()[0]) / 1024
    raise LookupError(what)
