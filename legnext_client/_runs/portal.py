"""The two sides of a run: its caller, who takes values at their own pace, and the means by which its engine works.

The async client's engine runs in the caller's loop. The sync client's runs in the loop of a background thread: the
caller's thread receives the values and runs the caller's functions, requests and sleeps use the client's sync transport
and clock in threads of their own, and the loop's thread writes the journal.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import inspect
import signal
import sys
import threading
import time
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from legnext_client._forks import renew_after_fork
from legnext_client._runs import tasks
from legnext_client._runs.engine import Delivery, Engine
from legnext_client._runs.tasks import STEP
from legnext_client._transport.async_driver import async_run
from legnext_client.errors import ConfigurationError
from legnext_client.generated.sync.driver import run

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
    from types import TracebackType

    from legnext_client._journal.journal import Journal
    from legnext_client._protocol.flow import Flow
    from legnext_client._runs.feeder import Feeder
    from legnext_client._transport.async_driver import AsyncRuntime
    from legnext_client._transport.clocks import Clock
    from legnext_client.generated.sync.driver import Runtime

ResultT = TypeVar("ResultT")

REQUESTS = 32
"""Maximum number of concurrent requests and downloads."""
LINGER = 1.0
"""Seconds to wait for threads blocked in a read."""
NO_THREAD = "a batch needs a thread, and none can be started: {}."


class _Call(NamedTuple):
    """A function to call in the caller's thread or task, so that its warnings point there."""

    function: Callable[[], Any]
    answer: Callable[[Any, BaseException | None], object]


class _Caller:
    """A run as its caller sees it. `stop` and `notify` are safe from any thread and from a signal handler."""

    clock: Clock
    _loop: asyncio.AbstractEventLoop
    _engine: Engine

    def __init__(self, feeder: Feeder, runtime: Any, inbox: asyncio.Queue[Any] | SimpleQueue[Any]) -> None:
        self.clock, self._runtime, self._feeder = runtime.clock, runtime, feeder
        self.deliver = inbox.put_nowait
        self._interrupted = False

    def stop(self, error: BaseException) -> None:
        """Start nothing more."""
        self._interrupted = True
        self._send(lambda: self._engine.stop(error))

    def notify(self, key: str, job_id: str) -> None:
        """Pass on a callback."""
        self._send(lambda: self._engine.callbacks.notify(key, job_id))

    async def call(self, function: Callable[[], Any]) -> Any:
        """Call one of the caller's functions in the caller's thread or task."""
        future, answer = self._promise()
        self.deliver(_Call(function, answer))
        return _result(await future)

    def _start(self, engine: Engine) -> None:
        """Start the engine in the running loop."""
        self._loop, self._engine = asyncio.get_running_loop(), engine
        engine.start(partial(self._feeder.feed, engine))

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

    def _promise(self) -> tuple[asyncio.Future[Any], Callable[[Any, BaseException | None], None]]:
        """Return a future of this loop, and a function that resolves it from any thread."""
        future = self._loop.create_future()

        def end(*outcome: Any) -> None:
            if not future.done():
                future.set_result(outcome)  # a pair, because a future does not accept every exception

        return future, lambda result, error: self._send(partial(end, result, error))


class AsyncPortal(_Caller):
    """A run of the async client. Only disk access uses threads."""

    def __init__(self, feeder: Feeder, runtime: AsyncRuntime) -> None:
        self._inbox: asyncio.Queue[Delivery | _Call] = asyncio.Queue()
        self._room = asyncio.Semaphore(REQUESTS)
        super().__init__(feeder, runtime, self._inbox)

    async def __aenter__(self) -> Self:
        self._start(Engine(self, self._feeder.context))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        hurry = kind is not None and issubclass(kind, asyncio.CancelledError | KeyboardInterrupt)
        await self._engine.close(hurry=hurry)

    async def values(self) -> AsyncGenerator[Any, None]:
        """Yield the values of the run as the caller asks for them."""
        while True:
            self._engine.caller_waits()
            while isinstance(message := await self._inbox.get(), _Call):
                try:
                    result = message.function()
                    message.answer(await result if inspect.isawaitable(result) else result, None)
                except Exception as error:
                    message.answer(None, error)
            for value in self._received(message):
                yield value
            if message.over:
                return

    def lastly(self, function: Callable[[], object]) -> None:
        """Call a function once everything is finished, even after the caller has left."""
        self._engine.tasks.lastly(function)

    async def run(self, flow: Flow[ResultT], *, finish: bool = False) -> ResultT:  # noqa: ARG002  # the engine shields it
        """Run a flow."""
        async with self._room:
            return await async_run(flow, self._runtime)

    async def run_blocking(self, function: Callable[[], ResultT]) -> ResultT:
        """Call a function that may wait for the disk."""
        return await asyncio.to_thread(function)

    def sleep(self, seconds: float) -> Awaitable[None]:
        return self.clock.async_sleep(seconds)


async def open_in_thread(function: Callable[[], Journal]) -> Journal:
    """Open a journal in a thread; if this is cancelled meanwhile, close it again."""
    opening = asyncio.get_running_loop().run_in_executor(None, function)
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        while not opening.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait((opening,))
        if opening.exception() is None:
            opening.result().close()
        raise


