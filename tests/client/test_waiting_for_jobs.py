"""Waiting for one job or many, in both colours: how it ends, and what is left in hand when it is broken off."""

from __future__ import annotations

import asyncio
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import InvalidRequest, JobFailed, WaitTimeout
from legnext_client._protocol.flow import NoResponse
from legnext_client.errors import LegnextError, NotFoundError
from legnext_client.prices import typical_seconds
from tests.facts import seconds

from .worlds import FAILED, Colour, Service, done, error_of, job, made, told

if TYPE_CHECKING:
    from legnext_client.jobs import AsyncJob, Job


def test_it_waits_until_the_job_is_done(colour: Colour) -> None:
    service = Service(job(), job("processing", progress=20), job("processing", progress=60), done())
    waited = made(colour, service)
    seen: list[tuple[str, int]] = []

    def hear(it: Job | AsyncJob) -> None:
        seen.append((it.status, it.progress))

    result = colour.do(waited.wait(on_progress=hear))
    assert result is waited
    assert seen == [("pending", 0), ("processing", 20), ("processing", 60), ("completed", 100)]
    assert len(waited.image_urls) == 4
    assert 0.5 < colour.clock.slept[0] / seconds("diffusion") < 0.67


@pytest.mark.parametrize("several", [False, True], ids=["wait", "wait_all"])
def test_progress_begins_at_once_with_the_accepted_job(colour: Colour, several: bool) -> None:
    service = Service(job(), done())
    waited = made(colour, service)
    seen: list[tuple[str, int, int]] = []

    def hear(it: Job | AsyncJob) -> None:
        seen.append((it.status, len(service.sent), len(colour.clock.slept)))

    client = colour.client(service)
    colour.do(client.wait_all([waited], on_progress=hear) if several else waited.wait(on_progress=hear))
    assert seen == [("pending", 1, 0), ("completed", 2, 1)]


def test_a_job_tells_how_long_one_like_it_takes(colour: Colour) -> None:
    client = colour.client(Service(job()))
    waited = colour.do(client.midjourney.diffusion(text="a fox"))
    turbo = colour.do(client.midjourney.diffusion(text="a fox --turbo"))
    assert waited.typical_seconds == typical_seconds("diffusion", {"text": "a fox"}) > turbo.typical_seconds
    assert pickle.loads(pickle.dumps(waited)).typical_seconds is None


def test_a_listener_may_be_a_coroutine_function() -> None:
    colour = Colour("async")
    heard: list[str] = []

    async def listen(it: AsyncJob) -> None:
        await asyncio.sleep(0)
        heard.append(it.status)

    colour.do(made(colour, Service(job(), job(), done())).wait(on_progress=listen))
    colour.do(colour.client(Service(job(), done())).tasks.wait_for_completion("j1", on_progress=listen))
    assert heard == ["pending", "pending", "completed", "pending", "completed"]
    colour.close()


@pytest.mark.parametrize("error", [ZeroDivisionError, StopIteration, KeyboardInterrupt])
def test_what_a_listener_raises_comes_out_and_the_job_can_be_waited_for_again(error: type[BaseException]) -> None:
    colour = Colour("sync")
    waited = made(colour, Service(job(), job(), done()))

    def listen(_: Job) -> None:
        raise error

    with pytest.raises(error):
        waited.wait(on_progress=listen)
    assert waited.wait().ok
    colour.close()


def test_a_failed_job_is_an_error_with_the_service_s_words(colour: Colour) -> None:
    waited = made(colour, Service(job(), FAILED))
    with pytest.raises(JobFailed, match="against the policy") as caught:
        colour.do(waited.wait())
    assert (caught.value.code, caught.value.job) == (403, waited)
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (str(twin), twin.job, twin.code) == (str(caught.value), waited, 403)


@pytest.mark.parametrize("error", [None, "no words", {"code": "x"}, {}, []])
def test_a_job_may_fail_without_a_word(colour: Colour, error: Any) -> None:
    waited = made(colour, Service(job(), job("failed", error=error)))
    with pytest.raises(JobFailed):
        colour.do(waited.wait())


