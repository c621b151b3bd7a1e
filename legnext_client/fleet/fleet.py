"""`Fleet`: set up the database, submit rows, watch them, and read their results."""

from __future__ import annotations

import json
import os
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from procrastinate.schema import SchemaManager
from psycopg.rows import dict_row, tuple_row

from legnext_client._calls.planning import expectation
from legnext_client._calls.settings import positive
from legnext_client._downloads.directories import directory_of
from legnext_client._protocol.bounds import shown
from legnext_client._protocol.numbers import is_whole
from legnext_client._protocol.polling import UNKNOWN, default_timeout
from legnext_client._runs.rows import surveyed
from legnext_client.errors import ConfigurationError, InvalidRequest
from legnext_client.fleet.database import CONNECT, LEDGER_SAYS, RESTORED, SERVER_SAYS, VERSION
from legnext_client.fleet.files import BUCKET, bucket_of
from legnext_client.fleet.worker import FleetWorker
from legnext_client.generated.rules import JOBS_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client._calls.items import Row
    from legnext_client._runs.rows import Source, Survey
    from legnext_client.client import AsyncClient

PER_SECOND = 10.0
"""Submissions of a new account."""
_AT_ONCE = 5000
"""Rows or results in one transaction."""
_NO_ACCOUNT = "there is no account {!r}. Run `legnext fleet up` first."


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
        parts = [f"{self.done} of {self.rows} done", f"{self.failed} failed", f"{self.unknown} unknown"]
        parts += [f"{self.running} running", f"{self.waiting} waiting", f"{self.per_minute} a minute"]
        parts += [f"{self.points}{budget} points", f"oldest job {self.oldest:.0f} s", f"{self.workers} workers"]
        return ", ".join(parts) + ("; draining" if self.draining else "") + (f"; {self.problem}" * bool(self.problem))


