"""Waiters and received callbacks, shared by any number of threads and event loops."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from legnext_client._protocol.state import RUNNING
from legnext_client._transport.clocks import Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable


class RememberedWakeup(Signal):
    """A thread-safe `Wakeup` for one wait."""

    def __init__(self) -> None:
        super().__init__()
        self._called: dict[str, None] = {}
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def notify(self, job_id: str) -> None:
        with self._lock:
            self._called[job_id] = None
        self.set()

    def close(self) -> None:
        self._closed = True
        self.set()

    def called(self) -> list[str]:
        with self._lock:
            called = list(self._called)
            self._called.clear()
            self.clear()
        return called


class CallbackHub:
    """Registry that wakes current waits and remembers callbacks for later ones."""

    def __init__(self, remember: int) -> None:
        self._remember = remember
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._called: OrderedDict[str, str] = OrderedDict()
        self._claims: OrderedDict[str, str] = OrderedDict()
        self._waiting: dict[RememberedWakeup, frozenset[str]] = {}
        self._listeners: dict[int, Callable[[str, str], object]] = {}
        self._closed = False

    def note(self, job_id: str, status: str, claim: str = "") -> bool:
        """Record a callback and return whether it is the first of this job with this status.

        A repeated callback still wakes waits: it may have been false before and be true now. `claim` is the
        submission's own token, if the callback has one.
        """
        ended = status not in RUNNING
        with self._lock:
            new = self._keep(self._seen, (job_id, status))
            if claim:
                self._keep(self._claims, claim, job_id)
            if ended:
                self._keep(self._called, job_id, job_id)
            waiting = [wakeup for wakeup, wanted in self._waiting.items() if ended and job_id in wanted]
            listeners = list(self._listeners.values())
        for wakeup in waiting:
            wakeup.notify(job_id)
        for key in (claim, job_id if ended else ""):
            for listener in listeners if key else ():
                listener(key, job_id)
        return new

    @contextlib.contextmanager
    def subscribe(self, listener: Callable[[str, str], object]) -> Generator[None]:
        """Call `listener(job id or claim, job id)` for each callback, from any thread, while the context is open.

        Earlier callbacks are reported immediately.
        """
        with self._lock:
            self._listeners[id(listener)] = listener
            before = [*self._called.items(), *self._claims.items()]
        for key, job_id in before:
            listener(key, job_id)
        try:
            yield
        finally:
            with self._lock:
                del self._listeners[id(listener)]

    @contextlib.contextmanager
    def wait_for(self, job_ids: Iterable[str]) -> Generator[RememberedWakeup]:
        """Return a wakeup for these jobs; already set if one was called back before."""
        wakeup, wanted = RememberedWakeup(), frozenset(job_ids)
        with self._lock:
            self._waiting[wakeup] = wanted
            called = [job_id for job_id in wanted if job_id in self._called]
            closed = self._closed
        for job_id in called:
            wakeup.notify(job_id)
        if closed:
            wakeup.close()
        try:
            yield wakeup
        finally:
            with self._lock:
                del self._waiting[wakeup]

    @property
    def waits(self) -> int:
        """Number of open waits."""
        return len(self._waiting)

    def close(self) -> None:
        """Announce that no more callbacks will come, so that waits poll normally."""
        with self._lock:
            self._closed = True
            waiting = list(self._waiting)
        for wakeup in waiting:
            wakeup.close()

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
