"""Rows are submitted, made by workers, and read as results, as in a batch."""

from __future__ import annotations

import asyncio
import math
import ssl
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from legnext_client import AsyncClient, Event, VideoChain
from legnext_client._callbacks.receiver import CallbackReceiver
from legnext_client._calls.wait import PollState
from legnext_client.errors import ConfigurationError, InvalidRequest
from legnext_client.fleet import Fleet, database, life
from tests.facts import CHAIN_PRICE, DIFFUSION
from tests.fleet.cluster import Cluster, others
from tests.fleet.conftest import work_until, working

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from legnext_client.fleet import Status
    from legnext_client.testing import MockServer

    Finish = Callable[[], Status]

FAST = 1000.0
LOCALHOST = Path(__file__).parent.parent / "client" / "tls" / "localhost.pem"
NOWHERE = Fleet("postgresql://127.0.0.1:1/nothing")
ROWS = [{"key": f"row{number}", "text": f"lighthouse {number}"} for number in range(10)]


def test_every_row_is_made_once_in_their_order(fleet: Fleet, server: MockServer, finish: Finish) -> None:
    fleet.up(per_second=FAST, places=1)
    survey, new = fleet.submit(ROWS)
    assert (survey.rows, survey.points, new) == (10, 800, 10)
    status = finish()
    assert (status.done, status.points, status.unknown, status.waiting) == (10, 800, 0, 0)
    assert [one.body["text"] for one in server.ledger] == [row["text"] for row in ROWS]
    assert [(one.number, one.key, one.state, one.jobs[0]["job_id"]) for one in fleet.results()] == [
        (number, f"row{number - 1}", "done", one.job_id) for number, one in enumerate(server.ledger, 1)
    ]


def test_results_are_resumed_after_a_number(fleet: Fleet, finish: Finish) -> None:
    fleet.up(per_second=FAST)
    fleet.submit(ROWS[:4])
    finish()
    first = list(fleet.results())
    fleet.submit(ROWS)
    finish()
    later = list(fleet.results(after=first[-1].number))
    assert {one.key for one in later} == {row["key"] for row in ROWS[4:]}


def test_the_same_rows_are_added_once(fleet: Fleet) -> None:
    fleet.up(per_second=FAST)
    assert [fleet.submit(ROWS)[1], fleet.submit(ROWS)[1]] == [10, 0]
    with pytest.raises(InvalidRequest, match="row3' was submitted with another request"):
        fleet.submit([{"key": "row3", "text": "a castle"}])


