"""One row: for each step, submit a request and watch its job; then download the results.

A single request is a chain of one step. The journal records the whole state of a row, so a restarted row resumes.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from legnext_client._journal.submit import (
    DONE,
    FAILED,
    NEW,
    SUBMITTED,
    UNKNOWN,
    SubmissionIntent,
    submit_once,
)
from legnext_client._protocol.responses import retry_after
from legnext_client._protocol.state import State, failure
from legnext_client._runs.reports import RowEnded, RowResult, Stopped, key_of
from legnext_client._runs.watcher import JobWatcher
from legnext_client.errors import (
    BudgetExceeded,
    DownloadError,
    InvalidRequest,
    JobFailed,
    LegnextError,
    SubmissionUnknown,
)
from legnext_client.generated.rules import FOLLOW_UP_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from legnext_client._calls.items import Call, Row
    from legnext_client._calls.service import JobContext
    from legnext_client._journal.submit import Entry, Submission
    from legnext_client._runs.context import PreparedRequest, RunContext
    from legnext_client._runs.engine import Engine


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

    def recall(self) -> RowResult | None:
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
                self._points += entry.points
                return self._result(FAILED, _failed_before(entry))
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
        await self._engine.report(self._result(state, error, files))

    def _result(self, state: str, error: LegnextError | None, files: tuple[str, ...] = ()) -> RowResult:
        return RowResult(self._row, state, tuple(self._finished), error, files, self._points, self._earlier)

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
                self._engine.hold_slot(self)
                self._engine.release_slot(self, self._context.runs_until(entry))
                raise RowEnded(
                    entry.state,
                    InvalidRequest(
                        f"{entry.key} was changed while its earlier request is {entry.state}: run it once more as it "
                        "was, or give the new one another key."
                    ),
                )
        await self._engine.record(partial(self._context.journal.retire, *(one.id for one in self._entries.values())))
        self._entries.clear()

    # ---- one step -----------------------------------------------------------------------------------------------

    async def _run_step(self, step: int) -> None:
        journal, key = self._context.journal, key_of(self._row, step)
        entry = self._entries.get(key)
        if entry is not None and self._is_retried(entry):
            await self._engine.record(partial(journal.retire, entry.id))
            entry = None
        while True:
            if entry is not None and entry.state == FAILED:
                self._points += entry.points
                raise RowEnded(FAILED, _failed_before(entry))
            if entry is not None and entry.state == DONE:
                self._remember(entry)
                return
            self._earlier = False
            call = self._row.call(step, [state for state, _ in self._finished])
            attempts = await self._engine.record(partial(journal.attempts, key))
            if entry is None or entry.state == NEW:
                if await self._submit(step, call, (key, attempts)):
                    return
            elif entry.state == SUBMITTED:
                job_context = self._context.recalled(entry, attempts, call.source)
                await self._watch(entry, call.title, entry.unpolled, job_context, 0.0)
                return
            else:
                reason = f"{entry.operation} ({key}): {entry.error or 'it was sent'}."
                sent, job_id = entry.body, entry.job_id
                error = SubmissionUnknown(reason, operation=entry.operation, sent=sent, job_id=job_id)
                await self._resolve_unknown(entry, error)
            entry = await self._engine.record(partial(journal.entry, key))

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

    async def _submit(self, step: int, call: Call, key: tuple[str, int]) -> bool:
        """Submit and watch the job; return False if the journal must be read for the outcome."""
        context, engine = self._context, self._engine
        self._check_age()
        call = await self._resolve_choices(call)
        before = self._finished[-1][0] if self._finished else None
        while True:
            try:
                attempt = partial(context.prepare, self._row, call, step, before, key)
                prepared: PreparedRequest = await engine.acquire_slot(self, attempt)
            except InvalidRequest as error:
                raise RowEnded(NEW, error) from None
            request = prepared.request
            if context.service.uploads is not None:
                try:
                    request = (await engine.run(context.service.uploaded(prepared.plan))).request
                except LegnextError as error:
                    engine.release_slot(self)
                    raise RowEnded(NEW, error) from None
            try:
                await engine.acquire_request(paid=True)
            except BaseException:  # not sent
                context.give_back(prepared)
                raise
            intent = self._intent(step, call, prepared, key[0])
            flow = submit_once(intent, request, context.records(*key), context.service.settings.timeout)
            flow = context.placed(flow, prepared, engine.place(self))
            try:
                submission: Submission = await engine.submit(flow)
            except BudgetExceeded as error:  # of the ledger; not sent
                context.give_back(prepared)
                engine.stop(error)
                raise Stopped from None
            if submission.answer is not None:
                engine.rate.accepted()
                job_context = context.accepted(prepared, submission.answer)
                after = retry_after(submission.answer.headers)
                await self._watch(submission.entry, call.title, submission.answer.state, job_context, after)
                return True
            if isinstance(submission.error, SubmissionUnknown):
                entry = submission.entry._replace(job_id=submission.error.job_id)
                await self._resolve_unknown(entry, submission.error)
                return False
            context.give_back(prepared)
            if submission.error is None:  # begun by another process; the journal has its state
                return False
            engine.release_slot(self)
            if not engine.rate.may_retry(submission.error, not_sent=submission.again):
                raise RowEnded(FAILED, submission.error)

    def _intent(self, step: int, call: Call, prepared: PreparedRequest, key: str) -> SubmissionIntent:
        row, body = self._row, prepared.request.sent or {}
        return SubmissionIntent(
            key, row.key, step, row.digest, row.described(), call.operation.name, body, prepared.price, prepared.token
        )

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
        if self._ended_at is None:
            return
        age = self._context.today() - self._ended_at
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
        engine.hold_slot(self)
        if job_id is not None and await self._claim(entry, job_id):
            return
        listened = False
        while self._context.callbacks and entry.token and not (listened and self._context.now() >= until):
            listened = True
            job_id = await engine.sleep_until(until, entry.token, needed=False)
            if job_id is None:
                break
            if await self._claim(entry, job_id):
                return
        engine.release_slot(self, until)
        raise RowEnded(UNKNOWN, error)

    async def _claim(self, entry: Entry, job_id: str) -> bool:
        """Assign a job to the request; return False if the job belongs to another."""
        try:
            await self._engine.record(partial(self._context.journal.claim, entry.id, job_id))
        except InvalidRequest:
            return False
        return True

    async def _watch(
        self, entry: Entry, title: str, state: State, job_context: JobContext, after: float | None
    ) -> None:
        """Watch the job until it ends, and add its result to the row."""
        watcher = JobWatcher(self._row, entry, title, job_context, self._context, self._engine)
        state, points, self._ended_at = await watcher.run(self, state, after)
        self._add(entry.id, state, job_context, points)
        if not state.ok:
            raise RowEnded(FAILED, failure(state, self._context.job(state, job_context)))

    # ---- files --------------------------------------------------------------------------------------------------

    @property
    def _needs_files(self) -> bool:
        return self._context.needs_files(self._finished[-1][0], self._had_files)

    async def _download(self) -> tuple[tuple[str, ...], LegnextError | None]:
        """Download the results; a row counts as done even if that fails."""
        if not self._needs_files:
            return self._had_files, None
        flow = self._context.download(self._row, self._finished[-1][0])
        try:
            paths = await self._engine.download(self, flow)
        except (DownloadError, InvalidRequest) as error:
            return self._had_files, error
        await self._engine.record(partial(self._context.journal.downloaded, self._number, paths))
        return tuple(paths), None


def _failed_before(entry: Entry) -> LegnextError:
    """Return the error of a request that failed in an earlier run."""
    message = f"{entry.operation} ({entry.key}) failed in an earlier run: {entry.error or 'no reason was recorded'}"
    return JobFailed(message) if entry.job_id else LegnextError(message)
