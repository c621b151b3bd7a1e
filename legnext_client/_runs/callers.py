"""The two sides of a run: the caller, who takes values at their own pace, and the executor, which does the work."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from legnext_client._protocol.flow import Flow
    from legnext_client._runs.engine import Engine
    from legnext_client._transport.clocks import Clock

ResultT = TypeVar("ResultT")


class Delivery(NamedTuple):
    """Values for the caller, or the end of the run and its error."""

    values: Sequence[Any] = ()
    over: bool = False
    error: BaseException | None = None


class Executor(Protocol):
    """The means to carry out a run's work: threads for the sync client, tasks for the async one."""

    clock: Clock

    async def run(self, flow: Flow[ResultT], *, finish: bool = False) -> ResultT:
        """Run a flow; with `finish`, it is never interrupted."""
        ...

    async def run_blocking(self, function: Callable[[], ResultT]) -> ResultT:
        """Call a function that may wait for the disk."""
        ...

    async def call(self, function: Callable[[], Any]) -> Any:
        """Call one of the caller's functions in the caller's thread or task."""
        ...

    def sleep(self, seconds: float) -> Awaitable[object] | None:
        """Sleep by the clock, now or when awaited."""
        ...

    def deliver(self, delivery: Delivery) -> None: ...


class Caller:
    """A run as its caller sees it. `stop` and `notify` are safe from any thread and from a signal handler."""

    _loop: asyncio.AbstractEventLoop
    _engine: Engine
    _interrupted = False

    def stop(self, error: BaseException) -> None:
        """Start nothing more."""
        self._interrupted = True
        self._send(lambda: self._engine.stop(error))

    def notify(self, key: str, job_id: str) -> None:
        """Pass on a callback."""
        self._send(lambda: self._engine.callbacks.notify(key, job_id))

    def _send(self, function: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(function)

    def _received(self, delivery: Delivery) -> Iterator[Any]:
        """Yield delivered values; after Ctrl-C, the journal keeps the others for the next run."""
        if delivery.error is not None:
            raise delivery.error
        for value in delivery.values:
            before = self._interrupted
            yield value
            if self._interrupted and not before:
                return
