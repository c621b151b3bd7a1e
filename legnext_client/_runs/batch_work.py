"""The parts that sync and async batches and chains share: rows, journal, options and counts."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from legnext_client._calls.notebook import bar
from legnext_client._journal.files import BATCH, CHAIN
from legnext_client._journal.journal import Journal
from legnext_client._journal.ledger import CountedJournal
from legnext_client._journal.submit import DONE, FAILED, NEW, SUBMITTED, UNKNOWN
from legnext_client._protocol.bounds import shown
from legnext_client._runs.chain_steps import judge_steps
from legnext_client._runs.chains import VideoChain
from legnext_client._runs.context import RunContext
from legnext_client._runs.costs import bill_of
from legnext_client._runs.feeder import Feeder
from legnext_client._runs.options import Options, journal_path, options_of
from legnext_client._runs.results import BatchSummary, Counts, Unsettled, Update, key_of
from legnext_client._runs.rows import async_read_once, can_be_read_again, read, read_once, surveyed
from legnext_client.errors import ChainError, InvalidRequest, JournalError, LegnextError
from legnext_client.jobs import AsyncJob, Job
from legnext_client.prompts.problems import frames_to_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from legnext_client._calls.items import Row
    from legnext_client._calls.service import CallService, JobContext
    from legnext_client._protocol.state import State
    from legnext_client._runs.options import BatchOptions, RunOptions, StrPath
    from legnext_client._runs.portal import AsyncPortal, Portal
    from legnext_client._runs.results import Result, RowProgress
    from legnext_client._runs.rows import AsyncSource, Source, Survey

logger = logging.getLogger("legnext_client")

JobT = TypeVar("JobT", Job, AsyncJob)

KEY = "chain"
"""A chain's key in its journal; its steps are `chain/1`, `chain/2` …"""
INTERRUPTED = (
    "Interrupted: nothing more is submitted; running jobs are waited for. Interrupt again to leave at once. Nothing is "
    "lost either way."
)


class Work(NamedTuple):
    """The work of a run: its rows, of which a chain is one, its journal and its options."""

    kind: str
    journal: str | None
    options: Options
    items: Callable[[], Iterable[Row] | AsyncIterator[Row]]
    again: bool = True
    """Whether the rows can be read more than once."""
    survey: Callable[[], tuple[Survey, list[Row]]] | None = None
    only: str | None = None
    """The digest of the only row that the journal may hold."""


def work_on(service: CallService, requests: Source, journal: StrPath | None, options: BatchOptions) -> Work:
    """Return the work of a batch of these requests."""
    again, prompts, uploads = can_be_read_again(requests), service.settings.prompts, service.uploads
    items = partial(read, requests, uploads) if again else partial(read_once, requests, uploads, prompts=prompts)
    survey = partial(surveyed, requests, uploads, prompts=prompts) if again else None
    return Work(BATCH, journal_path(journal), options_of(options), items, again, survey)


def async_work_on(service: CallService, requests: AsyncSource, journal: StrPath | None, options: BatchOptions) -> Work:
    """Return the work of a batch whose rows may come asynchronously."""
    if not isinstance(requests, AsyncIterable):
        return work_on(service, requests, journal, options)
    items = partial(async_read_once, requests, service.uploads, prompts=service.settings.prompts)
    return Work(BATCH, journal_path(journal), options_of(options), items, again=False)


def work_of_chain(service: CallService, chain: VideoChain, journal: StrPath | None, options: RunOptions) -> Work:
    """Return the work of a chain: one row."""
    if not isinstance(chain, VideoChain):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidRequest(f"chain must be a VideoChain; got {shown(chain)}.")
    row = chain.row(KEY)
    if warning := judge_steps(chain.steps, service.settings.prompts):
        warnings.warn(warning, stacklevel=frames_to_user())
    checked = options_of(cast("BatchOptions", options))
    return Work(CHAIN, journal_path(journal), checked, lambda: [row], only=row.digest)