def test_all_rows_are_checked_before_any_is_added(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("legnext_client.fleet.fleet._AT_ONCE", 2)
    fleet.up(per_second=FAST)
    fleet.submit([ROWS[5]])
    with pytest.raises(InvalidRequest, match="row5' was submitted with another request"):
        fleet.submit([*ROWS[:5], {"key": "row5", "text": "a castle"}])
    assert fleet.status().rows == 1


def test_a_chain_goes_step_by_step(fleet: Fleet, server: MockServer, finish: Finish) -> None:
    fleet.up(per_second=FAST, places=1)
    fleet.submit([VideoChain.start("waves roll in").extend("night falls").upscale(), *ROWS[:1]])
    finish()
    results = {len(one.jobs): one for one in fleet.results()}
    first, second, third = (one for one in server.ledger if one.operation != "diffusion")
    assert [job["job_id"] for job in results[3].jobs] == [first.job_id, second.job_id, third.job_id]
    assert (second.body["jobId"], third.body["jobId"]) == (first.job_id, second.job_id)
    assert results[3].points == CHAIN_PRICE


def test_workers_download_the_results(fleet: Fleet, finish: Finish, tmp_path: Path) -> None:
    fleet.up(per_second=FAST, download=str(tmp_path))
    fleet.submit(ROWS[:2])
    finish()
    for result in fleet.results():
        assert [Path(file).name for file in result.files] == [f"{result.key}_{n}.png" for n in range(4)]
        assert all(Path(file).stat().st_size for file in result.files)


def test_a_row_whose_download_fails_is_done_and_names_the_problem(
    fleet: Fleet, finish: Finish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "DOWNLOADS", 2)
    monkeypatch.setattr(life, "PAUSE", 0.01)
    target = tmp_path / "posters"
    fleet.up(per_second=FAST, download=str(target))
    target.write_text("a file where the directory was")
    fleet.submit(ROWS[:1])
    status = finish()
    [result] = fleet.results()
    assert (status.done, status.failed, status.points) == (1, 0, 80)
    assert (result.state, result.points, result.files) == ("done", 80, [])
    assert "posters" in str(result.error)


def test_a_refused_row_and_a_failed_job_cost_nothing(fleet: Fleet, server: MockServer, finish: Finish) -> None:
    fleet.up(per_second=FAST, places=1)
    server.faults.add("error_before", method="POST", status=403)
    server.faults.add("job_fails")
    fleet.submit(ROWS[:3])
    status = finish()
    assert (status.done, status.failed, status.points) == (1, 2, DIFFUSION)
    refused, failed, done = fleet.results()
    assert "403" in str(refused.error)
    assert (failed.state, failed.points, done.state, done.points) == ("failed", 0, "done", DIFFUSION)


def test_a_full_service_is_tried_again(fleet: Fleet, server: MockServer, finish: Finish) -> None:
    fleet.up(per_second=FAST)
    server.faults.add("rate_limit", method="POST", times=3, seconds=0.05)
    fleet.submit(ROWS[:5])
    assert finish().done == 5
    assert len(server.ledger) == 5


def test_the_budget_holds(fleet: Fleet, server: MockServer) -> None:
    fleet.up(per_second=FAST, budget=4 * DIFFUSION - 1)
    fleet.submit(ROWS)
    status = asyncio.run(work_until(fleet, server, lambda status: status.done == 3))
    assert (status.done, status.running, status.waiting, status.points) == (3, 0, 7, 3 * DIFFUSION)


def test_submissions_keep_to_the_rate(fleet: Fleet, server: MockServer, finish: Finish) -> None:
    fleet.up(per_second=10.0, places=20)
    fleet.submit([{"text": f"lighthouse {number}"} for number in range(20)])  # ten are due by the time of the first
    finish()
    moments = [one.at / 1000.0 for one in server.ledger]
    assert moments[-1] - moments[0] > 0.8


def test_a_limit_that_is_not_given_stays(fleet: Fleet) -> None:
    fleet.up(budget=2 * DIFFUSION)
    fleet.drain()
    fleet.up(places=3)
    fleet.up(accept_restored=True)
    assert (fleet.status().budget, fleet.status().draining) == (2 * DIFFUSION, True)


def test_a_budget_is_removed_by_an_infinite_one(fleet: Fleet, finish: Finish) -> None:
    fleet.up(per_second=FAST, budget=0)
    fleet.submit(ROWS[:2])
    assert (fleet.status().budget, fleet.status().waiting) == (0, 2)
    fleet.up(budget=math.inf)
    assert fleet.status().budget is None
    assert finish().done == 2


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("places", 0),
        ("places", math.inf),
        ("budget", -1),
        ("budget", math.nan),
        ("per_second", 0),
        ("per_second", float("nan")),
        ("job_timeout", -1.0),
    ],
)
def test_an_impossible_limit_is_refused(limit: str, value: float) -> None:
    with pytest.raises(ConfigurationError, match=f"{limit} must be"):
        NOWHERE.up(**{limit: value})  # type: ignore[arg-type]


def test_draining_begins_nothing_more(fleet: Fleet, finish: Finish) -> None:
    fleet.up(per_second=FAST, places=2)
    fleet.submit(ROWS)
    fleet.drain()
    assert fleet.status().draining
    fleet.drain(resume=True)
    assert finish().done == 10


def test_unknown_requests_are_settled_by_a_person(fleet: Fleet, server: MockServer, finish: Finish) -> None:
    fleet.up(per_second=FAST, places=1, job_timeout=0.01)
    server.faults.add("error_before", method="POST", times=2)
    server.faults.add("close_after", method="POST")
    fleet.submit(ROWS[:3])
    status = finish()
    assert (status.unknown, status.points, len(server.ledger)) == (3, 3 * DIFFUSION, 1)
    unknown = {one["key"]: one["price"] for one in fleet.unknown()}
    assert unknown == dict.fromkeys(("row0", "row1", "row2"), DIFFUSION)
    fleet.resubmit("row0")
    fleet.give_up("row1")
    fleet.adopt("row2", server.ledger[0].job_id)
    status = finish()
    assert (status.unknown, status.done, status.failed, status.points) == (0, 2, 1, 3 * DIFFUSION)
    assert [one.body["text"] for one in server.ledger] == ["lighthouse 2", "lighthouse 0"]


