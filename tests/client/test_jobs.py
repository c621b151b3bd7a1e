"""Jobs in the hands of a user: what they show, how they are waited for, and what can be built on them."""

from __future__ import annotations

import asyncio
import copy
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

from legnext_client import InvalidRequest, JobFailed, LegnextError, WaitTimeout
from legnext_client.core.flow import Lost
from legnext_client.errors import ConfigurationError, NotFoundError
from legnext_client.jobs import AsyncJob, Job

from .worlds import Colour, Service, done, job, told

FAILED = job("failed", error={"code": 403, "message": "against the policy", "raw_message": "raw"})


def made(colour: Colour, service: Service, **options: Any) -> Any:
    return colour.do(colour.client(service, **options).midjourney.diffusion(text="x"))


# ---- looking at it ---------------------------------------------------------------------------------------------------


def test_the_attributes_have_the_names_of_the_answer() -> None:
    raw = done(
        model="midjourney",
        input=None,
        detail="d",
        logs=["46%"],
        config={"service_mode": ""},
        error={"code": 0, "raw_message": "", "message": "", "detail": None},
        meta={
            "created_at": "2025-12-17T03:22:29+08:00",
            "started_at": "",
            "ended_at": "2025-11-05T08:22:37.784663288Z",
            "usage": {"type": "point", "frozen": 80, "consume": 40},
        },
        unknown="kept",
    )
    found = Job(raw)
    assert (found.job_id, found.status, found.task_type, found.model) == ("j1", "completed", "diffusion", "midjourney")
    assert (found.done, found.ok, found.progress, found.points) == (True, True, 100, 40)
    assert found.created_at == datetime(2025, 12, 16, 19, 22, 29, tzinfo=UTC)
    assert (found.started_at, found.ended_at and found.ended_at.microsecond) == (None, 784663)
    assert (found.input, found.detail, found.logs) == (None, "d", ["46%"])
    assert found.output.image_urls == found.image_urls == [f"https://files.test/j1-{number}.png" for number in range(4)]
    assert found.error.code == 0
    assert found.config.service_mode == ""
    assert found.meta.usage
    assert (found.video_urls, found.texts) == ([], [])
    assert found.raw is raw
    assert found.raw["unknown"] == "kept"


def test_a_bare_job_has_every_attribute() -> None:
    found = Job({"job_id": "j1"})
    assert (found.status, found.progress, found.points, found.logs, found.image_urls) == ("pending", 0, 0, [], [])
    assert (found.created_at, found.input, found.model) == (None, None, "")
    assert found.output is not None
    assert found.error is not None


def test_it_shows_itself_in_one_line() -> None:
    usage: Any = {"usage": {"frozen": 80}}
    assert (
        repr(Job(job("processing", progress="46%", meta=usage))) == "<Job j1, diffusion, processing, 46 %, 80 points>"
    )
    assert repr(Job(done())) == "<Job j1, diffusion, completed, 4 images>"
    assert repr(AsyncJob({"job_id": "j1"})) == "<AsyncJob j1, pending>"


def test_jobs_are_equal_when_they_tell_the_same() -> None:
    assert Job(job()) == Job(job())
    assert Job(job()) != Job(done())
    assert Job(job()) != "j1"
    assert len({Job(job()), Job(job()), Job(job(job_id="j2"))}) == 2


def pickled(it: Any) -> Any:
    return pickle.loads(pickle.dumps(it))


@pytest.mark.parametrize("twin_of", [pickled, copy.copy, copy.deepcopy])
def test_a_job_travels_without_its_client(colour: Colour, twin_of: Any) -> None:
    first = made(colour, Service(job()))
    twin = twin_of(first)
    assert twin == first
    assert type(twin) is type(first)
    with pytest.raises(ConfigurationError, match=r"use client\.tasks\.get\('j1'\)"):
        colour.do(twin.refresh())


# ---- waiting ---------------------------------------------------------------------------------------------------------


