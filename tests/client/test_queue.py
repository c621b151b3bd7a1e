"""A client sends no more jobs at once than it has places; further calls wait in order, and giving up costs nothing."""

# The mock's own count of running jobs is inside it.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import logging
import multiprocessing
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import (
    Budget,
    Client,
    ConfigurationError,
    InvalidRequest,
    JobFailed,
    QueueTimeout,
    SubmissionUnknown,
    VideoChain,
)
from legnext_client._protocol.flow import NoResponse, Response
from legnext_client.errors import UnprocessableError
from legnext_client.generated.rules import JOBS_AT_ONCE
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION
from tests.systems import needs_fork

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from .worlds import Colour


class Wire:
    """A transport that counts what passes: refusals, polls of each job, and the most jobs that ran at once."""

    def __init__(self, server: MockServer, inner: Any) -> None:
        self._server, self._inner = server, inner
        self.refusals = self.most = 0
        self.polls: Counter[str] = Counter()

    def send(self, send: Any) -> Any:
        return self.note(send, self._inner.send(send))

    def note(self, send: Any, outcome: Response | NoResponse) -> Any:
        if send.request.method == "GET":
            self.polls[send.request.job_id or ""] += 1
        self.refusals += isinstance(outcome, Response) and outcome.status == 429
        self.most = max(self.most, self._server._service.at_once.running[self._server.api_key])
        return outcome

    def close(self) -> Any:
        return self._inner.close()


class AsyncWire(Wire):
    async def send(self, send: Any) -> Any:
        return self.note(send, await self._inner.send(send))


class World:
    """A mock that refuses jobs beyond its own limit, and clients whose requests are counted."""

    def __init__(self, server: MockServer, *, is_async: bool) -> None:
        self.server, self.is_async = server, is_async

    def client(self, **options: Any) -> tuple[Any, Wire]:
        make = self.server.async_client if self.is_async else self.server.client
        wire = (AsyncWire if self.is_async else Wire)(self.server, make()._transport)
        return make(transport=wire, **options), wire

    @property
    def texts(self) -> list[Any]:
        """What was accepted, in its order."""
        return [line.body.get("text") for line in self.server.ledger]


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(in_process=True, credits=10**6) as server:
        yield server


@pytest.fixture
def world(server: MockServer, colour: Colour) -> World:
    return World(server, is_async=colour.is_async)


@pytest.fixture
def async_world(server: MockServer) -> World:
    return World(server, is_async=True)


def call(client: Any, text: str = "a cat", **options: Any) -> Any:
    return client.midjourney.diffusion(text=text, **options)


async def until_waiting(client: Any, count: int) -> None:
    while client.queue.waiting != count:
        await asyncio.sleep(0)


# ---- many calls at once -----------------------------------------------------------------------------------------


def test_two_hundred_gathered_prompts_give_two_hundred_jobs_and_no_refusal(async_world: World) -> None:
    async def main() -> tuple[list[Any], Wire]:
        client, wire = async_world.client()
        async with client:
            return await asyncio.gather(*(call(client, f"cat {number}") for number in range(200))), wire

    jobs, wire = asyncio.run(main())
    assert len({job.job_id for job in jobs}) == 200
    assert async_world.texts == [f"cat {number}" for number in range(200)], "in the order of the calls"
    assert (wire.refusals, wire.most) == (0, JOBS_AT_ONCE)


def test_threads_share_the_places_of_a_client(server: MockServer) -> None:
    client, wire = World(server, is_async=False).client()
    threads = [threading.Thread(target=lambda: call(client).wait()) for _ in range(30)]
    with client:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert client.queue == (JOBS_AT_ONCE, 0, 0)
    assert (len(server.ledger), wire.refusals) == (30, 0)
    assert wire.most <= JOBS_AT_ONCE


def test_a_loop_of_calls_goes_on_although_nobody_waits_for_its_jobs(world: World, colour: Colour) -> None:
    client, wire = world.client(max_jobs=2)
    for number in range(10):
        colour.do(call(client, f"cat {number}"))
    assert (len(world.server.ledger), wire.most) == (10, 2)
    assert sum(wire.polls.values()) < 10 * 8, "by the usual schedule"
    colour.do(client.close())


def test_a_job_that_the_queue_polls_is_logged_as_accepted_once(
    world: World, colour: Colour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "legnext_client")
    client, wire = world.client(max_jobs=1)
    first, _ = colour.do(call(client)), colour.do(call(client))
    assert wire.polls[first.job_id]
    accepted = f"accepted as {first.job_id}"
    assert sum(accepted in record.getMessage() for record in caplog.records) == 1
    colour.do(client.close())


