"""The life of one row: submit, wait, go on with what was made, fetch it. A single request is a film of one step.

Everything that is known survives in the records, so a life that begins again goes on where it was.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from legnext_client.core.answers import retry_after
from legnext_client.core.flow import Ask, Do, Emit, Flow, Request
from legnext_client.core.scheduling import Aside, Halt, Leave, LifeFlow, Occupy, Pause, Room, Stopped
from legnext_client.core.state import State, failure
from legnext_client.core.submission import (
    DONE,
    FAILED,
    NEW,
    NOT_ITS_FAULT,
    SUBMITTED,
    UNKNOWN,
    Entry,
    Intent,
    Records,
    Submission,
    checked,
    submit_once,
)
from legnext_client.core.waiting import last_question
from legnext_client.errors import (
    BudgetExceeded,
    ConnectionError,
    DownloadError,
    InvalidRequest,
    JobFailed,
    LegnextError,
    RateLimitError,
    SubmissionUnknown,
    WaitTimeout,
)
from legnext_client.generated.rules import FOLLOW_UP_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from legnext_client.core.items import Call, Item
    from legnext_client.core.pacing import Pacing
    from legnext_client.core.waiting import Watch

UNREACHABLE, TOO_MANY = 600.0, 1800.0
"""Without a network, or a single acceptance among refusals for being too many, for so many seconds, the run ends."""


class Book(Records, Protocol):
    """The records, and what is done with them after a submission."""

    def entry(self, key: str) -> Entry | None: ...
    def entries_of(self, item: str) -> list[Entry]: ...
    def claim(self, number: int, job_id: str) -> bool: ...
    def disown(self, number: int, reason: str) -> None: ...
    def ended(self, number: int, state: State, points: int, at: datetime) -> None: ...
    def downloaded(self, number: int, paths: Iterable[str]) -> None: ...
    def retire(self, *numbers: int) -> None: ...


class Prepared(NamedTuple):
    """A call that was found right, with its price held; `plan` is the client's own."""

    request: Request
    price: int
    plan: Any
    token: str | None = None


class House(Protocol):
    """What a life needs of the client around it."""

    pacing: Pacing
    retry_failed: bool
    callbacks: bool
    request_timeout: float
    longest_wait: float
    unsettled: dict[str, Item]
    """Rows that have ended with unknown outcome: a callback may still tell."""

    @property
    def book(self) -> Book: ...
    def clock(self) -> float: ...
    def today(self) -> datetime: ...
    def prepare(self, call: Call, before: State | None, key: str) -> Prepared:
        """Find a call right and hold its price; raises `InvalidRequest` and `BudgetExceeded`."""
        ...

    def refused(self, prepared: Prepared) -> None:
        """Nothing is held for it any more."""
        ...

    def accepted(self, prepared: Prepared, submission: Submission) -> Any:
        """What to remember of the job."""
        ...

    def recalled(self, entry: Entry, call: Call | None) -> Any:
        """What is remembered of a job of the records."""
        ...

    def watch(self, state: State, origin: Any, told: float | None) -> Watch:
        """How to ask for the job."""
        ...

    def patience(self, watch: Watch, silent: float) -> float:
        """For how many seconds to wait for it, when the service did not answer for so many."""
        ...

    def lasts(self, operation: str, body: Mapping[str, Any]) -> float:
        """For how many seconds such a job can last at most."""
        ...

    def holds(self, state: State, origin: Any, price: int) -> BudgetExceeded | None:
        """Count what the service holds for the job; an error when that is more than was estimated."""
        ...

    def saw(self, state: State, origin: Any, running: float | None, price: int) -> int:
        """The job has ended; the points that it cost."""
        ...

    def job(self, state: State, origin: Any, /) -> Any:
        """The job as users know it."""
        ...

    def fetching(self, item: Item, made: tuple[State, Any], had: Sequence[str]) -> Flow[list[str]] | None:
        """A flow that downloads what was made; None when nothing is to be fetched."""
        ...


class Step(NamedTuple):
    """How far a life is: which step of how many, and the job as it was last heard of."""

    item: Item
    number: int
    title: str
    state: State


class Outcome(NamedTuple):
    """What came of a row: the jobs of its finished steps, and why there are no more, if there are not."""

    item: Item
    state: str
    jobs: tuple[tuple[State, Any], ...] = ()
    error: LegnextError | None = None
    files: tuple[str, ...] = ()
    points: int = 0
    earlier: bool = False
    """All of it was there before this run began."""


class _Over(Exception):
    """This life ends here."""

    def __init__(self, state: str, error: LegnextError) -> None:
        super().__init__(state)
        self.state, self.error = state, error


def key_of(item: Item, number: int) -> str:
    """The key of a step in the records."""
    return item.key if item.steps == 1 else f"{item.key}/{number + 1}"