def check_chain(result: Result[Any], chain: VideoChain, journal: str | None) -> None:
    """Raise `ChainError` if the chain is not done."""
    if result.ok:
        return
    finished = [job for job in result.jobs if job.ok]
    number = len(finished) + 1
    message = f"step {number} of {len(chain.steps)}, {chain.steps[number - 1].title}: {result.error}"
    if journal is not None and result.state == UNKNOWN:
        key = key_of(chain.row(KEY), number - 1)
        ways = f"adopt({key!r}, job_id), resubmit({key!r}) or give_up({key!r})"
        message += f" Settle it with Journal({journal!r}): {ways}."
    elif journal is not None and result.state == FAILED:
        message += " To try this step again, run with retry_failed=True."
    raise ChainError(message, finished=finished, step=number, journal=journal or "") from result.error


def interrupt(run: Portal | AsyncPortal) -> None:
    """Stop a run at the first Ctrl-C."""
    logger.warning(INTERRUPTED)
    run.stop(KeyboardInterrupt())


class BatchState(Generic[JobT]):
    """A batch or a chain, sync or async."""

    def __init__(self, service: CallService, work: Work) -> None:
        self._service, self._work = service, work
        self._path, self._callbacks = work.journal, work.options.callbacks
        self._surveyed: Survey | None = None
        self._surveyed_rows: list[Row] | None = None
        """Rows read for the survey, kept until they are run."""
        self._warned = False
        self._now = _utc_now
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
        left = bill_of(self._listed(), self._path, retry_failed=self._work.options.retry_failed)
        return self._surveyed._replace(left=left)

    def _survey(self) -> None:
        if self._surveyed is None and self._work.survey is not None:
            self._surveyed, self._surveyed_rows = self._work.survey()

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
        if self._surveyed_rows is None and self._work.again:
            self._surveyed_rows = self._listed()

    def _open(self) -> Journal:
        """Hold the journal."""
        ledger = self._service.ledger
        kind = Journal if ledger is None else CountedJournal
        journal = kind.open(self._path, self._work.kind, only=self._work.only, now=self._now)
        if isinstance(journal, CountedJournal) and ledger is not None:
            journal.ledger = ledger
        return journal

    def _begin(self, journal: Journal, job: Callable[[State, JobContext], JobT], *, reports_progress: bool) -> Feeder:
        self._context = RunContext(
            self._service, journal, self._work.options, job, self._now, reports_progress=reports_progress
        )
        self._ends, self._summary = Counter(), None
        self._open_ends, self._over, self._earlier = {}, 0, 0
        self._points_before = self._context.points
        self._started = self._service.clock.now()
        listed, self._surveyed_rows = self._surveyed_rows, None
        rows = self._work.items() if listed is None else listed
        return Feeder(self._context, rows, rows_are_there=self._work.again)

    def _listed(self) -> list[Row]:
        """Read the rows, which can be read again."""
        rows = self._work.items()
        return [] if isinstance(rows, AsyncIterator) else list(rows)

    def _update(self, progress: RowProgress, job: JobT) -> Update:
        row, step, title, _ = progress
        return Update(row.key, step + 1, row.steps, title, job, self._points, self._elapsed, self.counts)

    def _counted(self, result: Result[JobT]) -> Result[JobT]:
        """Count the result of a row."""
        key, state = result.key, result.state
        if self._context is not None:
            self._context.running.discard(key)
            if key in self._context.orphaned:  # no longer requested, so not counted
                return result
        if key in self._open_ends:  # a late callback has resolved it
            self._ends[self._open_ends.pop(key)] -= 1
        self._ends[state] += 1
        self._earlier += result.earlier and state == DONE
        if state in (SUBMITTED, UNKNOWN):
            self._open_ends[key] = state
        else:
            self._over += 1
        return result

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
        elif self._work.kind == CHAIN and self._context is not None:  # a batch has reported its jobs
            paid = [f"{entry.key} is job {entry.job_id}" for entry in self._context.journal.entries(SUBMITTED, DONE)]
            if paid:
                error.add_note(f"There is no journal, so running it again would pay again for: {', '.join(paid)}.")


def _utc_now() -> datetime:
    return datetime.now(UTC)
