"""Submit a paid call once: the same arguments return the job that they made, also after a restart or a kill."""

# Calls are prepared as the namespaces of a client do it.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import warnings
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._calls.planning import size_of
from legnext_client._calls.sources import MadeWith, made_with
from legnext_client._journal.submit import SUBMITTING, UNKNOWN
from legnext_client._protocol.bounds import shown
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import OPERATIONS, Operation
from legnext_client.generated.rules import POINTS_PER_USD
from legnext_client.mcp.results import brief
from legnext_client.mcp.tools import JOB_ID

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from legnext_client._calls.service import PreparedCall
    from legnext_client._journal.submit import Entry
    from legnext_client.client import AsyncClient
    from legnext_client.jobs import AsyncJob
    from legnext_client.journal import Ledger

SAME_FOR = timedelta(hours=1)
"""For how long the same arguments mean the same job."""
_LONGEST_TEXT = 200


class Submitted(NamedTuple):
    """The job of a call, and whether an earlier call had made it."""

    job: AsyncJob
    repeated: bool = False
    warning: str = ""
    """What may not be meant in the prompt."""


class Submitter:
    """Sends the paid calls of one server, each once by its key in the ledger."""

    def __init__(self, client: AsyncClient, ledger: Ledger, now: Callable[[], datetime] | None = None) -> None:
        self.client, self.ledger = client, ledger
        self._now = now or (lambda: datetime.now(UTC))
        self._jobs: dict[str, AsyncJob] = {}
        """Jobs of this process by id: they know what they were made with."""
        self._sending: dict[str, asyncio.Task[AsyncJob]] = {}

    async def submit(
        self,
        operation: Operation,
        fields: Mapping[str, Any],
        again: str | None,
        ask: Callable[[str, str], Awaitable[None]],
    ) -> Submitted | Any:
        """Submit a call, unless it was submitted before; return its job, or the answer of a call that makes none.

        `ask` has the person accept a price, by a name and a message, and raises if they do not.
        """
        calls = self.client._calls
        source = await self.job(fields[JOB_ID]) if _is_text(fields.get(JOB_ID)) else None
        given = {name: value for name, value in fields.items() if source is None or name != JOB_ID}

        def prepared(options: Mapping[str, Any]) -> PreparedCall:
            if source is None:
                return calls.service.single(operation, given, options)
            return source._prepared(operation, given, options)

        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            call = prepared({})
        if not operation.makes_job or call.intent is None:
            answer = source._act(operation, given, {}) if source is not None else calls.answer(operation, given)
            return await answer
        key, entry = await asyncio.to_thread(self._recorded, call.intent.digest, again)
        if entry is not None and entry.job_id is not None:
            return Submitted(await self.job(entry.job_id), repeated=True)
        if key not in self._sending and (entry is None or entry.state not in (SUBMITTING, UNKNOWN)):
            await asyncio.to_thread(self.ledger.check_limits, call.points)
            if call.points:
                await ask(f"{key}:{call.points}", _question(operation, given, call.points))

        async def send() -> AsyncJob:
            if source is None:
                return await calls.job(operation, given, {"key": key})
            return await source._follow_up(operation, given, {"key": key})

        if (sending := self._sending.get(key)) is None:
            sending = self._sending[key] = asyncio.create_task(send())
            sending.add_done_callback(lambda task: self._sent(key, task))
        made = await asyncio.shield(sending)  # a call that is cancelled does not lose the job
        return Submitted(made, warning=" ".join(str(each.message) for each in warned))

    def _sent(self, key: str, task: asyncio.Task[AsyncJob]) -> None:
        del self._sending[key]
        if not task.cancelled() and task.exception() is None:
            job = task.result()
            self._jobs[job.job_id] = job

    def _recorded(self, digest: str, again: str | None) -> tuple[str, Entry | None]:
        """Return the key of a call, and what is recorded under it.

        The keys of equal calls are numbered, so that two processes, or a call and its repetition, choose the same one.
        """
        earlier: list[Entry] = []
        while entry := self.ledger.entry(f"mcp-{digest}-{len(earlier)}"):
            earlier.append(entry)
        number = len(earlier)
        if again is not None:
            number = next((place for place, entry in enumerate(earlier, 1) if entry.job_id == again), 0)
            if not number:
                raise InvalidRequest(
                    f"again must be the job_id that the same arguments made before; got {shown(again)}. "
                    "Leave it out the first time."
                )
        elif earlier and self._stands(earlier[-1]):
            number -= 1
        while number < len(earlier) and earlier[number].given_up:  # by a person: the same arguments are a new call
            number += 1
        return f"mcp-{digest}-{number}", earlier[number] if number < len(earlier) else None

    def _stands(self, entry: Entry) -> bool:
        """Return whether the same arguments still mean this call. One whose outcome is unknown is never sent anew."""
        at = entry.submitting_at
        return entry.state in (SUBMITTING, UNKNOWN) or at is None or self._now() - at < SAME_FOR

    async def job(self, job_id: str) -> AsyncJob:
        """Return a job with its current state."""
        known = self._jobs.get(job_id)
        job = await self.client.confirm(job_id if known is None else known)
        if known is None:
            size, made = await asyncio.to_thread(self._made_with, job_id)
            job._context = job._context._replace(source_size=size, source_made=made)
        self._jobs[job_id] = job
        while len(self._jobs) > _MOST_KEPT:
            del self._jobs[next(iter(self._jobs))]
        return job

    def _made_with(self, job_id: str) -> tuple[str | None, MadeWith | None]:
        """Return the video size and the model of a job, by its request and those that it builds on, in the ledger."""
        entry = self.ledger.entry_of_job(job_id)
        operation = OPERATIONS.get(entry.operation) if entry is not None else None
        if entry is None or operation is None:
            return None, None
        source = next((entry.body.get(field.wire) for field in operation.fields if field.name == JOB_ID), None)
        size, made = self._made_with(source) if source and source != job_id else (None, None)
        return size_of(operation, entry.body) or size, made_with(operation, entry.body, made)

    async def close(self) -> None:
        """Wait for the requests that are being sent, so that their jobs are recorded."""
        await asyncio.gather(*self._sending.values(), return_exceptions=True)


_MOST_KEPT = 1000


def _question(operation: Operation, fields: Mapping[str, Any], points: int) -> str:
    text = brief(", ".join(f"{name} {value}" for name, value in fields.items() if value is not None), _LONGEST_TEXT)
    return f"Spend up to {points} points ({points / POINTS_PER_USD:g} USD)? {operation.summary}: {text}"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
