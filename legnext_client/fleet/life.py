"""The life of a row in tasks of one bounded request each: submit, poll, poll …, download.

A task ends with one call of the database, which writes the ledger and defers the next task. Whatever a task repeats
after its worker was lost is fenced there: by the turn for polls, by the owner for what was sent.
"""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import json
import logging
import math
import mimetypes
import random
from os import getpid
from socket import gethostname
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from legnext_client._calls.budgets import release
from legnext_client._calls.items import CALLBACK, Call
from legnext_client._calls.planning import is_another, refuse
from legnext_client._calls.service import DAY, JobContext
from legnext_client._downloads.downloads import Limits, of_job
from legnext_client._journal.submit import DONE, FAILED, NEW, NOT_ITS_FAULT, SUBMITTED, UNKNOWN, is_refused
from legnext_client._protocol.callbacks import CLAIM_MARK
from legnext_client._protocol.send import Answer, pause_before, send_once
from legnext_client._protocol.state import State, failure
from legnext_client._runs.options import ROW_NAME
from legnext_client._runs.rows import Rows
from legnext_client._transport.async_driver import async_run
from legnext_client._transport.puts import put
from legnext_client.errors import (
    BudgetExceeded,
    ConfigurationError,
    InvalidRequest,
    LegnextError,
    RateLimitError,
    SubmissionUnknown,
)
from legnext_client.generated.operations import OPERATIONS
from legnext_client.uploads import S3Uploader, uploader_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from legnext_client._calls.service import PreparedCall
    from legnext_client._calls.wait import PollState
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
BUCKET = "s3://"


