"""With a ledger, a call is on disk before it is sent, and a key is paid for once: across calls, processes and kills."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import BudgetExceeded, ConfigurationError, InvalidRequest, JobFailed, SubmissionUnknown
from legnext_client.errors import ServerError, UnprocessableError
from legnext_client.generated.operations import OPERATIONS
from legnext_client.journal import Ledger
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION, TURBO
from tests.systems import needs_fork

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def mock() -> Any:
    with MockServer(in_process=True, credits=10**6) as server:
        yield server


@pytest.fixture
def served() -> Any:
    """A server that other processes reach."""
    with MockServer(credits=10**6) as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "legnext.db"


def test_asked_again_a_key_returns_the_job_that_is_there(mock: MockServer, path: Path) -> None:
    with mock.client(ledger=path) as client:
        job = client.midjourney.diffusion(text="a cat", key="order-17")
        assert client.midjourney.diffusion(text="a cat", key="order-17").job_id == job.job_id
    with mock.client(ledger=path) as client:  # another process would do the same
        again = client.midjourney.diffusion(text="a cat", key="order-17")
        assert again.job_id == job.job_id
        mock.jobs.complete(job.job_id)
        assert again.wait().image_urls
    assert len(mock.ledger) == 1


def test_the_same_in_async(mock: MockServer, path: Path) -> None:
    async def twice() -> set[str]:
        async with mock.async_client(ledger=path) as client:
            jobs = [
                client.midjourney.diffusion(text="a cat", key="k"),
                client.midjourney.diffusion(text="a dog", key="d"),
            ]
            first = await asyncio.gather(*jobs)
            return {job.job_id for job in first} | {(await client.midjourney.diffusion(text="a cat", key="k")).job_id}

    assert len(asyncio.run(twice())) == 2
    assert len(mock.ledger) == 2


def test_a_follow_up_has_a_key_too(mock: MockServer, path: Path) -> None:
    source = mock.jobs.add()["job_id"]
    with mock.client(ledger=path) as client:
        job = client.tasks.get(source)
        ids = {job.upscale(image_no=0, type="subtle", key="large").job_id for _ in range(2)}
    assert len(ids) == 1


def test_another_request_under_a_used_key_is_refused(mock: MockServer, path: Path) -> None:
    with mock.client(ledger=path) as client:
        client.midjourney.diffusion(text="a cat", key="order-17")
        with pytest.raises(InvalidRequest, match="key 'order-17' belongs to another request, diffusion of"):
            client.midjourney.diffusion(text="a dog", key="order-17")
    assert len(mock.ledger) == 1


def test_where_it_is_called_back_does_not_make_another_request(mock: MockServer, path: Path) -> None:
    with mock.client(ledger=path) as client:
        for host in ("a", "b"):
            client.midjourney.diffusion(text="a cat", key="k", callback=f"https://{host}.example/hook")
    assert len(mock.ledger) == 1


@pytest.mark.skipif(any(each.idempotency for each in OPERATIONS["diffusion"].parameters), reason="the service takes it")
def test_a_key_without_a_ledger_is_refused_with_the_way_to_one(mock: MockServer) -> None:
    with mock.client() as client, pytest.raises(ConfigurationError, match=r"key='k' needs a ledger.*Client\(ledger="):
        client.midjourney.diffusion(text="a cat", key="k")
    assert mock.ledger == []


@pytest.mark.parametrize("key", ["", " ", 17])
def test_a_key_is_a_text(mock: MockServer, path: Path, key: Any) -> None:
    with mock.client(ledger=path) as client, pytest.raises(InvalidRequest, match="key must be a string, not empty"):
        client.midjourney.diffusion(text="a cat", key=key)


def test_calls_without_a_key_are_recorded_each(mock: MockServer, path: Path) -> None:
    with mock.client(ledger=path) as client:
        jobs = [client.midjourney.diffusion(text="a cat") for _ in range(2)]
        mock.jobs.complete(jobs[0].job_id)
        mock.jobs.fail(jobs[1].job_id)
        jobs[0].wait()
        with pytest.raises(JobFailed):
            jobs[1].wait()
        done, failed = client.history()
    assert [entry.job_id for entry in (done, failed)] == [job.job_id for job in jobs]
    assert (done.operation, done.body["text"], done.state, done.points) == ("diffusion", "a cat", "done", DIFFUSION)
    assert (failed.state, failed.points) == ("failed", 0)


def test_what_was_refused_may_be_asked_for_again(mock: MockServer, path: Path) -> None:
    with mock.client(ledger=path) as client:
        mock.faults.add("error_before", status=422)
        with pytest.raises(UnprocessableError):
            client.midjourney.diffusion(text="a cat", key="k")
        assert client.midjourney.diffusion(text="a cat", key="k").job_id
    assert len(mock.ledger) == 1


def test_what_is_unknown_is_not_sent_again(mock: MockServer, path: Path) -> None:
    with mock.client(ledger=path) as client:
        mock.faults.add("error_after")
        with pytest.raises(SubmissionUnknown) as first:
            client.midjourney.diffusion(text="a cat", key="k")
        assert isinstance(first.value, ServerError)
        with pytest.raises(SubmissionUnknown, match=r"key 'k'.*, but not with a job: .*[^.]\. It is not sent again"):
            client.midjourney.diffusion(text="a cat", key="k")
        assert [entry.state for entry in client.history()] == ["unknown"]
        with Ledger(path) as ledger:
            ledger.adopt("k", mock.jobs.add()["job_id"])
        assert client.midjourney.diffusion(text="a cat", key="k").wait().ok


# ---- budgets ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("span", ["per_day", "per_month", "in_all"])
def test_a_limit_holds_for_every_client_and_says_what_is_counted(mock: MockServer, path: Path, span: Any) -> None:
    limit: dict[str, Any] = {span: 2 * DIFFUSION + 40}
    with mock.client(ledger=Ledger(path, **limit)) as one, mock.client(ledger=Ledger(path, **limit)) as other:
        one.midjourney.diffusion(text="a cat")
        other.midjourney.diffusion(text="a cat")
        said = f"{DIFFUSION} points would exceed the {limit[span]} {span.replace('_', ' ')}.*{2 * DIFFUSION} are"
        with pytest.raises(BudgetExceeded, match=said):
            one.midjourney.diffusion(text="a cat")
    assert len(mock.ledger) == 2


def test_a_day_ends_at_midnight_utc(mock: MockServer, path: Path) -> None:
    now = [datetime(2026, 11, 29, 23, 59, tzinfo=UTC)]
    with mock.client(ledger=Ledger(path, per_day=DIFFUSION + 20, now=lambda: now[0])) as client:
        client.midjourney.diffusion(text="a cat")
        with pytest.raises(BudgetExceeded):
            client.midjourney.diffusion(text="a cat")
        now[0] += timedelta(minutes=1)
        client.midjourney.diffusion(text="a cat")


def test_a_limit_in_all_never_ends_and_says_what_is_left(mock: MockServer, path: Path) -> None:
    now = [datetime(2026, 11, 29, tzinfo=UTC)]
    ledger = Ledger(path, per_day=DIFFUSION + 20, in_all=2 * DIFFUSION + 40, now=lambda: now[0])
    with mock.client(ledger=ledger) as client:
        for _ in range(2):
            client.midjourney.diffusion(text="a cat")
            now[0] += timedelta(days=400)
        assert [(each.span, each.counted, each.left) for each in ledger.limits()] == [
            ("per day", 0, DIFFUSION + 20),
            ("in all", 2 * DIFFUSION, 40),
        ]
        with pytest.raises(
            BudgetExceeded, match=rf"the {2 * DIFFUSION + 40} in all of .*: {2 * DIFFUSION} are already counted\."
        ):
            client.midjourney.diffusion(text="a cat")


def test_a_failed_job_gives_its_points_back(mock: MockServer, path: Path) -> None:
    with mock.client(ledger=Ledger(path, per_day=DIFFUSION + 20)) as client:
        job = client.midjourney.diffusion(text="a cat")
        mock.jobs.fail(job.job_id)
        client.tasks.get(job.job_id)
        client.midjourney.diffusion(text="a cat")


def test_what_is_run_again_counts_with_the_cost_of_its_source(mock: MockServer, path: Path) -> None:
    with mock.client(ledger=Ledger(path, per_day=2 * TURBO - 1)) as client:
        dear = client.midjourney.diffusion(text="a cat --v 7 --turbo")
        mock.jobs.complete(dear.job_id)
        said = f"{TURBO} points would exceed the {2 * TURBO - 1} per day"
        with pytest.raises(BudgetExceeded, match=said):
            dear.wait().reroll()
    assert len(mock.ledger) == 1


@pytest.mark.parametrize("points", [-1, 1.5, True, "100"])
def test_a_limit_is_a_number_of_points(path: Path, points: Any) -> None:
    with pytest.raises(ConfigurationError, match="per_day must be a whole number of points, 0 or more; got"):
        Ledger(path, per_day=points)


@pytest.mark.parametrize("place", ["", ":memory:"])
def test_a_ledger_is_a_file(mock: MockServer, place: str) -> None:
    with pytest.raises(ConfigurationError, match="ledger must be the path of a file; got"):
        mock.client(ledger=place)


# ---- other processes --------------------------------------------------------------------------------------------

CHILD = """
import sys
import threading
from legnext_client import Client
client = Client(api_key="mock-key", base_url=sys.argv[1], ledger=sys.argv[2])
print(client.midjourney.diffusion(text="a cat", key="k").job_id, flush=True)
"""


def test_many_processes_pay_for_a_key_once(served: MockServer, path: Path) -> None:
    command = [sys.executable, "-c", CHILD, served.base_url, str(path)]
    several = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    outputs = [process.communicate(timeout=60) for process in several]
    ids = {output.strip() for output, _ in outputs if output}
    assert len(ids) == 1
    assert all("SubmissionUnknown" in errors for output, errors in outputs if not output), outputs
    assert len(served.ledger) == 1


def test_a_process_killed_while_it_sends_leaves_the_key_unknown_and_nothing_is_paid_twice(
    served: MockServer, path: Path
) -> None:
    served.faults.add("delay", seconds=600)
    child = subprocess.Popen([sys.executable, "-c", CHILD, served.base_url, str(path)], stdout=subprocess.PIPE)
    while not path.exists() or not any(True for _ in Ledger(path).entries()):
        assert child.poll() is None
    child.kill()
    child.communicate()
    soon, later = datetime.now(UTC), datetime.now(UTC) + timedelta(minutes=16)
    for now, why in ((soon, "another call is sending it"), (later, "no answer was recorded")):
        ledger = Ledger(path, now=lambda now=now: now)  # type: ignore[misc]
        with served.client(ledger=ledger) as client, pytest.raises(SubmissionUnknown, match=why):
            client.midjourney.diffusion(text="a cat", key="k")
    assert len(served.ledger) <= 1


def _call(client: Any, keys: Any) -> None:
    keys.put(client.midjourney.diffusion(text="a cat", key=f"of {os.getpid()}").job_id)


@needs_fork
def test_a_ledger_goes_through_a_fork(served: MockServer, path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    with served.client(ledger=path) as client:
        client.midjourney.diffusion(text="a cat", key="parent")
        ids = fork.Queue()
        children = [fork.Process(target=_call, args=(client, ids)) for _ in range(3)]
        for child in children:
            child.start()
        assert len({ids.get(timeout=60) for _ in children}) == 3
        for child in children:
            child.join()
        assert len(list(client.history())) == 4


@needs_fork
def test_a_fork_waits_until_no_thread_uses_the_ledger(served: MockServer, path: Path) -> None:
    using, forked = threading.Event(), threading.Event()
    seen: list[bool] = []

    def now() -> datetime:
        if using.is_set():
            return datetime.now(UTC)
        using.set()
        seen.append(forked.wait(0.1))
        return datetime.now(UTC)

    ledger = Ledger(path, now=now)
    with served.client(ledger=ledger) as client:
        thread = threading.Thread(target=client.midjourney.diffusion, kwargs={"text": "a cat"})
        thread.start()
        using.wait()
        child = multiprocessing.get_context("fork").Process(target=os.getpid)
        child.start()
        forked.set()
        thread.join()
        child.join()
    assert seen == [False], "the thread was in the ledger when the process forked"
    assert child.exitcode == 0


def test_a_call_that_was_cancelled_after_it_was_sent_is_recorded_with_its_job(mock: MockServer, path: Path) -> None:
    mock.faults.add("delay", seconds=0.2, method="POST")

    async def cancelled() -> list[Any]:
        async with mock.async_client(ledger=path) as client:
            call = asyncio.ensure_future(client.midjourney.diffusion(text="a cat", key="k"))
            while not mock.ledger:
                await asyncio.sleep(0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            return list(client.history())

    (entry,) = asyncio.run(cancelled())
    assert (entry.state, entry.job_id) == ("submitted", mock.ledger[0].job_id)
