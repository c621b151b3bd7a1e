"""One row: for each step, submit a request and watch its job; then download the results.

A single request is a chain of one step. The journal records the whole state of a row, so a restarted row resumes.
"""

from __future__ import annotations

import math
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._calls.budgets import release
from legnext_client._calls.planning import is_another
from legnext_client._calls.wait import last_poll, unanswered
from legnext_client._journal.submit import DONE, FAILED, NEW, NOT_ITS_FAULT, SUBMITTED, UNKNOWN
from legnext_client._protocol.state import State, failure
from legnext_client._runs.limits import UNREACHABLE
from legnext_client._runs.results import Result, RowEnded, RowProgress, Stopped, key_of
from legnext_client.errors import (
    BudgetExceeded,
    DownloadError,
    InvalidRequest,
    JobFailed,
    LegnextError,
    RateLimitError,
    SubmissionUnknown,
    UploadError,
    WaitTimeout,
)
from legnext_client.generated.rules import FOLLOW_UP_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from legnext_client._calls.items import Call, Row
    from legnext_client._calls.service import JobContext, PreparedCall
    from legnext_client._calls.wait import PollState
    from legnext_client._journal.submit import Entry, Submission, SubmissionIntent
    from legnext_client._protocol.flow import Flow
    from legnext_client._runs.context import RunContext
    from legnext_client._runs.engine import Engine


class WatchedJob(NamedTuple):
    """A paid job of a row, to be watched."""

    entry: Entry
    title: str
    context: JobContext

    @property
    def is_guess(self) -> bool:
        """Whether the job id comes only from a person, a callback or a truncated response."""
        return self.entry.status is None and self.entry.state == SUBMITTED


