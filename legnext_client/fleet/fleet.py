"""`Fleet`: set up the database, submit rows, watch them, and read their results."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import json
import os
import re
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from procrastinate.schema import SchemaManager
from psycopg.conninfo import conninfo_to_dict

from legnext_client._calls.planning import expectation
from legnext_client._calls.settings import KEY_VARIABLE, find_base_url, find_key, identity_of, positive
from legnext_client._downloads.file_names import directory_of
from legnext_client._protocol.bounds import shown
from legnext_client._protocol.numbers import is_whole
from legnext_client._protocol.polling import UNKNOWN, default_timeout
from legnext_client._runs.rows import surveyed
from legnext_client.errors import ConfigurationError, InvalidRequest
from legnext_client.fleet.database import RESTORED, VERSION, connected, verify
from legnext_client.fleet.life import BUCKET, bucket_of
from legnext_client.fleet.worker import FleetWorker
from legnext_client.generated.rules import JOBS_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client._calls.items import Row
    from legnext_client._protocol.callbacks import Claims
    from legnext_client._runs.rows import Source, Survey
    from legnext_client.client import AsyncClient

PER_SECOND = 10.0
"""Submissions of a new account."""
_AT_ONCE = 5000
"""Results in one page."""


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
    """Of all accounts of the database."""
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
        budget: int | None = None,
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
            budget: Maximum points to spend; none for a new account.
            per_second: Maximum submissions per second; 10 for a new account.
            download: Directory, or `s3://bucket/prefix`, to which workers download the results; `""` for none.
            job_timeout: Seconds after which a job must have ended; by default, from its operation.
            new_key: The account's key was replaced, or its base URL changed: from now on, this one's is right.
            accept_restored: Go on with a database that was restored or failed over. Compare it with the service first.
        """
        for name, value, least in (("places", places, 1), ("budget", budget, 0)):
            if value is not None and not (is_whole(value) and value >= least):
                raise ConfigurationError(f"{name} must be an integer, {least} or more; got {shown(value)}.")
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
        given = {name: value for name, value in limits.items() if value is not None}
        with connected(self.database_url) as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('legnext_fleet'))")
            self._migrate(connection, accept_restored)
            account = (self.account, JOBS_AT_ONCE, JOBS_AT_ONCE, PER_SECOND)
            new = "INSERT INTO legnext_accounts (name, places, jobs, per_second) VALUES (%s, %s, %s, %s)"
            connection.execute(f"{new} ON CONFLICT DO NOTHING".encode(), account)
            for name, limit in given.items():
                change = f"UPDATE legnext_accounts SET {name} = %s WHERE name = %s"
                connection.execute(change.encode(), (limit, self.account))
            self._check(connection, self._identity)
            connection.execute("SELECT legnext_admit_v1(%s)", (self.account,))

    def _migrate(self, connection: psycopg.Connection[Any], accept_restored: bool) -> None:
        has = "SELECT to_regclass('procrastinate_jobs'), to_regclass('legnext_fleet')"
        engine, fleet = connection.execute(has).fetchone() or (None, None)
        if engine is None:
            connection.execute(SchemaManager.get_schema().encode())
        [version] = (fleet and connection.execute("SELECT version FROM legnext_fleet").fetchone()) or [0]
        for number in range(version + 1, VERSION + 1):
            connection.execute(Path(__file__).with_name(f"schema_{number}.sql").read_bytes())
        moved = "SELECT 1 FROM legnext_fleet, legnext_server_v1() s WHERE (cluster, timeline) <> (s.c, s.t)"
        if not accept_restored and connection.execute(moved).fetchone():
            raise ConfigurationError(RESTORED)
        connection.execute("UPDATE legnext_fleet SET (cluster, timeline) = (SELECT * FROM legnext_server_v1())")

    # ---- rows ---------------------------------------------------------------------------------------------------

    def submit(self, source: Source) -> tuple[Survey, int]:
        """Check all rows, then add those that the account does not have; return the totals and how many are new.

        `source` is as for `client.batch`. A row is known by its key; the same rows may be submitted again.
        """
        survey, rows = surveyed(source)
        values = [_value(row) for row in rows]
        with connected(self.database_url) as connection, connection.transaction():
            self._check(connection, self._identity)
            table = "legnext_given (key text, digest text, description json, steps jsonb)"
            connection.execute(f"CREATE TEMP TABLE {table} ON COMMIT DROP".encode())
            with connection.cursor().copy("COPY legnext_given FROM STDIN") as copy:
                for value in values:
                    copy.write_row(value)
            added = connection.execute("SELECT * FROM legnext_add_v1(%s)", (self.account,)).fetchone()
            new, changed = added or (0, None)
            if changed is not None:
                raise InvalidRequest(f"key {shown(changed)} was submitted with another request. Use a new key.")
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
        return FleetWorker(
            self.database_url,
            client,
            account=self.account,
            concurrency=concurrency,
            callback=callback,
            callbacks=callbacks,
        )

    def drain(self, *, resume: bool = False) -> None:
        """Begin nothing more; running jobs are finished. With `resume`, go on."""
        self._rows("UPDATE legnext_accounts SET draining = %s WHERE name = %s RETURNING name", not resume, self.account)

    # ---- outcomes -----------------------------------------------------------------------------------------------

    def status(self) -> Status:
        """Count the rows by state."""
        [one] = self._rows(_STATUS, self.account)
        return Status(*one)

    def results(self, after: int = 0) -> Iterator[FleetResult]:
        """Yield the results in order of completion, from the one after this number."""
        while True:
            page = self._rows(_RESULTS, self.account, after, _AT_ONCE)
            for number, key, state, points, jobs, *rest in page:
                yield FleetResult(number, key, state, points, [json.loads(job) for job in jobs], *rest)
            if len(page) < _AT_ONCE:
                return
            after = page[-1][0]

    def unknown(self) -> list[dict[str, Any]]:
        """Return the requests whose outcome is unknown, with the key of each. Each may have been charged."""
        names = ("id", "key", "price", "job_id", "operation", "submitting_at", "until", "error")
        return [dict(zip(names, one, strict=True)) for one in self._rows(_UNKNOWN, self.account)]

    def adopt(self, key: str, job_id: str) -> None:
        """Settle an unknown request: it made this job. The job is polled, and the row continues."""
        self._settle(key, "submitted", job_id)

    def resubmit(self, key: str) -> None:
        """Settle an unknown request: it was not accepted. It is resent; refused while its job may be running."""
        self._settle(key, "resubmitted")

    def give_up(self, key: str) -> None:
        """Settle an unknown request: count its row as failed, and its points as spent."""
        self._settle(key, "failed")

    def _settle(self, key: str, state: str, job_id: str | None = None) -> None:
        one = next((one for one in self.unknown() if one["key"] == key), None)
        if one is None:
            raise InvalidRequest(f"key must be of an unknown request; got {shown(key)}. See `legnext fleet settle`.")
        query = "SELECT legnext_record_v1(%s, %s, _job => %s, _points => %s, _error => %s, _args => %s)"
        points, error = (one["price"], "given up") if state == "failed" else (0, None)
        given = (one["id"], state, job_id or one["job_id"], points, error, '{"guess": true}')
        with connected(self.database_url) as connection:
            try:
                settled = connection.execute(query, given).fetchone() == (True,)
            except psycopg.errors.UniqueViolation:
                raise InvalidRequest(f"job {job_id} belongs to another request of this fleet.") from None
        if not settled and state == "resubmitted":
            until = f"{one['until'].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
            raise InvalidRequest(f"{key} cannot be resent before {until}: its job may still be running.")
        if not settled:
            raise InvalidRequest(f"{key} was settled meanwhile. See `legnext fleet settle`.")

    # ---- the database -------------------------------------------------------------------------------------------

    def _check(self, connection: psycopg.Connection[Any], identity: str | None) -> None:
        query = "SELECT legnext_check_v1(%s, %s)"
        for (found,) in connection.execute(query, (self.account, identity)).fetchall():
            verify(found, self.account, identity)

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with connected(self.database_url) as connection:
            self._check(connection, None)
            return connection.execute(query.encode(), values).fetchall()


