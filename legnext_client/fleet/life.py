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
import random
import secrets
from os import getpid
from socket import gethostname
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from legnext_client._calls.budgets import release
from legnext_client._calls.planning import is_another, refuse
from legnext_client._calls.service import DAY, JobContext
from legnext_client._downloads.downloads import Limits, of_job
from legnext_client._downloads.local_files import LocalFile
from legnext_client._journal.submit import DONE, FAILED, NEW, NOT_ITS_FAULT, SUBMITTED, UNKNOWN, is_refused
from legnext_client._protocol.send import Answer, pause_before, send_once
from legnext_client._protocol.state import State, failure
from legnext_client._runs.options import ROW_NAME
from legnext_client._runs.rows import Rows
from legnext_client._transport.async_driver import async_run
from legnext_client._transport.puts import connecting
from legnext_client.errors import BudgetExceeded, InvalidRequest, LegnextError, RateLimitError, SubmissionUnknown
from legnext_client.generated.operations import OPERATIONS
from legnext_client.uploads import bucket_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from legnext_client._calls.items import Call
    from legnext_client._calls.service import PreparedCall
    from legnext_client._calls.wait import PollState
    from legnext_client.client import AsyncClient
    from legnext_client.fleet.database import Database

logger = logging.getLogger("legnext_client")

LATE = 10.0
"""Seconds after which a request is no longer sent: its worker was suspended since the intent."""
TROUBLE = 60.0
"""Seconds before the next attempt after an error that concerns the account, such as an invalid key."""
DOWNLOADS, PAUSE = 5, 2.0
"""Attempts of a download, and the seconds before the second; before each further one, they double."""
MOST_POINTS = 2**31 - 1
ATTEMPT = 2
"""The number of earlier attempts by which the pause before another is drawn."""
BUCKET = "s3://"