class InOrder:
    """A clock for tasks: the earliest sleeper of all goes on, once nothing else can."""

    def __init__(self, server: MockServer) -> None:
        self._server = server
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = itertools.count()

    def now(self) -> float:
        return self._server.clock.now

    def sleep(self, seconds: float) -> None:
        raise NotImplementedError

    async def async_sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now() + seconds, next(self._number), future))
        await future

    async def run(self) -> None:
        while True:
            for _ in range(100):
                await asyncio.sleep(0)
            if self._sleepers:
                moment, _, future = heapq.heappop(self._sleepers)
                self._server.clock.advance(max(0.0, moment - self.now()))
                if not future.done():
                    future.set_result(None)


def test_a_job_that_is_waited_for_is_not_polled_by_the_queue_as_well(async_world: World) -> None:
    seen: Counter[str] = Counter()

    def note(job: Any) -> None:
        seen[job.job_id] += 1

    async def make(client: Any) -> None:
        job = await call(client)
        await job.wait(on_progress=note)

    async def main() -> Wire:
        clock = InOrder(async_world.server)
        client, wire = async_world.client(max_jobs=3, clock=clock)
        running = asyncio.ensure_future(clock.run())
        async with client:
            await asyncio.gather(*(make(client) for _ in range(20)))
        running.cancel()
        return wire

    wire = asyncio.run(main())
    assert {job_id: polls + 1 for job_id, polls in wire.polls.items()} == seen, "the first report is of the acceptance"


def test_the_places_of_clients_made_with_options_are_the_same(world: World, colour: Colour) -> None:
    client, _ = world.client(max_jobs=1)
    colour.do(call(client))
    with pytest.raises(QueueTimeout):
        colour.do(call(client.with_options(max_wait=0)))
    colour.do(client.close())


# ---- in order, and not for ever ---------------------------------------------------------------------------------


def test_the_seventh_request_of_a_web_service_waits_in_order_and_is_told_its_place(async_world: World) -> None:
    async def main() -> None:
        client, _ = async_world.client()
        async with client:
            for number in range(JOBS_AT_ONCE):
                await call(client, f"running {number}")
            waiting: list[Any] = []
            for number in range(3):
                waiting.append(asyncio.ensure_future(call(client, f"waiting {number}")))
                await until_waiting(client, number + 1)
            assert client.queue == (JOBS_AT_ONCE, JOBS_AT_ONCE, 3)
            with pytest.raises(QueueTimeout, match=f"all {JOBS_AT_ONCE} places .*, and the call is number 4") as late:
                await call(client.with_options(max_wait=0))
            assert late.value.place == 4
            await asyncio.gather(*waiting)

    asyncio.run(main())
    assert async_world.texts[JOBS_AT_ONCE:] == ["waiting 0", "waiting 1", "waiting 2"]


def test_a_wait_that_takes_too_long_sends_nothing(world: World, colour: Colour) -> None:
    world.server.faults.add("never_ends")
    budget = Budget(2 * DIFFUSION + 40)
    client, _ = world.client(max_jobs=1, max_wait=20)
    with client.budget(budget):
        colour.do(call(client))
        begun = world.server.clock.now
        with pytest.raises(QueueTimeout, match=r"number 1 in the queue after 20 seconds\. Nothing was sent"):
            colour.do(call(client))
        assert 20 <= world.server.clock.now - begun < 22
        assert (len(world.server.ledger), budget.reserved) == (1, DIFFUSION)
    assert client.queue == (1, 1, 0)
    colour.do(client.close())


def test_a_call_that_is_cancelled_in_the_queue_sends_nothing_and_leaves_its_place_to_the_next(
    async_world: World,
) -> None:
    async def main() -> None:
        client, _ = async_world.client(max_jobs=1)
        async with client:
            with client.budget(10_000) as budget:
                await call(client, "first")
                calls: list[Any] = []
                for number in range(3):
                    calls.append(asyncio.ensure_future(call(client, f"waiting {number}")))
                    await until_waiting(client, number + 1)
                for cancelled in (calls[1], calls[0]):
                    cancelled.cancel()
                    with pytest.raises(asyncio.CancelledError) as left:
                        await cancelled
                    assert not any("may have been" in note for note in getattr(left.value, "__notes__", ()))
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0):
                        await call(client, "late")
                await calls[2]
                assert budget.spent + budget.reserved == 2 * DIFFUSION

    asyncio.run(main())
    assert async_world.texts == ["first", "waiting 2"]


