"""Sync half of `_runs/batches.py`.

Written by `make generate`; edit that module instead.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Self

from legnext_client._calls.notebook import several_html
from legnext_client._calls.results import FILE_NAME
from legnext_client._calls.service import check_listener
from legnext_client._runs.batch_work import BatchState, check_chain, interrupt
from legnext_client._runs.portal import Portal, first_interrupt
from legnext_client._runs.results import RowProgress
from legnext_client.generated.sync.jobs import Job

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator
    from pathlib import Path

    from legnext_client._calls.service import JobContext
    from legnext_client._protocol.state import State
    from legnext_client._runs.batch_work import Work
    from legnext_client._runs.chains import VideoChain
    from legnext_client._runs.results import Result, Update
    from legnext_client.generated.sync.jobs import Sender


class Batch(BatchState[Job]):
    """A batch that is ready to run. Iterate over it for the results, as they come.

    Leaving a `with batch:` block ends it and releases its journal.
    """

    def __init__(self, sender: Sender, on_progress: Callable[[Update], object] | None, work: Work) -> None:
        super().__init__(sender.service, work)
        check_listener(on_progress)
        self._sender, self._on_progress = sender, on_progress
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
            self._warn()  # in the caller's thread, or the warning would not point to the user's line
            journal = self._open()
            feeder = self._begin(journal, self._job, reports_progress=self._on_progress is not None)
            run = Portal(feeder, self._sender.runtime)
            stack.callback(run.lastly, journal.close)
            stack.callback(self._sum_up, journal)
            stack.callback(feeder.keep_early)
            stack.enter_context(run)
            stack.enter_context(first_interrupt(lambda: interrupt(run)))
            if self._callbacks is not None:
                stack.enter_context(self._callbacks.subscribe(run.notify))
            try:
                with contextlib.closing(run.values()) as values:
                    for value in values:
                        if not isinstance(value, RowProgress):
                            yield self._counted(value)
                        elif self._on_progress is not None:
                            self._on_progress(self._update(value, self._job(value.state)))
            except BaseException as error:
                self._go_on(error)
                raise

    def _job(self, state: State, context: JobContext | None = None) -> Job:
        return Job._of(state, self._sender, context)  # pyright: ignore[reportPrivateUsage]


class ChainRun:
    """A finished chain; see `client.run`.

    Attributes:
        chain: The chain.
        jobs: The jobs of its steps, in order.
        points: The cost of all runs.
    """

    def __init__(self, chain: VideoChain, jobs: list[Job], points: int) -> None:
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

    def download(self, directory: str | os.PathLike[str], name: str = FILE_NAME, **options: Any) -> list[Path]:
        """Download the videos; see `Job.download`."""
        return self.jobs[-1].download(directory, name, **options)

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


def run_chain(chain: VideoChain, batch: Batch) -> ChainRun:
    """Run a chain to its end; raise `ChainError` if it stops earlier."""
    [result] = batch
    check_chain(result, chain, batch.summary.journal)
    return ChainRun(chain, result.jobs, batch.summary.points)