class RowLife:
    """The tasks of one account, with its client and its ledger."""

    def __init__(
        self, database: Database, client: AsyncClient, look_in: Callable[[float], None], callback: str | None
    ) -> None:
        """`look_in` looks for due tasks after so many seconds."""
        self._database, self._service, self._runtime = database, client._service, client._calls.runtime
        self._connecting = client._connecting
        self._look_in, self._callback = look_in, callback

    async def submit(self, request: int, turn: int, **_: Any) -> None:
        """Send a paid request once, and record the outcome before anything else happens."""
        token, late = secrets.token_hex(16), self._service.clock.now() + LATE
        owner = f"{gethostname()}/{getpid()}/{token}"
        row = await self._database.call("begin_v1", request=request, turn=turn, owner=owner)
        # Without a row, another attempt may have sent it; this one did not.
        found: dict[str, Any] = {"state": NEW} if row is None else await self._send(row, token, late)
        if not await self._record(request, owner=owner, **found) and "job" in found:
            logger.error("Request %s made job %s after it was settled. Look at that job.", request, found["job"])

    async def _send(self, row: Mapping[str, Any], token: str, late: float) -> dict[str, Any]:
        """Send a request, unless it is too late, and return what to record."""
        service = self._service
        try:
            plan = self._prepare(row, token)
        except LegnextError as wrong:
            return self._no_job(wrong, refused=isinstance(wrong, InvalidRequest))
        if service.clock.now() > late:
            release(plan.context.holds)
            return {"state": NEW}
        flow = service.sent(send_once(plan.request, service.settings.timeout, 1), plan, None)
        verdict = await async_run(flow, self._runtime)
        if isinstance(verdict, Answer):
            return self._running(service.poll_state(verdict.state, service.accepted(plan, verdict)))
        if not isinstance(verdict.error, SubmissionUnknown):
            release(plan.context.holds)
            return self._no_job(verdict.error, refused=is_refused(verdict))
        if verdict.error.job_id is None:
            return {"state": UNKNOWN, "error": str(verdict.error)}
        named = State({"job_id": verdict.error.job_id})
        return self._running(service.poll_state(named, JobContext(retry_after=1.0)), guess=True)

    def _prepare(self, row: Mapping[str, Any], token: str) -> PreparedCall:
        call = _call_of(row).called_back(self._callback, token)
        key = quote(f"{row['key']}/{row['step'] + 1}/{row['attempt']}")
        return self._service.prepare(call.operation, call.fields, source=call.source, warned=True, idempotency_key=key)

    def _running(self, watch: PollState, **args: Any) -> dict[str, Any]:
        """Return what to record of a job that is to be polled again, or for the first time."""
        points, delay, now = 0, 0.0, self._service.clock.now()
        if not watch.state.done:
            points, delay = _points(watch.state.points), TROUBLE if watch.refusal else max(0.0, watch.next(now) - now)
        args = {name: value for name, value in args.items() if value}
        return {"state": SUBMITTED, "job": watch.state.job_id, "points": points, "delay": delay, "args": args}

    def _no_job(self, error: LegnextError, *, refused: bool) -> dict[str, Any]:
        if refused:
            return {"state": FAILED, "error": str(error)}
        delay = TROUBLE
        if not isinstance(error, (*NOT_ITS_FAULT, BudgetExceeded)):
            after = getattr(error, "retry_after", None)
            delay = pause_before(self._service.settings.retries, ATTEMPT, after, random.random)
        return {"state": NEW, "error": str(error), "delay": delay, "full": isinstance(error, RateLimitError)}

    async def poll(self, request: int, turn: int, job: str, age: float, call: Mapping[str, Any], **args: Any) -> None:
        """Poll a job once, and record its end or defer the next poll."""
        service, now = self._service, self._service.clock.now
        operation, guess = OPERATIONS.get(call["operation"]), args.get("guess", False)
        context = JobContext(operation, started=now() - age, seconds=call["seconds"])
        watch = service.poll_state(State({"job_id": job}), context)
        watch.refused, watch.failures = args.get("refused", 0), args.get("failures", 0)
        answered = await async_run(watch.poll(now() + service.settings.timeout), self._runtime)
        found: dict[str, Any] = {"state": UNKNOWN, "job": job}
        state = watch.state
        if guess and (watch.refusal or (answered and is_another(operation, state))):
            found |= {"job": None, "error": f"the service does not report job {job}, which its answer named"}
        elif answered and state.done:
            found |= {"state": DONE} if state.ok else {"state": FAILED, "error": str(failure(state, None))}
            output = json.dumps(state.raw, separators=(",", ":"))
            found |= {"points": _points(state.cost(call["price"])), "output": output}
        elif age > DAY:
            found["error"] = str(watch.failure or f"job {job} is still {state.status} after a day")
        else:
            guess = guess and not answered
            found |= self._running(watch, guess=guess, refused=watch.refused, failures=watch.failures) | {"job": job}
        if await self._record(request, turn=turn, **found) and "output" in found:
            service.record(state, context, context.started)

    async def download(self, request: int, turn: int, job: str, failures: int = 0, **_: Any) -> None:
        """Download the files of a finished row, and record its result; a row counts as done even if that fails."""
        row = await self._database.call("load_v1", request=request)
        state, target = State(json.loads(row["done"][-1])), row["target"]
        found: dict[str, Any] = {"files": []}
        try:
            if target and (state.image_urls or state.video_urls):
                found["files"] = await self._deliver(state, row["key"], target)
        except (LegnextError, OSError) as error:
            failures += 1
            found["error"] = str(error)
            if failures < DOWNLOADS:
                found = {"args": {"failures": failures}, "delay": PAUSE * 2 ** (failures - 1)}
        await self._record(request, state=DONE, turn=turn, job=job, **found)

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
            with connecting(self._connecting(), asyncio.get_running_loop()):
                for path, name in zip(paths, names, strict=True):
                    await asyncio.to_thread(bucket.store, LocalFile.of(path), name)
            return [f"{BUCKET}{place.netloc}/{name}" for name in names]

    async def _record(self, request: int, delay: float = 0.0, **found: Any) -> bool:
        """Record what was found, and look in for what follows."""
        recorded = await self._database.call("record_v1", request=request, delay=delay, **found)
        self._look_in(delay)
        return bool(recorded)


def _points(reported: float) -> int:
    """Return points that fit into the ledger, so that an absurd report does not lose its job."""
    return math.ceil(min(reported, MOST_POINTS))


def _call_of(given: Mapping[str, Any]) -> Call:
    """Return the call of a step of a row that was checked when it was submitted."""
    row = Rows().row(given["key"], given["row"])
    if row.wrong is not None:
        raise row.wrong
    finished = [State(json.loads(output)) for output in given["done"]]
    call = row.call(given["step"], finished)
    if finished:
        refuse(finished[-1], call.operation, call.fields)
    return call