def test_a_job_is_adopted_by_one_request_only(fleet: Fleet, server: MockServer, finish: Finish) -> None:
    fleet.up(per_second=FAST, places=1)
    server.faults.add("close_after", method="POST", times=1)
    fleet.submit(ROWS[:2])
    asyncio.run(work_until(fleet, server, lambda status: status.unknown == 1))
    fleet.adopt("row0", server.ledger[0].job_id)
    with pytest.raises(InvalidRequest, match="must be of an unknown request; got 'row0'"):
        fleet.give_up("row0")
    server.faults.add("close_after", method="POST", times=1)
    assert finish().unknown == 1
    with pytest.raises(InvalidRequest, match="belongs to another request of this fleet"):
        fleet.adopt("row1", server.ledger[0].job_id)


def test_results_that_the_database_cannot_hold_are_recorded(fleet: Fleet, server: MockServer, finish: Finish) -> None:
    fleet.up(per_second=FAST)
    usage = {"usage": {"type": "point", "consume": 1e300}}
    answers: list[dict[str, object]] = [{"output": {"seed": "1\0"}}, {"output": {"1\0": 1}}, {"meta": usage}]
    for number, answer in enumerate(answers):
        server.jobs.add(f"j{number}", answer={"job_id": f"j{number}", "status": "completed", **answer})
    server.faults.add("error_before", method="POST", times=3)
    fleet.submit(ROWS[:3])
    assert finish().unknown == 3
    for number in range(3):
        fleet.adopt(f"row{number}", f"j{number}")
    assert (finish().done, {one.state for one in fleet.results()}) == (3, {"done"})


def test_a_worker_waits_for_a_database_that_is_away_for_long(
    cluster: Cluster, fleet: Fleet, server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.0)
    monkeypatch.setattr(database, "CONNECT", 1.0)
    fleet.up(per_second=FAST)

    async def away() -> None:
        async with working(fleet, server) as running:
            while not await asyncio.to_thread(lambda: fleet.status().workers):
                await asyncio.sleep(0.02)
            await asyncio.to_thread(cluster.stop, "immediate")
            await asyncio.wait([running], timeout=1.5)
            await asyncio.to_thread(cluster.start)
            await asyncio.to_thread(fleet.submit, ROWS[:2])
            while not running.done() and (await asyncio.to_thread(fleet.status)).done < 2:
                await asyncio.sleep(0.02)

    asyncio.run(away())
    assert len(server.ledger) == 2


