"""Trials: workers are killed, stopped and continued, the database stops, answers are lost; then the bill is checked."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg

from legnext_client import fleet
from legnext_client.fleet import Fleet
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from tests.fleet.cluster import Cluster

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [__name__, "legnext_client._transport.transports", "httpcore", "anyio._backends._asyncio"]
)

PLACES = 6
STOPPED = "its worker stopped before the response"


class Mistake(NamedTuple):
    """A wrong fleet, for the trials to notice: a text of the schema or of the module `life`, and its replacement."""

    text: str
    replacement: str
    schema: bool = True


class Plan(NamedTuple):
    """What happens in one trial."""

    rows: int = 60
    workers: int = 3
    aimed: int = 4
    """Kills during an open POST."""
    blind: int = 2
    stops: int = 1
    """Immediate stops of PostgreSQL."""
    pauses: int = 1
    """SIGSTOPs, longer than a worker may be silent."""
    pause: float = 2.5
    faults: int = 3
    """Of each kind: lost responses, 500s, 429s."""
    refusals: bool = True
    """Whether there are 429s, after which fewer places are used."""
    time_scale: float = 60.0
    budget: int | None = None
    spacing: float = 0.0
    """Mean seconds between two events."""
    job_timeout: float = 1.5
    heartbeat: float = 0.5
    silent: float = 1.5
    mistake: Mistake | None = None
    zombie: str | None = None
    """The function of `life` at which workers stop themselves now and then, to be continued by the trial."""


def work(database: str, base_url: str, key: str, plan: Plan) -> None:
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
        async with AsyncClient(key, base_url=base_url) as client:
            each = Fleet(database).worker(client)
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, each.stop)
            await each.run()

    asyncio.run(run())


def replaced(text: str, mistake: Mistake) -> str:
    assert mistake.text in text, f"there is no {mistake.text!r} any more"
    return text.replace(mistake.text, mistake.replacement)


class Trial:
    """One fleet, its workers and its mock server."""

    def __init__(self, cluster: Cluster, seed: int, plan: Plan) -> None:
        self.cluster, self.seed, self.plan, self.chance = cluster, seed, plan, random.Random(seed)
        self.database = cluster.database()
        self.server = MockServer(seed=seed, time_scale=plan.time_scale, credits=10**9, concurrency=1000)
        self.fleet = Fleet(self.database)
        self.workers: list[BaseProcess] = []
        self.lost: set[int] = set()
        """The pids of workers that were killed or paused."""
        self.happened: Counter[str] = Counter()

    def run(self, *, patience: float = 60.0) -> None:
        """Run to the end, and check the bill."""
        plan = self.plan
        with self.server:
            self.fleet.up(places=PLACES, per_second=1000.0, job_timeout=plan.job_timeout, budget=plan.budget)
            self._make_mistake()
            self.fleet.submit([{"text": f"lighthouse {number}"} for number in range(plan.rows)])
            for name in ("close_after", "error_after", "rate_limit")[: 2 + plan.refusals]:
                if plan.faults:
                    seconds, rate = 0.2 if name == "rate_limit" else None, 0.2 if plan.rows < 500 else 0.05
                    self.server.faults.add(name, method="POST", rate=rate, times=plan.faults, seconds=seconds)
            self.server.faults.add("delay", method="POST", rate=0.5, seconds=0.15)
            try:
                for _ in range(plan.workers):
                    self._start()
                for event in self._events():
                    time.sleep(self.chance.uniform(0, 2 * plan.spacing))
                    getattr(self, event)()
                    self.happened[event] += 1
                end = time.monotonic() + patience
                while self._wake() or not ((status := self.fleet.status()).ended or self._out_of_budget(status)):
                    status = self.fleet.status()
                    if time.monotonic() > end:
                        self.check_payments()
                        raise AssertionError(f"not done after {patience} s: {status}")
                    self._revive()
                    time.sleep(0.1)
            finally:
                for each in self.workers:
                    each.kill()
                    each.join()
            self.check_payments()
            self.check_rows()

    def _out_of_budget(self, status: Any) -> bool:
        return self.plan.budget is not None and not status.running

    def _events(self) -> list[str]:
        plan = self.plan
        events = ["_kill_aimed"] * plan.aimed + ["_kill"] * plan.blind
        events += ["_stop_database"] * plan.stops + ["_pause"] * plan.pauses
        self.chance.shuffle(events)
        return events

    def _start(self) -> None:
        order = (self.database, self.server.base_url, self.server.api_key, self.plan)
        self.workers.append(CONTEXT.Process(target=work, args=order, daemon=True))
        self.workers[-1].start()

    def _wake(self) -> bool:
        """Continue a worker that stopped itself, once the others have its tasks; return whether there was one."""
        for each in self.workers:
            if Path(f"/proc/{each.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                assert each.pid is not None
                self.lost.add(each.pid)
                self.happened["_wake"] += 1
                time.sleep(self.plan.pause)
                os.kill(each.pid, signal.SIGCONT)
                time.sleep(1.0)  # what it was about to send, it sends now
                return True
        return False

    def _make_mistake(self) -> None:
        if self.plan.mistake is not None and self.plan.mistake.schema:
            schema = Path(fleet.__file__).with_name("schema_1.sql").read_text(encoding="utf-8")
            functions = replaced(schema, self.plan.mistake).partition("CREATE FUNCTION")
            wrong = functions[2].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
            with psycopg.connect(self.database) as connection:
                connection.execute(f"CREATE OR REPLACE FUNCTION{wrong}".encode())

    def _revive(self) -> None:
        for each in [each for each in self.workers if not each.is_alive()]:
            assert each.pid in self.lost, f"worker {each.pid} ended by itself: {each.exitcode}"
            self.workers.remove(each)
            self._start()

    # ---- events -------------------------------------------------------------------------------------------------

    def _kill_aimed(self) -> None:
        """Kill a worker while a POST of its is open."""
        pids = {each.pid: each for each in self.workers}
        query = (
            "SELECT owner FROM legnext_requests WHERE state = 'submitting' AND submitting_at < now() - interval '20 ms'"
        )
        end = time.monotonic() + 10
        with psycopg.connect(self.database, autocommit=True) as connection:
            while time.monotonic() < end:
                for (owner,) in connection.execute(query.encode()).fetchall():
                    if (pid := int(owner.split("/")[1])) in pids:
                        self._lose(pids[pid])
                        return
                time.sleep(0.005)
        raise AssertionError("no POST was open in 10 s")

    def _kill(self) -> None:
        time.sleep(self.chance.uniform(0.05, 0.3))
        self._lose(self.chance.choice(self.workers))

    def _lose(self, each: BaseProcess) -> None:
        assert each.pid is not None
        self.lost.add(each.pid)
        os.kill(each.pid, signal.SIGKILL)
        each.join()
        self._revive()

    def _pause(self) -> None:
        each = self.chance.choice(self.workers)
        assert each.pid is not None
        self.lost.add(each.pid)
        os.kill(each.pid, signal.SIGSTOP)
        time.sleep(self.plan.pause)
        os.kill(each.pid, signal.SIGCONT)

    def _stop_database(self) -> None:
        self.cluster.stop("immediate")
        time.sleep(self.chance.uniform(0.1, 0.6))
        self.cluster.start()

    # ---- the bill -----------------------------------------------------------------------------------------------

    def check_payments(self) -> None:
        """Compare what the mock server was paid for with what the fleet's ledger says."""
        paid = Counter(one.body["text"] for one in self.server.ledger)
        made = {one.job_id: one.body["text"] for one in self.server.ledger}
        twice = {text for text, times in paid.items() if times > 1}
        assert not twice, f"paid twice: {twice}"
        wrong = [(text, job) for text, _, job, *_ in self._ledger() if job is not None and made.get(job) != text]
        assert not wrong, f"wrong ids: {wrong}"
        assert self.most_at_once() <= PLACES, f"{self.most_at_once()} jobs at once"

    def check_rows(self) -> None:
        """Check that every row came to an end, and that what is unknown has a reason."""
        ledger, plan = self._ledger(), self.plan
        with psycopg.connect(self.database) as connection:
            [(counted,)] = connection.execute("SELECT counted FROM legnext_accounts").fetchall()
        known, unknown = {row[2] for row in ledger}, {row[0] for row in ledger if row[1] == "unknown"}
        lost = {one.body["text"] for one in self.server.ledger if one.job_id not in known} - unknown
        assert not lost, f"paid and lost: {lost}"
        others: list[Any] = []
        for text, state, _, error, owner in ledger:
            assert state in ("done", "unknown") or (state == "new" and plan.budget is not None), (text, state, error)
            if state == "unknown" and int(owner.split("/")[1]) not in self.lost:
                assert error != STOPPED, f"{text} is unknown, and nothing had happened to its worker"
                others.append((text, error))
        assert len(others) <= 2 * plan.faults, f"unknown without a lost response: {others}"
        results = [one.key for one in self.fleet.results()]
        assert len(results) == len(set(results))
        spent = sum(job.charged or job.held for job in self.jobs())
        assert spent <= counted, f"{spent} points were charged, {counted} counted"
        if plan.budget is None:
            assert len(results) + len(unknown) == plan.rows, f"{len(results)} results, {len(unknown)} unknown"
        else:
            assert counted <= plan.budget, f"{counted} of {plan.budget} points"

    def _ledger(self) -> list[Any]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(
                "SELECT description ->> 'text', state, job_id, error, owner FROM legnext_requests q "
                "JOIN legnext_rows r ON r.id = q.row_id"
            ).fetchall()

    def jobs(self) -> list[Any]:
        return list(self.server._service.jobs.values())

    def most_at_once(self) -> int:
        """The largest number of jobs that ran at the same moment."""
        moments = [(job.created, 1) for job in self.jobs()] + [(job.ends, -1) for job in self.jobs()]
        now = most = 0
        for _, change in sorted(moments):
            now += change
            most = max(most, now)
        return most
