"""`FleetWorker`: a process that carries out the tasks of one account. Procrastinate schedules and hands them out."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

import psycopg
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from legnext_client.fleet.database import Database, make_pool
from legnext_client.fleet.life import RowLife

if TYPE_CHECKING:
    from legnext_client.client import AsyncClient

logger = logging.getLogger("legnext_client")

HEARTBEAT, SILENT = 3.0, 10.0
"""Seconds between heartbeats, and without one after which a worker's tasks are given to another."""
CHECK = 1.0
"""Seconds between looks for tasks that are due."""
HOUSEKEEPING = 2.0
DOWNLOADS = 5
"""Attempts of a download."""


class FleetWorker:
    """A worker of one account. Any number may run, on any machines; each may stop or die at any time."""

    def __init__(
        self, database_url: str, client: AsyncClient, *, account: str = "default", concurrency: int = 20
    ) -> None:
        self._account, self._concurrency = account, concurrency
        self._pool = make_pool(database_url, 8)
        self.database = Database(self._pool)
        self._app = App(connector=PsycopgConnector())
        life = RowLife(self.database, client._calls, self._look_in)
        again = RetryStrategy(wait=2)  # a defect of one task stops no row
        self._app.task(name="legnext.submit", retry=again)(life.submit)
        self._app.task(name="legnext.poll", retry=again)(life.poll)

        @self._app.task(name="legnext.download", retry=again, pass_context=True)
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
        async with self._pool:
            await self.database.check()
            await self._app.open_async(self._pool)
            housekeeping = asyncio.create_task(self._keep_house())
            try:
                while not self._stopping.is_set():
                    await self._run_worker()
            finally:
                housekeeping.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await housekeeping

    async def _run_worker(self) -> None:
        try:
            await self.database.check()  # it may have been restored while it was away
            if not self._stopping.is_set():
                await self._carry_out()
        except (ConnectorException, psycopg.Error) as error:
            logger.warning("The worker starts again: %s", error)
        if not self._stopping.is_set():  # it lost the database, or its place among the workers
            await asyncio.sleep(CHECK)

    async def _carry_out(self) -> None:
        """Carry out tasks until `stop`, or until the database is lost."""
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
        await self._worker.run()  # type: ignore[no-untyped-call]

    async def _keep_house(self) -> None:
        """Give the tasks of dead workers to others, and begin what only time allows."""
        while True:
            try:
                await self.database.call("rescue", self._account, SILENT)
                await self.database.call("admit", self._account)
            except psycopg.Error as error:
                logger.warning("The database is away (%s).", str(error).strip())
            await asyncio.sleep(HOUSEKEEPING)
