"""The engine for the async client: its tasks run in the caller's loop."""

from __future__ import annotations

import asyncio
import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from legnext_client._runs.callers import Caller, Delivery
from legnext_client._runs.engine import Engine
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
        result: Any = None
        failure: Exception | None = None
        try:
            result = self.function()
            if inspect.isawaitable(result):
                result = await result
        except Exception as error:
            failure = error
        if not self.answer.done():
            self.answer.set_result((result, failure))


class Handover(Caller):
    """A run of the async client."""

    def __init__(self, feeder: Feeder, runtime: AsyncRuntime) -> None:
        self._loop = asyncio.get_running_loop()
        self._executor = _TaskExecutor(runtime)
        context = feeder.context
        self._engine = Engine(self._executor, context.rate, context.service, listens=context.callbacks)
        self._feeder = feeder

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
            for value in self._received(message):
                yield value
            if message.over:
                return

    def lastly(self, function: Callable[[], object]) -> None:
        """Call a function once everything is finished, even after the caller has left."""
        self._engine.tasks.lastly(function)

    @property
    def early_callbacks(self) -> dict[str, str]:
        """Callbacks that no row waited for."""
        return self._engine.callbacks.early


class _TaskExecutor:
    """An executor in the caller's loop; only disk access uses threads."""

    def __init__(self, runtime: AsyncRuntime) -> None:
        self.clock = runtime.clock
        self.inbox: asyncio.Queue[Delivery | _Call] = asyncio.Queue()
        self._runtime = runtime
        self._room = asyncio.Semaphore(REQUESTS)

    async def run(self, flow: Flow[Any], *, finish: bool = False) -> Any:  # noqa: ARG002  # the engine shields it
        async with self._room:
            return await async_run(flow, self._runtime)

    async def run_blocking(self, function: Callable[[], Any]) -> Any:
        return await asyncio.to_thread(function)

    async def call(self, function: Callable[[], Any]) -> Any:
        call = _Call(function, asyncio.get_running_loop().create_future())
        self.inbox.put_nowait(call)
        result, error = await call.answer
        if error is not None:
            raise error
        return result

    def sleep(self, seconds: float) -> Awaitable[None]:
        return self.clock.async_sleep(seconds)

    def deliver(self, delivery: Delivery) -> None:
        self.inbox.put_nowait(delivery)