def test_the_wait_ends_with_its_time_and_the_job_goes_on(colour: Colour) -> None:
    service = Service(job("processing"))
    waited = made(colour, service)
    before = colour.clock.time
    with pytest.raises(WaitTimeout, match=r"client\.tasks\.get") as caught:
        colour.do(waited.wait(timeout=100))
    assert colour.clock.time - before <= 100
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.job is waited
    assert " is not done after 98 seconds. The job is still running" in str(caught.value)
    assert caught.value.__cause__ is None
    assert pickle.loads(pickle.dumps(caught.value)).job == waited


@pytest.mark.parametrize(
    "options",
    [{"timeout": -1}, {"timeout": float("nan")}, {"poll_interval": 0}, {"timeout": True}, {"on_progress": 3}],
)
def test_a_wait_that_cannot_be_is_refused(colour: Colour, options: dict[str, Any]) -> None:
    client = colour.client(Service(job()))
    waited = colour.do(client.midjourney.diffusion(text="x"))
    for wait in (waited.wait, lambda **given: client.wait_all([waited], **given)):
        with pytest.raises(InvalidRequest):
            colour.do(wait(**options))


def test_any_job_is_waited_for_by_its_id(colour: Colour) -> None:
    service = Service(job("processing", "j9"), done("j9"))
    seen: list[str] = []

    def hear(it: Job | AsyncJob) -> None:
        seen.append(it.status)

    client = colour.client(service)
    found = colour.do(client.tasks.wait_for_completion("j9", timeout=60, poll_interval=2, on_progress=hear))
    assert (found.job_id, found.ok, seen) == ("j9", True, ["processing", "completed"])
    assert all(not send.request.paid for send in service.sent)


def test_a_video_known_by_its_id_is_waited_for_as_long_as_videos_last(colour: Colour) -> None:
    def answer(_: Any) -> Any:
        return (
            done("j9") if colour.clock.time > 1000 + 500 else job("processing", "j9") | {"task_type": "video_diffusion"}
        )

    assert colour.do(colour.client(Service(answer=answer)).tasks.wait_for_completion("j9")).ok


def test_an_id_that_is_unknown_ends_the_wait_soon(colour: Colour) -> None:
    client = colour.client(Service(told({"code": 404, "message": "none"}, 404)))
    with pytest.raises(NotFoundError):
        colour.do(client.tasks.wait_for_completion("j9"))
    assert sum(colour.clock.slept) < 5


def test_updates_are_the_accepted_job_and_each_answer_until_the_end(colour: Colour) -> None:
    service = Service(job(), job("processing"), FAILED)
    waited = made(colour, service)

    async def statuses() -> list[str]:
        return [it.status async for it in waited.updates()]

    found = colour.do(statuses()) if colour.is_async else [it.status for it in waited.updates()]
    assert found == ["pending", "processing", "failed"]
    assert len(colour.do(waited.updates())) == 1, "a job that is done has one last update"


def test_who_stops_listening_to_updates_leaves_a_job_that_can_be_waited_for(colour: Colour) -> None:
    waited = made(colour, Service(job(), job("processing"), job("processing"), done()))

    async def first() -> str:
        async for it in waited.updates():
            return str(it.status)
        raise AssertionError

    status = colour.do(first()) if colour.is_async else next(iter(waited.updates())).status
    assert status == "pending"
    assert colour.do(waited.wait()).ok


def test_refresh_asks_once(colour: Colour) -> None:
    service = Service(job(), job("processing"), done())
    found = made(colour, service)
    assert colour.do(found.refresh()) is found
    assert found.status == "processing"
    assert colour.do(found.refresh()).ok
    assert len(service.sent) == 3


def test_many_jobs_are_told_of_as_they_end(colour: Colour) -> None:
    ends = {"j1": 80.0, "j2": 30.0, "j3": 50.0}

    def answer(send: Any) -> Any:
        job_id = send.request.path.rsplit("/", 1)[1]
        if job_id == "j3" and colour.clock.time >= 1050:
            return job("failed", job_id)
        return done(job_id) if colour.clock.time >= 1000 + ends[job_id] else job("processing", job_id)

    client = colour.client(Service(answer=answer))
    heard: list[str] = []

    def hear(it: Job | AsyncJob) -> None:
        heard.append(it.job_id)

    ended = colour.do(client.wait_all(["j1", "j2", "j3"], poll_interval=5, on_progress=hear))
    assert [(it.job_id, it.ok) for it in ended] == [("j2", True), ("j3", False), ("j1", True)]
    assert set(heard) == set(ends)


