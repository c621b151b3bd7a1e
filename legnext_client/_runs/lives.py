"""The life of one row: submit, wait, go on with what was made, fetch it. A single request is a film of one step.

Everything that is known survives in the records, so a life that begins again goes on where it was.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from legnext_client._journal.submit import (
    DONE,
    FAILED,
    NEW,
    NOT_ITS_FAULT,
    SUBMITTED,
    UNKNOWN,
    Entry,
    Intent,
    Submission,
    checked,
    submit_once,
)
from legnext_client._protocol.flow import Ask, Do, Emit
from legnext_client._protocol.responses import retry_after
from legnext_client._protocol.state import State, failure
from legnext_client._runs.outcomes import Outcome, Over, key_of
from legnext_client._runs.vigils import UNREACHABLE, Vigil, may_run_until
from legnext_client._runs.wishes import Aside, Leave, LifeFlow, Occupy, Pause, Room, Stopped
from legnext_client.errors import (
    ConnectionError,
    DownloadError,
    InvalidRequest,
    JobFailed,
    LegnextError,
    RateLimitError,
    SubmissionUnknown,
)
from legnext_client.generated.rules import FOLLOW_UP_DAYS

if TYPE_CHECKING:
    from datetime import datetime

    from legnext_client._calls.items import Call, Item
    from legnext_client._runs.ports import House, Prepared

TOO_MANY = 1800.0
"""When the service has refused all submissions for being too many for so many seconds, the run ends."""


class Life:
    """One row on its way."""

    def __init__(self, item: Item, house: House) -> None:
        self._item = item
        self._house = house
        self._finished: list[tuple[State, Any]] = []
        self._ended_at: datetime | None = None
        self._had_files: tuple[str, ...] = ()
        self._number = 0
        """The records' number of the last step's request."""
        self._points = 0
        self._earlier = True

    def living(self) -> LifeFlow[None]:
        """Live, and emit what came of it; nothing is emitted of a row that was not begun."""
        state, error, files = DONE, None, self._had_files
        try:
            if self._item.wrong is not None:
                raise Over(NEW, self._item.wrong)
            yield from self._make_way()
            for step in range(self._item.steps):
                yield from self._step(step)
            files, error = yield from self._fetched()
        except Stopped:
            self._house.unsettled[self._item.key] = self._item
            raise
        except Over as over:
            state, error, files = over.state, over.error, self._had_files
        if state == UNKNOWN:
            self._house.unsettled[self._item.key] = self._item
        yield Emit(Outcome(self._item, state, tuple(self._finished), error, files, self._points, self._earlier))

    def leftover(self, entry: Entry) -> LifeFlow[None]:
        """Wait for a job of the records that no row asks for any more: it is, or may be, paid for."""
        state, error = DONE, None
        if entry.state == UNKNOWN:
            try:
                yield from self._claimed(entry, SubmissionUnknown())
            except Over:  # as it was: nothing that one must be told of again
                self._house.unsettled[self._item.key] = self._item
                return
            entry = checked((yield Do(partial(self._house.book.entry, entry.key)))) or entry
        try:
            yield from self._wait(entry, entry.key, _told(entry), self._house.recalled(entry, None), 0.0)
        except Over as over:
            state, error = over.state, over.error
        if state == DONE and entry.step + 1 < self._item.steps:
            said = f"{entry.step + 1} of {self._item.steps} steps are done, and nobody asks for the others any more"
            state, error = NEW, LegnextError(said)
        yield Emit(Outcome(self._item, state, tuple(self._finished), error, (), self._points, False))

    def _step(self, step: int) -> LifeFlow[None]:
        book, key, seen = self._house.book, key_of(self._item, step), False
        while True:
            entry: Entry | None = checked((yield Do(partial(book.entry, key))))
            if entry is not None and not seen and self._to_be_retried(entry):
                checked((yield Do(partial(book.retire, entry.id))))
                entry = None
            seen = True
            if entry is not None and entry.state == DONE:
                self._remember(entry, State(entry.output or {}), self._house.recalled(entry, None), entry.points)
                self._ended_at, self._had_files = entry.ended_at, entry.files
                return
            if entry is not None and entry.state == FAILED:
                self._points += entry.points
                raise Over(FAILED, _failed_before(entry))
            self._earlier = False
            call = self._item.call(step, [state for state, _ in self._finished])
            if entry is None or entry.state == NEW:
                if (yield from self._submitted(step, key, call)):
                    return
            elif entry.state == SUBMITTED:
                context = self._house.recalled(entry, call)
                yield from self._wait(entry, call.title, _told(entry), context, 0.0)
                return
            else:
                reason = f"{entry.operation} ({key}): {entry.error or 'it was sent'}."
                sent, job_id = entry.body, entry.job_id
                error = SubmissionUnknown(reason, operation=entry.operation, sent=sent, job_id=job_id)
                yield from self._claimed(entry, error)

    def _make_way(self) -> LifeFlow[None]:
        """Put aside what was asked for under this key before, if it is something else; all of it, or nothing."""
        book = self._house.book
        entries: list[Entry] = checked((yield Do(partial(book.entries_of, self._item.key))))
        if all(entry.digest == self._item.digest for entry in entries):
            return
        for entry in entries:
            if entry.state not in (NEW, DONE, FAILED):
                yield Occupy()
                yield Leave(may_run_until(entry, self._house))
                raise Over(
                    entry.state,
                    InvalidRequest(
                        f"{entry.key} was changed while its earlier request is {entry.state}: run it once more as it "
                        "was, or give the new one another key."
                    ),
                )
        checked((yield Do(partial(book.retire, *(entry.id for entry in entries)))))

    def _to_be_retried(self, entry: Entry) -> bool:
        return self._house.retry_failed and entry.may_be_retried

    def _remember(self, entry: Entry, state: State, context: Any, points: int) -> None:
        self._points += points
        self._number = entry.id
        self._finished.append((state, context))

    # ---- submitting ---------------------------------------------------------------------------------------------

    def _submitted(self, step: int, key: str, call: Call) -> LifeFlow[bool]:
        """Submit, and wait for the job; False when it is to be looked at again what became of it."""
        house, item = self._house, self._item
        self._check_age()
        call = yield from self._chosen(call)
        before = self._finished[-1][0] if self._finished else None
        while True:
            try:
                prepared: Prepared = yield Room(partial(house.prepare, call, before, key))
            except InvalidRequest as error:
                raise Over(NEW, error) from None
            body = prepared.request.sent or {}
            intent = Intent(
                key, item.key, step, item.digest, item.described(), call.operation.name, body, prepared.price,
                prepared.token,
            )  # fmt: skip
            flow = submit_once(intent, prepared.request, house.book, house.request_timeout)
            try:
                submission: Submission = yield Aside(flow, finish=True)
            except Stopped:  # it was not sent
                house.refused(prepared)
                raise
            if submission.state is not None:
                house.pacing.accepted()
                context = house.accepted(prepared, submission)
                told = retry_after(submission.headers)
                yield from self._wait(submission.entry, call.title, submission.state, context, told)
                return True
            if isinstance(submission.error, SubmissionUnknown):
                entry = submission.entry._replace(job_id=submission.error.job_id)
                yield from self._claimed(entry, submission.error)
                return False
            house.refused(prepared)
            if submission.error is None:  # someone else has begun it meanwhile: it is as the records say
                return False
            yield Leave()
            self._judge(submission.error, submission.again)

    def _judge(self, error: LegnextError, again: bool) -> None:
        """Nothing was accepted; returns when it may be tried again."""
        pacing = self._house.pacing
        if isinstance(error, RateLimitError):
            waited = pacing.refused(error.retry_after)
            if waited > TOO_MANY or (error.retry_after or 0.0) > self._house.longest_wait:
                raise error
        elif isinstance(error, ConnectionError):
            if not again or pacing.unreachable() > UNREACHABLE:
                raise error
        elif isinstance(error, NOT_ITS_FAULT):
            raise error
        else:
            raise Over(FAILED, error)

    def _chosen(self, call: Call) -> LifeFlow[Call]:
        """The call with what functions of the caller choose by the job before."""
        fields = dict(call.fields)
        for name, choose in call.choices.items():
            answer = yield Ask(partial(choose, self._house.job(*self._finished[-1])))
            if isinstance(answer.error, Exception):
                said = f"the function that chooses {name} raised {answer.error!r}"
                error = LegnextError(f"{said}.")
                error.__cause__ = answer.error
                raise Over(NEW, error)
            if answer.error is not None:
                raise answer.error
            fields[name] = answer.result
        return call._replace(fields=fields)

    def _check_age(self) -> None:
        if self._ended_at is None:
            return
        age = self._house.today() - self._ended_at
        if age > timedelta(days=FOLLOW_UP_DAYS):
            raise Over(
                NEW,
                InvalidRequest(
                    f"the job that it follows ended {age.days} days ago, and one can be followed up for "
                    f"{FOLLOW_UP_DAYS} days. Start again with another journal."
                ),
            )

    def _claimed(self, entry: Entry, error: SubmissionUnknown) -> LifeFlow[None]:
        """Keep the place while the job may be running; returns when an answer or a callback has told which one it is.

        An id that came with an answer that cannot be read, or by a callback, is asked for: it is there, or it is not.
        """
        house, until = self._house, may_run_until(entry, self._house)
        yield Occupy()
        if entry.job_id is not None:
            claimed = yield Do(partial(house.book.claim, entry.id, entry.job_id))
            if not isinstance(claimed, InvalidRequest):
                checked(claimed)
                return
        listened = False
        while house.callbacks and entry.token and not (listened and house.clock() >= until):
            listened = True
            job_id = yield Pause(until, ear=entry.token, needed=False)
            if job_id is None:
                break
            claimed = yield Do(partial(house.book.claim, entry.id, job_id))
            if not isinstance(claimed, InvalidRequest):
                checked(claimed)
                return
        yield Leave(until)
        raise Over(UNKNOWN, error)

    def _wait(self, entry: Entry, title: str, state: State, context: Any, told: float | None) -> LifeFlow[None]:
        """Wait until the job has ended; the row goes on with what it made."""
        state, points, self._ended_at = yield from Vigil(self._item, entry, title, context, self._house).keeping(
            state, told
        )
        self._remember(entry, state, context, points)
        if not state.ok:
            raise Over(FAILED, failure(state, self._house.job(state, context)))

    # ---- files --------------------------------------------------------------------------------------------------

    def _fetched(self) -> LifeFlow[tuple[tuple[str, ...], LegnextError | None]]:
        """Fetch what was made; where it cannot be had, or put there, the row is done all the same."""
        flow = self._house.fetching(self._item, self._finished[-1], self._had_files)
        if flow is None:
            return self._had_files, None
        try:
            paths: list[str] = yield Aside(flow, request=False)
        except (DownloadError, InvalidRequest) as error:
            return self._had_files, error
        checked((yield Do(partial(self._house.book.downloaded, self._number, paths))))
        return tuple(paths), None


def _told(entry: Entry) -> State:
    """A job of the records, before it is asked for."""
    return State({"job_id": entry.job_id or ""})


def _failed_before(entry: Entry) -> LegnextError:
    """Why a request of an earlier run failed."""
    said = f"{entry.operation} ({entry.key}) failed in an earlier run: {entry.error or 'no reason was written down'}"
    return JobFailed(said) if entry.job_id else LegnextError(said)
