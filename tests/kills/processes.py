"""The parent's side of a child: what it says, whether it may go on, and its end.

Children are forked from a process that has imported everything, so that each costs milliseconds. They are whole
processes all the same: the system takes their locks, sockets and memory when they are killed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from tests.kills import child, markers

if TYPE_CHECKING:
    from collections.abc import Callable

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        child.__name__,
        "pytest",
        "legnext_client._transport.driver_files",
        "legnext_client._transport.transports",
        "httpcore",
        "anyio._backends._asyncio",
    ]
)

STUCK = 60.0
"""A child that says nothing for so many seconds hangs."""


class Said(NamedTuple):
    """A marker, and the request that is there."""

    marker: str
    key: str | None


class Child:
    """A process that carries out an order."""

    running: ClassVar[set[Child]] = set()

    def __init__(self, order: child.Order, hear: Callable[[Said], object]) -> None:
        self._out, out = CONTEXT.Pipe(duplex=False)
        back, self._back = CONTEXT.Pipe(duplex=False)
        self._hear = hear
        self.last: Said | None = None
        self._stood: Said | None = None
        self.ended: child.Ended | None = None
        self._owed = 0
        """So many markers wait for an answer."""
        self._closed = False
        self._process = CONTEXT.Process(target=child.main, args=(order, out, back), daemon=True)
        self._process.start()
        out.close()
        back.close()
        self.running.add(self)

    def next(self, seconds: float = STUCK) -> Said | None:
        """What it says next, standing still where it waits for an answer; None when the seconds or the child are over.

        `ended` tells these apart.
        """
        if self._closed:
            return None
        try:
            if not self._out.poll(seconds):
                if seconds >= STUCK:
                    self.kill()
                    raise TimeoutError(f"the child hangs, the last that was heard of it: {self.last}")
                return None
            said: tuple[str, Any] = self._out.recv()
        except EOFError:
            self._close()
            return None
        if said[0] == child.OVER:
            self.ended = said[1]
            return self.next()
        self.last = Said(*said)
        self._owed += self.last.marker not in markers.UNANSWERED
        self._hear(self.last)
        return self.last

    def go_on(self) -> None:
        """Answer what it said."""
        owed, self._owed = self._owed, 0
        with contextlib.suppress(BrokenPipeError):  # it has ended meanwhile
            if owed and not self._closed:
                os.write(self._back.fileno(), b"." * owed)

    def run(self, stop: Callable[[Said], bool] = lambda _: False, seconds: float = STUCK) -> Said | None:
        """Let it run until it stands where it should be stopped; None when it ends, or the seconds are over, before."""
        end = time.monotonic() + seconds
        while (said := self.next(STUCK if seconds >= STUCK else max(0.0, end - time.monotonic()))) is not None:
            if stop(said):
                self._stood = said
                return said
            self.go_on()
        return None

    def kill(self) -> None:
        """SIGKILL; what it still said comes to be heard."""
        self._process.kill()
        while self.next() is not None:
            pass

    def interrupt(self) -> None:
        """What Ctrl-C sends."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGINT)

    @property
    def stood(self) -> Said:
        """Where it stood when it was stopped."""
        assert self._stood is not None
        return self._stood

    @property
    def exit_code(self) -> int | None:
        return self._process.exitcode

    def _close(self) -> None:
        self._closed = True
        self.running.discard(self)
        self._process.join(STUCK)
        self._out.close()
        self._back.close()


def kill_all() -> None:
    """End what a trial that failed has left behind."""
    for left in list(Child.running):
        left.kill()
