"""What the rows of a run use of the client, the journal and the budgets."""

from __future__ import annotations

import logging
import math
import os
import random
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from legnext_client._calls.budgets import book, release
from legnext_client._calls.planning import lasts, refuse
from legnext_client._calls.service import DAY, JobContext
from legnext_client._downloads.downloads import Limits, of_job
from legnext_client._journal.submit import SubmissionIntent, submit_once
from legnext_client._runs.limits import RateController
from legnext_client.errors import BudgetExceeded, SubmissionUnknown
from legnext_client.generated.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from legnext_client._calls.items import Call, Row
    from legnext_client._calls.queue import Place
    from legnext_client._calls.service import CallService, PreparedCall
    from legnext_client._calls.wait import PollState
    from legnext_client._journal.journal import Journal
    from legnext_client._journal.submit import Entry, Submission
    from legnext_client._protocol.flow import Flow
    from legnext_client._protocol.state import State
    from legnext_client._runs.options import Options

logger = logging.getLogger("legnext_client")


class RunContext:
    """One run's journal, budgets and options, and the client's prices, polls and downloads.

    A request is named by `key`: its key in the journal, and the number of earlier requests under that key.
    """

    def __init__(
        self,
        service: CallService,
        journal: Journal,
        options: Options,
        job: Callable[[State, JobContext], Any],
        today: Callable[[], datetime],
        *,
        reports_progress: bool,
    ) -> None:
        """`job` builds the caller's job object."""
        self.service, self.journal, self.options = service, journal, options
        self.job, self.today, self.now = job, today, service.clock.now
        self.reports_progress = reports_progress
        self.callbacks = options.callbacks is not None
        self.early_callbacks: dict[str, str] = {}
        """Job ids of callbacks that no row waited for, by token or job id."""
        self.budgets = tuple(dict.fromkeys((*service.budgets, *options.budgets)))
        self.points = journal.summary().points
        """The cost of all jobs in the journal that have ended."""
        self.running: set[str] = set()
        """Keys of rows whose jobs run, as far as the caller knows."""
        self.unresolved: dict[str, Row] = {}
        """Rows that ended without a known outcome. A late callback may still bring it."""
        self.orphaned: set[str] = set()
        """Keys of rows in the journal that are no longer requested."""
        settings = service.settings
        self.rate = RateController(
            service.queue.allow(options.concurrency), settings.requests_per_second, settings.retries,
            clock=self.now, chance=random.random,
        )  # fmt: skip
        self._run = journal.about.id
        self._over_estimate: set[str] = set()
        """Jobs for which the service holds more than was estimated."""

    # ---- a request ----------------------------------------------------------------------------------------------

    def prepare(
        self, row: Row, call: Call, step: int, before: State | None, key: tuple[str, int]
    ) -> tuple[PreparedCall, SubmissionIntent]:
        """Check a call, hold its price, and describe it for the journal.

        Raises `InvalidRequest` and `BudgetExceeded`.
        """
        if before is not None:
            refuse(before, call.operation, call.fields)
        token = secrets.token_urlsafe(16)
        sent, cost = call.called_back(self.options.callback, token), row.cost(step)
        plan = self.service.prepare(
            call.operation,
            sent.fields,
            source=call.source,
            budgets=self.budgets,
            key=(self._run, *key),
            idempotency_key=quote(f"{self._run}/{key[0]}/{key[1]}"),
            warned=True,  # as the rows were read
            cost=cost,
        )
        body, operation, claim = plan.request.sent or {}, call.operation.name, None if sent is call else token
        return plan, SubmissionIntent(
            key[0], row.key, step, row.digest, row.described(), operation, body, cost.reserve, claim
        )

    def submitting(self, plan: PreparedCall, intent: SubmissionIntent, place: Place) -> Flow[Submission]:
        """Submit a prepared call once. A job that may run keeps its points and its place."""
        service = self.service
        flow = submit_once(intent, plan.request, self.journal, service.settings.timeout)
        submission = yield from service.sent(flow, plan, place)
        if submission.answer is not None:
            service.queue.hold(place, submission.answer.state, plan.context._replace(started=self.now()))
        elif isinstance(submission.error, SubmissionUnknown):
            service.queue.keep(place, plan.context)  # the row may have been cancelled meanwhile
        else:
            release(plan.context.holds)
            service.queue.free(place)
        return submission

    def recalled(self, entry: Entry, attempts: int, source: str | None = None) -> JobContext:
        """Return the context of a job in the journal, as far as recorded; `source` is the size of its source."""
        context = self.finished(entry)
        if context.operation is None:  # no longer in the spec
            return context
        since = entry.submitted_at or entry.submitting_at
        age = min(DAY, max(0.0, (self.today() - since).total_seconds())) if since else 0.0
        holds = tuple((budget, (self._run, entry.key, attempts)) for budget in self.budgets)
        return context._replace(started=self.now() - age, holds=holds, source_size=source)

    def finished(self, entry: Entry) -> JobContext:
        """Return the context of a finished job in the journal, for follow-ups."""
        operation = OPERATIONS.get(entry.operation)
        return JobContext() if operation is None else JobContext(operation, entry.body)

    # ---- a job --------------------------------------------------------------------------------------------------

    def watch(self, state: State, job_context: JobContext, retry_after: float | None) -> PollState:
        """Return the state for polling the job."""
        context = job_context._replace(retry_after=retry_after)
        watch = self.service.poll_state(state, context, interval=self.options.poll_interval)
        watch.called_back = self.callbacks
        return watch

    def runs_until(self, entry: Entry) -> float:
        """Return the time by which a job of this request has certainly ended."""
        since = (self.today() - entry.submitting_at).total_seconds() if entry.submitting_at else 0.0
        return self.now() + self.lasts(entry) - max(0.0, since)

    def lasts(self, entry: Entry) -> float:
        """Return the maximum duration of a job of this request, in seconds."""
        return lasts(OPERATIONS.get(entry.operation), entry.body)

    def holds(self, state: State, job_context: JobContext, price: int) -> BudgetExceeded | None:
        """Count the points held for the job; return an error if they exceed the estimate."""
        book(state, job_context.holds)
        points = math.ceil(state.points)
        if points <= price or state.job_id in self._over_estimate:
            return None
        self._over_estimate.add(state.job_id)
        what = job_context.operation.name if job_context.operation is not None else state.task_type
        message = f"the service holds {points} points for {what}, job {state.job_id}; {price} were estimated"
        if not job_context.holds:
            logger.warning(message)
            return None
        return BudgetExceeded(
            f"{message}. Nothing more is submitted; run it again with the same journal to go on.",
            budget=job_context.holds[0][0].points,
            price=points,
        )

    # ---- files --------------------------------------------------------------------------------------------------

    def needs_files(self, state: State, files: Sequence[str]) -> bool:
        """Return whether files of the job are to be downloaded and some are missing."""
        if self.options.download is None or not (state.image_urls or state.video_urls):
            return False
        return not (files and all(map(os.path.exists, files)))

    def download(self, row: Row, state: State) -> Flow[list[str]]:
        """Download the files of a job."""
        # Files named after the key may come from an earlier job of the row, or from another journal.
        own = f"{row.key}_{state.job_id}"
        key, spare = (own, None) if self.journal.was_made(row.key) else (row.key, own)
        paths = yield from of_job(
            self.service, state, self.options.download or "", self.options.name, None, Limits(concurrency=1),
            key=key, spare_key=spare, root=self.options.root,
        )  # fmt: skip
        return [str(path) for path in paths]
