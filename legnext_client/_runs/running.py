"""A run: one film, or the rows of a batch, with a journal, a budget and a directory; both colours carry it out.

What a row goes through stands in `core.lives`, who runs when in `core.scheduling`; here is what they need of a client.
"""

from __future__ import annotations

import logging
import math
import os
import random
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._calls.budgets import book, release
from legnext_client._calls.items import CHAIN
from legnext_client._calls.planning import BY_TASK_TYPE, expectation, refuse, size_of
from legnext_client._calls.service import DAY, JobContext, job_request
from legnext_client._calls.wait import Pace, Waited, Watch
from legnext_client._downloads.downloads import LARGEST, SECONDS, of_job
from legnext_client._journal.submit import SUBMITTED, UNKNOWN, Entry
from legnext_client._protocol.callbacks import CLAIM_MARK
from legnext_client._protocol.polling import UNKNOWN as UNCERTAIN
from legnext_client._protocol.polling import default_timeout
from legnext_client._protocol.send import Answer
from legnext_client._runs.costs import budget_key, check_balance, count_earlier, note_balance
from legnext_client._runs.lives import Life
from legnext_client._runs.ports import Prepared
from legnext_client._runs.rate import Pacing
from legnext_client._runs.scheduling import Scheduler
from legnext_client.errors import BudgetExceeded, InvalidRequest, JournalError
from legnext_client.generated.operations import OPERATIONS
from legnext_client.prices import price

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from legnext_client._calls.items import Call, Cost, Item
    from legnext_client._calls.service import CallService
    from legnext_client._journal.journal import Journal
    from legnext_client._journal.submit import Submission
    from legnext_client._protocol.flow import Flow
    from legnext_client._protocol.state import State
    from legnext_client._runs.options import Options
    from legnext_client._runs.wishes import LifeFlow
    from legnext_client.generated.operations import Operation

logger = logging.getLogger("legnext_client")

CALLBACK = "callback"
"""The field, of any operation that has it, for where to call back."""


class Leftover(NamedTuple):
    """What the records know of a row that is not asked for any more."""

    key: str
    digest: str
    what: Mapping[str, Any]
    steps: int = 1
    wrong: None = None

    def call(self, step: int, finished: Sequence[State]) -> Call:
        raise AssertionError(f"nothing is submitted for {self.key}, of which step {step} follows {len(finished)} jobs")

    def price(self, step: int) -> Cost:
        raise AssertionError(f"nothing is submitted for {self.key}, so step {step} costs nothing more")

    def described(self) -> Mapping[str, Any]:
        return self.what


