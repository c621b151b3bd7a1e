"""One client in many threads: each job is paid once, counted once, and given to the thread that asked for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import SubmissionUnknown
from legnext_client._transport.clocks import SystemClock
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

THREADS = 16
LONG = 120.0


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(in_process=True, credits=10**6) as server:
        yield server


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run these in a thread each, which begin together, and return their results."""
    start, results = threading.Barrier(len(works)), dict[int, Any]()

    def run(place: int) -> None:
        start.wait(LONG)
        try:
            results[place] = works[place]()
        except BaseException as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert len(results) == len(works)
    for result in results.values():
        if isinstance(result, BaseException):
            raise result
    return [results[place] for place in range(len(works))]


def test_threads_share_a_client_its_ledger_its_budget_and_its_queue(server: MockServer, tmp_path: Path) -> None:
    with server.client(ledger=tmp_path / "legnext.db") as client, client.budget(10**5) as budget:

        def work() -> list[str]:
            jobs = [client.midjourney.diffusion(text=f"{threading.get_ident()} {n}").wait() for n in range(2)]
            assert client.queue.running <= client.queue.max_jobs
            assert all(job.job_id in {entry.job_id for entry in client.history()} for job in jobs)
            return [job.job_id for job in jobs]

        found = {job_id for ids in at_once(*[work] * THREADS) for job_id in ids}
        assert len(found) == len(server.ledger) == 2 * THREADS
        assert (budget.spent, budget.reserved) == (2 * THREADS * DIFFUSION, 0)
        assert (client.queue.running, client.queue.waiting) == (0, 0)


def test_threads_that_use_one_key_pay_once(server: MockServer, tmp_path: Path) -> None:
    with server.client(ledger=tmp_path / "legnext.db") as client:

        def work() -> str:
            while True:
                try:
                    return client.midjourney.diffusion(text="a cat", key="cat").job_id
                except SubmissionUnknown:  # another thread is sending it
                    SystemClock().sleep(0)

        assert len(set(at_once(*[work] * THREADS))) == len(server.ledger) == 1


def test_two_batches_and_single_calls_share_a_client(server: MockServer, tmp_path: Path) -> None:
    rows = [("diffusion", {"text": f"row {number}"}) for number in range(8)]
    with server.client() as client:

        def batch(number: int) -> Callable[[], int]:
            return lambda: sum(
                result.ok
                for result in client.batch(rows, tmp_path / f"{number}.db", download=tmp_path / f"files{number}")
            )

        def single() -> int:
            return int(client.midjourney.diffusion(text="one").wait().ok)

        assert at_once(batch(1), batch(2), single, single, single) == [8, 8, 1, 1, 1]
    assert len(server.ledger) == 2 * 8 + 3
    assert all(len(list((tmp_path / f"files{number}").iterdir())) == 4 * 8 for number in (1, 2))