class RowTask:
    """A row and its records in the journal at the start."""

    def __init__(self, row: Row, entries: Sequence[Entry], context: RunContext, engine: Engine) -> None:
        self._row, self._context, self._engine = row, context, engine
        self._entries = {entry.key: entry for entry in entries}
        self._finished: list[tuple[State, Any]] = []
        self._ended_at: datetime | None = None
        self._had_files: tuple[str, ...] = ()
        self._number = 0
        """The journal's number of the last finished request."""
        self._points = 0
        self._earlier = True

    # ---- the row ------------------------------------------------------------------------------------------------

    def recall(self) -> Result[Any] | None:
        """Load the steps finished by earlier runs; return the row's result if nothing is left to do."""
        if self._row.wrong is not None:
            return self._result(NEW, self._row.wrong)
        if self._is_changed:
            return None
        for step in range(self._row.steps):
            entry = self._entries.get(key_of(self._row, step))
            if entry is None or self._is_retried(entry) or entry.state not in (DONE, FAILED):
                return None
            if entry.state == FAILED:
                return self._result(FAILED, self._failed_before(entry))
            self._remember(entry)
        return None if self._needs_files else self._result(DONE, None, self._had_files)

    async def run(self) -> None:
        """Continue after `recall` and report the result; a row that never began reports nothing."""
        state, error, files = DONE, None, self._had_files
        try:
            await self._retire_changed()
            for step in range(len(self._finished), self._row.steps):
                await self._run_step(step)
            files, error = await self._download()
        except Stopped:
            self._context.unresolved[self._row.key] = self._row
            raise
        except RowEnded as ended:
            state, error, files = ended.state, ended.error, self._had_files
        if state == UNKNOWN:
            self._context.unresolved[self._row.key] = self._row
            if not self._row.calls:  # nobody asked for it, and nothing has changed
                return
        await self._engine.report(self._result(state, error, files))

    def _result(self, state: str, error: LegnextError | None, files: tuple[str, ...] = ()) -> Result[Any]:
        row, jobs, paths = self._row, [self._context.job(*job) for job in self._finished], list(map(Path, files))
        return Result(row.key, state, jobs, error, paths, self._points, self._earlier, row.described())

    @property
    def _is_changed(self) -> bool:
        """Whether another request was recorded under this key."""
        return any(entry.digest != self._row.digest for entry in self._entries.values())

    async def _retire_changed(self) -> None:
        """Retire all records of another request under this key, or refuse if one may be running."""
        if not self._is_changed:
            return
        for entry in self._entries.values():
            if entry.state not in (NEW, DONE, FAILED):
                self._engine.slots.hold(self)
                self._engine.slots.release(self, self._context.runs_until(entry))
                raise RowEnded(
                    entry.state,
                    InvalidRequest(
                        f"{entry.key} was changed while its earlier request is {entry.state}: run it once more as it "
                        "was, or give the new one another key."
                    ),
                )
        await self._engine.record(self._context.journal.retire, *(one.id for one in self._entries.values()))
        self._entries.clear()

    # ---- one step -----------------------------------------------------------------------------------------------

    async def _run_step(self, step: int) -> None:
        engine, journal, key = self._engine, self._context.journal, key_of(self._row, step)
        entry = self._entries.get(key)
        if entry is not None and self._is_retried(entry):
            await engine.record(journal.retire, entry.id)
            entry = None
        while True:
            if entry is not None and entry.state == FAILED:
                raise RowEnded(FAILED, self._failed_before(entry))
            if entry is not None and entry.state == DONE:
                self._remember(entry)
                return
            self._earlier = False
            attempts = await engine.record(journal.attempts, key)
            if entry is None or entry.state == NEW:
                if await self._submit(step, (key, attempts)):
                    return
            elif entry.state == SUBMITTED:
                title, source = key, None
                if self._row.calls:
                    title, source = self._row.calls[step].title, self._row.calls[step].source
                job = WatchedJob(entry, title, self._context.recalled(entry, attempts, source))
                await self._watch(job, entry.unpolled, 0.0)
                return
            else:
                reason = f"{entry.operation} ({key}): {entry.error or 'it was sent'}."
                sent, job_id = entry.body, entry.job_id
                error = SubmissionUnknown(reason, operation=entry.operation, sent=sent, job_id=job_id)
                await self._resolve_unknown(entry, error)
            entry = await engine.record(journal.entry, key)

    def _is_retried(self, entry: Entry) -> bool:
        return self._context.options.retry_failed and entry.may_be_retried

    def _remember(self, entry: Entry) -> None:
        """Load a finished step from the journal."""
        self._add(entry.id, State(entry.output or {}), self._context.finished(entry), entry.points)
        self._ended_at, self._had_files = entry.ended_at, entry.files

    def _add(self, number: int, state: State, job_context: JobContext, points: int) -> None:
        self._points += points
        self._number = number
        self._finished.append((state, job_context))

    def _failed_before(self, entry: Entry) -> LegnextError:
        """Return the error of a request that failed in an earlier run, and count its points."""
        self._points += entry.points
        message = f"{entry.operation} ({entry.key}) failed in an earlier run: {entry.error or 'no reason was recorded'}"
        return JobFailed(message) if entry.job_id else LegnextError(message)

    async def _submit(self, step: int, key: tuple[str, int]) -> bool:
        """Submit and watch the job; return False if the journal must be read for the outcome."""
        context, engine = self._context, self._engine
        if not self._row.calls:
            reason = f"{step} of {self._row.steps} steps are done; the others are no longer requested"
            raise RowEnded(NEW, LegnextError(reason))
        self._check_age()
        call = await self._resolve_choices(self._row.call(step, [state for state, _ in self._finished]))
        before = self._finished[-1][0] if self._finished else None
        attempt = partial(context.prepare, self._row, call, step, before, key)
        while True:
            plan, intent = await self._prepared(attempt)
            try:
                await engine.acquire_request(paid=True)
            except BaseException:  # not sent
                release(plan.context.holds)
                raise
            flow = context.submitting(plan, intent, engine.slots.place(self))
            try:
                submission: Submission = await engine.submit(flow)
            except BudgetExceeded as exceeded:  # of the ledger; not sent
                engine.stop(exceeded)
                raise Stopped from None
            answer, error = submission.answer, submission.error
            if answer is not None:
                engine.rate.accepted()
                job = WatchedJob(submission.entry, call.title, context.service.accepted(plan, answer))
                await self._watch(job, answer.state, job.context.retry_after)
                return True
            if isinstance(error, SubmissionUnknown):
                await self._resolve_unknown(submission.entry._replace(job_id=error.job_id), error)
                return False
            if error is None:  # begun by another process; the journal has its state
                return False
            engine.slots.release(self)
            if not engine.rate.may_retry(error, not_sent=submission.again):
                raise RowEnded(FAILED, error)

    async def _prepared(
        self, attempt: Callable[[], tuple[PreparedCall, SubmissionIntent]]
    ) -> tuple[PreparedCall, SubmissionIntent]:
        """Return the prepared call once it has a slot, its files uploaded."""
        uploads, engine = self._context.service.uploads, self._engine
        try:
            plan, intent = await engine.acquire_slot(self, attempt)
            try:
                return plan if uploads is None else await engine.run(uploads.placed(plan)), intent
            except BaseException:  # not sent, even if a thread goes on with the upload
                release(plan.context.holds)
                raise
        except (InvalidRequest, UploadError) as error:
            engine.slots.release(self)
            raise RowEnded(NEW, error) from None

    async def _resolve_choices(self, call: Call) -> Call:
        """Return the call with the fields chosen by the caller's functions from the previous job."""
        fields = dict(call.fields)
        for name, choose in call.choices.items():
            try:
                fields[name] = await self._engine.call(partial(choose, self._context.job(*self._finished[-1])))
            except Exception as cause:
                error = LegnextError(f"the function that chooses {name} raised {cause!r}.")
                error.__cause__ = cause
                raise RowEnded(NEW, error) from None
        return call._replace(fields=fields)

    def _check_age(self) -> None:
        age = timedelta() if self._ended_at is None else self._context.today() - self._ended_at
        if age > timedelta(days=FOLLOW_UP_DAYS):
            raise RowEnded(
                NEW,
                InvalidRequest(
                    f"the job that it follows ended {age.days} days ago, and one can be followed up for "
                    f"{FOLLOW_UP_DAYS} days. Start again with another journal."
                ),
            )

    async def _resolve_unknown(self, entry: Entry, error: SubmissionUnknown) -> None:
        """Hold the slot while the job may be running; return once a response or a callback names the job.

        An id from a truncated response or a callback is polled, which shows whether the job exists.
        """
        engine, until, job_id = self._engine, self._context.runs_until(entry), entry.job_id
        claim = self._context.journal.claim
        engine.slots.hold(self)
        if job_id is not None and await engine.record(claim, entry.id, job_id):
            return
        listened = False
        while self._context.callbacks and entry.token and not (listened and self._context.now() >= until):
            listened = True
            job_id = await engine.sleep_until(until, entry.token, needed=False)
            if job_id is None:
                break
            if await engine.record(claim, entry.id, job_id):
                return
        engine.slots.release(self, until)
        raise RowEnded(UNKNOWN, error)

    # ---- its job ------------------------------------------------------------------------------------------------

    async def _watch(self, job: WatchedJob, state: State, retry_after: float | None) -> None:
        """Poll until the job has ended, and record it; raise `RowEnded` if it failed or the wait ends earlier."""
        context, engine, entry, now = self._context, self._engine, job.entry, self._context.now
        engine.slots.hold(self)
        context.service.queue.hold(engine.slots.place(self), state, job.context)
        watch, started, outage = context.watch(state, job.context, retry_after), now(), Outage(now)
        running, polled_last = None if state.done else started, False
        if not state.done:
            await self._report(job, state)
        while not watch.state.done:
            given = context.options.timeout
            patience = watch.patience + outage.seconds if given is None else given
            until = started + patience
            last = until - last_poll(patience)
            if polled_last and now() >= last:
                engine.slots.release(self, started + context.lasts(entry))  # the job is still running
                raise RowEnded(SUBMITTED, self._timeout(job, watch, now() - started))
            await self._until_due(watch, last)
            # If the caller took long with a result, a poll that is late is still made.
            polled_last = now() >= last
            answered, polled_at = await engine.send(self._poll(watch, until))
            outage.note(answered)
            if answered:
                engine.rate.answered()
                if job.is_guess and is_another(job.context.operation, watch.state):
                    reason = f"job {watch.state.job_id} is not a {entry.operation} but a {watch.state.task_type}"
                    await self._reject_job_id(entry, InvalidRequest(reason), None)
                if not watch.state.done:
                    running = now()
                    await self._report(job, watch.state)
            elif watch.refusal is not None:
                await self._refused(job, watch.refusal)
            elif isinstance(watch.failure, RateLimitError):
                engine.rate.slower(watch.failure.retry_after, polled_at)
        await self._end(job, watch.state, running)

    async def _end(self, job: WatchedJob, state: State, running: float | None) -> None:
        """Record a job that has ended, and add its result to the row."""
        context, engine, entry = self._context, self._engine, job.entry
        context.service.record(state, job.context, running)
        points = state.cost(entry.price)
        context.points += points
        # When it ended, by this machine's clock, which may differ from the service's.
        at, since, lasted = context.today(), entry.submitting_at, state.lasted
        if since is not None and lasted is not None:
            at = min(at, since + timedelta(seconds=lasted))
        await engine.record(context.journal.ended, entry.id, state, points, at)
        engine.slots.release(self)
        await self._report(job, state)
        self._ended_at = at
        self._add(entry.id, state, job.context, points)
        if not state.ok:
            raise RowEnded(FAILED, failure(state, context.job(state, job.context)))

    def _timeout(self, job: WatchedJob, watch: PollState, seconds: float) -> WaitTimeout:
        state, (polls, failure) = watch.state, unanswered([watch])
        message = f"{state.job_id} is {state.status} after {seconds:.0f} seconds.{polls}"
        error = WaitTimeout(message, job=self._context.job(state, job.context))
        error.__cause__ = failure
        return error

    async def _report(self, job: WatchedJob, state: State) -> None:
        """Report the progress. Stop the run if the service holds more than estimated."""
        entry = job.entry
        excess = self._context.holds(state, job.context, max(entry.price, entry.frozen))
        if excess is not None:  # recorded, so that the next run counts it
            await self._engine.record(self._context.journal.holds, entry.id, math.ceil(state.points))
            self._engine.stop(excess)
        self._context.running.add(self._row.key)
        if self._context.reports_progress:
            await self._engine.report(RowProgress(self._row, entry.step, job.title, state))

    def _poll(self, watch: PollState, until: float) -> Flow[tuple[bool, float]]:
        """Poll once; return whether there was a response, and when the request was sent."""
        now = self._context.now()
        timeout = self._context.service.settings.timeout
        return (yield from watch.poll(until if now < until else now + timeout)), now

    async def _until_due(self, watch: PollState, last: float) -> None:
        now, key = self._context.now, watch.state.job_id if self._context.callbacks else None
        due = min(watch.next(now()), max(now(), last))
        while due > now():
            self._context.service.queue.watch((watch.state.job_id,), due - now())
            if await self._engine.sleep_until(due, key) is not None:
                due = min(due, watch.wake(now()))

    async def _refused(self, job: WatchedJob, error: LegnextError) -> None:
        """Handle a job that the service does not report after repeated polls."""
        if isinstance(error, NOT_ITS_FAULT):
            raise error
        if job.is_guess:  # another replica may know the job, so the next run polls once more
            await self._reject_job_id(job.entry, error, job.entry.job_id)
        raise RowEnded(SUBMITTED, error)

    async def _reject_job_id(self, entry: Entry, error: LegnextError, job_id: str | None) -> None:
        await self._engine.record(self._context.journal.mark_unknown, entry.id, str(error), job_id)
        self._engine.slots.release(self, self._context.runs_until(entry))
        raise RowEnded(UNKNOWN, error)

    # ---- files --------------------------------------------------------------------------------------------------

    @property
    def _needs_files(self) -> bool:
        return bool(self._row.calls) and self._context.needs_files(self._finished[-1][0], self._had_files)

    async def _download(self) -> tuple[tuple[str, ...], LegnextError | None]:
        """Download the results; a row counts as done even if that fails."""
        if not self._needs_files:
            return self._had_files, None
        flow = self._context.download(self._row, self._finished[-1][0])
        try:
            paths = await self._engine.download(self, flow)
        except (DownloadError, InvalidRequest) as error:
            return self._had_files, error
        await self._engine.record(self._context.journal.downloaded, self._number, paths)
        return tuple(paths), None


class Outage:
    """Total time without a response, which does not count towards a wait's timeout."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._since: float | None = None
        self._before = 0.0

    @property
    def seconds(self) -> float:
        lasts = 0.0 if self._since is None else self._now() - self._since
        return min(UNREACHABLE, self._before + lasts)

    def note(self, answered: bool) -> None:
        """Record whether a request was answered."""
        if answered:
            self._before, self._since = self.seconds, None
        elif self._since is None:
            self._since = self._now()
