"""Connections to the fleet's database, calls of the schema's functions, and the checks before any work."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from legnext_client.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

logger = logging.getLogger("legnext_client")

VERSION = 1
"""Of the schema: the number of the last `schema_….sql`."""
PATIENCE, CONNECT = 3600.0, 10.0
"""Seconds for which a call is repeated while the database is away, so that no answer is lost; and for a connection."""
# Nothing outlives a transaction, so that it also works through PgBouncer in transaction mode.
OPTIONS: Mapping[str, Any] = {"autocommit": True, "prepare_threshold": None, "connect_timeout": int(CONNECT)}
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)


@contextmanager
def explained() -> Generator[None]:
    """Raise errors of the database as a `ConfigurationError`, without its URL, which may hold a password."""
    try:
        yield
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction):
        raise ConfigurationError("the database has no fleet. Run `legnext fleet up` first.") from None
    except psycopg.errors.UniqueViolation:
        raise
    except psycopg.Error as error:
        verb = "reached" if isinstance(error, psycopg.OperationalError) else "used"
        raise ConfigurationError(f"the database cannot be {verb}: {str(error).strip()}") from None


class Database:
    """The functions of the schema, called by name, for the workers of an account."""

    def __init__(self, database_url: str, account: str, identity: str) -> None:
        self.account, self._identity = account, identity
        self.pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            database_url, kwargs=dict(OPTIONS), min_size=1, max_size=8, open=False, timeout=CONNECT
        )

    async def check(self, patience: float = 0.0) -> None:
        """Refuse a database that is not the one on which the ledger was last known to be complete, or a wrong key."""
        given = {"account": self.account, "identity": self._identity, "version": VERSION, "restored": False}
        if problem := await self.call("check_v1", patience, **given):
            raise ConfigurationError(problem)

    async def call(self, name: str, patience: float | None = None, **arguments: Any) -> Any:
        """Call a function, again while the database is away. Each of them does nothing when it is repeated."""
        given = ", ".join(f"_{argument} => %({argument})s" for argument in arguments)
        query = f"SELECT legnext_{name}({given})".encode()
        values = {argument: _storable(value) for argument, value in arguments.items()}
        end, pause = time.monotonic() + (PATIENCE if patience is None else patience), 0.1
        while True:
            try:
                async with self.pool.connection() as connection:
                    try:
                        [value] = await (await connection.execute(query, values)).fetchone() or (None,)
                        return value
                    except psycopg.errors.ReadOnlySqlTransaction:  # a failover has demoted this server
                        await connection.close()
                        raise
            except AWAY as error:
                if time.monotonic() + pause > end:
                    raise
                logger.warning("The database is away (%s). Retrying.", str(error).strip())
                await asyncio.sleep(pause)
                pause = min(2.0, pause * 2)


def _storable(value: Any) -> Any:
    """Write lists and objects as JSON, and replace NUL, which PostgreSQL refuses: any answer must be recorded."""
    if isinstance(value, dict | list):
        return json.dumps(value)
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value
