"""The engine for the sync client: an event loop in a background thread.

The caller's thread receives the values and runs the caller's functions. Requests and sleeps use the client's sync
transport and clock in worker threads; the loop's thread writes the journal.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import sys
import threading
import time
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from legnext_client._runs import tasks
from legnext_client._runs.callers import Caller, Delivery
from legnext_client._runs.engine import Engine
from legnext_client._runs.timeline import STEP
from legnext_client.errors import ConfigurationError
from legnext_client.generated.sync.driver import run

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import TracebackType

    from legnext_client._protocol.flow import Flow
    from legnext_client._runs.feeder import Feeder
    from legnext_client.generated.sync.driver import Runtime

WORKERS = 32
"""Maximum number of threads for requests and downloads."""
LINGER = 1.0
"""Seconds to wait for threads blocked in a read."""


class _Call(NamedTuple):
    """A function to call in the caller's thread."""

    function: Callable[[], Any]
    answer: Callable[[Any, BaseException | None], object]

    def carry_out(self) -> None:
        try:
            result = self.function()
        except Exception as error:
            self.answer(None, error)
        else:
            self.answer(result, None)


class Portal(Caller):
    """A run of the sync client."""

    def __init__(self, feeder: Feeder, runtime: Runtime) -> None:
        self._feeder, self._runtime = feeder, runtime
        self._inbox: SimpleQueue[Delivery | _Call] = SimpleQueue()
        self._stop = threading.Event()
        self._ready, self._finished, self._ended = threading.Event(), threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._lastly: Callable[[], object] | None = None
        self._closing: asyncio.Event

    def __enter__(self) -> Self:
        try:
            try:
                work = partial(contextvars.copy_context().run, self._work)  # for tracing
                threading.Thread(target=work, name="legnext-engine", daemon=True).start()
            except RuntimeError as error:
                self._finish()
                self._ended.set()
                raise ConfigurationError(f"a batch needs a thread, and none can be started: {error}.") from error
            while not self._ready.wait(STEP):
                continue
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._ready.is_set():
            self._send(lambda: self._closing.set())
        # While the interpreter exits, threads no longer run, so waiting for one would never end.
        hurry = sys.is_finalizing() or (kind is not None and issubclass(kind, KeyboardInterrupt))
        end = time.monotonic() + tasks.HURRY
        while not self._ended.wait(min(STEP, max(0.0, end - time.monotonic())) if hurry else STEP):
            if hurry and time.monotonic() >= end:
                break

    def values(self) -> Generator[Any]:
        """Yield the values of the run as the caller asks for them."""
        while True:
            self._send(self._engine.caller_waits)
            while not isinstance(message := self._receive(), Delivery):
                message.carry_out()
            yield from self._received(message)
            if message.over:
                return

    def lastly(self, function: Callable[[], object]) -> None:
        """Call a function once everything is finished, even after the caller has left."""
        with self._lock:
            if not self._finished.is_set():
                self._lastly = function
                return
        function()

    @property
    def early_callbacks(self) -> dict[str, str]:
        """Callbacks that no row waited for."""
        return self._engine.callbacks.early if self._ready.is_set() else {}

    def _receive(self) -> Delivery | _Call:
        while True:
            with contextlib.suppress(Empty):  # in steps, because Ctrl-C does not interrupt this wait on every system
                return self._inbox.get(timeout=STEP)

    def _work(self) -> None:
        failure: BaseException | None = None
        try:
            with asyncio.Runner() as runner:
                runner.run(self._main())
        except BaseException as error:
            failure = error
        self._inbox.put(Delivery(over=True, error=failure))
        self._ready.set()
        self._finish()
        self._ended.set()

    def _finish(self) -> None:
        with self._lock:
            self._finished.set()
            lastly, self._lastly = self._lastly, None
        if lastly is not None:
            lastly()

    async def _main(self) -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        executor = _ThreadExecutor(self._runtime, self._stop, self._inbox)
        context = self._feeder.context
        self._engine = Engine(executor, context.rate, context.service, listens=context.callbacks)
        self._engine.start(partial(self._feeder.feed, self._engine))
        self._ready.set()
        await self._closing.wait()
        await self._engine.close(hurry=False)
        self._finish()
        executor.close()


class _ThreadExecutor:
    """An executor with daemon threads, which do not delay the interpreter's exit."""

    def __init__(self, runtime: Runtime, stop: threading.Event, inbox: SimpleQueue[Delivery | _Call]) -> None:
        self.clock = runtime.clock
        self._runtime, self._stoppable = runtime, runtime._replace(stop=stop)
        self._inbox = inbox
        self._loop = asyncio.get_running_loop()
        self._orders: SimpleQueue[tuple[Callable[[], Any], Callable[..., object]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._under_way = 0

    async def run(self, flow: Flow[Any], *, finish: bool = False) -> Any:
        return await self._in_worker(partial(run, flow, self._runtime if finish else self._stoppable))

    async def run_blocking(self, function: Callable[[], Any]) -> Any:
        return function()  # the loop serves only this run

    async def call(self, function: Callable[[], Any]) -> Any:
        future, answer = self._promise()
        self._inbox.put(_Call(function, answer))
        return _result(await future)

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)  # no other task can run

    def deliver(self, delivery: Delivery) -> None:
        self._inbox.put(delivery)

    def close(self) -> None:
        for _ in self._threads:
            self._orders.put(None)
        end = time.monotonic() + LINGER
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    async def _in_worker(self, function: Callable[[], Any]) -> Any:
        if self._under_way >= len(self._threads) < WORKERS:
            self._hire()
        future, answer = self._promise(self._thread_is_free)
        self._under_way += 1
        self._orders.put((partial(contextvars.copy_context().run, function), answer))
        return _result(await future)

    def _thread_is_free(self) -> None:
        self._under_way -= 1

    def _hire(self) -> None:
        thread = threading.Thread(target=self._work, name="legnext-worker", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the system allows no more threads; the existing ones do the work
            if not self._threads:
                raise ConfigurationError(f"a batch needs a thread, and none can be started: {error}.") from error
        else:
            self._threads.append(thread)

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            function, answer = order
            try:
                result = function()
            except BaseException as error:
                answer(None, error)
            else:
                answer(result, None)

    def _promise(
        self, ended: Callable[[], None] = lambda: None
    ) -> tuple[asyncio.Future[Any], Callable[[Any, BaseException | None], None]]:
        """Return a future, and a thread-safe function that resolves it; `ended` is called even if nobody waits."""
        future = self._loop.create_future()

        def end(result: Any, error: BaseException | None) -> None:
            ended()
            if not future.done():
                future.set_result((result, error))

        def answer(result: Any, error: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                self._loop.call_soon_threadsafe(end, result, error)

        return future, answer


def _result(outcome: tuple[Any, BaseException | None]) -> Any:
    # In a pair, because a future does not accept every exception.
    result, error = outcome
    if error is not None:
        raise error
    return result
