"""The life of a row in tasks of one bounded request each: submit, poll, poll …, download.

A task ends with one call of the database, which writes the ledger and defers the next task. Whatever a task repeats
after its worker was lost is fenced there: by the turn for polls, by the owner for what was sent.
"""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import logging
import math
import time
from os import getpid
from socket import gethostname
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

from legnext_client._calls.items import CHAIN, OPERATION, Call, Row
from legnext_client._calls.job_view import JobView
from legnext_client._calls.planning import is_another, operation_named, refuse
from legnext_client._calls.service import DAY, JobContext, job_request
from legnext_client._calls.wait import PollSettings, PollState, PollTarget
from legnext_client._journal.submit import DONE, FAILED, NEW, NOT_ITS_FAULT, UNKNOWN, is_refused
from legnext_client._protocol.responses import retry_after
from legnext_client._protocol.send import Answer, Fail, Retry, pause_before, send_once
from legnext_client._protocol.state import State, failure
from legnext_client._runs.chains import VideoChain
from legnext_client._transport.async_driver import async_run
from legnext_client.errors import InvalidRequest, LegnextError, RateLimitError, SubmissionUnknown
from legnext_client.fleet.files import deliver
from legnext_client.generated.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from legnext_client._client.async_caller import AsyncCaller
    from legnext_client.fleet.database import Database

logger = logging.getLogger("legnext_client")

ANSWER_KEPT = 3600.0
"""Seconds for which a worker holds an answer while the database is away."""
LATE = 10.0
"""Seconds after its intent at which a request is no longer sent: its worker was suspended."""
TROUBLE = 60.0
"""Seconds before the next attempt after an error that concerns the account, such as an invalid key."""
MOST_POINTS = 2**31 - 1
ATTEMPT = 2
"""The number of earlier attempts by which the pause before another is drawn."""


