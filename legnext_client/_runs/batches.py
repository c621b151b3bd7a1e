"""`client.batch` and `client.run`: run many paid requests, or a chain, resumable at any point.

for result in client.batch(requests, journal="run.db", concurrency=6):
    print(result.key, result.state, result.files)
"""

from __future__ import annotations

import asyncio  # async only
import contextlib
import inspect  # async only
from typing import TYPE_CHECKING, Any, Self

from legnext_client._calls.notebook import several_html
from legnext_client._calls.results import FILE_NAME
from legnext_client._calls.service import check_listener
from legnext_client._runs.batch_work import BatchState, check_chain, interrupt
from legnext_client._runs.portal import (
    AsyncPortal,
    first_interrupt,
    open_in_thread,  # async only
)
from legnext_client._runs.results import RowProgress
from legnext_client.generated.sync.batches import Batch, ChainRun  # async only
from legnext_client.jobs import AsyncJob

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from legnext_client._calls.service import JobContext
    from legnext_client._protocol.state import State
    from legnext_client._runs.batch_work import Work
    from legnext_client._runs.chains import VideoChain
    from legnext_client._runs.results import Result, Update
    from legnext_client.jobs import AsyncSender

__all__ = ["AsyncBatch", "AsyncChainRun", "Batch", "ChainRun", "async_run_chain"]  # async only


class AsyncBatch(BatchState[AsyncJob]):
    """A batch that is ready to run. Iterate over it for the results, as they come.

    Leaving an `async with batch:` block ends it and releases its journal. Without it, Python delays that after a
    `break`.
    """

    def __init__(self, sender: AsyncSender, on_progress: Callable[[Update], object] | None, work: Work) -> None:
        super().__init__(sender.service, work)
        check_listener(on_progress)
        self._sender, self._on_progress = sender, on_progress
        self._ending = contextlib.AsyncExitStack()
        self._entered = False

    async def __aenter__(self) -> Self:
        self._entered = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self._entered = False
        await self._ending.aclose()

    def __aiter__(self) -> AsyncGenerator[Result[AsyncJob]]:
        results = self._results()
        if self._entered:
            self._ending.push_async_callback(results.aclose)
        return results

    async def _results(self) -> AsyncGenerator[Result[AsyncJob]]:
        async with contextlib.AsyncExitStack() as stack:
            # sync only: self._look()
            await asyncio.to_thread(self._look)  # async only
            self._warn()  # in the caller's thread, or the warning would not point to the user's line
            # sync only: journal = self._open()
            journal = await open_in_thread(self._open)  # async only
            feeder = self._begin(journal, self._job, reports_progress=self._on_progress is not None)
            run = AsyncPortal(feeder, self._sender.runtime)
            stack.callback(run.lastly, journal.close)
            stack.callback(self._sum_up, journal)
            stack.callback(feeder.keep_early)
            await stack.enter_async_context(run)
            stack.enter_context(first_interrupt(lambda: interrupt(run)))
            if self._callbacks is not None:
                stack.enter_context(self._callbacks.subscribe(run.notify))
            try:
                async with contextlib.aclosing(run.values()) as values:
                    async for value in values:
                        if not isinstance(value, RowProgress):
                            yield self._counted(value)
                        elif self._on_progress is not None:
                            # sync only: self._on_progress(self._update(value, self._job(value.state)))
                            returned = self._on_progress(self._update(value, self._job(value.state)))  # async only
                            if inspect.isawaitable(returned):  # async only
                                await returned  # async only
            except BaseException as error:
                self._go_on(error)
                raise

    def _job(self, state: State, context: JobContext | None = None) -> AsyncJob:
        return AsyncJob._of(state, self._sender, context)  # pyright: ignore[reportPrivateUsage]


class AsyncChainRun:
    """A finished chain; see `client.run`.

    Attributes:
        chain: The chain.
        jobs: The jobs of its steps, in order.
        points: The cost of all runs.
    """

    def __init__(self, chain: VideoChain, jobs: list[AsyncJob], points: int) -> None:
        self.chain = chain
        self.jobs = jobs
        self.points = points

    @property
    def video_urls(self) -> list[str]:
        """The videos of the last step."""
        return self.jobs[-1].video_urls

    @property
    def seconds(self) -> int:
        """The length of each video."""
        return self.chain.seconds

    async def download(self, directory: str | os.PathLike[str], name: str = FILE_NAME, **options: Any) -> list[Path]:
        """Download the videos; see `Job.download`."""
        return await self.jobs[-1].download(directory, name, **options)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data that `json.dumps` takes."""
        return {
            "points": self.points,
            "seconds": self.seconds,
            "video_urls": self.video_urls,
            "jobs": [job.to_dict() for job in self.jobs],
        }

    def _repr_html_(self) -> str:
        return several_html(self.jobs, "chain", f"{self.seconds} s", f"{self.points} points")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {len(self.video_urls)} videos of {self.seconds} s, {self.points} points>"


async def async_run_chain(chain: VideoChain, batch: AsyncBatch) -> AsyncChainRun:
    """Run a chain to its end; raise `ChainError` if it stops earlier."""
    # sync only: [result] = batch
    [result] = [result async for result in batch]  # async only
    check_chain(result, chain, batch.summary.journal)
    return AsyncChainRun(chain, result.jobs, batch.summary.points)
