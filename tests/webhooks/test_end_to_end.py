"""From a paid request to the callback over a socket and back: in both colours, in threads, cancelled, closed."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._callbacks.receiver import CallbackReceiver
from legnext_client._transport.clocks import SystemClock
from legnext_client.errors import InvalidRequest, JobFailed
from legnext_client.testing import CallbackSettings, ClockOfMock, MockServer

from .asgi import TOKEN, callback

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from legnext_client import AsyncJob, Job
    from legnext_client._callbacks.receiver import Served

TEXT = "a lighthouse at dusk"
JOBS = 40
PATIENCE = 60.0


class Place:
    """A server, a receiver that is served, and what is counted."""

    def __init__(self, server: MockServer, receiver: CallbackReceiver, served: Served) -> None:
        self.server, self.receiver, self.served = server, receiver, served
        self.answers = 0
        self.accepted: set[str] = set()

    def count(self, job: Job | AsyncJob) -> None:
        self.answers += job.job_id in self.accepted
        self.accepted.add(job.job_id)

    def options(self, **more: Any) -> dict[str, Any]:
        return {"clock": ClockOfMock(self.server), "requests_per_second": 50.0, **more}


@contextmanager
def served_by(server: MockServer) -> Generator[Place]:
    receiver = CallbackReceiver(secret=server.settings.callbacks.secret, now=lambda: server.clock.now)
    with receiver.serve() as served:
        yield Place(server, receiver, served)


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(concurrency=0, callbacks="bare") as server:
        yield server


@pytest.fixture
def place(server: MockServer) -> Iterator[Place]:
    server.reset()
    with served_by(server) as place:
        yield place


LATE = CallbackSettings(loss=0.3, copies=2, delay=45.0)
SIGNED = CallbackSettings(shape="envelope", secret="a-secret")


@pytest.mark.parametrize(("callbacks", "at_most"), [(SIGNED, 1.2), (LATE, 2.2)])
def test_all_jobs_are_found_with_few_questions(callbacks: CallbackSettings, at_most: float) -> None:
    with (
        MockServer(concurrency=0, callbacks=callbacks) as server,
        served_by(server) as place,
        server.client(**place.options()) as client,
    ):
        jobs = [client.midjourney.diffusion(text=TEXT, callback=place.served.url) for _ in range(JOBS)]
        found = list(client.wait_all(jobs, callbacks=place.receiver, on_progress=place.count))
        assert {job.job_id for job in found} == {job.job_id for job in jobs}
        assert all(job.ok for job in jobs)
        assert place.answers <= at_most * JOBS


def test_so_they_are_with_asyncio(place: Place) -> None:
    async def scenario() -> None:
        async with place.server.async_client(**place.options()) as client:
            jobs = [await client.midjourney.diffusion(text=TEXT, callback=place.served.url) for _ in range(JOBS)]
            found = [job async for job in client.wait_all(jobs, callbacks=place.receiver, on_progress=place.count)]
            assert {job.job_id for job in found} == {job.job_id for job in jobs}
            assert all(job.ok for job in jobs)

    asyncio.run(scenario())
    assert place.answers <= 1.2 * JOBS


def test_a_job_that_fails_is_called_back_too(place: Place) -> None:
    with place.server.client(**place.options()) as client:
        job = client.midjourney.diffusion(text=TEXT, callback=place.served.url)
        place.server.jobs.fail(job.job_id)
        with pytest.raises(JobFailed):
            job.wait(callbacks=place.receiver, on_progress=place.count)
    assert place.answers == 1


def test_a_callback_that_came_before_the_wait_is_not_waited_for(place: Place) -> None:
    with place.server.client(**place.options()) as client:
        job = client.midjourney.diffusion(text=TEXT, callback=place.served.url)
        place.server.jobs.complete(job.job_id)
        place.server.callbacks.wait()
        before = place.server.clock.now
        assert job.wait(callbacks=place.receiver, on_progress=place.count).ok
        assert place.server.clock.now == before
    assert place.answers == 1


def test_forged_callbacks_end_nothing(place: Place) -> None:
    with place.server.client(**place.options()) as client:
        job = client.midjourney.diffusion(text=TEXT, callback=place.served.url)
        token = place.served.url.rsplit("/", 1)[1]
        for job_id in (job.job_id, "nobody's", "../../account/balance"):
            assert place.receiver.take(token, callback(job_id)).status == 204
        seen: list[str] = []
        job.wait(callbacks=place.receiver, on_progress=lambda job: seen.append(job.status))
    assert len(seen) > 1
    assert [status == "completed" for status in seen] == [False] * (len(seen) - 1) + [True]


def test_threads_wait_with_one_receiver(place: Place) -> None:
    """In real time: the jobs end when they are told to, and every thread is woken by its own."""
    failures: list[BaseException] = []
    asleep = threading.Barrier(9, timeout=PATIENCE)

    with place.server.client(clock=SystemClock(), max_jobs=100) as client:
        jobs = [client.midjourney.diffusion(text=TEXT, callback=place.served.url) for _ in range(8)]

        def wait(job: Job) -> None:
            try:
                asleep.wait()
                job.wait(PATIENCE, callbacks=place.receiver)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=wait, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        asleep.wait()
        for job in jobs:
            place.server.jobs.complete(job.job_id)
        for thread in threads:
            thread.join(PATIENCE)
    assert failures == []
    assert all(job.ok for job in jobs)


def test_a_cancelled_wait_leaves_nobody_behind_and_the_others_waiting(place: Place) -> None:
    async def scenario() -> None:
        async with place.server.async_client(clock=SystemClock(), max_jobs=100) as client:
            given_up, kept = [await client.midjourney.diffusion(text=TEXT, callback=place.served.url) for _ in range(2)]
            waits = [asyncio.create_task(job.wait(PATIENCE, callbacks=place.receiver)) for job in (given_up, kept)]
            while repr(place.receiver) != "<CallbackReceiver, 2 waiting>":
                await asyncio.sleep(0)
            waits[0].cancel()
            with pytest.raises(asyncio.CancelledError):
                await waits[0]
            assert repr(place.receiver) == "<CallbackReceiver, 1 waiting>"
            for job in (given_up, kept):
                place.server.jobs.complete(job.job_id)
            assert (await waits[1]).ok
            assert (await client.confirm(given_up)).ok

    asyncio.run(scenario())


def test_a_receiver_that_closes_meanwhile_leaves_the_wait_to_poll() -> None:
    with MockServer() as server, server.client() as client:
        receiver = CallbackReceiver()
        with receiver.serve() as served:
            job = client.midjourney.diffusion(text=TEXT, callback=served.url)
        assert job.wait(callbacks=receiver).ok
        assert repr(receiver) == "<CallbackReceiver, 0 waiting>"


def test_confirming_asks_the_service_whatever_the_callback_says(place: Place) -> None:
    with place.server.client(**place.options()) as client:
        job = client.midjourney.diffusion(text=TEXT, callback=place.served.url)
        token = place.served.url.rsplit("/", 1)[1]
        told = place.receiver.take(token, callback(job.job_id)).job
        assert told is not None
        assert told.ok
        assert not client.confirm(told).done
        place.server.jobs.complete(job.job_id)
        assert client.confirm(told).ok
        assert client.confirm(job.job_id).ok
        assert client.confirm(job).upscale(image_no=0, type=0).wait().ok


def test_confirming_settles_the_budget_that_holds_the_price(place: Place) -> None:
    with place.server.client(**place.options()) as client, client.budget(1000) as budget:
        job = client.midjourney.diffusion(text=TEXT)
        place.server.jobs.fail(job.job_id)
        held = budget.left
        client.confirm(job)
        assert budget.left > held


def test_callbacks_that_are_an_address_and_an_id_that_is_empty_are_refused(server: MockServer) -> None:
    address: Any = "https://example.com"
    with server.client() as client:
        with pytest.raises(InvalidRequest):
            client.confirm("")
        with pytest.raises(InvalidRequest, match="callbacks must be a CallbackReceiver"):
            client.midjourney.diffusion(text=TEXT).wait(callbacks=address)


def test_a_served_receiver_has_a_port_of_its_own_and_gives_it_back() -> None:
    receiver = CallbackReceiver(token=TOKEN)
    with receiver.serve() as served:
        assert served.url == f"http://127.0.0.1:{served.port}/{TOKEN}"
    with receiver.serve(port=served.port) as again:
        assert again.port == served.port
