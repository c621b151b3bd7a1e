"""The clock that waits and retries go by. Tests put in one that they move by hand."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds that only grow, and sleeping by them."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...

    async def async_sleep(self, seconds: float) -> None: ...


LONGEST_SLEEP = 86_400.0
"""In steps of so many seconds is slept: no system takes any number of them."""


class SystemClock:
    """Real time."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        end = self.now() + seconds
        while (left := end - self.now()) > LONGEST_SLEEP:
            time.sleep(LONGEST_SLEEP)
        time.sleep(max(0.0, left))

    async def async_sleep(self, seconds: float) -> None:
        import asyncio  # the sync client has no need of it

        await asyncio.sleep(seconds)