def test_an_answer_outlasts_a_database_that_only_reads(
    fleet: Fleet, server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    fleet.up(per_second=FAST)
    server.faults.add("delay", method="POST", seconds=0.5)
    fleet.submit(ROWS[:1])
    name = conninfo_to_dict(fleet.database_url)["dbname"]

    def execute(query: str) -> None:
        with psycopg.connect(fleet.database_url, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(query.encode())

    async def demoted() -> None:
        async with asyncio.timeout(25), working(fleet, server) as running:
            while not await asyncio.to_thread(lambda: server.ledger):
                await asyncio.sleep(0.01)
            execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            while "legnext_record" not in caplog.text:
                await asyncio.sleep(0.02)
            execute(f"ALTER DATABASE {name} SET default_transaction_read_only = off")
            while not running.done() and not (await asyncio.to_thread(fleet.status)).ended:
                await asyncio.sleep(0.02)

    asyncio.run(demoted())
    assert (fleet.status().done, fleet.status().unknown) == (1, 0)


def test_a_request_is_not_sent_again_while_its_job_may_run(fleet: Fleet, server: MockServer, finish: Finish) -> None:
    fleet.up(per_second=FAST)
    server.faults.add("close_after", method="POST")
    fleet.submit(ROWS[:1])
    finish()
    with pytest.raises(InvalidRequest, match=r"row0 cannot be resent before .* UTC: its job may"):
        fleet.resubmit("row0")


def test_an_intent_that_another_worker_finds_before_it_is_sent_is_not_unknown(
    fleet: Fleet, server: MockServer, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = database.Database.call
    found: list[object] = []

    async def call(self: database.Database, name: str, patience: float | None = None, **given: Any) -> Any:
        answer = await usual(self, name, patience, **given)
        if name == "begin_v1" and not found:  # the connection is lost just after the commit
            found.append(await usual(self, name, **{**given, "owner": "another/1/claim"}))
            answer = await usual(self, name, patience, **given)
        return answer

    monkeypatch.setattr(database.Database, "call", call)
    fleet.up(per_second=FAST)
    fleet.submit(ROWS[:1])
    assert (finish().done, found, len(server.ledger)) == (1, [None], 1)


def test_a_task_that_meets_a_defect_is_repeated(
    fleet: Fleet, server: MockServer, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, defects = PollState.poll, iter([ValueError("a defect"), asyncio.CancelledError()])

    def poll(self: PollState, until: float) -> Any:
        for defect in defects:
            raise defect
        return usual(self, until)

    monkeypatch.setattr(PollState, "poll", poll)
    fleet.up(per_second=FAST)
    fleet.submit(ROWS[:2])
    assert (finish().done, len(server.ledger)) == (2, 2)


def test_an_unknown_request_keeps_its_place(fleet: Fleet, server: MockServer) -> None:
    fleet.up(per_second=FAST, places=1)
    server.faults.add("close_after", method="POST")
    fleet.submit(ROWS[:2])
    status = asyncio.run(work_until(fleet, server, lambda status: status.unknown == 1))
    assert (status.running, status.waiting) == (0, 1)


def test_a_database_without_a_fleet_is_named(fleet: Fleet, server: MockServer) -> None:
    with pytest.raises(ConfigurationError, match="legnext fleet up"):
        asyncio.run(_run_worker(fleet, server))
    with pytest.raises(ConfigurationError, match="cannot be reached"):
        NOWHERE.status()


def test_a_restored_database_is_refused(fleet: Fleet, server: MockServer) -> None:
    fleet.up(per_second=FAST)
    with psycopg.connect(fleet.database_url, autocommit=True) as connection:
        connection.execute("UPDATE legnext_fleet SET server = 'the one before'")  # as a failover leaves it
    with pytest.raises(ConfigurationError, match="restored, copied or failed over"):
        asyncio.run(_run_worker(fleet, server))
    with pytest.raises(ConfigurationError, match="--accept-restored"):
        fleet.up(per_second=FAST)
    fleet.up(accept_restored=True)
    fleet.up(per_second=FAST)


async def _run_worker(fleet: Fleet, server: MockServer) -> None:
    async with server.async_client() as client:
        await fleet.worker(client).run()


def test_accounts_have_limits_and_workers_of_their_own(fleet: Fleet, server: MockServer) -> None:
    other = Fleet(fleet.database_url, account="other")
    for each in (fleet, other):
        each.up(places=1, per_second=FAST)
        each.submit(ROWS[:3])

    def all_done(status: Status) -> bool:
        assert other.status().workers == 0
        return status.done == 3 and status.workers == 1

    asyncio.run(work_until(fleet, server, all_done))
    assert (other.status().done, other.status().running, other.status().waiting) == (0, 1, 2)


def test_a_row_needs_values_instead_of_functions() -> None:
    chain = VideoChain.start("waves").extend(video_no=lambda _: 0)
    with pytest.raises(InvalidRequest, match="is a function"):
        NOWHERE.submit([chain])


def test_workers_download_to_a_bucket(fleet: Fleet, finish: Finish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with Bucket() as bucket:
        fleet.up(per_second=FAST, download=f"s3://posters/autumn?endpoint={bucket.url}")
        fleet.submit(ROWS[:1])
        finish()
        [result] = fleet.results()
    assert result.files == [f"s3://posters/autumn/row0_{n}.png" for n in range(4)]
    assert sorted(bucket.put) == [f"/posters/autumn/row0_{n}.png" for n in range(4)]
    assert all(content.startswith(b"\x89PNG") for content in bucket.put.values())


def test_workers_trust_the_bucket_that_their_client_trusts(
    fleet: Fleet, server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    trusted = ssl.create_default_context(cafile=str(LOCALHOST))
    with Bucket(LOCALHOST) as bucket:
        fleet.up(per_second=FAST, download=f"s3://posters?endpoint={bucket.url}")
        fleet.submit(ROWS[:1])
        asyncio.run(work_until(fleet, server, lambda status: status.ended, ssl_context=trusted))
        [result] = fleet.results()
    assert result.error is None
    assert len(bucket.put) == 4


def test_a_target_that_is_not_a_bucket_is_refused_before_anything_is_paid() -> None:
    with pytest.raises(ConfigurationError, match="s3://"):
        NOWHERE.up(download="s3://")


def test_a_key_of_another_account_is_refused_before_anything_is_paid(fleet: Fleet, server: MockServer) -> None:
    fleet.up(per_second=FAST)
    fleet.submit(ROWS[:1])
    Fleet(fleet.database_url, api_key=server.api_key, base_url=server.base_url).up()  # ties the account to the key
    other = Fleet(fleet.database_url, api_key="sk-another", base_url=server.base_url)
    with pytest.raises(ConfigurationError, match=r"belongs to another .* `legnext fleet up --new-key`") as refused:
        other.submit(ROWS)
    assert "sk-another" not in str(refused.value)
    assert server.api_key not in str(refused.value)
    with pytest.raises(ConfigurationError, match="belongs to another API key or base URL"):
        asyncio.run(_run_with_key(fleet, server, "sk-another"))
    with pytest.raises(ConfigurationError, match="belongs to another API key or base URL"):
        other.up(places=3)
    assert not server.ledger
    other.up(new_key=True)
    with pytest.raises(ConfigurationError, match="belongs to another"):
        asyncio.run(_run_worker(fleet, server))
    assert fleet.status().rows == 1


def test_the_first_worker_ties_its_account_to_its_key(fleet: Fleet, server: MockServer, finish: Finish) -> None:
    fleet.up(per_second=FAST)
    fleet.submit(ROWS[:1])
    finish()
    with psycopg.connect(fleet.database_url) as connection:
        [(identity,)] = connection.execute("SELECT identity FROM legnext_accounts").fetchall()
    assert identity.endswith(f" at {server.base_url}")
    assert server.api_key not in identity
    with pytest.raises(ConfigurationError, match="belongs to another"):
        asyncio.run(_run_with_key(fleet, server, "sk-another"))


async def _run_with_key(fleet: Fleet, server: MockServer, key: str) -> None:
    async with AsyncClient(key, base_url=server.base_url) as client:
        await fleet.worker(client).run()


def test_an_unknown_account_is_named_by_everything(fleet: Fleet, server: MockServer) -> None:
    fleet.up()
    other = Fleet(fleet.database_url, account="other")
    everything: list[Callable[[], object]] = [other.status, other.drain, other.unknown]
    everything += [lambda: next(other.results()), lambda: other.submit(ROWS)]
    everything += [lambda: asyncio.run(_run_worker(other, server))]
    for each in everything:
        with pytest.raises(ConfigurationError, match="there is no account 'other'"):
            each()
    assert not server.ledger


def test_a_wrong_database_or_account_is_named_without_its_password() -> None:
    with pytest.raises(ConfigurationError, match="must be like postgresql://") as wrong:
        Fleet("postgres//me:secret@host/db")
    assert "secret" not in str(wrong.value)
    with pytest.raises(ConfigurationError, match="account must be"):
        Fleet("postgresql://host/db", account="a b")


def test_a_callback_ends_a_job_before_its_next_poll(
    fleet: Fleet, server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PollState, "next", lambda _, now: now + 3600.0)
    fleet.up(per_second=FAST)
    fleet.submit(ROWS[:2])
    receiver = CallbackReceiver()
    with receiver.serve() as served:
        work = work_until(fleet, server, lambda status: status.ended, callback=served.url, callbacks=receiver)
        assert asyncio.run(work).done == 2
    assert len(server.ledger) == 2


def test_a_callback_names_the_job_of_a_lost_response(fleet: Fleet, server: MockServer) -> None:
    fleet.up(per_second=FAST)
    server.faults.add("close_after", method="POST")
    fleet.submit(ROWS[:1])
    receiver = CallbackReceiver()
    with receiver.serve() as served:
        work = work_until(fleet, server, lambda status: status.done > 0, callback=served.url, callbacks=receiver)
        assert asyncio.run(work).unknown == 0
    assert len(server.ledger) == 1


def test_hooks_and_logs_see_what_a_worker_does(
    fleet: Fleet, server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="legnext_client")
    events: list[Event] = []
    fleet.up(per_second=FAST)
    fleet.submit(ROWS[:1])
    asyncio.run(work_until(fleet, server, lambda status: status.ended, hook=events.append))
    [call] = [event for event in events if event.what == "call" and event.ended]
    [job] = [event for event in events if event.what == "job"]
    assert (call.operation, call.points, call.job_id) == ("diffusion", DIFFUSION, server.ledger[0].job_id)
    assert (job.status, job.points, job.job_id) == ("completed", DIFFUSION, call.job_id)
    assert {event.operation for event in events if event.what == "attempt"} >= {"diffusion"}
    assert f"diffusion: accepted as {call.job_id}, {DIFFUSION} points held" in caplog.text
    assert f"{call.job_id} completed" in caplog.text


def test_only_the_databases_clock_decides(fleet: Fleet, finish: Finish, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.up(per_second=FAST)
    fleet.submit(ROWS[:3])
    ahead = time.time() + 7 * 86_400
    monkeypatch.setattr("time.time", lambda: ahead)
    status = finish()
    assert (status.done, status.unknown) == (3, 0)


def test_everything_works_through_pgbouncer(cluster: Cluster, fleet: Fleet, server: MockServer) -> None:
    url = cluster.pooled(fleet.database_url)
    if url is None:
        pytest.skip("PgBouncer is not installed")
    pooled = Fleet(url)
    pooled.up(per_second=FAST, places=2)
    server.faults.add("close_after", method="POST", times=1)
    pooled.submit(ROWS[:1])
    asyncio.run(work_until(pooled, server, lambda status: status.ended))
    pooled.adopt("row0", server.ledger[0].job_id)
    pooled.drain()
    pooled.drain(resume=True)
    pooled.submit([VideoChain.start("waves roll in").extend("night falls"), *ROWS[:2]])
    status = asyncio.run(work_until(pooled, server, lambda status: status.ended))
    assert (status.done, status.unknown, len(server.ledger)) == (3, 0, 4)
    assert len(list(pooled.results(after=1))) == 2


@pytest.mark.parametrize("version", others() or [None])
def test_every_version_of_postgresql_that_is_here_does(server: MockServer, version: Path | None) -> None:
    if version is None:
        pytest.skip("only one version is installed")
    with Cluster(version) as cluster:
        fleet = Fleet(cluster.database())
        fleet.up(per_second=FAST)
        fleet.submit([VideoChain.start("waves roll in").extend("night falls"), *ROWS[:2]])
        status = asyncio.run(work_until(fleet, server, lambda status: status.ended))
    assert (status.done, status.unknown, len(server.ledger)) == (3, 0, 4)


def test_a_running_worker_stops_when_its_key_is_replaced(fleet: Fleet, server: MockServer) -> None:
    fleet.up(per_second=FAST)

    async def replaced() -> None:
        async with asyncio.timeout(30), server.async_client() as client:
            running = asyncio.create_task(fleet.worker(client).run())
            while not await asyncio.to_thread(lambda: fleet.status().workers):
                await asyncio.sleep(0.02)
            other = Fleet(fleet.database_url, api_key="sk-another", base_url=server.base_url)
            await asyncio.to_thread(other.up, new_key=True)
            await running

    with pytest.raises(ConfigurationError, match="belongs to another API key"):
        asyncio.run(replaced())


class Bucket:
    """A bucket of S3 that accepts everything."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.put: dict[str, bytes] = {}
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                length = int(self.headers["content-length"])
                bucket.put[self.path.partition("?")[0]] = self.rfile.read(length)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        if certificate is not None:
            secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            secured.load_cert_chain(certificate)
            self._server.socket = secured.wrap_socket(self._server.socket, server_side=True)
            self.url = f"https://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
