"""The figures of docs/fleet.md: `python -m tests.fleet.measure`, with `POSTGRES_BIN` for another PostgreSQL."""

from __future__ import annotations

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from legnext_client.fleet import Fleet
from legnext_client.testing import MockServer
from tests.fleet.cluster import Cluster, programs

if TYPE_CHECKING:
    from collections.abc import Iterator

LEGNEXT = Path(sys.executable).with_name("legnext")
STEPS = '[{"operation": "diffusion", "price": 80, "seconds": 60, "lasts": 300}]'
MILLION = (
    "INSERT INTO legnext_rows (account, key, digest, description, steps) SELECT 'default', 'row' || n, n, "
    f"json_build_object('operation', 'diffusion', 'text', 'a lighthouse ' || n), '{STEPS}' "
    "FROM generate_series(1, %s) n"
)
LIFE = """
SELECT coalesce(id, 0) AS task,
    CASE task_name WHEN 'legnext.submit' THEN 1 WHEN 'legnext.poll' THEN 2 ELSE 0 END AS kind,
    coalesce((args ->> 'request')::bigint, 0) AS request, coalesce((args ->> 'turn')::int, 0) AS turn,
    coalesce((args ->> 'polls')::int, 0) AS polls
    FROM procrastinate_fetch_job_v2(ARRAY['legnext-default']::varchar[], NULL) \\gset
\\if :kind = 1
SELECT legnext_begin_v1(:request, :turn, 'owner:request');
SELECT legnext_record_v1(:request, 'submitted', _owner => 'owner:request', _job => md5(:request::text), _points => 80,
    _args => '{"polls": 0}');
\\elif :kind = 2
\\if :polls < 2
SELECT legnext_record_v1(:request, 'submitted', :turn, _job => md5(:request::text), _points => 80,
    _args => jsonb_build_object('polls', :polls + 1));
\\else
SELECT legnext_record_v1(:request, 'done', :turn, _job => md5(:request::text), _points => 80,
    _output => '{"output": {}}');
\\endif
\\endif
\\if :kind > 0
SELECT procrastinate_finish_job_v1(:task, 'succeeded', true);
\\endif
"""
"""What workers do with the database for rows of three polls each, as a script of pgbench."""
IN_HAND = "SELECT id FROM procrastinate_jobs WHERE status = 'doing'"
LATENESS = """
SELECT coalesce(extract(epoch FROM now() - min(scheduled_at) FILTER (
        WHERE status = 'todo' AND attempts = 0 AND id <> ALL(%s))), 0)::float8,
    count(*) FILTER (WHERE id = ANY(%s) AND NOT (status = 'doing' AND attempts > 0))
FROM procrastinate_jobs
"""
"""How late the next task is, and which of those in hand of the killed workers (or of the other) nobody does."""


def main() -> None:
    with Cluster(synchronous_commit="on") as cluster:
        with psycopg.connect(cluster.url("postgres")) as connection:
            print(*(connection.execute("SHOW server_version").fetchone() or ()))
        for line in (*claim(cluster), *lives(cluster), *takeover(cluster)):
            print(line, flush=True)
    with Cluster(synchronous_commit="on") as cluster:  # its WAL is that of the jobs alone
        for line in jobs(cluster):
            print(line, flush=True)
    print("load", *os.getloadavg())


def claim(cluster: Cluster) -> Iterator[str]:
    """Measure a claim and an admission while a million rows wait."""
    fleet = Fleet(cluster.database())
    fleet.up(places=30, per_second=1e6)
    with psycopg.connect(fleet.database_url, autocommit=True) as connection:
        connection.execute(MILLION, (1_000_000,))
        connection.execute("ANALYZE")
        connection.execute("SELECT legnext_admit_v1('default')")
        claims, ends = [], []
        for _ in range(300):
            began = time.perf_counter()
            task = connection.execute(
                "SELECT id, (args ->> 'request')::bigint, (args ->> 'turn')::int FROM "
                "procrastinate_fetch_job_v2(ARRAY['legnext-default']::varchar[], NULL)"
            ).fetchone()
            claims.append(time.perf_counter() - began)
            assert task is not None
            number, request, turn = task
            connection.execute("SELECT legnext_begin_v1(%s, %s, 'me')", (request, turn))
            later = (
                "SELECT legnext_record_v1(%s, 'submitted', _owner => 'me', _job => %s, _points => 80, _delay => 3600)"
            )
            connection.execute(later, (request, str(request)))
            began = time.perf_counter()
            end = "SELECT legnext_record_v1(%s, 'done', %s, _job => %s, _points => 80, _output => '{}')"
            connection.execute(end, (request, turn + 2, str(request)))
            ends.append(time.perf_counter() - began)
            connection.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', true)", (number,))
    for name, times in (("claim", claims), ("end and admission", ends)):
        middle, late = statistics.median(times) * 1000, sorted(times)[-15] * 1000
        yield f"{name} with a million rows: median {middle:.2f} ms, 95 % within {late:.2f} ms"