def test_it_waits_until_the_job_is_done(colour: Colour) -> None:
    service = Service(job(), job("processing", progress=20), job("processing", progress=60), done())
    waited = made(colour, service)
    seen: list[tuple[str, int]] = []

    def hear(it: Job | AsyncJob) -> None:
        seen.append((it.status, it.progress))

    result = colour.do(waited.wait(on_progress=hear))
    assert result is waited
    assert seen == [("processing", 20), ("processing", 60), ("completed", 100)]
    assert len(waited.image_urls) == 4
    assert 25 < colour.clock.slept[0] < 30


def test_a_listener_may_be_a_coroutine_function() -> None:
    colour = Colour("async")
    heard: list[str] = []

    async def listen(it: AsyncJob) -> None:
        await asyncio.sleep(0)
        heard.append(it.status)

    colour.do(made(colour, Service(job(), job(), done())).wait(on_progress=listen))
    colour.do(colour.client(Service(job(), done())).tasks.wait_for_completion("j1", on_progress=listen))
    assert heard == ["pending", "completed", "pending", "completed"]
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
    assert pickle.loads(pickle.dumps(caught.value)).job == waited


@pytest.mark.parametrize(
    "options", [{"timeout": -1}, {"timeout": float("nan")}, {"poll_interval": 0}, {"timeout": True}]
)
def test_times_that_cannot_be_are_refused(colour: Colour, options: dict[str, Any]) -> None:
    waited = made(colour, Service(job()))
    with pytest.raises(InvalidRequest):
        colour.do(waited.wait(**options))


def test_a_wait_without_end_is_possible(colour: Colour) -> None:
    waited = made(colour, Service(*[job()] * 300, done()))
    assert colour.do(waited.wait(timeout=float("inf"))).ok


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


def test_what_the_submission_said_of_when_to_ask_is_heeded(colour: Colour) -> None:
    waited = made(colour, Service(told(job(), retry_after="1.5"), told(job(), retry_after="0.5"), done()))
    colour.do(waited.wait())
    assert colour.clock.slept == [1.5, 0.5]


def test_a_failed_question_does_not_end_the_wait(colour: Colour) -> None:
    waited = made(colour, Service(job(), *[Lost("ReadTimeout", sent=True)] * 7, told(b"<html>"), told({}, 503), done()))
    assert colour.do(waited.wait()).ok


def test_updates_are_each_answer_until_the_end(colour: Colour) -> None:
    service = Service(job(), job("processing"), FAILED)
    waited = made(colour, service)

    async def statuses() -> list[str]:
        return [it.status async for it in waited.updates()]

    found = colour.do(statuses()) if colour.is_async else [it.status for it in waited.updates()]
    assert found == ["processing", "failed"]
    assert len(colour.do(waited.updates())) == 1, "a job that is done has one last update"


def test_updates_end_with_the_time(colour: Colour) -> None:
    waited = made(colour, Service(job()))
    with pytest.raises(WaitTimeout):
        colour.do(waited.updates(timeout=50))


def test_who_stops_listening_to_updates_leaves_a_job_that_can_be_waited_for(colour: Colour) -> None:
    waited = made(colour, Service(job(), job("processing"), job("processing"), done()))

    async def first() -> str:
        async for it in waited.updates():
            return str(it.status)
        raise AssertionError

    status = colour.do(first()) if colour.is_async else next(iter(waited.updates())).status
    assert status == "processing"
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
    with pytest.raises(WaitTimeout, match=r"2 of 2 jobs are not done yet: j1, j2\.") as caught:
        colour.do(client.wait_all(["j1", "j2"], timeout=60))
    assert caught.value.job.job_id == "j1"


def test_nothing_to_wait_for_is_no_wait(colour: Colour) -> None:
    assert colour.do(colour.client(Service(job())).wait_all([])) == []


def test_ctrl_c_leaves_a_job_that_can_be_waited_for_again(colour: Colour) -> None:
    waited = made(colour, Service(job(), job("processing"), KeyboardInterrupt(), done()))
    with pytest.raises(KeyboardInterrupt):
        colour.do(waited.wait())
    assert waited.status == "processing"
    colour.start_anew()
    assert colour.do(waited.wait()).ok


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


# ---- building on it --------------------------------------------------------------------------------------------------