def test_jobs_that_are_done_already_are_told_of_at_once(colour: Colour) -> None:
    service = Service(done(), done("j2"))
    first = made(colour, service)
    assert [it.job_id for it in colour.do(colour.client(service).wait_all([first, "j2"]))] == [
        "j1",
        "j2",
    ]


def test_a_wait_for_many_ends_with_its_time(colour: Colour) -> None:
    client = colour.client(Service(answer=lambda send: job(job_id=send.request.path[-2:])))
    with pytest.raises(WaitTimeout, match=r"2 of 2 jobs are not done after 5\d seconds: j1, j2\. The job") as caught:
        colour.do(client.wait_all(["j1", "j2"], timeout=60))
    assert caught.value.job.job_id == "j1"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (
            NoResponse("the network is gone", sent=True),
            r"GET \S+ the network is gone\. The job is still running",
        ),
        (told({"message": "down"}, 503), r"503 down \(GET /v1/job/j1\)\. The job is still running"),
        (told({"words": "x"}), r"200 the response is not a job: .*\. The job is still running"),
    ],
)
def test_a_wait_that_was_never_answered_says_so_and_why(colour: Colour, reply: Any, said: str) -> None:
    client = colour.client(Service(reply), retries=0)
    with pytest.raises(WaitTimeout, match=rf"done after 98 seconds\. The last \d+ polls failed: {said}") as late:
        colour.do(client.tasks.wait_for_completion("j1", timeout=100))
    assert isinstance(late.value.__cause__, LegnextError)
    with pytest.raises(WaitTimeout, match=rf"1 of 1 jobs .*: j1\. The last \d+ polls failed: {said}") as late:
        colour.do(client.wait_all(["j1"], timeout=100))
    assert isinstance(late.value.__cause__, LegnextError)


def test_of_many_that_are_waited_for_it_is_said_how_many_were_not_answered(colour: Colour) -> None:
    def answer(send: Any) -> Any:
        job_id = send.request.path[-2:]
        return job(job_id=job_id) if job_id == "j1" else NoResponse("reset", sent=True)

    client = colour.client(Service(answer=answer))
    with pytest.raises(WaitTimeout, match=r"j1, j2, j3\. The last \d+ polls for 2 of them failed: GET \S+/j3: reset"):
        colour.do(client.wait_all(["j1", "j2", "j3"], timeout=60))


def test_unknown_ids_among_others_are_raised_when_the_others_are_done(colour: Colour) -> None:
    def answer(send: Any) -> Any:
        job_id = send.request.path[-2:]
        return told({"message": "none"}, 404) if job_id.startswith("x") else done(job_id)

    def hear(it: Job | AsyncJob) -> None:
        seen.append(it.job_id)

    seen: list[str] = []
    client = colour.client(Service(answer=answer))
    error = error_of(colour, lambda: client.wait_all(["j1", "x1", "j2", "x2"], on_progress=hear))
    assert isinstance(error, NotFoundError)
    assert error.__notes__[0] == "Also refused: x2."
    assert seen == ["j1", "j2"]


def test_nothing_to_wait_for_is_no_wait(colour: Colour) -> None:
    assert colour.do(colour.client(Service(job())).wait_all([])) == []


def test_a_cancelled_wait_leaves_a_job_that_can_be_waited_for_again() -> None:
    colour = Colour("async")
    asked = asyncio.Event()

    async def scenario() -> str:
        waited = await colour.client(service).midjourney.diffusion(text="x")
        task = asyncio.create_task(waited.wait(timeout=float("inf")))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await waited.wait(timeout=float("inf"))
        ending.append(True)
        return (await waited.wait()).status  # type: ignore[no-any-return]

    ending: list[bool] = []

    def answer(send: Any) -> Any:
        if send.request.paid:
            return job()
        asked.set()
        return done() if ending else job("processing")

    service = Service(answer=answer)
    assert colour.do(scenario()) == "completed"
    colour.close()
