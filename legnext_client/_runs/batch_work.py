"""The parts that sync and async batches and chains share: rows, journal, options and counts."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from legnext_client._calls.notebook import bar
from legnext_client._journal.files import CHAIN
from legnext_client._journal.journal import Journal
from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED, UNKNOWN
from legnext_client._runs.context import RunContext
from legnext_client._runs.costs import bill_of
from legnext_client._runs.feeder import Feeder
from legnext_client._runs.results import BatchSummary, Counts, Result, Unsettled, Update
from legnext_client.errors import InvalidRequest, JournalError, LegnextError
from legnext_client.jobs import AsyncJob, Job
from legnext_client.prompts.problems import frames_to_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from legnext_client._calls.items import Row
    from legnext_client._calls.service import CallService, JobContext
    from legnext_client._protocol.state import State
    from legnext_client._runs.options import Options
    from legnext_client._runs.reports import RowProgress, RowResult
    from legnext_client._runs.rows import Survey

JobT = TypeVar("JobT", Job, AsyncJob)


class BatchState(Generic[JobT]):
    """A batch or a chain, sync or async."""

    def __init__(
        self,
        service: CallService,
        kind: str,
        items: Callable[[], Iterable[Row] | AsyncIterator[Row]],
        *,
        again: bool,
        journal: str | None,
        options: Options,
        only: str | None = None,
        survey: Callable[[], tuple[Survey, list[Row]]] | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._service, self._kind, self._items, self._again = service, kind, items, again
        self._path, self._options, self._callbacks = journal, options, options.callbacks
        self._only, self._surveying = only, survey
        self._surveyed: Survey | None = None
        self._surveyed_rows: list[Row] | None = None
        """Rows read for the survey, kept until they are run."""
        self._warned = False
        self._now = now or _utc_now
        self._ends: Counter[str] = Counter()
        self._open_ends: dict[str, str] = {}
        """Rows whose last result was not final, with their state."""
        self._over = 0
        """Number of requested rows with a final result."""
        self._earlier = self._points_before = 0
        """Number of rows done by earlier runs, and the points of those runs."""
        self._context: RunContext | None = None
        self._started = 0.0
        self._summary: BatchSummary | None = None

    def survey(self) -> Survey | None:
        """Count the rows, their price, and the amount still to pay if the journal is resumed.

        Checks every row and raises all errors. None if the rows can be read only once.
        """
        self._survey()
        self._warn()
        if self._surveyed is None or self._path is None:
            return self._surveyed
        left = bill_of(self._listed(), self._path, retry_failed=self._options.retry_failed)
        return self._surveyed._replace(left=left)

    def _survey(self) -> None:
        if self._surveyed is None and self._surveying is not None:
            self._surveyed, self._surveyed_rows = self._surveying()

    def _warn(self) -> None:
        """Issue the prompt warnings, once. If such a warning is an error, nothing comes after it."""
        if self._surveyed is not None and not self._warned:
            for doubt in self._surveyed.doubts:
                warnings.warn(doubt, stacklevel=frames_to_user())
            self._warned = True

    @property
    def summary(self) -> BatchSummary:
        """The final counts; available once the batch has ended."""
        if self._summary is None:
            raise InvalidRequest("this batch has not been run to its end: iterate over it first.")
        return self._summary

    def _look(self) -> None:
        """Check everything before the journal is created."""
        self._service.check_open()
        if self._context is not None and self._path is None:
            raise InvalidRequest("This batch has no journal, so running it again would pay again. Pass journal=.")
        self._survey()

    def _open(self) -> Journal:
        """Hold the journal."""
        return Journal.open(self._path, self._kind, only=self._only, now=self._now)

    def _begin(self, journal: Journal, job: Callable[[State, JobContext], JobT], *, reports_progress: bool) -> Feeder:
        self._context = RunContext(
            self._service, journal, self._options, job, self._now, reports_progress=reports_progress
        )
        self._ends, self._summary = Counter(), None
        self._open_ends, self._over, self._earlier = {}, 0, 0
        self._points_before = self._context.points
        self._started = self._service.clock.now()
        surveyed, self._surveyed_rows = self._surveyed_rows, None
        rows = surveyed or (self._listed() if self._again else self._items())
        return Feeder(self._context, rows, rows_are_there=self._again)

    def _listed(self) -> list[Row]:
        """Read the rows, which can be read again."""
        rows = self._items()
        return [] if isinstance(rows, AsyncIterator) else list(rows)

    def _update(self, progress: RowProgress, job: JobT) -> Update:
        row, step, title, _ = progress
        return Update(row.key, step + 1, row.steps, title, job, self._points, self._elapsed, self.counts)

    def _result(self, result: RowResult, jobs: list[JobT]) -> Result[JobT]:
        key, state = result.row.key, result.state
        if self._context is not None:
            self._context.running.discard(key)
            if key in self._context.orphaned:  # no longer requested, so not counted
                return Result(result, jobs)
        if key in self._open_ends:  # a late callback has resolved it
            self._ends[self._open_ends.pop(key)] -= 1
        self._ends[state] += 1
        self._earlier += result.earlier and state == DONE
        if state in (SUBMITTED, UNKNOWN):
            self._open_ends[key] = state
        else:
            self._over += 1
        return Result(result, jobs)

    @property
    def counts(self) -> Counts:
        """Number of rows by outcome so far."""
        ends, rows = self._ends, self._surveyed.rows if self._surveyed is not None else None
        running = ends[SUBMITTED] + (len(self._context.running) if self._context is not None else 0)
        return Counts(ends[DONE], ends[FAILED] + ends[NEW], ends[UNKNOWN], running, rows)

    def __repr__(self) -> str:
        counted: Counts = self.counts
        counts = [f"{number} {name}" for name, number in counted._asdict().items() if number]
        counts.append(f"{self._points} points")
        return f"<{type(self).__name__} {', '.join(counts)}>"

    def _repr_html_(self) -> str:
        counts: Counts = self.counts
        ended, total = counts.done + counts.failed + counts.unknown, counts.total
        return bar(ended, total, repr(self)[1:-1]) if total else bar(0, 1, repr(self)[1:-1])

    @property
    def _points(self) -> int:
        return self._context.points if self._context is not None else 0

    @property
    def _elapsed(self) -> float:
        return self._service.clock.now() - self._started

    def _sum_up(self, journal: Journal) -> None:
        counts, standing = self.counts, journal.summary()
        unknown = tuple(
            Unsettled(entry.key, entry.operation, entry.price, entry.error or "") for entry in journal.entries(UNKNOWN)
        )
        running = standing.states.get(SUBMITTED, 0)
        orphaned = self._context.orphaned if self._context is not None else set[str]()
        perhaps_running = {entry.item for entry in journal.entries(SUBMITTED, UNKNOWN)} - orphaned
        left = None if counts.total is None else max(0, counts.total - self._over - len(perhaps_running))
        self._summary = BatchSummary(
            counts.done, counts.failed, unknown, running, left, standing.points, self._elapsed, self._path,
            self._earlier, standing.points - self._points_before, journal.probably_accepted() if unknown else None,
        )  # fmt: skip

    def _go_on(self, error: BaseException) -> None:
        if not isinstance(error, KeyboardInterrupt | LegnextError) or isinstance(error, JournalError):
            return
        if self._path is not None:
            error.add_note(f"Run it again with the journal {self._path} to resume: nothing is paid for twice.")
        elif self._kind == CHAIN and self._context is not None:  # a batch has reported its jobs
            paid = [f"{entry.key} is job {entry.job_id}" for entry in self._context.journal.entries(SUBMITTED, DONE)]
            if paid:
                error.add_note(f"There is no journal, so running it again would pay again for: {', '.join(paid)}.")


def _utc_now() -> datetime:
    return datetime.now(UTC)
