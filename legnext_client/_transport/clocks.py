"""Clocks for waits and retries. Tests inject one that they advance by hand."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """A monotonic clock that can sleep."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...

    async def async_sleep(self, seconds: float) -> None: ...


LONGEST_SLEEP = 86_400.0
"""Longest single sleep in seconds; operating systems limit it."""


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
        import asyncio  # the sync client does not need it

        await asyncio.sleep(seconds)