def test_a_follow_up_sends_the_job_s_id(colour: Colour) -> None:
    service = Service(done(), job(job_id="j2"))
    first = made(colour, service)
    second = colour.do(first.upscale(image_no=2, type=1))
    assert second.job_id == "j2"
    assert service.bodies[-1] == {"jobId": "j1", "imageNo": 2, "type": 1}


def allowing(actions: Any) -> dict[str, Any]:
    return done(output={"available_actions": actions})


REFUSED: list[tuple[Any, int, str]] = [
    (FAILED, 0, "that job failed"),
    (done(), 3, ""),
    (done(images=1), 1, r"image_no must be below 1; got 1\. That job has 1 image\."),
    (done(images=2), 3, r"image_no must be below 2; got 3\. That job has 2 images\."),
    (done(images=0), 0, r"hat job has (0|no) images"),
    (job("processing"), 3, ""),
    (allowing({"upscale": [0, 1]}), 2, r"allows it for image_no \[0, 1\]"),
    (allowing({"upscale": [0, 1]}), 1, ""),
    (allowing({"upscale": []}), 1, "none; got 1"),
    (allowing({"upscale": False}), 1, "none; got 1"),
    (allowing({"upscale": True}), 1, ""),
    (allowing({"pan": [0]}), 1, ""),
    (allowing({}), 1, ""),
    (allowing(None), 1, ""),
    (allowing("odd"), 1, ""),
]


@pytest.mark.parametrize(("source", "number", "refused"), REFUSED)
def test_what_cannot_work_is_refused_before_it_is_sent_unless_one_insists(
    colour: Colour, source: Any, number: int, refused: str
) -> None:
    service = Service(source, job(job_id="j2"))
    first = made(colour, service)
    if refused:
        with pytest.raises(InvalidRequest, match=refused) as caught:
            colour.do(first.upscale(image_no=number, type=0))
        assert "job.insist()" in str(caught.value)
        assert len(service.sent) == 1
        assert colour.do(first.insist().upscale(image_no=number, type=0)).job_id == "j2"
    else:
        assert colour.do(first.upscale(image_no=number, type=0)).job_id == "j2"
    assert len(service.sent) == 2


def test_a_failed_job_cannot_be_done_again_unless_one_insists(colour: Colour) -> None:
    first = made(colour, Service(FAILED, job(job_id="j2")))
    with pytest.raises(InvalidRequest, match="there is nothing to build on"):
        colour.do(first.reroll())
    assert colour.do(first.insist().reroll()).job_id == "j2"


def test_the_videos_of_a_job_are_counted_for_follow_ups_of_videos(colour: Colour) -> None:
    film = job("completed", output={"video_urls": ["https://files.test/1.mp4", "https://files.test/2.mp4"]})
    first = made(colour, Service(film, job(job_id="j2")))
    with pytest.raises(InvalidRequest, match="video_no must be below 2; got 2"):
        colour.do(first.extend_video(video_no=2))
    assert colour.do(first.extend_video(video_no=1, prompt="on")).job_id == "j2"


def test_who_insists_keeps_everything_else(colour: Colour) -> None:
    service = Service(job(), done())
    first = made(colour, service)
    assert colour.do(first.insist().wait()).ok
    with pytest.raises(InvalidRequest):
        colour.do(first.insist().upscale(image_no=9, type=0))


def test_wrong_fields_are_refused_here(colour: Colour) -> None:
    service = Service(done())
    first = made(colour, service)
    with pytest.raises(ValueError, match="Nothing was sent"):
        colour.do(first.upscale(image_no=7, type=0))
    with pytest.raises(LegnextError, match="Nothing was sent"):
        colour.do(first.pan(image_no=0, direction=9, scale=1.5))
    assert len(service.sent) == 1


def test_an_id_that_cannot_be_sent_is_refused(colour: Colour) -> None:
    client = colour.client(Service(job()))
    for call in (client.tasks.get, client.tasks.wait_for_completion):
        with pytest.raises(InvalidRequest, match="job_id must"):
            colour.do(call("\ud83d"))