def test_a_call_that_is_cancelled_before_its_retry_leaves_its_points_and_its_place(async_world: World) -> None:
    async_world.server.faults.add("rate_limit", times=5)

    async def main() -> None:
        client, wire = async_world.client(max_jobs=1)
        async with client:
            with client.budget(100) as budget:
                refused = asyncio.ensure_future(call(client))
                while not wire.refusals:
                    await asyncio.sleep(0)
                refused.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await refused
                assert (budget.reserved, client.queue) == (0, (1, 0, 0))

    asyncio.run(main())


def test_calls_that_waited_in_an_event_loop_that_was_closed_take_no_place(async_world: World) -> None:
    """A program that closes its loop without cancelling its tasks may keep them."""
    async_world.server.faults.add("never_ends")
    client, _ = async_world.client(max_jobs=1)
    loop, left = asyncio.new_event_loop(), list[Any]()

    async def wait_twice() -> None:
        await call(client, "first")
        left.extend(asyncio.ensure_future(call(client, f"left {number}")) for number in range(2))
        await until_waiting(client, 2)

    loop.run_until_complete(wait_twice())
    loop.close()
    asyncio.run(call(client, "next"))
    assert async_world.texts == ["first", "next"]
    for task in left:
        task.get_coro().close()
        task._log_destroy_pending = False


def test_a_call_that_was_being_sent_in_a_closed_event_loop_keeps_its_place_only_as_long_as_a_job_may_run(
    async_world: World,
) -> None:
    client, wire = async_world.client(max_jobs=1)
    sent, forward = list[Any](), wire.send

    async def send(send: Any) -> Any:
        if not sent:
            sent.append(asyncio.current_task())
            await asyncio.get_running_loop().create_future()
        return await forward(send)

    wire.send = send  # type: ignore[method-assign]
    loop, begun = asyncio.new_event_loop(), async_world.server.clock.now
    left: Any = loop.create_task(call(client, "left"))
    while not sent:
        loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    asyncio.run(call(client, "next"))
    assert async_world.texts == ["next"]
    assert 300 <= async_world.server.clock.now - begun < 302
    left.get_coro().close()
    left._log_destroy_pending = False


class Hooked:
    """A clock that does something once, between the look at the queue and the look at the time."""

    def __init__(self, inner: Any, action: Callable[[], object]) -> None:
        self._inner, self._action = inner, action
        self.is_due = False

    def now(self) -> float:
        if self.is_due and sys._getframe(1).f_code.co_name == "_waiting_for":
            self.is_due = False
            self._action()
        return float(self._inner.now())

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)
        self.is_due = True


def test_a_place_that_falls_free_as_the_wait_runs_out_is_used(server: MockServer) -> None:
    """Another thread may see the job end at that moment."""
    server.faults.add("never_ends")
    clock = Hooked(server.client()._clock, lambda: client.tasks.get(job.job_id))
    with server.client(clock=clock, max_jobs=1, max_wait=1) as client:
        job = call(client)
        server.jobs.complete(job.job_id)
        assert call(client).job_id != job.job_id
    assert not clock.is_due


def test_a_client_that_is_closed_ends_the_calls_that_wait(async_world: World) -> None:
    async_world.server.faults.add("never_ends")

    async def main() -> None:
        client, _ = async_world.client(max_jobs=1)
        await call(client)
        calls = [asyncio.ensure_future(call(client)) for _ in range(3)]
        await until_waiting(client, 3)
        await client.close()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [ConfigurationError] * 3

    asyncio.run(main())


# ---- when a place falls free ------------------------------------------------------------------------------------


def test_a_refused_call_leaves_its_place(world: World, colour: Colour) -> None:
    client, _ = world.client(max_jobs=1, max_wait=0)
    world.server.faults.add("error_before", status=422)
    with pytest.raises(UnprocessableError):
        colour.do(call(client))
    assert client.queue.running == 0
    colour.do(call(client))
    colour.do(client.close())


@pytest.mark.parametrize("how", ["wait", "refresh", "confirm", "get", "wait_all"])
def test_a_job_that_is_seen_to_have_ended_leaves_its_place(world: World, colour: Colour, how: str) -> None:
    client, _ = world.client(max_jobs=1)
    looks: dict[str, Callable[[Any], Any]] = {
        "wait": lambda job: job.wait(),
        "refresh": lambda job: job.refresh(),
        "confirm": client.confirm,
        "get": lambda job: client.tasks.get(job.job_id),
        "wait_all": lambda job: client.wait_all([job]),
    }
    for end in (world.server.jobs.complete, world.server.jobs.fail):
        job = colour.do(call(client))
        assert client.queue.running == 1
        end(job.job_id)
        with contextlib.suppress(JobFailed):
            colour.do(looks[how](job))
        assert client.queue.running == 0
    colour.do(client.close())


