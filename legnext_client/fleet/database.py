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
PATIENCE, CONNECT = 60.0, 10.0
"""Seconds for which a call is repeated while the database is away, and for one connection."""
NO_FLEET = "the database has no fleet. Run `legnext fleet up` first."
RESTORED = (
    "this database was restored, copied or failed over since the fleet last ran: requests may have been paid that its "
    "ledger does not show. Stop all workers, compare the ledger with the service, then run `legnext fleet up "
    "--accept-restored`."
)
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)


def _options() -> dict[str, Any]:
    # Nothing outlives a transaction, so that it also works through PgBouncer in transaction mode.
    return {"autocommit": True, "prepare_threshold": None, "connect_timeout": int(CONNECT)}


@contextmanager
def connected(database_url: str) -> Generator[psycopg.Connection[Any]]:
    """Connect to the database. Its errors become a `ConfigurationError`, without the URL, which may hold a password."""
    try:
        with psycopg.connect(database_url, **_options()) as connection:
            yield connection
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction):
        raise ConfigurationError(NO_FLEET) from None
    except psycopg.Error as error:
        verb = "reached" if isinstance(error, psycopg.OperationalError) else "used"
        raise ConfigurationError(f"the database cannot be {verb}: {str(error).strip()}") from None


def verify(found: Mapping[str, Any], account: str, identity: str | None) -> None:
    """Refuse a schema, an account or an API key that does not fit."""
    if found["version"] < VERSION:
        raise ConfigurationError(
            f"the fleet's schema is version {found['version']}; this worker needs {VERSION}. Run `legnext fleet up`."
        )
    if found["account"] is None:
        raise ConfigurationError(f"there is no account {account!r}. Run `legnext fleet up --account NAME` first.")
    if identity and found["identity"] not in (None, identity):
        raise ConfigurationError(
            f"account {account!r} belongs to another API key or base URL: its fingerprint is {found['identity']}; this "
            f"one's is {identity}. Use the key of that account, or another --account. If its key was replaced, run "
            "`legnext fleet up --new-key`."
        )


class Database:
    """The functions of the schema, called by name, with the checks of one worker."""

    def __init__(self, database_url: str, account: str, identity: str) -> None:
        self._url, self._account, self._identity, self._ahead = database_url, account, identity, 0.0
        self.pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            database_url,
            kwargs=_options(),
            min_size=1,
            max_size=8,
            open=False,
            timeout=CONNECT,
        )

    def now(self) -> float:
        """Return the database's time, in seconds since 1970. The clocks of the workers may differ."""
        return time.monotonic() + self._ahead

    async def check(self, patience: float | None = None) -> None:
        """Refuse a database that is not the one on which the ledger was last known to be complete, or a wrong key."""
        try:
            found = await self.call("check_v1", patience, account=self._account, identity=self._identity)
        except psycopg.errors.UndefinedFunction:
            raise ConfigurationError(NO_FLEET) from None
        verify(found, self._account, self._identity)
        if found["moved"]:
            raise ConfigurationError(RESTORED)
        self._ahead = found["now"] - time.monotonic()

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
            except _AWAY as error:
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
