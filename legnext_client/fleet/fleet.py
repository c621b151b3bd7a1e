"""`Fleet`: set up the database, submit rows, watch them, and read their results."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import json
import math
import os
import re
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from procrastinate.schema import SchemaManager
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from legnext_client._calls.planning import lasts
from legnext_client._calls.settings import KEY_VARIABLE, find_base_url, find_key, identity_of, positive
from legnext_client._downloads.file_names import directory_of
from legnext_client._protocol.bounds import shown, whole
from legnext_client._runs.rows import surveyed
from legnext_client.errors import ConfigurationError, InvalidRequest
from legnext_client.fleet.database import OPTIONS, VERSION, Database, explained
from legnext_client.fleet.life import BUCKET
from legnext_client.fleet.worker import FleetWorker
from legnext_client.generated.rules import JOBS_AT_ONCE
from legnext_client.uploads import bucket_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from legnext_client._calls.items import Call, Cost, Row
    from legnext_client._protocol.callbacks import Claims
    from legnext_client._runs.rows import Source, Survey
    from legnext_client.client import AsyncClient

_AT_ONCE = 5000
"""Rows in one call of the database, and results in one page."""


class FleetResult(NamedTuple):
    """The result of a row. `number` counts the account's results in order of completion."""

    number: int
    key: str
    state: str
    points: int
    jobs: list[dict[str, Any]]
    """The finished jobs, as the service reported them."""
    files: list[str]
    error: str | None


