"""The engine for the async client: its tasks run in the caller's loop."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from legnext_client._runs.engine import Delivery, Engine
from legnext_client._transport.async_driver import async_run

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from types import TracebackType

    from legnext_client._protocol.flow import Flow
    from legnext_client._runs.feeder import Feeder
    from legnext_client._transport.async_driver import AsyncRuntime

REQUESTS = 32
"""Maximum number of concurrent requests and downloads."""


class _Call(NamedTuple):
    """A function to call in the caller's task, so that its warnings point there."""

    function: Callable[[], Any]
    answer: asyncio.Future[tuple[Any, Exception | None]]

    async def carry_out(self) -> None:
        found: Any = None
        failure: Exception | None = None
        try:
            found = self.function()
            if inspect.isawaitable(found):
                found = await found
        except Exception as error:
            failure = error
        if not self.answer.done():
            self.answer.set_result((found, failure))


class Handover:
    """A run of the async client."""

    def __init__(self, feeder: Feeder, hands: AsyncRuntime) -> None:
        self._loop = asyncio.get_running_loop()
        self._executor = _TaskExecutor(hands)
        self._engine = Engine(self._executor, feeder.context.rate, listens=feeder.context.callbacks)
        self._feeder = feeder
        self._interrupted = False

    async def __aenter__(self) -> Self:
        self._engine.start(partial(self._feeder.feed, self._engine))
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
            while not isinstance(message := await self._executor.inbox.get(), Delivery):
                await message.carry_out()
            if message.error is not None:
                raise message.error
            if message.over:
                return
            for value in message.values:
                before = self._interrupted
                yield value
                if self._interrupted and not before:
                    break  # the journal has the others; the next run reports them

    def stop(self, error: BaseException) -> None:
        """Start nothing more. Safe from any thread and from a signal handler."""
        self._interrupted = True
        self._tell(lambda: self._engine.stop(error))

    def notify(self, key: str, job_id: str) -> None:
        """Pass on a callback. Safe from any thread."""
        self._tell(lambda: self._engine.notify(key, job_id))

    def lastly(self, function: Callable[[], object]) -> None:
        """Call a function once everything is finished, even after the caller has left."""
        self._engine.lastly(function)

    @property
    def early_callbacks(self) -> dict[str, str]:
        """Callbacks that no row waited for."""
        return self._engine.early_callbacks

    def _tell(self, function: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(function)


class _TaskExecutor:
    """An executor in the caller's loop; only disk access uses threads."""

    def __init__(self, hands: AsyncRuntime) -> None:
        self.clock = hands.clock
        self.inbox: asyncio.Queue[Delivery | _Call] = asyncio.Queue()
        self._hands = hands
        self._room = asyncio.Semaphore(REQUESTS)

    async def run(self, flow: Flow[Any], *, finish: bool = False) -> Any:  # noqa: ARG002  # the engine shields it
        async with self._room:
            return await async_run(flow, self._hands)

    async def run_blocking(self, function: Callable[[], Any]) -> Any:
        return await asyncio.to_thread(function)

    async def call(self, function: Callable[[], Any]) -> Any:
        call = _Call(function, asyncio.get_running_loop().create_future())
        self.inbox.put_nowait(call)
        found, error = await call.answer
        if error is not None:
            raise error
        return found

    def sleep(self, seconds: float) -> Awaitable[None]:
        return self.clock.async_sleep(seconds)

    def deliver(self, delivery: Delivery) -> None:
        self.inbox.put_nowait(delivery)
