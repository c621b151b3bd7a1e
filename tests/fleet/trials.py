"""Trials: workers are killed, stopped and continued, the database stops, answers are lost; then the bill is checked."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import random
import re
import signal
import time
from collections import Counter
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import psycopg

from legnext_client import VideoChain, fleet
from legnext_client._callbacks.receiver import CallbackReceiver
from legnext_client._protocol.state import State
from legnext_client.fleet import Fleet
from legnext_client.mock import media
from legnext_client.mock.prompts import AT_ONCE
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION, EXTENSION, VIDEO

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from tests.fleet.cluster import Cluster

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [__name__, "legnext_client.client", "legnext_client._transport.transports", "httpcore", "anyio._backends._asyncio"]
)

PLACES = 6
DEAREST = max(VIDEO, EXTENSION)
"""Points of the dearest request."""
STOPPED = "its worker stopped before the response"
LONGEST_POST = 10.0
"""Seconds, on a busy machine and while the database is away."""
OPEN = "SELECT owner, id FROM legnext_requests WHERE state = 'submitting' AND clock_timestamp() > submitting_at + %s"
REQUESTS = """
SELECT q.id, q.state, q.job_id, q.error, coalesce(split_part(q.owner, '/', 2), '0')::int,
    coalesce(extract(epoch FROM q.submitting_at), 0)::float8, r.key,
    coalesce(p.job_id, r.description::json ->> 'text', r.description::json #>> '{chain,steps,0,prompt}')
FROM legnext_requests q JOIN legnext_rows r ON r.id = q.row_id
LEFT JOIN legnext_requests p ON p.row_id = r.id AND p.step = q.step - 1 AND p.state = 'done' ORDER BY r.id, q.step
"""


class Mistake(NamedTuple):
    """A wrong fleet, for the trials to notice: a text of the schema or of the module `life`, and its replacement."""

    text: str
    replacement: str
    schema: bool = True


class Plan(NamedTuple):
    """What happens in one trial. Events are spread evenly over its rows."""

    rows: int = 60
    chains: int = 3
    """So many of the rows are chains of two steps."""
    budget: int = 30 * DIFFUSION
    """Points at first. Whenever nothing more can be begun, as many are added."""
    workers: int = 3
    aimed: int = 4
    """Kills during an open POST."""
    blind: int = 2
    stops: int = 1
    """Immediate stops of PostgreSQL; a worker is killed during the first."""
    pauses: int = 1
    """SIGSTOPs during an open POST, longer than a worker may be silent."""
    pause: float = 2.5
    faults: int = 3
    """Of each kind: lost responses, 500s before and after the job was accepted, failed jobs, 429s."""
    refusals: bool = True
    """Whether there are 429s, after which fewer places are used."""
    time_scale: float = 60.0
    job_timeout: float = 8.0
    """Longer than a pause and a job together: until then, an unknown request keeps its place."""
    heartbeat: float = 0.5
    silent: float = 1.5
    extras: bool = True
    """Whether rows are downloaded, every second worker is called back, and every third connects to PgBouncer."""
    mistake: Mistake | None = None
    zombie: str | None = None
    """The function of `life` at which workers stop themselves now and then, to be continued by the trial."""


class Request(NamedTuple):
    """A line of the fleet's ledger."""

    id: int
    state: str
    job_id: str | None
    error: str | None
    pid: int
    """Its worker."""
    sent: float
    key: str
    what: str
    """What tells it from all others at the service: its prompt, or the job on which it builds."""


def work(database: str, base_url: str, key: str, plan: Plan, called_back: bool) -> None:
    """The process of a worker."""
    from legnext_client import AsyncClient
    from legnext_client.fleet import life, worker

    logging.disable()
    worker.HEARTBEAT, worker.SILENT, worker.HOUSEKEEPING, worker.CHECK = plan.heartbeat, plan.silent, 0.3, 0.3
    if plan.mistake is not None and not plan.mistake.schema:
        source = Path(life.__file__).read_text(encoding="utf-8")
        exec(compile(replaced(source, plan.mistake), life.__file__, "exec"), vars(life))
        vars(worker)["RowLife"] = life.RowLife
    if plan.zombie is not None:
        usual = vars(life)[plan.zombie]

        def stopped(*given: Any) -> Any:
            if random.random() < 0.15:
                os.kill(os.getpid(), signal.SIGSTOP)
            return usual(*given)

        vars(life)[plan.zombie] = stopped

    async def run() -> None:
        receiver, given = CallbackReceiver(), dict[str, Any]()
        with receiver.serve() if called_back else nullcontext() as served:
            if served is not None:
                given = {"callback": served.url, "callbacks": receiver}
            async with AsyncClient(key, base_url=base_url) as client:
                each = Fleet(database).worker(client, **given)
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, each.stop)
                await each.run()

    asyncio.run(run())


