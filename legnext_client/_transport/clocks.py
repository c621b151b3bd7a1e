"""Clocks for waits and retries, and sleeps that can be ended. Tests inject a clock that they advance by hand."""

from __future__ import annotations

import contextlib
import math
import sys
import threading
import time
from typing import TYPE_CHECKING, Protocol

from legnext_client._protocol.callbacks import Sleeper

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable


class Clock(Sleeper, Protocol):
    """A monotonic clock that can sleep."""

    def now(self) -> float: ...


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


_STEP = 1.0
"""Longest single sleep in seconds: an injected clock cannot be woken, and a lock can hold back Ctrl-C."""


class Signal:
    """A flag for one sleeper in a thread or an event loop; `set` is safe from anywhere."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._signal = threading.Event()
        self._wake: Callable[[], object] | None = None
        self._loop: AbstractEventLoop | None = None

    def set(self) -> bool:
        """End the current sleep, or the next one. Returns False if the sleeper's event loop is closed."""
        with self._lock:
            self._signal.set()
            wake = self._wake
        if wake is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed, so nothing waits there
                wake()
        return self._loop is None or not self._loop.is_closed()

    def clear(self) -> None:
        self._signal.clear()

    def sleep(self, seconds: float, clock: Sleeper) -> None:
        """Sleep until `seconds` have passed or the signal is set. Endless sleeps do not move the clock."""
        while seconds > 0 and not self._signal.is_set():
            step = min(_STEP, seconds)
            if type(clock) is SystemClock or seconds == math.inf:
                self._signal.wait(step)
            else:
                clock.sleep(step)
            seconds -= step

    async def async_sleep(self, seconds: float, clock: Sleeper) -> None:
        """Async version of `sleep`."""
        import asyncio  # the sync client does not need it

        self._loop = asyncio.get_running_loop()
        if type(clock) is SystemClock or seconds == math.inf:
            await self._until_set(seconds)
            return
        while seconds > 0 and not self._signal.is_set():
            step = min(_STEP, seconds)
            await clock.async_sleep(step)
            seconds -= step

    async def _until_set(self, seconds: float) -> None:
        import asyncio  # the sync client does not need it

        loop, signal = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            if self._signal.is_set():
                return
            self._wake = lambda: loop.call_soon_threadsafe(signal.set)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if seconds == math.inf else seconds):
                    await signal.wait()
        finally:
            self._wake = None


def running_loop() -> AbstractEventLoop | None:
    """Return the event loop of this thread, if one is running."""
    if (asyncio := sys.modules.get("asyncio")) is None:
        return None
    try:
        loop: AbstractEventLoop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return loop