class _Silence:
    """For how long questions were not answered: a wait is not over because the network was."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: float | None = None
        self._before = 0.0

    @property
    def seconds(self) -> float:
        now = 0.0 if self._since is None else self._clock() - self._since
        return min(UNREACHABLE, self._before + now)

    def heard(self, answered: bool) -> None:
        if answered:
            self._before, self._since = self.seconds, None
        elif self._since is None:
            self._since = self._clock()


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
        self._sent_at = 0.0
        """When the last question went out."""
        self._earlier = True

    def living(self) -> LifeFlow[None]:
        """Live, and emit what came of it; nothing is emitted of a row that was not begun."""
        state, error, files = DONE, None, self._had_files
        try:
            if self._item.wrong is not None:
                raise _Over(NEW, self._item.wrong)
            yield from self._make_way()
            for step in range(self._item.steps):
                yield from self._step(step)
            files, error = yield from self._fetched()
        except _Over as over:
            state, error, files = over.state, over.error, self._had_files
        if state == UNKNOWN:
            self._house.unsettled[self._item.key] = self._item
        yield Emit(Outcome(self._item, state, tuple(self._finished), error, files, self._points, self._earlier))

    def leftover(self, entry: Entry) -> LifeFlow[None]:
        """Wait for a job of the records that no row asks for any more: it is, or may be, paid for."""
        self._earlier = False
        state, error = DONE, None
        if entry.state == UNKNOWN:
            try:
                yield from self._claimed(entry, SubmissionUnknown())
            except _Over:  # as it was: nothing that one must be told of again
                return
            entry = checked((yield Do(partial(self._house.book.entry, entry.key)))) or entry
        try:
            yield from self._wait(entry, entry.key, _told(entry), self._house.recalled(entry, None), 0.0)
        except _Over as over:
            state, error = over.state, over.error
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
                raise _Over(FAILED, _failed_before(entry))
            self._earlier = False
            call = self._item.call(step, [state for state, _ in self._finished])
            if entry is None or entry.state == NEW:
                if (yield from self._submitted(step, key, call)):
                    return
            elif entry.state == SUBMITTED:
                origin = self._house.recalled(entry, call)
                yield from self._wait(entry, call.title, _told(entry), origin, 0.0)
                return
            else:
                reason = f"{entry.operation} ({key}): {entry.error or 'it was sent'}."
                yield from self._claimed(entry, SubmissionUnknown(reason, operation=entry.operation, sent=entry.body))

    def _make_way(self) -> LifeFlow[None]:
        """Put aside what was asked for under this key before, if it is something else; all of it, or nothing."""
        book = self._house.book
        entries: list[Entry] = checked((yield Do(partial(book.entries_of, self._item.key))))
        if all(entry.digest == self._item.digest for entry in entries):
            return
        for entry in entries:
            if entry.state not in (NEW, DONE, FAILED):
                raise _Over(
                    entry.state,
                    InvalidRequest(
                        f"{entry.key} was changed while its earlier request is {entry.state}: run it once more as it "
                        "was, or give the new one another key."
                    ),
                )
        checked((yield Do(partial(book.retire, *(entry.id for entry in entries)))))

    def _to_be_retried(self, entry: Entry) -> bool:
        return self._house.retry_failed and entry.state == FAILED and not entry.given_up

    def _remember(self, entry: Entry, state: State, origin: Any, points: int) -> None:
        self._points += points
        self._number = entry.id
        self._finished.append((state, origin))

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
                raise _Over(NEW, error) from None
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
                origin = house.accepted(prepared, submission)
                told = retry_after(submission.headers)
                yield from self._wait(submission.entry, call.title, submission.state, origin, told)
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
            raise _Over(FAILED, error)

    def _chosen(self, call: Call) -> LifeFlow[Call]:
        """The call with what functions of the caller choose by the job before."""
        fields = dict(call.fields)
        for name, choose in call.choices.items():
            answer = yield Ask(partial(choose, self._house.job(*self._finished[-1])))
            if isinstance(answer.error, Exception):
                said = f"the function that chooses {name} raised {answer.error!r}"
                error = LegnextError(f"{said}.")
                error.__cause__ = answer.error
                raise _Over(NEW, error)
            if answer.error is not None:
                raise answer.error
            fields[name] = answer.result
        return call._replace(fields=fields)

    def _check_age(self) -> None:
        if self._ended_at is None:
            return
        age = self._house.today() - self._ended_at
        if age > timedelta(days=FOLLOW_UP_DAYS):
            raise _Over(
                NEW,
                InvalidRequest(
                    f"the job that it follows ended {age.days} days ago, and one can be followed up for "
                    f"{FOLLOW_UP_DAYS} days. Start again with another journal."
                ),
            )

    def _may_run_until(self, entry: Entry) -> float:
        """When a job of this request has ended for certain, if there is one."""
        house = self._house
        since = (house.today() - entry.submitting_at).total_seconds() if entry.submitting_at else 0.0
        return house.clock() + house.lasts(entry.operation, entry.body) - max(0.0, since)

    def _claimed(self, entry: Entry, error: SubmissionUnknown) -> LifeFlow[None]:
        """Keep the place while the job may be running; returns when an answer or a callback has told which one it is.

        An id that came with an answer that cannot be read, or by a callback, is asked for: it is there, or it is not.
        """
        house, until = self._house, self._may_run_until(entry)
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
        raise _Over(UNKNOWN, error)

    # ---- waiting ------------------------------------------------------------------------------------------------

    def _wait(self, entry: Entry, title: str, state: State, origin: Any, told: float | None) -> LifeFlow[None]:
        """Wait until the job has ended, and write down how."""
        house = self._house
        yield Occupy()
        watch, started, silence = house.watch(state, origin, told), house.clock(), _Silence(house.clock)
        running, asked_last = started, False
        excess = house.holds(state, origin, entry.price)
        if excess is not None:
            yield Halt(excess)
        if not state.done:
            yield Emit(Step(self._item, entry.step, title, state))
        while not watch.state.done:
            patience = house.patience(watch, silence.seconds)
            until = started + patience
            last = until - last_question(patience)
            if asked_last and house.clock() >= last:
                said = f"{watch.state.job_id} is {watch.state.status} after {house.clock() - started:.0f} seconds."
                yield Leave(started + house.lasts(entry.operation, entry.body))  # it runs on
                raise _Over(SUBMITTED, WaitTimeout(said, job=house.job(watch.state, origin)))
            yield from self._until_due(watch, last)
            # Who comes late, because the caller took its time with a result, asks all the same.
            asked_last = house.clock() >= last
            answered: bool = yield Aside(self._asked(watch, until))
            silence.heard(answered or watch.refusal is not None)
            if answered:
                house.pacing.answered()
                excess = house.holds(watch.state, origin, entry.price)
                if excess is not None:
                    yield Halt(excess)
                if not watch.state.done:
                    running = house.clock()
                    yield Emit(Step(self._item, entry.step, title, watch.state))
            elif watch.refusal is not None:
                yield from self._refused(entry, watch.refusal)
            elif isinstance(watch.failure, RateLimitError):
                house.pacing.slower(watch.failure.retry_after, self._sent_at)
        points = house.saw(watch.state, origin, None if state.done else running, entry.price)
        self._ended_at = _ended_at(entry, watch.state, house.today())
        checked((yield Do(partial(house.book.ended, entry.id, watch.state, points, self._ended_at))))
        yield Leave()
        yield Emit(Step(self._item, entry.step, title, watch.state))
        self._remember(entry, watch.state, origin, points)
        if not watch.state.ok:
            raise _Over(FAILED, failure(watch.state, house.job(watch.state, origin)))

    def _asked(self, watch: Watch, until: float) -> Flow[bool]:
        now = self._sent_at = self._house.clock()
        return (yield from watch.ask(until if now < until else now + self._house.request_timeout))

    def _until_due(self, watch: Watch, last: float) -> LifeFlow[None]:
        clock, ear = self._house.clock, watch.state.job_id if self._house.callbacks else None
        due = min(watch.next(clock()), max(clock(), last))
        while due > clock():
            if (yield Pause(due, ear)) is not None:
                due = min(due, watch.wake(clock()))

    def _refused(self, entry: Entry, error: LegnextError) -> LifeFlow[None]:
        """The service does not tell of the job, though it was asked more than once."""
        if isinstance(error, NOT_ITS_FAULT):
            raise error
        if entry.status is None and entry.state == SUBMITTED:
            # Nobody but a person or a callback has said that this is the job.
            checked((yield Do(partial(self._house.book.disown, entry.id, str(error)))))
            yield Leave(self._may_run_until(entry))
            raise _Over(UNKNOWN, error)
        raise _Over(SUBMITTED, error)

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


def _ended_at(entry: Entry, state: State, today: datetime) -> datetime:
    """When the job ended, by this machine's calendar; the service's own may be another."""
    since, lasted = entry.submitted_at or entry.submitting_at, state.lasted
    return today if since is None or lasted is None else min(today, since + timedelta(seconds=lasted))


def _failed_before(entry: Entry) -> LegnextError:
    """Why a request of an earlier run failed."""
    said = f"{entry.operation} ({entry.key}) failed in an earlier run: {entry.error or 'no reason was written down'}"
    return JobFailed(said) if entry.job_id else LegnextError(said)