class Fleet:
    """The rows of one account in a PostgreSQL database. Workers, on any machines, make them."""

    def __init__(self, database_url: str, *, account: str = "default") -> None:
        self.database_url, self.account = database_url, account

    def up(
        self,
        *,
        places: int | None = None,
        budget: int | None = None,
        per_second: float | None = None,
        download: str | None = None,
        job_timeout: float | None = None,
        accept_restored: bool = False,
    ) -> None:
        """Create or update the schema, and set the limits of the account. They hold for all workers together.

        A limit that is not given stays as it is.

        Args:
            places: Jobs of the account that run at once; 6 for a new account.
            budget: Maximum points to spend; none for a new account.
            per_second: Maximum submissions per second; 10 for a new account.
            download: Directory, or `s3://bucket/prefix`, to which workers download the results; `""` for none.
            job_timeout: Seconds after which a job must have ended; by default, from its operation.
            accept_restored: Go on with a database that was restored or failed over. Compare it with the service first.
        """
        for name, value, least in (("places", places, 1), ("budget", budget, 0)):
            if value is not None and not (is_whole(value) and value >= least):
                raise ConfigurationError(f"{name} must be an integer, {least} or more; got {shown(value)}.")
        for name, seconds in (("per_second", per_second), ("job_timeout", job_timeout)):
            if seconds is not None:
                positive(name, seconds)
        if download is not None and download.startswith(BUCKET):
            bucket_of(download)
        elif download:
            download = os.path.abspath(directory_of("download", download))
        limits = {"places": places, "per_second": per_second, "budget": budget, "download": download}
        limits |= {"job_timeout": job_timeout, "account": self.account}
        with self._connect() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('legnext_fleet'))")
            self._migrate(connection, accept_restored)
            connection.execute(
                "INSERT INTO legnext_accounts (name, places, jobs, per_second) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                (self.account, JOBS_AT_ONCE, JOBS_AT_ONCE, PER_SECOND),
            )
            connection.execute(
                "UPDATE legnext_accounts SET places = coalesce(%(places)s, places), jobs = coalesce(%(places)s, jobs), "
                "per_second = coalesce(%(per_second)s, per_second), budget = coalesce(%(budget)s, budget), "
                "download = nullif(coalesce(%(download)s, download), ''), "
                "job_timeout = coalesce(%(job_timeout)s, job_timeout) WHERE name = %(account)s",
                limits,
            )
            connection.execute("SELECT legnext_admit_v1(%s)", (self.account,))

    def _migrate(self, connection: psycopg.Connection[Any], accept_restored: bool) -> None:
        has = "SELECT to_regclass('procrastinate_jobs'), to_regclass('legnext_fleet')"
        engine, fleet = connection.execute(has).fetchone() or (None, None)
        if engine is None:
            connection.execute(SchemaManager.get_schema().encode())
        server = connection.execute(SERVER_SAYS).fetchone() or (None, None)
        version, *ledger = (fleet and connection.execute(LEDGER_SAYS).fetchone()) or (0, *server)
        if ledger != list(server) and not accept_restored:
            raise ConfigurationError(RESTORED)
        for number in range(version + 1, VERSION + 1):
            connection.execute(Path(__file__).with_name(f"schema_{number}.sql").read_bytes())
        connection.execute("DELETE FROM legnext_fleet")
        connection.execute("INSERT INTO legnext_fleet VALUES (%s, %s, %s)", (max(version, VERSION), *server))

    # ---- rows ---------------------------------------------------------------------------------------------------

    def submit(self, source: Source) -> tuple[Survey, int]:
        """Check all rows, then add those that the account does not have; return the totals and how many are new.

        `source` is as for `client.batch`. A row is known by its key; the same rows may be submitted again.
        """
        survey, rows = surveyed(source)
        values = [_value(row) for row in rows]
        pages = [values[first : first + _AT_ONCE] for first in range(0, len(values), _AT_ONCE)]
        new = 0
        with self._connect() as connection:
            for page in pages:
                self._refuse_changed(connection, page)
            for page in pages:
                with connection.transaction():
                    new += self._add(connection, page)
        return survey, new

    def _refuse_changed(self, connection: psycopg.Connection[Any], values: list[tuple[str, ...]]) -> None:
        changed = connection.execute(
            "SELECT key FROM unnest(%s::text[], %s::text[]) AS given (key, digest) JOIN legnext_rows USING (key) "
            "WHERE account = %s AND legnext_rows.digest <> given.digest LIMIT 1",
            ([row[0] for row in values], [row[1] for row in values], self.account),
        ).fetchone()
        if changed is not None:
            raise InvalidRequest(f"key {shown(changed[0])} was submitted with another request. Use a new key.")

    def _add(self, connection: psycopg.Connection[Any], values: list[tuple[str, ...]]) -> int:
        self._lock(connection)  # ids become visible in order, so that the cursor passes none
        self._refuse_changed(connection, values)  # another process may have added some since the first look
        columns = [list(column) for column in zip(*values, strict=True)]
        added = connection.execute(
            "INSERT INTO legnext_rows (account, key, digest, description, prices, lasts) "
            "SELECT %s, key, digest, description, prices::int[], lasts::float8[] FROM unnest(%s::text[], %s::text[], "
            "%s::jsonb[], %s::text[], %s::text[]) AS given (key, digest, description, prices, lasts) "
            "ON CONFLICT DO NOTHING",
            (self.account, *columns),
        ).rowcount
        connection.execute("UPDATE legnext_accounts SET rows = rows + %s WHERE name = %s", (added, self.account))
        connection.execute("SELECT legnext_admit_v1(%s)", (self.account,))
        return added

    def worker(self, client: AsyncClient, *, concurrency: int = 20) -> FleetWorker:
        """Return a worker of the account; `await worker.run()` works until `worker.stop()`.

        Args:
            client: The client that sends the requests.
            concurrency: Maximum requests of this worker at once.
        """
        return FleetWorker(self.database_url, client, account=self.account, concurrency=concurrency)

    def drain(self, *, resume: bool = False) -> None:
        """Begin nothing more; running jobs are finished. With `resume`, go on."""
        self._rows("UPDATE legnext_accounts SET draining = %s WHERE name = %s RETURNING name", not resume, self.account)

    # ---- outcomes -----------------------------------------------------------------------------------------------

    def status(self) -> Status:
        """Count the rows by state."""
        for one in self._rows(_STATUS, self.account):
            return Status(*one)
        raise ConfigurationError(_NO_ACCOUNT.format(self.account))

    def results(self, after: int = 0) -> Iterator[FleetResult]:
        """Yield the results in order of completion, from the one after this number."""
        while True:
            page = self._rows(_RESULTS, self.account, after, _AT_ONCE)
            yield from (FleetResult(*one) for one in page)
            if len(page) < _AT_ONCE:
                return
            after = page[-1][0]

    def unknown(self) -> list[dict[str, Any]]:
        """Return the requests whose outcome is unknown, with the key of each. Each may have been charged."""
        with self._connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(_UNKNOWN, (self.account,)).fetchall()

    def adopt(self, key: str, job_id: str) -> None:
        """Settle an unknown request: it made this job. The job is polled, and the row continues."""
        self._settle(key, "adopt", job_id)

    def resubmit(self, key: str) -> None:
        """Settle an unknown request: it was not accepted. It is resent; refused while its job may be running."""
        self._settle(key, "resubmit")

    def give_up(self, key: str) -> None:
        """Settle an unknown request: count its row as failed, and its points as spent."""
        self._settle(key, "give_up")

    def _settle(self, key: str, how: str, job_id: str | None = None) -> None:
        found = next((one for one in self.unknown() if one["key"] == key), None)
        if found is None:
            raise InvalidRequest(f"key must be of an unknown request; got {shown(key)}. See `legnext fleet settle`.")
        given = (found["id"], how, job_id, found["operation"])
        try:
            [(settled,)] = self._rows("SELECT legnext_settle_v1(%s, %s, %s, %s)", *given)
        except psycopg.errors.UniqueViolation:
            raise InvalidRequest(f"job {job_id} belongs to another request of this fleet.") from None
        if not settled and how != "resubmit":
            raise InvalidRequest(f"{key} was settled meanwhile. See `legnext fleet settle`.")
        if not settled:
            until = f"{found['until'].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
            raise InvalidRequest(f"{key} cannot be resent before {until}: its job may still be running.")

    # ---- the database -------------------------------------------------------------------------------------------

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._connect() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def _lock(self, connection: psycopg.Connection[Any]) -> None:
        lock = "SELECT FROM legnext_accounts WHERE name = %s FOR UPDATE"
        if connection.execute(lock, (self.account,)).fetchone() is None:
            raise ConfigurationError(_NO_ACCOUNT.format(self.account))

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        try:
            return psycopg.connect(
                self.database_url,
                autocommit=True,
                prepare_threshold=None,
                connect_timeout=int(CONNECT),
                row_factory=tuple_row,
            )
        except psycopg.OperationalError as error:
            raise ConfigurationError(f"the database cannot be reached: {str(error).strip()}") from None