def _value(row: Row) -> tuple[str, ...]:
    """Return the columns of a row."""
    for call in row.calls:
        for name in call.choices:
            raise InvalidRequest(f"{row.key}: {name} of {call.title} is a function; in a fleet, it must be a number.")
    steps: list[dict[str, Any]] = []
    for step, call in enumerate(row.calls):
        cost = row.cost(step)
        lasts = default_timeout(expectation(call.operation, call.fields, cost.seconds) or UNKNOWN)
        steps.append({"operation": call.operation.name, "price": cost.reserve, "seconds": cost.seconds, "lasts": lasts})
    return row.key, row.digest, json.dumps(dict(row.described())), json.dumps(steps)


_STATUS = """
SELECT a.rows, a.rows - a.started + q.new, q.running + q.delivering, q.unknown, a.ended - a.failed, a.failed,
    (SELECT count(*) FROM legnext_results WHERE account = a.name AND number > a.ended - 10000
        AND at > now() - interval '60 s'), a.counted, a.budget, q.oldest::float8,
    (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '10 s'), a.draining, a.problem
FROM legnext_accounts a, LATERAL (
    SELECT count(*) FILTER (WHERE state = 'new') AS new, count(*) FILTER (WHERE state = 'unknown') AS unknown,
        count(*) FILTER (WHERE state IN ('admitted', 'submitting', 'submitted')) AS running,
        (SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'legnext.download' AND status IN ('todo', 'doing')
            AND queue_name = 'legnext-' || a.name) AS delivering,
        coalesce(extract(epoch FROM now() - min(submitting_at) FILTER (WHERE state = 'submitted')), 0) AS oldest
    FROM legnext_requests WHERE account = a.name AND points IS NULL) q
WHERE a.name = %s
"""
_RESULTS = """
SELECT r.number, w.key, r.state, q.points::int, q.jobs, r.files, r.error
FROM legnext_results r JOIN legnext_rows w ON w.id = r.row_id, LATERAL (
    SELECT sum(points) AS points, coalesce(array_agg(output ORDER BY step) FILTER (WHERE output <> ''), '{}') AS jobs
    FROM legnext_requests WHERE row_id = r.row_id) q
WHERE r.account = %s AND r.number > %s ORDER BY r.number LIMIT %s
"""
_UNKNOWN = """
SELECT q.id, w.key || CASE WHEN jsonb_array_length(w.steps) > 1 THEN '/' || q.step + 1 ELSE '' END, q.price, q.job_id,
    w.steps -> q.step ->> 'operation', q.submitting_at, q.until, q.error
FROM legnext_requests q JOIN legnext_rows w ON w.id = q.row_id
WHERE q.account = %s AND q.state = 'unknown' AND q.points IS NULL ORDER BY q.id
"""