class Status(NamedTuple):
    """The state of an account. `str()` is one line."""

    rows: int
    waiting: int
    running: int
    unknown: int
    """Requests whose outcome is unknown; see `Fleet.unknown`."""
    done: int
    failed: int
    per_minute: int
    """Results of the last 60 seconds."""
    points: int
    """Points spent, held, or perhaps charged."""
    budget: int | None
    oldest: float
    """Seconds for which the oldest running job has run."""
    workers: int
    draining: bool
    problem: str | None

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do by itself."""
        return not self.waiting and not self.running

    def __str__(self) -> str:
        budget = f" of {self.budget}" if self.budget is not None else ""
        rows = f"{self.done} of {self.rows} done, {self.failed} failed, {self.unknown} unknown, {self.running} running"
        pace = f"{self.waiting} waiting, {self.per_minute} a minute, {self.points}{budget} points"
        rest = f"oldest job {self.oldest:.0f} s, {self.workers} workers{'; draining' * self.draining}"
        return f"{rows}, {pace}, {rest}" + (f"; {self.problem}" if self.problem else "")


class Fleet:
    """The rows of one account in a PostgreSQL database. Workers, on any machines, make them.

    Args:
        database_url: The database, such as `postgresql://user:password@host/database`.
        account: Name of the account whose rows and limits these are.
        api_key: The account's API key; rows are then not added to the fleet of another. Default: `LEGNEXT_API_KEY`, if
            it is set.
        base_url: Base URL of the service, as for a client.
    """

    def __init__(
        self, database_url: str, *, account: str = "default", api_key: str | None = None, base_url: str | None = None
    ) -> None:
        try:
            conninfo_to_dict(database_url)
        except psycopg.ProgrammingError:  # not shown, because it may hold a password
            raise ConfigurationError(
                "the database's URL cannot be read. It must be like postgresql://user:password@host/database."
            ) from None
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", account):
            raise ConfigurationError(f"account must be 1 to 32 letters, digits, _ or -; got {shown(account)}.")
        self.database_url, self.account = database_url, account
        has_key = api_key is not None or os.environ.get(KEY_VARIABLE)
        self._identity = identity_of(find_key(api_key), find_base_url(base_url)) if has_key else None

    def up(
        self,
        *,
        places: int | None = None,
        budget: float | None = None,
        per_second: float | None = None,
        download: str | None = None,
        job_timeout: float | None = None,
        new_key: bool = False,
        accept_restored: bool = False,
    ) -> None:
        """Create or update the schema, and set the limits of the account. They hold for all workers together.

        A limit that is not given stays as it is.

        Args:
            places: Jobs of the account that run at once; 6 for a new account.
            budget: Maximum points to spend; `math.inf` for none, as for a new account.
            per_second: Maximum submissions per second; 10 for a new account.
            download: Directory, or `s3://bucket/prefix`, to which workers download the results; `""` for none.
            job_timeout: Seconds after which a job must have ended; by default, from its operation.
            new_key: The account's key was replaced, or its base URL changed: from now on, this one's is right.
            accept_restored: Go on with a database that was restored or failed over. Compare it with the service first.
        """
        if places is not None:
            whole("places", places, 1, ConfigurationError)
        if budget is not None and budget != math.inf:
            whole("budget", budget, 0, ConfigurationError)
        for name, seconds in (("per_second", per_second), ("job_timeout", job_timeout)):
            if seconds is not None:
                positive(name, seconds)
        if new_key and self._identity is None:
            raise ConfigurationError(f"new_key needs the new key: set {KEY_VARIABLE}, or pass api_key=….")
        if download is not None and download.startswith(BUCKET):
            bucket_of(download)
        elif download:
            download = os.path.abspath(directory_of("download", download))
        limits = {"places": places, "jobs": places, "budget": budget, "per_second": per_second, "download": download}
        limits |= {"job_timeout": job_timeout, "identity": self._identity if new_key else None}
        with self._connected() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('legnext_fleet'))")
            _migrate(connection)
            if accept_restored:
                connection.execute("UPDATE legnext_fleet SET server = legnext_server_v1()")
            new = "INSERT INTO legnext_accounts (name, places, jobs) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
            connection.execute(new, (self.account, JOBS_AT_ONCE, JOBS_AT_ONCE))
            changes = ", ".join(f"{name} = coalesce(%({name})s, {name})" for name in limits)
            change = f"UPDATE legnext_accounts SET {changes} WHERE name = %(account)s"
            connection.execute(change.encode(), {**limits, "account": self.account})
            self._check(connection, self._identity, restored=False)
            connection.execute("SELECT legnext_admit_v1(%s)", (self.account,))

    # ---- rows ---------------------------------------------------------------------------------------------------

    def submit(self, source: Source) -> tuple[Survey, int]:
        """Check all rows, then add those that the account does not have; return the totals and how many are new.

        `source` is as for `client.batch`. A row is known by its key; the same rows may be submitted again.
        """
        survey, rows = surveyed(source)
        values, new = [_value(row) for row in rows], 0
        with self._connected() as connection:
            self._check(connection, self._identity)
            for start in range(0, len(values), _AT_ONCE):
                page = (self.account, json.dumps(values[start : start + _AT_ONCE]))
                [(added, changed)] = connection.execute("SELECT * FROM legnext_add_v1(%s, %s)", page).fetchall()
                if changed is not None:
                    raise InvalidRequest(f"key {shown(changed)} was submitted with another request. Use a new key.")
                new += added
        return survey, new

    def worker(
        self,
        client: AsyncClient,
        *,
        concurrency: int = 20,
        callback: str | None = None,
        callbacks: Claims | None = None,
    ) -> FleetWorker:
        """Return a worker of the account; `await worker.run()` works until `worker.stop()`.

        Args:
            client: The client that sends the requests, with the account's key.
            concurrency: Maximum requests of this worker at once.
            callback: URL for the service's callbacks, which end a job without waiting for its next poll.
            callbacks: The receiver of these callbacks, such as a `CallbackReceiver`.
        """
        database = Database(self.database_url, self.account, client._identity())
        return FleetWorker(database, client, concurrency, callback, callbacks)

    def drain(self, *, resume: bool = False) -> None:
        """Begin nothing more; running jobs are finished. With `resume`, go on."""
        self._rows("UPDATE legnext_accounts SET draining = %s WHERE name = %s RETURNING name", not resume, self.account)

    # ---- outcomes -----------------------------------------------------------------------------------------------

    def status(self) -> Status:
        """Count the rows by state."""
        return Status(**self._rows(_STATUS, self.account)[0])

    def results(self, after: int = 0) -> Iterator[FleetResult]:
        """Yield the results in order of completion, from the one after this number."""
        while page := self._rows(_RESULTS, self.account, after, _AT_ONCE):
            for row in page:
                row["jobs"] = list(map(json.loads, row["jobs"]))
                yield FleetResult(**row)
                after = row["number"]

    def unknown(self) -> list[dict[str, Any]]:
        """Return the requests whose outcome is unknown, with the key of each. Each may have been charged."""
        return self._rows(_UNKNOWN, self.account)

    def adopt(self, key: str, job_id: str) -> None:
        """Settle an unknown request: it made this job. The job is polled, and the row continues."""
        self._settle(key, "submitted", job_id)

    def resubmit(self, key: str) -> None:
        """Settle an unknown request: it was not accepted. It is resent; refused while its job may be running."""
        self._settle(key, "new")

    def give_up(self, key: str) -> None:
        """Settle an unknown request: count its row as failed, and its points as spent."""
        self._settle(key, "failed")

    def _settle(self, key: str, state: str, job_id: str | None = None) -> None:
        query = f"""
            SELECT until, legnext_record_v1(id, %s, _job => coalesce(%s, job_id), _points => %s * price, _error => %s,
                _args => '{{"guess": true}}') AS settled FROM ({_UNKNOWN}) unknown WHERE key = %s LIMIT 1"""
        failed = state == "failed"
        try:
            found = self._rows(query, state, job_id, int(failed), "given up" if failed else None, self.account, key)
        except psycopg.errors.UniqueViolation:
            raise InvalidRequest(f"job {job_id} belongs to another request of this fleet.") from None
        if not found:
            raise InvalidRequest(f"key must be of an unknown request; got {shown(key)}. See `legnext fleet settle`.")
        if not found[0]["settled"] and state == "new":
            until = f"{found[0]['until'].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
            raise InvalidRequest(f"{key} cannot be resent before {until}: its job may still be running.")
        if not found[0]["settled"]:
            raise InvalidRequest(f"{key} was settled meanwhile. See `legnext fleet settle`.")

    # ---- the database -------------------------------------------------------------------------------------------

    @contextmanager
    def _connected(self) -> Generator[psycopg.Connection[Any]]:
        with explained(), psycopg.connect(self.database_url, **OPTIONS) as connection, connection.transaction():
            yield connection

    def _check(self, connection: psycopg.Connection[Any], identity: str | None, *, restored: bool = True) -> None:
        given = (self.account, identity, VERSION, restored)
        [[problem]] = connection.execute("SELECT legnext_check_v1(%s, %s, %s, %s)", given).fetchall()
        if problem:
            raise ConfigurationError(problem)

    def _rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with self._connected() as connection:
            self._check(connection, None)
            return connection.cursor(row_factory=dict_row).execute(query.encode(), values).fetchall()


def _migrate(connection: psycopg.Connection[Any]) -> None:
    has = "SELECT to_regclass('procrastinate_jobs'), to_regclass('legnext_fleet')"
    [[engine, fleet]] = connection.execute(has).fetchall()
    if engine is None:
        connection.execute(SchemaManager.get_schema().encode())
    [version] = (fleet and connection.execute("SELECT version FROM legnext_fleet").fetchone()) or [0]
    for number in range(version + 1, VERSION + 1):
        connection.execute(Path(__file__).with_name(f"schema_{number}.sql").read_bytes())


def _value(row: Row) -> dict[str, Any]:
    """Return the columns of a row."""
    for call in row.calls:
        for name in call.choices:
            raise InvalidRequest(f"{row.key}: {name} of {call.title} is a function; in a fleet, it must be a number.")
    steps = [_step(call, row.cost(step)) for step, call in enumerate(row.calls)]
    return {"key": row.key, "digest": row.digest, "description": dict(row.described()), "steps": steps}


def _step(call: Call, cost: Cost) -> dict[str, Any]:
    until = lasts(call.operation, call.fields, cost.seconds)
    return {"operation": call.operation.name, "price": cost.reserve, "seconds": cost.seconds, "lasts": until}


_STATUS = """
SELECT a.rows, a.rows - a.started + q.new AS waiting, a.started - a.ended - q.new - q.unknown AS running, q.unknown,
    a.ended - a.failed AS done, a.failed, (SELECT count(*) FROM legnext_requests WHERE account = a.name
        AND number > a.ended - 10000 AND due > now() - interval '60 s') AS per_minute,
    a.counted AS points, nullif(a.budget, 'infinity')::bigint AS budget, q.oldest::float8,
    (SELECT count(*) FROM legnext_workers JOIN procrastinate_workers USING (id)
        WHERE account = a.name AND last_heartbeat > now() - interval '10 s') AS workers, a.draining, a.problem
