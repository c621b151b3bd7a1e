"""Waiters and received callbacks, shared by any number of threads and event loops."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from legnext_client._protocol.callbacks import RUNNING_STATUSES
from legnext_client._transport.clocks import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from legnext_client._protocol.callbacks import Sleeper

STEP = 1.0
"""Longest single sleep in seconds: an injected clock cannot be woken, and a lock can hold back Ctrl-C."""


class RememberedWakeup:
    """A thread-safe `Wakeup` for one wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._called: dict[str, None] = {}
        self._rung = threading.Event()
        self._wake: Callable[[], object] | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def ring(self, job_id: str) -> None:
        with self._lock:
            self._called[job_id] = None
        self._sound()

    def close(self) -> None:
        self._closed = True
        self._sound()

    def called(self) -> list[str]:
        with self._lock:
            called = list(self._called)
            self._called.clear()
            self._rung.clear()
        return called

    def sleep(self, seconds: float, clock: Sleeper) -> None:
        while seconds > 0 and not self._rung.is_set():
            step = min(STEP, seconds)
            if type(clock) is SystemClock:
                self._rung.wait(step)
            else:
                clock.sleep(step)
            seconds -= step

    async def async_sleep(self, seconds: float, clock: Sleeper) -> None:
        if type(clock) is SystemClock:
            await self._until_rung(seconds)
            return
        while seconds > 0 and not self._rung.is_set():
            step = min(STEP, seconds)
            await clock.async_sleep(step)
            seconds -= step

    async def _until_rung(self, seconds: float) -> None:
        loop, rung = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            if self._rung.is_set():
                return
            self._wake = lambda: loop.call_soon_threadsafe(rung.set)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await rung.wait()
        finally:
            self._wake = None

    def _sound(self) -> None:
        with self._lock:
            self._rung.set()
            wake = self._wake
        if wake is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed, so nothing waits there
                wake()


class CallbackHub:
    """Registry that wakes current waits and remembers callbacks for later ones."""

    def __init__(self, remember: int) -> None:
        self._remember = remember
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._called: OrderedDict[str, None] = OrderedDict()
        self._listening: dict[str, list[RememberedWakeup]] = {}
        self._open: dict[RememberedWakeup, None] = {}
        self._claims: OrderedDict[str, str] = OrderedDict()
        self._hearers: dict[int, Callable[[str, str], object]] = {}
        self._closed = False

    def note(self, job_id: str, status: str, claim: str = "") -> bool:
        """Record a callback and return whether it is the first of this job with this status.

        A repeated callback still wakes waits: it may have been false before and be true now. `claim` is the
        submission's own token, if the callback has one.
        """
        if claim:
            self._claim(job_id, claim)
        with self._lock:
            new = self._keep(self._seen, (job_id, status))
            if status in RUNNING_STATUSES:
                return new
            self._keep(self._called, job_id)
            listening = list(self._listening.get(job_id, ()))
            hearers = list(self._hearers.values())
        for bell in listening:
            bell.ring(job_id)
        for hear in hearers:
            hear(job_id, job_id)
        return new

    def _claim(self, job_id: str, claim: str) -> None:
        with self._lock:
            self._keep(self._claims, claim, job_id)
            hearers = list(self._hearers.values())
        for hear in hearers:
            hear(claim, job_id)

    @contextlib.contextmanager
    def subscribe(self, hear: Callable[[str, str], object]) -> Generator[None]:
        """Call `hear(job id or claim, job id)` for each callback, from any thread, while the context is open.

        Earlier callbacks are reported immediately.
        """
        with self._lock:
            self._hearers[id(hear)] = hear
            before = [(job_id, job_id) for job_id in self._called] + list(self._claims.items())
        for key, job_id in before:
            hear(key, job_id)
        try:
            yield
        finally:
            with self._lock:
                del self._hearers[id(hear)]

    @contextlib.contextmanager
    def wait_for(self, job_ids: Iterable[str]) -> Generator[RememberedWakeup]:
        """Return a wakeup for these jobs; already set if one was called back before."""
        bell, wanted = RememberedWakeup(), list(dict.fromkeys(job_ids))
        with self._lock:
            self._open[bell] = None
            for job_id in wanted:
                self._listening.setdefault(job_id, []).append(bell)
                if job_id in self._called:
                    bell.ring(job_id)
            if self._closed:
                bell.close()
        try:
            yield bell
        finally:
            with self._lock:
                self._open.pop(bell)
                for job_id in wanted:
                    left = self._listening[job_id]
                    left.remove(bell)
                    if not left:
                        del self._listening[job_id]

    @property
    def waits(self) -> int:
        """Number of open waits."""
        return len(self._open)

    def close(self) -> None:
        """Announce that no more callbacks will come, so that waits poll normally."""
        with self._lock:
            self._closed = True
            listening = list(self._open)
        for bell in listening:
            bell.close()

    def open(self) -> None:
        with self._lock:
            self._closed = False

    def _keep(self, kept: OrderedDict[Any, Any], key: Any, value: Any = None) -> bool:
        new = key not in kept
        kept[key] = value
        kept.move_to_end(key)
        while len(kept) > self._remember:
            kept.popitem(last=False)
        return new
