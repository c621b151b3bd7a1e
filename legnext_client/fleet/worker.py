"""`FleetWorker`: a process that carries out the tasks of one account. Procrastinate schedules and hands them out."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import logging
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from legnext_client.errors import InvalidRequest
from legnext_client.fleet.database import AWAY, explained
from legnext_client.fleet.life import RowLife

if TYPE_CHECKING:
    from legnext_client._protocol.callbacks import Claims
    from legnext_client.client import AsyncClient
    from legnext_client.fleet.database import Database

logger = logging.getLogger("legnext_client")

HEARTBEAT, SILENT = 3.0, 10.0
"""Seconds between heartbeats, and without one after which a worker's tasks are given to another."""
CHECK = 1.0
"""Seconds between looks for tasks that are due."""
HOUSEKEEPING = 2.0
START = 60.0
"""Seconds for which a new worker waits for the database."""


class FleetWorker:
    """A worker of one account. Any number may run, on any machines; each may stop or die at any time."""

    def __init__(
        self, database: Database, client: AsyncClient, concurrency: int, callback: str | None, callbacks: Claims | None
    ) -> None:
        if (callback is None) != (callbacks is None):
            raise InvalidRequest("callback and callbacks go together: the public URL of a receiver, and the receiver.")
        self._database, self._callbacks = database, callbacks
        self._app, self._stopped = App(connector=PsycopgConnector()), False
        life = RowLife(database, client, self._look_in, callback)
        for task in (life.submit, life.poll, life.download):
            self._app.task(name=f"legnext.{task.__name__}")(task)
        self._worker = Worker(
            self._app,
            queues=[f"legnext-{database.account}"],
            concurrency=concurrency,
            fetch_job_polling_interval=CHECK,
            abort_job_polling_interval=3600.0,
            listen_notify=False,  # PgBouncer has none in transaction mode; see `_look_in`
            delete_jobs="successful",  # others are returned to the queue by `tend`
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=SILENT,
        )

    def stop(self) -> None:
        """Take no further task; `run` returns once the tasks in hand are done."""
        self._stopped = True
        self._worker.stop()  # type: ignore[no-untyped-call]

    async def run(self) -> None:
        """Work until `stop`. While the database is away, wait for it."""
        loop = asyncio.get_running_loop()

        def called(token: str, job: str) -> None:  # from any thread
            if token != job:  # else it is no callback to the URL of a submission
                asyncio.run_coroutine_threadsafe(self._poll_now(token, job), loop)

        with explained():
            async with self._database.pool as pool:
                await self._database.check(START)
                await self._app.open_async(pool)
                working = asyncio.create_task(self._work())
                try:
                    with nullcontext() if self._callbacks is None else self._callbacks.subscribe(called):
                        while not (await asyncio.wait([working], timeout=HOUSEKEEPING))[0]:
                            await self._keep_house()
                finally:
                    self.stop()
                    await working

    async def _work(self) -> None:
        """Carry out tasks until `stop`; start again when the database was lost."""
        while not self._stopped:
            try:
                await self._database.check()  # it may have been restored while it was away
                if not self._stopped:
                    await self._worker.run()  # type: ignore[no-untyped-call]
            except (ConnectorException, *AWAY) as error:
                logger.warning("The worker starts again: %s", error)
                await asyncio.sleep(CHECK)

    async def _keep_house(self) -> None:
        """Give the tasks of dead workers to others, begin what only time allows, and check that all is as it was."""
        with suppress(*AWAY):  # logged by those who need it
            await self._database.check()
            account, worker = self._database.account, self._worker.worker_id
            await self._database.call("tend_v1", 0.0, account=account, worker=worker, silent=SILENT)

    def _look_in(self, seconds: float) -> None:
        """Look for due tasks at this time. Other workers would see them, too, but up to `CHECK` later."""
        due: asyncio.Event = getattr(self._worker, "_new_job_event", asyncio.Event())  # it has no public way
        asyncio.get_running_loop().call_later(seconds, due.set)

    async def _poll_now(self, token: str, job: str) -> None:
        """Poll the job of a callback to the URL of a submission."""
        with suppress(*AWAY):  # it is polled later anyway
            for pause in (0.0, 2.0):  # it may come before the answer to the submission is recorded
                await asyncio.sleep(pause)
                account = self._database.account
                if await self._database.call("called_v1", 0.0, account=account, token=token, job=job):
                    self._look_in(0.0)
                    return
