"""`client.batch`: many paid requests that go on where they were, whatever happened.

for result in client.batch(requests, journal="run.db", concurrency=6):
    print(result.key, result.state, result.files)
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import warnings
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from legnext_client.core.outcomes import Step
from legnext_client.core.submission import DONE, FAILED, NEW, SUBMITTED, UNKNOWN
from legnext_client.core.wishes import Heard
from legnext_client.drivers import async_emitted, emitted
from legnext_client.errors import InvalidRequest, JournalError, LegnextError
from legnext_client.interrupts import first_interrupt
from legnext_client.jobs import AsyncJob, Job
from legnext_client.journal import Journal
from legnext_client.journal.files import BATCH, FILM
from legnext_client.options import journal_path, options_of
from legnext_client.prompts.problems import PromptWarning, frames_to_user
from legnext_client.results import BatchSummary, Counts, Result, Unsettled, Update
from legnext_client.rows import can_be_read_again, checked, read, read_once
from legnext_client.run_costs import bill_of
from legnext_client.running import Run
from legnext_client.workers import TaskWorkers, ThreadWorkers

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncGenerator, Callable, Generator, Iterable

    from legnext_client.core.flow import Flow
    from legnext_client.core.items import Item
    from legnext_client.core.outcomes import Outcome
    from legnext_client.core.state import State
    from legnext_client.desk import Desk, Origin
    from legnext_client.drivers import AsyncHands, Hands
    from legnext_client.options import BatchOptions, Options
    from legnext_client.rows import Source, Survey

JobT = TypeVar("JobT", Job, AsyncJob)

logger = logging.getLogger("legnext_client")

INTERRUPTED = (
    "Interrupted: nothing more is submitted, and what is under way is waited for. Interrupt once more to leave at "
    "once; nothing is lost either way."
)


class Work(Generic[JobT]):
    """Rows, a journal and how to run them; what both colours of a batch and of a film have in common."""

    def __init__(
        self,
        desk: Desk,
        kind: str,
        items: Callable[[], Iterable[Item]],
        *,
        again: bool,
        journal: str | None,
        options: Options,
        only: str | None = None,
        survey: Callable[[], Survey] | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._desk, self._kind, self._items, self._again = desk, kind, items, again
        self._path, self._options, self._callbacks = journal, options, options.callbacks
        self._only, self._surveying = only, survey
        self._surveyed: Survey | None = None
        self._warned = False
        self._now = now or _utc_now
        self._ends: Counter[str] = Counter()
        self._open_ends: dict[str, str] = {}
        """Rows whose last result was none for good, by the state in which they were."""
        self._over = 0
        """How many of the rows that are asked for have come to an end for good."""
        self._earlier = self._points_before = 0
        """Of the rows that are done, those of earlier runs; and the points of these runs."""
        self._running: set[str] = set()
        self._run: Run | None = None
        self._started = 0.0
        self._summary: BatchSummary | None = None

    def survey(self) -> Survey | None:
        """How many rows there are, what they cost, and what of it is left to be paid when the journal is gone on with.

        Every row is looked at, and what is wrong with any is raised. None when the rows can be read only once.
        """
        self._survey()
        self._warn()
        if self._surveyed is None or self._path is None:
            return self._surveyed
        left = bill_of(self._items(), self._path, retry_failed=self._options.retry_failed)
        return self._surveyed._replace(left=left)

    def _survey(self) -> None:
        if self._surveyed is None and self._surveying is not None:
            self._surveyed = self._surveying()

    def _warn(self) -> None:
        """Warn of what is odd about prompts, once. Where such a warning is an error, nothing comes after it."""
        if self._surveyed is not None and not self._warned:
            for doubt in self._surveyed.doubts:
                warnings.warn(PromptWarning(*doubt), stacklevel=frames_to_user())
            self._warned = True

    @property
    def summary(self) -> BatchSummary:
        """How the batch has ended; there when it has."""
        if self._summary is None:
            raise InvalidRequest("this batch has not been run to its end: iterate over it first.")
        return self._summary

    def _look(self) -> None:
        """Find what is wrong before the journal is made."""
        self._desk.check_open()
        if self._run is not None and self._path is None:
            raise InvalidRequest("this batch was run and has no journal: run again, it would pay again.")
        self._survey()

    def _open(self) -> Journal:
        """Hold the journal."""
        return Journal.open(self._path, self._kind, only=self._only, now=self._now)

    def _begin(self, journal: Journal, job: Callable[[State, Origin], JobT]) -> Flow[None]:
        self._run = Run(self._desk, journal, self._options, job, self._now)
        self._ends, self._running, self._summary = Counter(), set(), None
        self._open_ends, self._over, self._earlier = {}, 0, 0
        self._points_before = self._run.points
        self._started = self._desk.clock.now()
        return self._run.running(self._items, again=self._again)

    def _update(self, step: Step, job: JobT) -> Update:
        item, number, title, _ = step
        self._running.add(item.key)
        return Update(item.key, number + 1, item.steps, title, job, self._points, self._elapsed, self.counts)

    def _result(self, outcome: Outcome, jobs: list[JobT]) -> Result[JobT]:
        key, state = outcome.item.key, outcome.state
        self._running.discard(key)
        if self._run is not None and key in self._run.leftovers:  # nobody asks for it
            return Result(outcome, jobs)
        if key in self._open_ends:  # a callback came late, and has told what became of it
            self._ends[self._open_ends.pop(key)] -= 1
        self._ends[state] += 1
        self._earlier += outcome.earlier and state == DONE
        if state in (SUBMITTED, UNKNOWN):
            self._open_ends[key] = state
        else:
            self._over += 1
        return Result(outcome, jobs)

    @property
    def counts(self) -> Counts:
        """How many rows have come to which end so far."""
        ends, rows = self._ends, self._surveyed.rows if self._surveyed is not None else None
        return Counts(ends[DONE], ends[FAILED] + ends[NEW], ends[UNKNOWN], len(self._running) + ends[SUBMITTED], rows)

    @property
    def _points(self) -> int:
        return self._run.points if self._run is not None else 0

    @property
    def _elapsed(self) -> float:
        return self._desk.clock.now() - self._started

    def _sum_up(self, journal: Journal) -> None:
        counts, standing = self.counts, journal.summary()
        unknown = tuple(
            Unsettled(entry.key, entry.operation, entry.price, entry.error or "") for entry in journal.entries(UNKNOWN)
        )
        running = standing.states.get(SUBMITTED, 0)
        leftovers = self._run.leftovers if self._run is not None else set[str]()
        perhaps_running = {entry.item for entry in journal.entries(SUBMITTED, UNKNOWN)} - leftovers
        left = None if counts.total is None else max(0, counts.total - self._over - len(perhaps_running))
        self._summary = BatchSummary(
            counts.done, counts.failed, unknown, running, left, standing.points, self._elapsed, self._path,
            self._earlier, standing.points - self._points_before,
        )  # fmt: skip

    def _go_on(self, error: BaseException) -> None:
        if not isinstance(error, KeyboardInterrupt | LegnextError) or isinstance(error, JournalError):
            return
        if self._path is not None:
            error.add_note(f"Run it again with the journal {self._path} to go on: nothing is paid for twice.")
        elif self._kind == FILM and self._run is not None:  # a batch has told of its jobs
            paid = [f"{entry.key} is job {entry.job_id}" for entry in self._run.book.entries(SUBMITTED, DONE)]
            if paid:
                error.add_note(
                    f"There is no journal, so run again it would pay again for what is paid: {', '.join(paid)}."
                )


class Batch(Work[Job]):
    """A batch that is about to run: iterate over it for the results, in the order in which they come.

    `with batch:` ends it, and lets go of its journal, when the block is left.
    """

    def __init__(self, hands: Hands, on_progress: Callable[[Update], object] | None, desk: Desk, **work: Any) -> None:
        super().__init__(desk, **work)
        self._hands, self._on_progress = hands, on_progress
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
            workers = ThreadWorkers(self._hands, listens=self._callbacks is not None)
            stack.callback(workers.lastly, journal.close)
            stack.callback(self._sum_up, journal)
            stack.enter_context(workers)
            stack.enter_context(first_interrupt(lambda: _interrupt(workers)))
            if self._callbacks is not None:
                stack.enter_context(self._callbacks.telling(partial(_hear, workers)))
            try:
                for value in emitted(self._begin(journal, self._job), workers.hands):
                    if isinstance(value, Step):
                        update = self._update(value, self._job(value.state))
                        if self._on_progress is not None:
                            self._on_progress(update)
                    else:
                        yield self._result(value, [self._job(*job) for job in value.jobs])
            except BaseException as error:
                self._go_on(error)
                raise

    def _job(self, state: State, origin: Origin | None = None) -> Job:
        return Job(state.raw, self._desk, self._hands, origin)


class AsyncBatch(Work[AsyncJob]):
    """The same for `async for` and `async with`: Python by itself ends what was left by `break` some time later."""

    def __init__(
        self, hands: AsyncHands, on_progress: Callable[[Update], object] | None, desk: Desk, **work: Any
    ) -> None:
        super().__init__(desk, **work)
        self._hands, self._on_progress = hands, on_progress
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
            self._warn()  # not in a thread, where no line of the user's is
            journal = await asyncio.to_thread(self._open)
            workers = TaskWorkers(self._hands, listens=self._callbacks is not None)
            stack.callback(workers.lastly, journal.close)
            stack.callback(self._sum_up, journal)
            await stack.enter_async_context(workers)
            stack.enter_context(first_interrupt(lambda: _interrupt(workers)))
            if self._callbacks is not None:
                stack.enter_context(self._callbacks.telling(partial(_hear, workers)))
            try:
                values = async_emitted(self._begin(journal, self._job), workers.hands)
                async with contextlib.aclosing(values):
                    async for value in values:
                        if isinstance(value, Step):
                            update = self._update(value, self._job(value.state))
                            heard = self._on_progress(update) if self._on_progress is not None else None
                            if inspect.isawaitable(heard):
                                await heard
                        else:
                            yield self._result(value, [self._job(*job) for job in value.jobs])
            except BaseException as error:
                self._go_on(error)
                raise

    def _job(self, state: State, origin: Origin | None = None) -> AsyncJob:
        return AsyncJob(state.raw, self._desk, self._hands, origin)


def work_on(
    desk: Desk, requests: Source, journal: str | os.PathLike[str] | None, options: BatchOptions
) -> dict[str, Any]:
    """What a batch of these requests is made of."""
    found = options_of(options)
    again, strict = can_be_read_again(requests), desk.settings.strict_prompts
    return {
        "desk": desk,
        "kind": BATCH,
        "items": partial(read, requests) if again else partial(read_once, requests, strict_prompts=strict),
        "again": again,
        "journal": journal_path(journal),
        "options": found,
        "survey": partial(checked, requests, strict_prompts=strict) if again else None,
    }


def _hear(workers: ThreadWorkers | TaskWorkers, ear: str, job_id: str) -> None:
    workers.tell(Heard(ear, job_id))


def _interrupt(workers: ThreadWorkers | TaskWorkers) -> None:
    logger.warning(INTERRUPTED)
    workers.tell(KeyboardInterrupt())


def _utc_now() -> datetime:
    return datetime.now(UTC)