class Portal(_Caller):
    """A run of the sync client. Its threads are daemons, which do not delay the interpreter's exit."""

    def __init__(self, feeder: Feeder, runtime: Runtime) -> None:
        self._inbox: SimpleQueue[Delivery | _Call] = SimpleQueue()
        super().__init__(feeder, runtime, self._inbox)
        self._stop, self._ready, self._ended = threading.Event(), threading.Event(), threading.Event()
        self._finished: Future[None] = Future()
        self._is_parents = False
        renew_after_fork(self)
        self._threads: list[threading.Thread] = []
        self._idle = threading.Semaphore(0)
        """The number of these that wait for an order."""
        self._orders: SimpleQueue[tuple[Callable[[], Any], Callable[..., None]] | None] = SimpleQueue()
        self._closing: asyncio.Event

    def after_fork(self) -> None:
        self._is_parents = True  # only the parent has the run's threads, and its journal

    # ---- in the caller's thread -------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        work = partial(contextvars.copy_context().run, self._work)  # for tracing
        try:
            try:
                threading.Thread(target=work, name="legnext-engine", daemon=True).start()
            except RuntimeError as error:
                self._finish()
                raise ConfigurationError(NO_THREAD.format(error)) from error
            while not self._ready.wait(STEP):
                continue
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_parents:
            return
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
            while isinstance(message := self._receive(), _Call):
                message.answer(*_outcome(message.function, Exception))
            yield from self._received(message)
            if message.over:
                return

    def lastly(self, function: Callable[[], object]) -> None:
        """Call a function once everything is finished, even after the caller has left."""
        self._finished.add_done_callback(lambda _: function())

    def _receive(self) -> Delivery | _Call:
        while True:
            with contextlib.suppress(Empty):  # in steps, because Ctrl-C does not interrupt this wait on every system
                return self._inbox.get(timeout=STEP)

    # ---- in the loop's thread ---------------------------------------------------------------------------------------

    def _work(self) -> None:
        failure: BaseException | None = None
        try:
            with asyncio.Runner() as runner:
                runner.run(self._main())
        except BaseException as error:
            failure = error
        self.deliver(Delivery(over=True, error=failure))
        self._ready.set()
        self._finish()

    def _finish(self) -> None:
        if not self._finished.done():
            self._finished.set_result(None)
        self._ended.set()

    async def _main(self) -> None:
        self._closing = asyncio.Event()
        self._start(Engine(self, self._feeder.context))
        self._ready.set()
        if not self._stop.is_set():  # the caller may have left before this was ready
            await self._closing.wait()
        await self._engine.close(hurry=False)
        self._finished.set_result(None)
        end = time.monotonic() + LINGER
        for _ in self._threads:
            self._orders.put(None)
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    async def run(self, flow: Flow[ResultT], *, finish: bool = False) -> ResultT:
        """Run a flow in a thread; with `finish`, it is never interrupted."""
        runtime = self._runtime if finish else self._runtime._replace(stop=self._stop)
        context = contextvars.copy_context()  # for tracing
        future, answer = self._promise()
        if not self._idle.acquire(blocking=False) and len(self._threads) < REQUESTS:
            self._hire()
        self._orders.put((lambda: context.run(run, flow, runtime), answer))
        result: ResultT = _result(await future)
        return result

    def _hire(self) -> None:
        thread = threading.Thread(target=self._serve, name="legnext-worker", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the system allows no more threads; the existing ones do the work
            if not self._threads:
                raise ConfigurationError(NO_THREAD.format(error)) from error
        else:
            self._threads.append(thread)

    def _serve(self) -> None:
        while (order := self._orders.get()) is not None:
            function, answer = order
            answer(*_outcome(function))
            self._idle.release()

    async def run_blocking(self, function: Callable[[], ResultT]) -> ResultT:
        """Call a function that may wait for the disk."""
        return function()  # the loop serves only this run

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)  # no other task can run


def _outcome(
    function: Callable[[], Any], caught: type[BaseException] = BaseException
) -> tuple[Any, BaseException | None]:
    try:
        return function(), None
    except caught as error:
        return None, error


def _result(outcome: tuple[Any, BaseException | None]) -> Any:
    result, error = outcome
    if error is not None:
        raise error
    return result


# ---- Ctrl-C -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def first_interrupt(tell: Callable[[], object]) -> Generator[None]:
    """Call `tell` at the first Ctrl-C; the next one has its usual effect.

    Applies only in the main thread and if Ctrl-C would end the program. A handler of the caller's own is kept.
    """
    before: Any = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not _ends_the_program(before):
        yield
        return

    def interrupted(number: int, frame: Any) -> None:
        if signal.getsignal(signal.SIGINT) is interrupted:
            signal.signal(signal.SIGINT, before)
            tell()
        else:
            before(number, frame)

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is interrupted:
            signal.signal(signal.SIGINT, before)


def _ends_the_program(handler: Any) -> bool:
    if handler is signal.default_int_handler:
        return True
    function = handler.func if isinstance(handler, functools.partial) else handler
    return isinstance(getattr(function, "__self__", None), asyncio.Runner)