def reused(render: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return a function that renders once, and always returns that: trials need files, not pictures."""
    made: list[bytes] = []

    def same(**given: Any) -> bytes:
        if not made:
            made.append(render(**given))
        return made[0]

    return same


def replaced(text: str, mistake: Mistake) -> str:
    if mistake.text not in text:
        raise LookupError(f"there is no {mistake.text!r} any more")
    return text.replace(mistake.text, mistake.replacement)


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def what(body: dict[str, Any]) -> str:
    return str(body.get("jobId") or body.get("text") or body["prompt"])


class Trial:
    """One fleet, its workers and its mock server."""

    def __init__(self, cluster: Cluster, seed: int, plan: Plan) -> None:
        self.cluster, self.seed, self.plan, self.chance = cluster, seed, plan, random.Random(seed)
        self.database = cluster.database()
        self.server = MockServer(seed=seed, time_scale=plan.time_scale, credits=10**9, concurrency=1000)
        self.fleet = Fleet(self.database)
        self.workers: list[BaseProcess] = []
        self.started = 0
        """Workers, those that were killed included."""
        self.killed: dict[int | None, float] = {}
        """When a worker was killed, by its pid."""
        self.stopped: dict[int | None, float] = {}
        """Since when a worker is stopped, by its pid."""
        self.pauses: list[tuple[int, float, float]] = []
        """The worker, and from when to when it was stopped."""
        self.quiet = 0.0
        """When workers that were continued have done what was in hand."""
        self.budgets = [(0.0, plan.budget)]
        """The account's budgets, and the server's times from which each may have been in force."""
        self.in_flight: list[int] = []
        """The requests whose worker was killed while they were open."""
        self.happened: Counter[str] = Counter()

    def run(self, *, patience: float = 60.0) -> None:
        """Run to the end, and check the bill; then settle what is unknown, and check that nothing is."""
        plan, self.end = self.plan, time.monotonic() + patience
        with self.server, TemporaryDirectory() as folder, ExitStack() as patched:
            for name in ("render_image", "render_video"):
                patched.enter_context(patch.object(media, name, reused(getattr(media, name))))
            download = folder if plan.extras else None
            self.fleet.up(
                places=PLACES, per_second=1000.0, job_timeout=plan.job_timeout, budget=plan.budget, download=download
            )
            self._make_mistake()
            self.fleet.submit(self._rows())
            self._make_faults()
            try:
                events = self._events()
                for number, event in enumerate(events, 1):
                    self._work_until_ended(number * plan.rows // (len(events) + 1))
                    event()
                self._until(self._is_over)
                self.check_payments()
                self.check_unknown()
                self._until(self._is_settled)
                self._stop_workers()
            finally:
                for each in self.workers:
                    each.kill()
                    each.join()
            self.check_payments()
            self.check_end()
            self.check_files()

    def _rows(self) -> list[Any]:
        rows: list[Any] = [{"key": f"row {n}", "text": f"lighthouse {n}"} for n in range(self.plan.rows)]
        for number in self.chance.sample(range(self.plan.rows), self.plan.chains):
            rows[number] = VideoChain.start(f"waves {number} {AT_ONCE}").extend(f"night falls {AT_ONCE}")
        return rows

    def _make_faults(self) -> None:
        plan, add = self.plan, self.server.faults.add
        rate = min(0.2, 5 * plan.faults / plan.rows)
        lost = [("close_after", None), ("error_after", None), ("error_before", 503)]
        self.lost = [add(name, method="POST", rate=rate, times=plan.faults, status=status) for name, status in lost]
        self.failed = add("job_fails", method="POST", rate=rate, times=plan.faults)
        if plan.refusals:
            add("rate_limit", method="POST", rate=rate, times=plan.faults, seconds=0.2)
        add("delay", method="POST", rate=1.0, seconds=0.25)  # a target for kills

    def _events(self) -> list[Callable[[], None]]:
        plan = self.plan
        events = [self._kill_aimed] * plan.aimed + [self._kill] * plan.blind
        events += [self._stop_database] * plan.stops + [self._pause] * plan.pauses
        self.chance.shuffle(events)
        return events

    def _make_mistake(self) -> None:
        if self.plan.mistake is not None and self.plan.mistake.schema:
            schema = Path(fleet.__file__).with_name("schema_1.sql").read_text(encoding="utf-8")
            functions = re.findall(r"CREATE (FUNCTION .*?\$\$;)", replaced(schema, self.plan.mistake), re.DOTALL)
            with psycopg.connect(self.database) as connection:
                for each in functions:
                    connection.execute(f"CREATE OR REPLACE {each}".encode())

    # ---- the course of a trial ----------------------------------------------------------------------------------

    def _until(self, done: Callable[[], bool]) -> None:
        while not done():
            if time.monotonic() > self.end:
                self.check_payments()
                raise AssertionError(f"not done in time: {self.fleet.status()}")
            self._tend()
            time.sleep(0.1)

    def _work_until_ended(self, rows: int) -> None:
        self._until(lambda: sum(self.fleet.status()[3:6]) >= rows)  # unknown, done or failed

    def _is_over(self) -> bool:
        """Whether nothing is left to do, not even by a worker that is stopped or a task in the queue."""
        with psycopg.connect(self.database) as connection:
            tasks = connection.execute("SELECT FROM procrastinate_jobs LIMIT 1").fetchone()
        working = tasks is not None or self.stopped or time.time() < self.quiet
        return not working and self.fleet.status().ended

    def _is_settled(self) -> bool:
        """Adopt the jobs of unknown requests, and resubmit those that made none, as a person would."""
        made = {what(one.body): one.job_id for one in self.server.ledger}
        requests = {one.id: one for one in self._requests()}
        unknown = self.fleet.unknown()
        for one in unknown if not self.stopped else []:
            if job := made.get(requests[one["id"]].what):
                self.fleet.adopt(one["key"], job)
            elif one["until"] < datetime.now(UTC):
                self.fleet.resubmit(one["key"])
        return not unknown and self._is_over()

    def _tend(self) -> None:
        """Replace workers that were killed, continue those that were stopped, and raise a budget that is used up."""
        while len(self.workers) < self.plan.workers:
            self.started += 1
            called_back = self.plan.extras and self.started % 2 == 0
            pooled = self.cluster.pooled(self.database) if self.plan.extras and self.started % 3 == 0 else None
            order = (pooled or self.database, self.server.base_url, self.server.api_key, self.plan, called_back)
            self.workers.append(CONTEXT.Process(target=work, args=order, daemon=True))
            self.workers[-1].start()
        for each in self.workers:
            assert each.is_alive(), f"worker {each.pid} ended by itself: {each.exitcode}"
            assert each.pid is not None
            if is_stopped(each.pid):  # by the trial or by itself
                since, now = self.stopped.setdefault(each.pid, time.time()), time.time()
                if now > since + self.plan.pause:
                    os.kill(each.pid, signal.SIGCONT)
                    self.pauses.append((each.pid, since, now))
                    self.stopped.pop(each.pid)
                    self.quiet = now + 3.0  # what it was about to send, it sends now
        if self._is_waiting_for_points():
            time.sleep(0.5)  # nothing begins by itself
            if self._is_waiting_for_points():
                self.happened["raised budgets"] += 1
                budget = self.budgets[-1][1] + self.plan.budget
                self.budgets.append((self.server.clock.now, budget))
                self.fleet.up(budget=budget)

    def _is_waiting_for_points(self) -> bool:
        status = self.fleet.status()
        there = status.done + status.failed + status.unknown + status.running + status.waiting
        assert there >= self.plan.rows, f"{self.plan.rows - there} rows are lost: {status}"
        return bool(status.waiting and not status.running) and status.points + DEAREST > self.budgets[-1][1]

    def _stop_workers(self) -> None:
        for each in self.workers:
            each.terminate()
        for each in self.workers:
            each.join(30)
            assert each.exitcode in (0, -signal.SIGTERM), f"a worker did not stop: {each.exitcode}"

    # ---- events -------------------------------------------------------------------------------------------------

    def _kill_aimed(self) -> None:
        """Kill a worker during an open POST, or just before it; again, if its end was recorded after all."""
        for _ in range(5):
            each, request = self._open()
            self._lose(each)
            with psycopg.connect(self.database) as connection:
                time.sleep(0.01)
                still = "SELECT FROM legnext_requests WHERE id = %s AND state IN ('submitting', 'unknown')"
                if connection.execute(still, (request,)).fetchone() is not None:
                    self.in_flight.append(request)
                    return

    def _open(self) -> tuple[BaseProcess, int]:
        """Wait until a POST has been open for a while; return its worker and the request."""
        age, found = f"{self.chance.uniform(0, 0.1):.3f} s", None
        with psycopg.connect(self.database, autocommit=True) as connection:
            while found is None:
                for _ in range(20):
                    workers = {each.pid: each for each in self._running()}
                    for owner, request in connection.execute(OPEN.encode(), (age,)).fetchall():
                        found = (workers[pid], request) if (pid := int(owner.split("/")[1])) in workers else found
                    if found is not None:
                        break
                    time.sleep(0.01)
                else:
                    in_time = time.monotonic() < self.end and not self.fleet.status().ended
                    assert in_time, f"no POST is open: {self.fleet.status()}"
                    self._tend()
        return found

    def _kill(self) -> None:
        time.sleep(self.chance.uniform(0.05, 0.3))
        self._until(lambda: bool(self._running()))
        self._lose(self.chance.choice(self._running()))

    def _running(self) -> list[BaseProcess]:
        """Return the workers to kill or to stop: those that are stopped are to be continued."""
        return [each for each in self.workers if each.pid not in self.stopped]

    def _lose(self, each: BaseProcess) -> None:
        each.kill()
        each.join()
        self.killed[each.pid] = time.time()
        self.workers.remove(each)
        self.happened["kills"] += 1

    def _pause(self) -> None:
        each, _ = self._open()
        assert each.pid is not None
        os.kill(each.pid, signal.SIGSTOP)
        self.stopped[each.pid] = time.time()

    def _stop_database(self) -> None:
        """Stop the database at once, for less or more than a worker may be silent."""
        self.cluster.stop("immediate")
        time.sleep(self.chance.uniform(0.1, 2 * self.plan.silent))
        for each in self._running()[: not self.happened["stops"]]:
            self._lose(each)
        self.cluster.start()
        self.happened["stops"] += 1

    # ---- the bill -----------------------------------------------------------------------------------------------

    def check_payments(self) -> None:
        """Compare what the mock server was paid for with what the fleet's ledger says, at every moment."""
        paid = Counter((one.operation, what(one.body)) for one in self.server.ledger)
        twice = {each for each, times in paid.items() if times > 1}
        assert not twice, f"paid twice: {twice}"
        made = {one.job_id: what(one.body) for one in self.server.ledger}
        wrong = [one for one in self._requests() if one.job_id is not None and made.get(one.job_id) != one.what]
        assert not wrong, f"wrong ids: {wrong}"
        moments: list[tuple[float, int, int]] = []
        for job in self._jobs():
            moments += [(job.created, 1, job.held), (job.ends, -1, (not job.fails) * job.charged - job.held)]
        running = points = 0
        for moment, change, held in sorted(moments):
            running, points = running + change, points + held
            budget = [budget for since, budget in self.budgets if since <= moment][-1]
            assert running <= PLACES, f"{running} jobs at once"
            assert points <= budget, f"{points} points paid, with a budget of {budget}"

    def check_unknown(self) -> None:
        """Check that no paid request is lost, and that each unknown one has a reason."""
        requests = self._requests()
        known = {one.job_id for one in requests}
        unknown = {one.what: one for one in requests if one.state == "unknown"}
        lost = {what(one.body) for one in self.server.ledger if one.job_id not in known} - unknown.keys()
        assert not lost, f"paid and lost: {lost}"
        for one in unknown.values():
            killed = self.killed.get(one.pid, 0.0)
            in_flight = killed - LONGEST_POST < one.sent < killed
            assert one.error != STOPPED or in_flight, f"unknown, and its worker was not killed meanwhile: {one}"
        others = [one for one in unknown.values() if one.error != STOPPED and not self._was_stopped(one)]
        struck = sum(fault.struck for fault in self.lost)
        assert len(others) <= struck, f"unknown, and only {struck} responses were lost: {others}"
        hits = sum(one.id in self.in_flight for one in unknown.values())
        assert 10 * hits >= 9 * self.plan.aimed, f"only {hits} kills met an open POST"
        self.happened["in flight"] = hits
        self.happened["stopped and continued"] = len(self.pauses)
        self.happened["unknown"] = len(unknown)
        self.happened["lost responses"] = struck

    def _was_stopped(self, one: Request) -> bool:
        """Whether its worker was stopped meanwhile: by then, the server may have closed the connection."""
        return any(pid == one.pid and since - LONGEST_POST < one.sent < until for pid, since, until in self.pauses)

    def check_end(self) -> None:
        """Check that every row came to its end, with the results and the points that the service knows."""
        status, results = self.fleet.status(), list(self.fleet.results())
        assert (status.done + status.failed, status.unknown) == (self.plan.rows, 0), status
        assert status.failed == self.failed.struck, f"{self.failed.struck} jobs failed: {status}"
        assert [one.number for one in results] == list(range(1, self.plan.rows + 1))
        jobs: dict[str, list[str | None]] = {}
        for one in self._requests():
            if one.state in ("done", "failed") and one.job_id is not None:
                jobs.setdefault(one.key, []).append(one.job_id)
        wrong = [one for one in results if [job["job_id"] for job in one.jobs] != jobs[one.key]]
        assert not wrong, f"results of other jobs: {wrong}"
        assert sum(map(len, jobs.values())) == len(self.server.ledger), "paid jobs are in no result"
        spent = sum(job.charged for job in self._jobs() if not job.fails)
        assert status.points == spent, f"{status.points} points are counted, {spent} were charged"

    def check_files(self) -> None:
        """Check that the files of each row are where its result says."""
        for one in self.fleet.results() if self.plan.extras else []:
            last = State(one.jobs[-1]) if one.state == "done" else State({})
            made = len(last.video_urls or last.image_urls)
            assert one.state == "failed" or one.error is None, f"not downloaded: {one}"
            assert len(one.files) == made, f"{len(one.files)} files, and {made} were made: {one}"
            assert all(Path(file).stat().st_size for file in one.files), f"empty files: {one}"

    def _requests(self) -> list[Request]:
        with psycopg.connect(self.database) as connection:
            return [Request(*one) for one in connection.execute(REQUESTS.encode()).fetchall()]

    def _jobs(self) -> list[Any]:
        return list(self.server._service.jobs.values())