class RowLife:
    """The tasks of one account, with its client and its ledger."""

    def __init__(
        self, database: Database, calls: AsyncCaller, look_in: Callable[[float], None], callback: str | None
    ) -> None:
        """`look_in` looks for due tasks after so many seconds."""
        self._database, self._service, self._runtime = database, calls.service, calls.runtime
        self._look_in, self._callback = look_in, callback

    async def submit(self, request: int, turn: int) -> None:
        """Send a paid request once, and record the outcome before anything else happens."""
        service, claim = self._service, f"{request}-{uuid4().hex}"
        owner = f"{gethostname()}/{getpid()}/{claim}"
        begun = await self._database.call("begin_v1", request=request, turn=turn, owner=owner)
        if begun is None:  # another attempt may have sent it; this one did not
            await self._no_job(request, owner, None)
            return
        try:
            plan = self._prepare(begun, claim)
        except LegnextError as wrong:
            await self._no_job(request, owner, wrong, refused=isinstance(wrong, InvalidRequest))
            return
        if self._database.now() - begun["since"] > LATE:
            await self._no_job(request, owner, None)
            return
        flow = service.sent(send_once(plan.request, service.settings.timeout, 1), plan, None)
        verdict = await async_run(flow, self._runtime)
        if isinstance(verdict, Answer):
            await self._keep(request, owner, verdict.state, service.accepted(plan, verdict))
        elif isinstance(verdict.error, SubmissionUnknown) and verdict.error.job_id:
            named = State({"job_id": verdict.error.job_id})
            await self._keep(request, owner, named, JobContext(retry_after=1.0), guess=True)
        else:
            if not isinstance(verdict.error, SubmissionUnknown):
                release(plan.context.holds)
            await self._no_job(request, owner, verdict.error, refused=is_refused(verdict))

    def _prepare(self, begun: Mapping[str, Any], claim: str) -> PreparedCall:
        call = _call_of(begun)
        fields = dict(call.fields)
        if self._callback is not None and any(field.name == CALLBACK for field in call.operation.fields):
            fields.setdefault(CALLBACK, f"{self._callback}{CLAIM_MARK}{claim}")
        key = quote(f"{begun['key']}/{begun['step'] + 1}/{begun['attempt']}")
        return self._service.prepare(call.operation, fields, source=call.source, warned=True, idempotency_key=key)

    async def _no_job(self, request: int, owner: str, error: LegnextError | None, *, refused: bool = False) -> None:
        """Record a request that made no job, as far as is known; without an error, it was not sent."""
        state = UNKNOWN if isinstance(error, SubmissionUnknown) else FAILED if refused else NEW
        delay, full = 0.0, isinstance(error, RateLimitError)
        if isinstance(error, (*NOT_ITS_FAULT, BudgetExceeded)):
            delay = TROUBLE
        elif error is not None and state == NEW:
            after = getattr(error, "retry_after", None)
            delay = pause_before(self._service.settings.retries, ATTEMPT, after, random.random)
        text = None if error is None else str(error)
        await self._record(request, state, owner=owner, error=text, delay=delay, full=full)

    async def _keep(self, request: int, owner: str, state: State, context: JobContext, **args: Any) -> None:
        """Record the job; while the database is away, this worker keeps its id."""
        delay = 0.0 if state.done else self._delay(self._service.poll_state(state, context))
        found = {"job": state.job_id, "points": 0 if state.done else _points(state.points), "args": args}
        if not await self._record(request, SUBMITTED, owner=owner, delay=delay, **found):
            logger.error("Request %s made job %s after it was settled. Look at that job.", request, state.job_id)
        self._look_in(delay)

    async def poll(self, request: int, turn: int, job: str, since: float, call: Mapping[str, Any], **args: Any) -> None:
        """Poll a job once, and record its end or defer the next poll."""
        service, now, age = self._service, self._service.clock.now, max(0.0, self._database.now() - since)
        operation, guess = OPERATIONS.get(call["operation"]), args.get("guess", False)
        context = JobContext(operation, started=now() - age, seconds=call["seconds"])
        watch = service.poll_state(State({"job_id": job}), context)
        watch.refused, watch.failures = args.get("refused", 0), args.get("failures", 0)
        answered = await async_run(watch.poll(now() + service.settings.timeout), self._runtime)
        found: dict[str, Any] = {"job": job}
        state, delay, how = watch.state, 0.0, UNKNOWN
        if guess and (watch.refusal or (answered and operation and is_another(operation, state))):
            found |= {"job": None, "error": f"the service does not report job {job}, which its answer named"}
        elif answered and state.done:
            how, problem = DONE if state.ok else FAILED, None if state.ok else str(failure(state, None))
            found |= {
                "points": _points(state.cost(call["price"])),
                "error": problem,
                "output": json.dumps(state.raw, separators=(",", ":")),
            }
        elif age > DAY:
            found["error"] = str(watch.failure or f"job {job} is still {state.status} after a day")
        else:
            how, delay = SUBMITTED, TROUBLE if watch.refusal else self._delay(watch)
            args = {"guess": guess and not answered, "refused": watch.refused, "failures": watch.failures}
            found["args"] = {name: value for name, value in args.items() if value}
            found |= {"points": _points(state.points) if answered else 0, "delay": delay}
        if await self._record(request, how, turn=turn, **found) and how in (DONE, FAILED):
            service.record(state, context, context.started)
        self._look_in(delay)

    async def download(self, request: int, turn: int, job: str, key: str, target: str, *, last: bool) -> None:
        """Download the files of a finished row, and record its result; a row counts as done even if that fails."""
        state, files, problem = State(json.loads(await self._database.call("output_v1", request=request))), [], None
        try:
            if state.image_urls or state.video_urls:
                files = await self._deliver(state, key, target)
        except (LegnextError, OSError) as error:
            if not last:
                raise
            problem = str(error)
        await self._record(request, DONE, turn=turn, job=job, files=files, error=problem)

    async def _deliver(self, state: State, key: str, target: str) -> list[str]:
        """Download the files to a directory or to a bucket, and return where they are."""
        with TemporaryDirectory() as folder:
            directory, spare = folder if target.startswith(BUCKET) else target, f"{key}_{state.job_id}"
            flow = of_job(self._service, state, directory, ROW_NAME, None, Limits(), key=key, spare_key=spare)
            paths = await async_run(flow, self._runtime)
            if directory == target:
                return [str(path) for path in paths]
            bucket, place = bucket_of(target), urlsplit(target)
            names = [f"{place.path.strip('/')}/{path.name}".lstrip("/") for path in paths]
            for path, name in zip(paths, names, strict=True):
                media = {"content-type": mimetypes.guess_type(name)[0] or "application/octet-stream"}
                await asyncio.to_thread(put, bucket.presigned("PUT", name), path.read_bytes(), media)
            return [f"{BUCKET}{place.netloc}/{name}" for name in names]

    async def _record(self, request: int, state: str, **found: Any) -> bool:
        return bool(await self._database.call("record_v1", ANSWER_KEPT, request=request, state=state, **found))

    def _delay(self, watch: PollState) -> float:
        now = self._service.clock.now()
        return max(0.0, watch.next(now) - now)


def bucket_of(target: str) -> S3Uploader:
    """Return the bucket of a target; its query may hold `endpoint` and `region`."""
    bucket = uploader_from(target)
    if not isinstance(bucket, S3Uploader):
        raise ConfigurationError(f"download must be a directory or s3://bucket/prefix; got {target!r}.")
    return bucket


def _points(reported: float) -> int:
    """Return points that fit into the ledger, so that an absurd report does not lose its job."""
    return math.ceil(min(reported, MOST_POINTS))


def _call_of(begun: Mapping[str, Any]) -> Call:
    """Return the call of a step of a row that was checked when it was submitted."""
    row = Rows(None).row(begun["key"], begun["row"])
    if row.wrong is not None:
        raise row.wrong
    finished = [State(json.loads(output)) for output in begun["before"]]
    call = row.call(begun["step"], finished)
    if finished:
        refuse(finished[-1], call.operation, call.fields)
    return call