FROM legnext_accounts a, LATERAL (
    SELECT count(*) FILTER (WHERE state = 'new') AS new, count(*) FILTER (WHERE state = 'unknown') AS unknown,
        coalesce(extract(epoch FROM now() - min(submitting_at) FILTER (WHERE state = 'submitted')), 0) AS oldest
    FROM legnext_requests WHERE account = a.name AND points IS NULL) q
WHERE a.name = %s
"""
_RESULTS = """
SELECT q.number, r.key, q.state, made.points, made.jobs, coalesce(q.files, '[]') AS files, q.error
FROM legnext_requests q JOIN legnext_rows r ON r.id = q.row_id, LATERAL (
    SELECT sum(points)::int AS points,
        coalesce(array_agg(output ORDER BY step) FILTER (WHERE output <> ''), '{}') AS jobs
    FROM legnext_requests WHERE row_id = r.id) made
WHERE q.account = %s AND q.number > %s ORDER BY q.number LIMIT %s
"""
_UNKNOWN = """
SELECT q.id, r.key || CASE WHEN jsonb_array_length(r.steps) > 1 THEN '/' || q.step + 1 ELSE '' END AS key, q.price,
    q.job_id, r.steps -> q.step ->> 'operation' AS operation, q.submitting_at, q.until, q.error
FROM legnext_requests q JOIN legnext_rows r ON r.id = q.row_id
WHERE q.account = %s AND q.state = 'unknown' AND q.points IS NULL ORDER BY q.id
"""