def lives(cluster: Cluster) -> Iterator[str]:
    """Measure whole lives, by 100 clients on one account."""
    fleet, found = Fleet(cluster.database()), programs()
    assert found is not None
    fleet.up(places=100, per_second=1e6)
    with psycopg.connect(fleet.database_url, autocommit=True) as connection:
        connection.execute(MILLION, (100_000,))
        connection.execute("SELECT legnext_admit_v1('default')")
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(LIFE)
            script.flush()
            began = time.monotonic()
            command = [str(found / "pgbench"), "--no-vacuum", "--client=100", "--jobs=2", "--time=20"]
            done = subprocess.run(
                [*command, f"--file={script.name}", fleet.database_url], capture_output=True, text=True, check=False
            )
            assert not done.returncode, done.stderr[-500:]
            lasted = time.monotonic() - began
        [(ended,)] = connection.execute("SELECT ended FROM legnext_accounts").fetchall()
    failed = re.search(r"number of failed transactions: (.*)", done.stdout)
    yield f"pgbench, 100 clients: {ended / lasted:.0f} jobs a second; failed {failed[1] if failed else '?'}"


def takeover(cluster: Cluster) -> Iterator[str]:
    """Measure how late the third worker does the work of two that are killed."""
    fleet = Fleet(cluster.database())
    fleet.up(places=60, per_second=30.0)
    workers: list[subprocess.Popen[bytes]] = []
    with (
        MockServer(time_scale=5.0, credits=10**9, concurrency=1000) as server,
        psycopg.connect(fleet.database_url, autocommit=True) as connection,
    ):
        server.faults.add("delay", method="POST", rate=1.0, seconds=1.0)
        fleet.submit([{"text": f"tower {number}"} for number in range(400)])
        try:
            workers += [start(fleet, server) for _ in range(3)]
            while fleet.status().done < 60:
                time.sleep(0.5)
            for each in workers[:2]:
                each.kill()
            began, late, taken = time.monotonic(), 0.0, 0.0
            tasks = [task for (task,) in connection.execute(IN_HAND).fetchall()]
            [(waiting,)] = connection.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"
            ).fetchall()
            while (since := time.monotonic() - began) < 25:
                [(lateness, left)] = connection.execute(LATENESS, (tasks, tasks)).fetchall()
                late, taken = max(late, lateness), since if left else taken
                time.sleep(0.05)
        finally:
            for each in workers:
                each.kill()
                each.wait()
    yield f"two of three workers killed: {waiting} waiting tasks, at most {late:.1f} s late"
    yield f"two of three workers killed: {len(tasks)} tasks in hand, the last taken up after {taken:.1f} s"


def start(fleet: Fleet, server: MockServer) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "DATABASE_URL": fleet.database_url}
    environment |= {"LEGNEXT_API_KEY": server.api_key, "LEGNEXT_BASE_URL": server.base_url}
    return subprocess.Popen([str(LEGNEXT), "fleet", "worker"], env=environment, stderr=subprocess.DEVNULL)


def jobs(cluster: Cluster, rows: int = 120) -> Iterator[str]:
    """Measure a worker with six places, on jobs of three seconds."""
    fleet = Fleet(cluster.database())
    fleet.up(places=6, per_second=1000.0)
    counters = (
        "SELECT xact_commit + xact_rollback, pg_current_wal_lsn() - '0/0' FROM pg_stat_database "
        "WHERE datname = current_database()"
    )
    with MockServer(time_scale=15.0, credits=10**9) as server:
        fleet.submit([{"text": f"lighthouse {number}"} for number in range(rows)])
        with psycopg.connect(fleet.database_url, autocommit=True) as connection:
            before = connection.execute(counters).fetchone()
            began = time.monotonic()
            with start(fleet, server) as worker:
                time.sleep(2.0)
                started = cpu(worker.pid)
                done = 0
                while done < rows:  # not the status: it would be counted
                    time.sleep(1.0)
                    [(done,)] = connection.execute("SELECT ended FROM legnext_accounts").fetchall()
                lasted, used = time.monotonic() - began, cpu(worker.pid) - started
                worker.send_signal(signal.SIGTERM)
            time.sleep(1.5)
            after = connection.execute(counters).fetchone()
        began = time.monotonic()
        with server.client() as client, tempfile.TemporaryDirectory() as folder:
            batch = client.batch(
                [{"text": f"castle {number}"} for number in range(rows)], f"{folder}/run.db", concurrency=6
            )
            assert sum(result.ok for result in batch) == rows
        alone = time.monotonic() - began
    assert before is not None
    assert after is not None
    transactions, wal = ((late - early) / rows for early, late in zip(before, after, strict=True))
    burden = f"{1000 * used / rows:.1f} ms of a worker's CPU, {transactions:.1f} transactions"
    yield f"a job: {burden}, {float(wal) / 1000:.1f} kB WAL"
    yield f"{rows} rows, six places: {lasted:.1f} s; client.batch {alone:.1f} s; ratio {lasted / alone:.2f}"


def cpu(pid: int) -> float:
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