def test_an_unknown_outcome_keeps_its_place_until_such_a_job_must_have_ended(world: World, colour: Colour) -> None:
    client, _ = world.client(max_jobs=1)
    world.server.faults.add("close_after", method="POST")
    begun = world.server.clock.now
    with pytest.raises(SubmissionUnknown):
        colour.do(call(client))
    colour.do(call(client))
    assert 300 <= world.server.clock.now - begun < 302
    colour.do(client.close())


def test_a_job_that_never_ends_blocks_nobody_for_ever(world: World, colour: Colour) -> None:
    world.server.faults.add("never_ends")
    client, _ = world.client(max_jobs=1)
    begun = world.server.clock.now
    colour.do(call(client))
    colour.do(call(client))
    assert 300 <= world.server.clock.now - begun < 302
    colour.do(client.close())


def test_a_wait_that_the_caller_leaves_open_blocks_nobody(world: World, colour: Colour) -> None:
    """The jobs of a wait that goes on only when its caller comes back are polled by the queue."""
    client, _ = world.client(max_jobs=2)

    async def in_async() -> None:
        jobs = [await call(client) for _ in range(2)]
        world.server.jobs.complete(jobs[0].job_id)
        async for job in client.wait_all(jobs):
            await call(client)
            await call(client, f"after {job.job_id}")

    def in_sync() -> None:
        jobs = [call(client) for _ in range(2)]
        world.server.jobs.complete(jobs[0].job_id)
        for job in client.wait_all(jobs):
            call(client)
            call(client, f"after {job.job_id}")

    colour.do(in_async()) if world.is_async else in_sync()
    assert len(world.server.ledger) == 6
    colour.do(client.close())


def test_what_the_ledger_answers_needs_no_place(world: World, colour: Colour, tmp_path: Path) -> None:
    client, _ = world.client(max_jobs=1, max_wait=0, ledger=tmp_path / "legnext.db")
    job = colour.do(call(client, key="k"))
    assert colour.do(call(client, key="k")).job_id == job.job_id
    assert client.queue.running == 1
    colour.do(client.close())


@needs_fork
def test_a_fork_has_places_of_its_own_and_waits_for_the_jobs_that_run() -> None:
    with MockServer(time_scale=10_000) as running, running.client(max_jobs=1) as client:
        call(client)
        child = multiprocessing.get_context("fork").Process(target=call, args=(client,))
        child.start()
        child.join(60)
        assert child.exitcode == 0
        assert len(running.ledger) == 2


# ---- batches and chains -----------------------------------------------------------------------------------------


def test_single_calls_batches_and_chains_share_the_places(async_world: World, tmp_path: Path) -> None:
    rows = [{"key": f"cat-{number}", "text": f"a cat, number {number}"} for number in range(15)]

    async def batch(client: Any) -> None:
        results = [result async for result in client.batch(rows, tmp_path / "run.db", concurrency=10)]
        assert all(result.ok for result in results)

    async def single(client: Any) -> None:
        await (await call(client)).wait()

    async def main() -> Wire:
        client, wire = async_world.client(max_jobs=4)
        async with client:
            chain = client.run(VideoChain.start("waves").extend("the camera pulls back"), tmp_path / "chain.db")
            await asyncio.gather(batch(client), chain, *(single(client) for _ in range(15)))
            assert client.queue == (4, 0, 0)
        return wire

    wire = asyncio.run(main())
    assert (len(async_world.server.ledger), wire.refusals, wire.most) == (32, 0, 4)


def test_a_batch_and_threads_share_the_places(server: MockServer, tmp_path: Path) -> None:
    rows = [{"key": f"cat-{number}", "text": f"a cat, number {number}"} for number in range(12)]
    client, wire = World(server, is_async=False).client(max_jobs=3)
    with client:
        threads = [threading.Thread(target=lambda: call(client).wait()) for _ in range(12)]
        for thread in threads:
            thread.start()
        assert all(result.ok for result in client.batch(rows, tmp_path / "run.db"))
        for thread in threads:
            thread.join()
        assert client.queue == (3, 0, 0)
    assert (len(server.ledger), wire.refusals) == (24, 0)
    assert wire.most <= 3


def test_a_call_between_two_results_of_a_batch_gets_a_place(world: World, colour: Colour, tmp_path: Path) -> None:
    rows = [{"key": f"cat-{number}", "text": f"a cat, number {number}"} for number in range(5)]
    client, wire = world.client(max_jobs=1)

    async def in_async() -> None:
        async for result in client.batch(rows, tmp_path / "run.db"):
            await call(client, f"after {result.key}")

    def in_sync() -> None:
        for result in client.batch(rows, tmp_path / "run.db"):
            call(client, f"after {result.key}")

    colour.do(in_async()) if world.is_async else in_sync()
    assert (len(world.server.ledger), wire.refusals, wire.most) == (10, 0, 1)
    colour.do(client.close())


