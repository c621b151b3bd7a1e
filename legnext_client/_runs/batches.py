"""`client.batch`: run many paid requests, resumable at any point.

for result in client.batch(requests, journal="run.db", concurrency=6):
    print(result.key, result.state, result.files)
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
from collections.abc import AsyncIterable
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from legnext_client._calls.service import check_listener
from legnext_client._journal.files import BATCH
from legnext_client._runs.batch_work import BatchState
from legnext_client._runs.handover import Handover
from legnext_client._runs.interrupts import first_interrupt
from legnext_client._runs.options import journal_path, options_of
from legnext_client._runs.portal import Portal
from legnext_client._runs.reports import RowProgress
from legnext_client._runs.rows import async_read_once, can_be_read_again, read, read_once, surveyed
from legnext_client.jobs import AsyncJob, Job

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncGenerator, Callable, Generator

    from legnext_client._calls.service import CallService, JobContext
    from legnext_client._journal.journal import Journal
    from legnext_client._protocol.state import State
    from legnext_client._runs.options import BatchOptions
    from legnext_client._runs.results import Result, Update
    from legnext_client._runs.rows import AsyncSource, Source
    from legnext_client._transport.async_driver import AsyncRuntime
    from legnext_client.generated.sync.driver import Runtime

logger = logging.getLogger("legnext_client")

INTERRUPTED = (
    "Interrupted: nothing more is submitted; running jobs are waited for. Interrupt again to leave at once. Nothing is "
    "lost either way."
)


class Batch(BatchState[Job]):
    """A batch that is ready to run. Iterate over it for the results, as they come.

    Leaving a `with batch:` block ends it and releases its journal.
    """

    def __init__(
        self, runtime: Runtime, on_progress: Callable[[Update], object] | None, service: CallService, **work: Any
    ) -> None:
        super().__init__(service, **work)
        check_listener(on_progress)
        self._runtime, self._on_progress = runtime, on_progress
        self._ending = contextlib.ExitStack()
        self._entered = False

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(self, *_: object) -> None:
        self._entered = False
        self._ending.close()

    def __iter__(self) -> Generator[Result[Job]]:
        results = self._results()
        if self._entered:
            self._ending.callback(results.close)
        return results

    def _results(self) -> Generator[Result[Job]]:
        with contextlib.ExitStack() as stack:
            self._look()
            self._warn()
            journal = self._open()
            feeder = self._begin(journal, self._job, reports_progress=self._on_progress is not None)
            run = Portal(feeder, self._runtime)
            stack.callback(run.lastly, journal.close)
            stack.callback(self._sum_up, journal)
            stack.callback(lambda: feeder.keep_early(run.early_callbacks))
            stack.enter_context(run)
            stack.enter_context(first_interrupt(lambda: _interrupt(run)))
            if self._callbacks is not None:
                stack.enter_context(self._callbacks.subscribe(run.notify))
            try:
                for value in run.values():
                    if isinstance(value, RowProgress):
                        update = self._update(value, self._job(value.state))
                        if self._on_progress is not None:
                            self._on_progress(update)
                    else:
                        yield self._result(value, [self._job(*job) for job in value.jobs])
            except BaseException as error:
                self._go_on(error)
                raise

    def _job(self, state: State, context: JobContext | None = None) -> Job:
        return Job._of(state, self._service, self._runtime, context)  # pyright: ignore[reportPrivateUsage]


class AsyncBatch(BatchState[AsyncJob]):
    """The async form of `Batch`. Use `async with`, because Python delays the cleanup after a `break`."""

    def __init__(
        self, runtime: AsyncRuntime, on_progress: Callable[[Update], object] | None, service: CallService, **work: Any
    ) -> None:
        super().__init__(service, **work)
        check_listener(on_progress)
        self._runtime, self._on_progress = runtime, on_progress
        self._ending = contextlib.AsyncExitStack()
        self._entered = False

    async def __aenter__(self) -> Self:
        self._entered = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self._entered = False
        await self._ending.aclose()

    def __aiter__(self) -> AsyncGenerator[Result[AsyncJob], None]:
        results = self._results()
        if self._entered:
            self._ending.push_async_callback(results.aclose)
        return results

    async def _results(self) -> AsyncGenerator[Result[AsyncJob], None]:
        async with contextlib.AsyncExitStack() as stack:
            await asyncio.to_thread(self._look)
            self._warn()  # not in a thread, or the warning would not point to the user's line
            journal = await self._opened()
            feeder = self._begin(journal, self._job, reports_progress=self._on_progress is not None)
            run = Handover(feeder, self._runtime)
            stack.callback(run.lastly, journal.close)
            stack.callback(self._sum_up, journal)
            stack.callback(lambda: feeder.keep_early(run.early_callbacks))
            await stack.enter_async_context(run)
            stack.enter_context(first_interrupt(lambda: _interrupt(run)))
            if self._callbacks is not None:
                stack.enter_context(self._callbacks.subscribe(run.notify))
            try:
                async with contextlib.aclosing(run.values()) as values:
                    async for value in values:
                        if isinstance(value, RowProgress):
                            update = self._update(value, self._job(value.state))
                            returned = self._on_progress(update) if self._on_progress is not None else None
                            if inspect.isawaitable(returned):
                                await returned
                        else:
                            yield self._result(value, [self._job(*job) for job in value.jobs])
            except BaseException as error:
                self._go_on(error)
                raise

    async def _opened(self) -> Journal:
        """Open the journal in a thread; if this is cancelled meanwhile, close it again."""
        opening = asyncio.get_running_loop().run_in_executor(None, self._open)
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            while not opening.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait((opening,))
            if opening.exception() is None:
                opening.result().close()
            raise

    def _job(self, state: State, context: JobContext | None = None) -> AsyncJob:
        return AsyncJob._of(state, self._service, self._runtime, context)  # pyright: ignore[reportPrivateUsage]


def work_on(
    service: CallService, requests: Source, journal: str | os.PathLike[str] | None, options: BatchOptions
) -> dict[str, Any]:
    """Return the arguments of a batch of these requests."""
    checked = options_of(options)
    again, prompts, uploads = can_be_read_again(requests), service.settings.prompts, service.uploads
    return {
        "service": service,
        "kind": BATCH,
        "items": partial(read, requests, uploads) if again else partial(read_once, requests, uploads, prompts=prompts),
        "again": again,
        "journal": journal_path(journal),
        "options": checked,
        "survey": partial(surveyed, requests, uploads, prompts=prompts) if again else None,
    }


def async_work_on(
    service: CallService, requests: AsyncSource, journal: str | os.PathLike[str] | None, options: BatchOptions
) -> dict[str, Any]:
    """Return the arguments of a batch whose rows may come asynchronously."""
    if not isinstance(requests, AsyncIterable):
        return work_on(service, requests, journal, options)
    items = partial(async_read_once, requests, service.uploads, prompts=service.settings.prompts)
    return {**work_on(service, iter(()), journal, options), "items": items}


def _interrupt(run: Portal | Handover) -> None:
    logger.warning(INTERRUPTED)
    run.stop(KeyboardInterrupt())
