"""`FleetWorker`: a process that carries out the tasks of one account. Procrastinate schedules and hands them out."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from legnext_client.errors import ConfigurationError, InvalidRequest
from legnext_client.fleet.database import Database
from legnext_client.fleet.life import RowLife

if TYPE_CHECKING:
    from procrastinate.jobs import Job

    from legnext_client._protocol.callbacks import Claims
    from legnext_client.client import AsyncClient

logger = logging.getLogger("legnext_client")

HEARTBEAT, SILENT = 3.0, 10.0
"""Seconds between heartbeats, and without one after which a worker's tasks are given to another."""
CHECK = 1.0
"""Seconds between looks for tasks that are due."""
HOUSEKEEPING = 2.0
DOWNLOADS = 5
"""Attempts of a download."""
_CLAIM = re.compile(r"(\d{1,18})-[0-9a-f]{32}", re.ASCII)
"""The end of a callback URL: a request, and a secret of its submission."""


class FleetWorker:
    """A worker of one account. Any number may run, on any machines; each may stop or die at any time."""

    def __init__(
        self,
        database_url: str,
        client: AsyncClient,
        *,
        account: str = "default",
        concurrency: int = 20,
        callback: str | None = None,
        callbacks: Claims | None = None,
    ) -> None:
        if (callback is None) != (callbacks is None):
            raise InvalidRequest("callback and callbacks go together: the public URL of a receiver, and the receiver.")
        self._account, self._concurrency = account, concurrency
        self.database = database = Database(database_url, account, client._identity())
        self._app, self._callbacks = App(connector=PsycopgConnector()), callbacks
        life = RowLife(database, client._calls, self._look_in, callback)

        class Again(BaseRetryStrategy):
            """Retry a task after 2, 4, 8 … seconds of the database's time: a defect of one stops no row."""

            def get_retry_decision(self, *, job: Job, **_: Any) -> RetryDecision:
                seconds = 2 ** min(job.attempts + 1, 5)
                return RetryDecision(retry_at=datetime.fromtimestamp(database.now() + seconds, UTC))

        self._app.task(name="legnext.submit", retry=Again())(life.submit)
        self._app.task(name="legnext.poll", retry=Again())(life.poll)

        @self._app.task(name="legnext.download", retry=Again(), pass_context=True)
        async def _(context: JobContext, /, **given: Any) -> None:
            await life.download(**given, last=context.job.attempts + 1 >= DOWNLOADS)

        self._worker: Worker | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Take no further task; `run` returns once the tasks in hand are done."""
        self._stopping.set()
        if self._worker is not None:
            self._worker.stop()  # type: ignore[no-untyped-call]

    def _look_in(self, seconds: float) -> None:
        """Look for due tasks at this time. Other workers would see them, too, but up to `CHECK` later."""

        def look() -> None:  # Procrastinate has no public way
            event: asyncio.Event | None = getattr(self._worker, "_new_job_event", None)
            if event is not None:
                event.set()

        asyncio.get_running_loop().call_later(seconds, look)

    async def run(self) -> None:
        """Work until `stop`. While the database is away, wait for it."""
        loop = asyncio.get_running_loop()
        listening = nullcontext() if self._callbacks is None else self._callbacks.subscribe(partial(self._called, loop))
        async with self.database.pool as pool:
            try:
                await self.database.check()
            except psycopg.Error as error:
                raise ConfigurationError(f"the database cannot be reached: {error}.") from None
            await self._app.open_async(pool)
            housekeeping = asyncio.create_task(self._keep_house())
            housekeeping.add_done_callback(lambda _: self.stop())
            try:
                with listening:
                    while not self._stopping.is_set():
                        await self._run_worker()
            finally:
                housekeeping.cancel()
                with suppress(asyncio.CancelledError):
                    await housekeeping

    async def _run_worker(self) -> None:
        """Carry out tasks until `stop`, or until the database is lost."""
        try:
            await self.database.check()  # it may have been restored while it was away
            self._worker = Worker(
                self._app,
                queues=[f"legnext-{self._account}"],
                concurrency=self._concurrency,
                fetch_job_polling_interval=CHECK,
                abort_job_polling_interval=3600.0,
                listen_notify=False,  # PgBouncer has none in transaction mode; see `_look_in`
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=SILENT,
            )
            if not self._stopping.is_set():
                await self._worker.run()  # type: ignore[no-untyped-call]
        except (ConnectorException, psycopg.Error) as error:
            logger.warning("The worker starts again: %s", error)
        if not self._stopping.is_set():  # it lost the database, or its place among the workers
            await asyncio.sleep(CHECK)

    async def _keep_house(self) -> None:
        """Give the tasks of dead workers to others, begin what only time allows, and check that all is as it was."""
        while True:
            await asyncio.sleep(HOUSEKEEPING)
            with suppress(psycopg.Error):  # it was logged as it was repeated
                await self.database.call("tend_v1", account=self._account, silent=SILENT)
                await self.database.check()

    def _called(self, loop: asyncio.AbstractEventLoop, key: str, job: str) -> None:
        """Poll the job of a callback, if the URL was that of one of our submissions. Called from any thread."""
        if match := _CLAIM.fullmatch(key):
            asyncio.run_coroutine_threadsafe(self._poll_now(int(match[1]), key, job), loop)

    async def _poll_now(self, request: int, claim: str, job: str) -> None:
        with suppress(psycopg.Error):  # it is polled later anyway
            for pause in (0.0, 2.0):  # it may come before the answer to the submission is recorded
                await asyncio.sleep(pause)
                if await self.database.call("called_v1", 0.0, request=request, claim=claim, job=job):
                    self._look_in(0.0)
                    return