def _value(row: Row) -> tuple[str, ...]:
    """Return the columns of a row."""
    for call in row.calls:
        for name in call.choices:
            raise InvalidRequest(f"{row.key}: {name} of {call.title} is a function; in a fleet, it must be a number.")
    lasts = [default_timeout(expectation(call.operation, call.fields) or UNKNOWN) for call in row.calls]
    prices = [row.cost(step).reserve for step in range(row.steps)]
    described = json.dumps(dict(row.described()))
    return row.key, row.digest, described, *("{" + ",".join(map(str, values)) + "}" for values in (prices, lasts))


_STATUS = """
SELECT a.rows, a.rows - a.started + q.new, q.running + q.delivering, q.unknown, done, failed, per_minute, a.counted,
    a.budget, q.oldest::float8,
    (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '10 s'), a.draining, a.problem
FROM legnext_accounts a, LATERAL (
    SELECT count(*) FILTER (WHERE state = 'new') AS new, count(*) FILTER (WHERE state = 'unknown') AS unknown,
        count(*) FILTER (WHERE state IN ('admitted', 'submitting', 'submitted')) AS running,
        (SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'legnext.download' AND status IN ('todo', 'doing')
            AND queue_name = 'legnext-' || a.name) AS delivering,
        coalesce(extract(epoch FROM now() - min(submitting_at) FILTER (WHERE state = 'submitted')), 0) AS oldest
    FROM legnext_requests WHERE account = a.name
        AND state IN ('new', 'admitted', 'submitting', 'submitted', 'unknown')) q, LATERAL (
    SELECT count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'failed') AS failed,
        count(*) FILTER (WHERE at > now() - interval '60 s') AS per_minute
    FROM legnext_results WHERE account = a.name) r
WHERE a.name = %s
"""
_RESULTS = """
SELECT r.number, w.key, r.state, q.points::int, q.jobs, r.files, r.error
FROM legnext_results r JOIN legnext_rows w ON w.id = r.row_id, LATERAL (
    SELECT sum(points) AS points,
        coalesce(jsonb_agg(output ORDER BY step) FILTER (WHERE output IS NOT NULL), '[]') AS jobs
    FROM legnext_requests WHERE row_id = r.row_id) q
WHERE r.account = %s AND r.number > %s ORDER BY r.number LIMIT %s
"""
_UNKNOWN = """
SELECT q.id, w.key || CASE WHEN cardinality(w.prices) > 1 THEN '/' || q.step + 1 ELSE '' END AS key, q.price, q.job_id,
    coalesce(w.description ->> 'operation', '') AS operation, q.submitting_at, q.until, q.error
FROM legnext_requests q JOIN legnext_rows w ON w.id = q.row_id
WHERE q.account = %s AND q.state = 'unknown' ORDER BY q.id
"""