class RowLife:
    """The tasks of one account, with its client and its ledger."""

    def __init__(self, database: Database, calls: AsyncCaller, look_in: Callable[[float], None]) -> None:
        """`look_in` looks for due tasks after so many seconds."""
        self._database, self._service, self._runtime = database, calls.service, calls.runtime
        self._look_in = look_in
        settings = calls.service.settings
        self._pace = PollSettings(
            settings.retries._replace(attempts=1), settings.timeout, clock=calls.service.clock.now
        )

    async def submit(self, request: int, turn: int) -> None:
        """Send a paid request once, and record the outcome before anything else happens."""
        database, service, owner = self._database, self._service, f"{gethostname()}/{getpid()}/{uuid4().hex}"
        now = asyncio.get_running_loop().time
        began = now()
        begun = await database.call("begin", request, turn, owner)
        if begun is None or now() - began > LATE:  # the intent of another attempt, or of one that was suspended
            await self._no_job(request, owner, None)
            return
        try:
            call = _call_of(begun)
            key = quote("/".join(map(str, (begun["key"], begun["step"] + 1, begun["attempt"]))))
            plan = service.prepare(call.operation, call.fields, source=call.source, warned=True, idempotency_key=key)
        except InvalidRequest as wrong:
            await database.call("no_job", request, owner, FAILED, str(wrong))
            return
        args = {"operation": call.operation.name, "since": begun["since"], "price": begun["price"]}
        expected = plan.context.expected
        args["expected"] = None if expected is None else list(expected)
        verdict = await async_run(send_once(plan.request, service.settings.timeout, 1), self._runtime)
        if isinstance(verdict, Answer):
            await self._keep(request, owner, State(verdict.data), args, retry_after(verdict.headers))
        elif isinstance(verdict.error, SubmissionUnknown) and verdict.error.job_id:
            await self._keep(request, owner, State({"job_id": verdict.error.job_id}), {**args, "guess": True}, 1.0)
        else:
            await self._no_job(request, owner, verdict)

    async def _no_job(self, request: int, owner: str, verdict: Retry | Fail | None) -> None:
        """Record a request that made no job, as far as is known; None: it was not sent."""
        error, pause = None if verdict is None else verdict.error, 0.0
        state = UNKNOWN if isinstance(error, SubmissionUnknown) else FAILED if verdict and is_refused(verdict) else NEW
        if isinstance(error, NOT_ITS_FAULT):
            pause = TROUBLE
        elif error is not None and state == NEW:
            after, settings = getattr(error, "retry_after", None), self._pace
            pause = pause_before(settings.retries, ATTEMPT, after, settings.chance)
        problem, full = None if error is None else str(error), isinstance(error, RateLimitError)
        await self._database.call("no_job", request, owner, state, problem, pause, full, patience=ANSWER_KEPT)

    async def _keep(self, request: int, owner: str, state: State, args: dict[str, Any], after: float | None) -> None:
        """Record the job; while the database is away, this worker keeps its id."""
        args = {**args, "job": state.job_id}
        delay = 0.0 if state.done else self._delay(self._watch(args, state, after))
        held = 0 if state.done else _points(state.points)
        call = ("accepted", request, owner, state.job_id, held, args, delay)
        if not await self._database.call(*call, patience=ANSWER_KEPT):
            logger.error("Request %s made job %s after it was settled. Look at that job.", request, state.job_id)
        self._look_in(delay)

    async def poll(self, request: int, turn: int, **args: Any) -> None:
        """Poll a job once, and record its end or defer the next poll."""
        database, watch = self._database, self._watch(args, State({"job_id": args["job"]}))
        now = self._service.clock.now
        answered = await async_run(watch.poll(now() + self._service.settings.timeout), self._runtime)
        state, guess, delay = watch.state, args.get("guess", False), 0.0
        operation = OPERATIONS.get(args["operation"])
        if guess and (watch.refusal or (answered and operation and is_another(operation, state))):
            reason = f"the service does not report job {args['job']}, which its answer named"
            await database.call("ended", request, turn, UNKNOWN, 0, None, reason, None)
        elif answered and state.done:
            error = None if state.ok else str(failure(state, JobView(state.raw)))
            how = DONE if state.ok else FAILED
            points = _points(state.cost(args["price"]))
            await database.call("ended", request, turn, how, points, dict(state.raw), error, args["job"])
        elif time.time() - args["since"] > DAY:
            reason = str(watch.failure or f"job {args['job']} is still {state.status} after a day")
            await database.call("ended", request, turn, UNKNOWN, 0, None, reason, args["job"])
        else:
            held = _points(state.points) if answered else 0
            args |= {"refused": watch.refused, "failures": watch.failures}
            if answered and guess:
                args["guess"] = False
            delay = TROUBLE if watch.refusal else self._delay(watch)
            await database.call("polled", request, turn, held, args, delay)
        self._look_in(delay)

    async def download(self, request: int, turn: int, key: str, target: str, *, last: bool) -> None:
        """Download the files of a finished row, and record its result; a row counts as done even if that fails."""
        [output] = await self._database.row("SELECT output FROM legnext_requests WHERE id = %s", request)
        files, problem = [], None
        try:
            files = await deliver(self._service, self._runtime, State(output), key, target)
        except (LegnextError, OSError) as error:
            if not last:
                raise
            problem = str(error)
        await self._database.call("downloaded", request, turn, files, problem)

    def _watch(self, args: Mapping[str, Any], state: State, after: float | None = None) -> PollState:
        expected, started = args["expected"], max(0.0, time.time() - args["since"])
        context = JobContext(
            OPERATIONS.get(args["operation"]),
            started=self._service.clock.now() - min(DAY, started),
            seconds=None if expected is None else expected[0],
        )
        target = PollTarget(state, job_request(args["job"]), self._service.scheduler(context), after)
        watch = PollState(target, self._pace)
        watch.refused, watch.failures = args.get("refused", 0), args.get("failures", 0)
        return watch

    def _delay(self, watch: PollState) -> float:
        now = self._service.clock.now()
        return max(0.0, watch.next(now) - now)


def _points(reported: float) -> int:
    """Return points that fit into the ledger, so that an absurd report does not lose its job."""
    return math.ceil(min(reported, MOST_POINTS))


def _call_of(begun: Mapping[str, Any]) -> Call:
    """Return the call of a step of a row that was checked when it was submitted."""
    description, key = dict(begun["row"]), begun["key"]
    if CHAIN in description:
        row = VideoChain.from_dict(description[CHAIN]).row(key)
    else:
        row = Row(key, "", (Call(operation_named(description.pop(OPERATION)), description),))
    finished = [State(output) for output in begun["before"]]
    call = row.call(begun["step"], finished)
    if finished:
        refuse(finished[-1], call.operation, call.fields)
    return call