def test_a_batch_may_ask_for_more_than_the_usual_number_but_not_for_more_than_was_given(
    colour: Colour, tmp_path: Path
) -> None:
    rows = [{"key": f"cat-{number}", "text": f"a cat, number {number}"} for number in range(20)]
    with MockServer(in_process=True, concurrency=0) as server:
        world = World(server, is_async=colour.is_async)
        for path, options, least, most in (("a.db", {}, JOBS_AT_ONCE + 1, 12), ("b.db", {"max_jobs": 5}, 1, 5)):
            client, wire = world.client(**options)
            batch = client.batch(rows, tmp_path / path, concurrency=12)
            assert len(colour.do(batch) if world.is_async else list(batch)) == 20
            assert least <= wire.most <= most
            colour.do(client.close())


def test_a_batch_that_was_left_leaves_its_places_to_its_jobs(world: World, colour: Colour, tmp_path: Path) -> None:
    rows = [{"key": f"cat-{number}", "text": f"a cat, number {number}"} for number in range(9)]
    client, wire = world.client(max_jobs=3)

    async def in_async() -> None:
        async with client.batch(rows, tmp_path / "run.db") as batch:
            async for _ in batch:
                break

    if world.is_async:
        colour.do(in_async())
    else:
        with client.batch(rows, tmp_path / "run.db") as batch:
            next(iter(batch))
    sent = len(world.server.ledger)
    for _ in range(5):
        colour.do(call(client))
    assert (len(world.server.ledger), wire.most) == (sent + 5, 3)
    colour.do(client.close())


@pytest.mark.parametrize(
    ("outcome", "points"),
    [(NoResponse("the line went dead", sent=True), DIFFUSION), (NoResponse("no line", sent=False, retryable=False), 0)],
    ids=["unknown", "not sent"],
)
def test_a_batch_that_is_cancelled_before_a_bad_answer_keeps_no_place_for_ever(
    async_world: World, outcome: NoResponse, points: int
) -> None:
    async def main() -> None:
        client, wire = async_world.client(max_jobs=1)
        begun, may_go_on = asyncio.Event(), asyncio.Event()

        async def send(send: Any) -> Any:
            if not send.request.paid:
                return await forward(send)
            begun.set()
            await may_go_on.wait()
            return outcome

        async def run() -> None:
            async for _ in client.batch([{"text": "a cat"}]):
                pass

        forward, wire.send = wire.send, send  # type: ignore[method-assign]
        with client.budget(1000) as budget:
            running = asyncio.create_task(run())
            await begun.wait()
            running.cancel()
            await asyncio.sleep(0)
            may_go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert budget.spent + budget.reserved == points
            assert client.queue.running == bool(points)
            async_world.server.clock.advance(3600)
            assert client.queue.running == 0
        await client.close()

    asyncio.run(main())


def test_a_batch_takes_an_async_iterable(async_world: World, tmp_path: Path) -> None:
    async def rows() -> AsyncIterator[dict[str, Any]]:
        for number in range(10):
            await asyncio.sleep(0)
            yield {"key": f"cat-{number}", "text": f"a cat, number {number}"}
        yield {"key": "wrong", "text": ""}

    async def main() -> list[Any]:
        client, _ = async_world.client()
        async with client:
            return [result async for result in client.batch(rows(), tmp_path / "run.db", concurrency=2)]

    results = asyncio.run(main())
    assert sorted(result.state for result in results) == [*["done"] * 10, "new"]


def test_an_async_iterable_needs_an_async_client(server: MockServer) -> None:
    async def rows() -> AsyncIterator[dict[str, Any]]:
        yield {"text": "a cat"}

    given: Any = rows()
    with (
        server.client() as client,
        pytest.raises(InvalidRequest, match="rows from an async iterable need an AsyncClient"),
    ):
        list(client.batch(given))


@pytest.mark.parametrize("jobs", [0, -1, 1.5, True, "6"])
def test_the_number_of_places_is_a_whole_number(jobs: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_jobs must be a whole number, 1 or more; got"):
        Client("k", max_jobs=jobs)


@pytest.mark.parametrize("seconds", [-1, "1", float("nan")])
def test_the_longest_wait_is_seconds(seconds: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_wait must be seconds, 0 or more; got"):
        Client("k", max_wait=seconds)