class Run:
    """What lives need of a client, a journal and budgets; see `core.ports.House`."""

    def __init__(
        self, service: CallService, journal: Journal, options: Options, job: Callable[[State, JobContext], Any],
        today: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self.book = journal
        self.retry_failed, self.callbacks = options.retry_failed, options.callbacks is not None
        self.request_timeout, self.longest_wait = service.settings.timeout, service.settings.retries.longest_wait
        self.clock, self.today, self.job = service.clock.now, today, job
        self._service, self._options = service, options
        self._run = journal.about.id
        self._budgets = tuple(dict.fromkeys((*service.budgets, *options.budgets)))
        self._dear: set[str] = set()
        """Jobs for which the service holds more than was estimated."""
        self.unsettled: dict[str, Item] = {}
        self.leftovers: set[str] = set()
        """The keys of what the records know and no row asks for any more."""
        self.points = journal.summary().points
        """What all jobs of the journal have cost that have ended."""
        self.pacing = Pacing(
            options.concurrency,
            service.settings.requests_per_second,
            service.settings.retries,
            clock=self.clock,
            chance=random.random,
        )
        self._pace = Pace(
            service.settings.retries._replace(attempts=1),
            service.settings.timeout,
            options.poll_interval,
            clock=self.clock,
        )

    # ---- the whole ----------------------------------------------------------------------------------------------

    def running(self, items: Callable[[], Iterable[Item]], *, again: bool) -> Flow[None]:
        """Run all rows; emits `Step` and `Outcome`. `again`: the rows can be read more than once."""
        options = self._options
        count_earlier(self.book, self._budgets, options.budgets)
        shortage = None
        if again:
            flow = check_balance(self._service, self.book, items(), self._budgets, retry_failed=options.retry_failed)
            shortage = yield from flow
        lives = self._lives(items, again)
        scheduler = Scheduler(lives, self.pacing, clock=self.clock, begins=shortage is None, late=self._late)
        try:
            yield from scheduler.running()
        finally:
            with suppress(JournalError):  # why the run ends matters more
                for ear, job_id in scheduler.unheard.items():  # the next run knows it then
                    self._claim(self.book.awaiting(ear), job_id)
        yield from note_balance(self._service, self.book)
        if shortage is not None:
            raise shortage

    def _lives(self, items: Callable[[], Iterable[Item]], again: bool) -> Iterator[LifeFlow[None]]:
        """First what is under way, or may be: it has its place already. Then the rows that are new."""
        under_way = {entry.item: entry for entry in self.book.entries(SUBMITTED, UNKNOWN)}
        first = [item for item in items() if item.key in under_way] if again and under_way else []
        seen = {item.key for item in first}
        for item in first:
            del under_way[item.key]
            yield Life(item, self).living()
        if again:
            yield from map(self._leftover, under_way.values())
        for item in items():
            if item.key not in seen:
                under_way.pop(item.key, None)
                yield Life(item, self).living()
        if not again:  # only now it is known which of them nobody asks for
            yield from map(self._leftover, under_way.values())

    def _leftover(self, entry: Entry) -> LifeFlow[None]:
        self.leftovers.add(entry.item)
        what = self.book.described(entry.item) or {}
        return Life(Leftover(entry.item, entry.digest, what, _steps_of(what)), self).leftover(entry)

    def _late(self, ear: str, job_id: str) -> LifeFlow[None] | None:
        """A callback that nobody listens for any more: how the row goes on that it claims, if there is one."""
        entry = self.book.awaiting(ear)
        if entry is None or entry.item not in self.unsettled:  # its own life will hear of it
            return None
        claimed = self._claim(entry, job_id)
        if claimed is None:
            return None
        item = self.unsettled.pop(entry.item)
        return self._leftover(claimed) if entry.item in self.leftovers else Life(item, self).living()

    def _claim(self, entry: Entry | None, job_id: str) -> Entry | None:
        """Give a request with unknown outcome its job; None where there is no such request, or the job is another's."""
        if entry is None:
            return None
        try:
            self.book.claim(entry.id, job_id)
        except InvalidRequest:
            return None
        return self.book.entry(entry.key)

    # ---- a call -------------------------------------------------------------------------------------------------

    def prepare(self, call: Call, before: State | None, key: str) -> Prepared:
        """Find a call right and hold its price; raises `InvalidRequest` and `BudgetExceeded`."""
        fields = dict(call.fields)
        if before is not None:
            refuse(before, call.operation, fields)
        token = None
        if self._options.callback is not None and CALLBACK not in fields and _takes_callback(call.operation):
            token = secrets.token_urlsafe(16)
            fields[CALLBACK] = f"{self._options.callback}{CLAIM_MARK}{token}"
        plan = self._service.prepare(
            call.operation,
            fields,
            source=call.source,
            budgets=self._budgets,
            key=budget_key(self._run, key, self.book.attempts(key)),
            warned=True,  # as the rows were read
        )
        estimate = price(call.operation, plan.request.sent, source=call.source)
        return Prepared(plan.request, estimate.reserve, plan, token)

    def refused(self, prepared: Prepared) -> None:
        """Nothing is held for it any more."""
        release(prepared.plan.holds)

    def accepted(self, prepared: Prepared, submission: Submission) -> JobContext:
        """What to remember of the job."""
        state = submission.state
        if state is None:
            raise AssertionError("only a job is accepted")
        return self._service.context(prepared.plan, Answer(dict(state.raw), submission.headers))

    def holds(self, state: State, context: JobContext, price: int) -> BudgetExceeded | None:
        """Count what the service holds for the job; an error when that is more than was estimated."""
        book(state, context.holds)
        points = math.ceil(state.points)
        if points <= price or state.job_id in self._dear:
            return None
        self._dear.add(state.job_id)
        what = context.operation.name if context.operation is not None else state.task_type
        said = f"the service holds {points} points for {what}, job {state.job_id}; {price} were estimated"
        if not context.holds:
            logger.warning(said)
            return None
        return BudgetExceeded(
            f"{said}. Nothing more is submitted; run it again with the same journal to go on.",
            budget=context.holds[0][0].points,
            price=points,
        )

    def recalled(self, entry: Entry, call: Call | None) -> JobContext:
        """What is remembered of a job of the records."""
        operation = OPERATIONS.get(entry.operation)
        if operation is None:  # the spec of today does not have it any more
            return JobContext()
        since = entry.submitted_at or entry.submitting_at
        age = min(DAY, max(0.0, (self.today() - since).total_seconds())) if since else 0.0
        key = budget_key(self._run, entry.key, self.book.attempts(entry.key))
        size = size_of(operation, entry.body) or (call.source if call is not None else None)
        return JobContext(
            operation,
            expectation(operation, entry.body),
            self.clock() - age,
            None,
            size,
            tuple((budget, key) for budget in self._budgets),
        )

    # ---- a job --------------------------------------------------------------------------------------------------

    def watch(self, state: State, context: JobContext, told: float | None) -> Watch:
        """How to ask for the job."""
        watch = Watch(Waited(state, job_request(state.job_id), self._service.scheduler(context), told), self._pace)
        watch.called_back = self.callbacks
        return watch

    def patience(self, watch: Watch, silent: float) -> float:
        """For how many seconds to wait for it, when the service did not answer for so many."""
        return watch.patience + silent if self._options.timeout is None else self._options.timeout

    def lasts(self, operation: str, body: Mapping[str, Any]) -> float:
        """For how many seconds such a job can last at most."""
        found = OPERATIONS.get(operation)
        return default_timeout((expectation(found, body) if found else None) or UNCERTAIN)

    def is_another(self, entry: Entry, state: State) -> bool:
        """Whether a job is of a kind that this request does not make."""
        operation = OPERATIONS.get(entry.operation)
        known = state.task_type in BY_TASK_TYPE and operation is not None
        return known and operation is not None and operation.task_type != state.task_type

    def saw(self, state: State, context: JobContext, running: float | None, price: int) -> int:
        """The job has ended; the points that it cost."""
        self._service.saw(state, context, running)
        points = math.ceil(state.points)
        cost = price if state.ok and not points and not state.charge_is_told else points
        self.points += cost
        return cost

    def fetching(self, item: Item, made: tuple[State, JobContext], had: Sequence[str]) -> Flow[list[str]] | None:
        """A flow that downloads what was made; None when nothing is to be fetched."""
        state, _ = made
        if self._options.download is None or not (state.image_urls or state.video_urls):
            return None
        if had and all(map(os.path.exists, had)):
            return None
        # What an earlier job of the row, or another journal's, has made may stand under the names of its key.
        own = f"{item.key}_{state.job_id}"
        key, spare = (own, None) if self.book.was_made(item.key) else (item.key, own)
        return self._fetching(key, spare, state, self._options.download)

    def _fetching(self, key: str, spare: str | None, state: State, directory: str) -> Flow[list[str]]:
        paths = yield from of_job(
            self._service, state, directory, self._options.name, None,
            key=key, spare_key=spare, root=self._options.root, concurrency=1, max_bytes=LARGEST, timeout=SECONDS,
        )  # fmt: skip
        return [str(path) for path in paths]


def _steps_of(asked: Mapping[str, Any]) -> int:
    """How many steps a row has by what was asked for: a film has several."""
    film = asked.get(CHAIN)
    return len(film["steps"]) if film else 1


def _takes_callback(operation: Operation) -> bool:
    return any(field.name == CALLBACK for field in operation.fields)
