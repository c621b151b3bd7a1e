"""Connections of workers, and calls of the schema's functions."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from legnext_client.errors import ConfigurationError
from legnext_client.generated.types import is_list, is_object

logger = logging.getLogger("legnext_client")

VERSION = 1
"""Of the schema: the number of the last `schema_….sql`."""
PATIENCE, CONNECT = 60.0, 10.0
"""Seconds for which a call is repeated while the database is away, and for one connection."""
LEDGER_SAYS = "SELECT version, cluster, timeline FROM legnext_fleet"
SERVER_SAYS = (
    "SELECT (SELECT system_identifier::text FROM pg_control_system()), "
    "('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int"
)
RESTORED = (
    "this database was restored, copied or failed over since the fleet last ran: requests may have been paid that its "
    "ledger does not show. Stop all workers, compare the ledger with the service, then run `legnext fleet up "
    "--accept-restored`."
)
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)


def make_pool(database_url: str, size: int) -> AsyncConnectionPool[Any]:
    """Return a pool that also works through PgBouncer in transaction mode: nothing outlives a transaction."""
    return AsyncConnectionPool(
        database_url,
        kwargs={"prepare_threshold": None, "connect_timeout": int(CONNECT)},
        min_size=1,
        max_size=size,
        open=False,
        configure=_configured,
        timeout=CONNECT,
    )


async def _configured(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


def _storable(value: Any) -> Any:
    """Replace NUL characters, which PostgreSQL refuses: an answer that holds one must be recorded, too."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if is_object(value):
        return {_storable(name): _storable(each) for name, each in value.items()}
    return [_storable(each) for each in value] if is_list(value) else value


class Database:
    """The functions of the schema, called by name."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    async def call(self, name: str, *arguments: Any, patience: float | None = None) -> Any:
        """Call a function, again while the database is away. Each of them does nothing when it is repeated."""
        marks = ", ".join(["%s"] * len(arguments))
        values = [Jsonb(value) if isinstance(value, dict | list) else value for value in map(_storable, arguments)]
        return (await self.row(f"SELECT legnext_{name}_v1({marks})", *values, patience=patience))[0]

    async def row(self, query: str, *values: Any, patience: float | None = None) -> Any:
        now = asyncio.get_running_loop().time
        end, pause = now() + (PATIENCE if patience is None else patience), 0.1
        while True:
            try:
                async with self._pool.connection() as connection:
                    try:
                        return await (await connection.execute(query.encode(), values)).fetchone()
                    except psycopg.errors.ReadOnlySqlTransaction:  # a failover has demoted this server
                        await connection.close()
                        raise
            except _AWAY as error:
                if now() + pause > end:
                    raise
                logger.warning("The database is away (%s). Retrying.", str(error).strip())
                await asyncio.sleep(pause)
                pause = min(2.0, pause * 2)

    async def check(self) -> None:
        """Refuse a database that is not the one on which the ledger was last known to be complete."""
        try:
            version, *ledger = await self.row(LEDGER_SAYS)
        except psycopg.errors.UndefinedTable:
            raise ConfigurationError("the database has no fleet. Run `legnext fleet up` first.") from None
        if version < VERSION:
            raise ConfigurationError(
                f"the fleet's schema is version {version}; this worker needs {VERSION}. Run `legnext fleet up`."
            )
        if ledger != list(await self.row(SERVER_SAYS)):
            raise ConfigurationError(RESTORED)
