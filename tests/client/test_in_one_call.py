"""Submitting, waiting and downloading in one call; in async, with one `await`."""

from __future__ import annotations

import asyncio
import gc
import inspect
import sys
import warnings
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from legnext_client import AsyncClient, DownloadError, InvalidRequest, JobFailed, WaitTimeout
from tests.tables import for_each

from .worlds import FAILED, KEY, AsyncWire, Colour, HandClock, Service, done, error_of, job

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.generated.types import Pending

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def served(*answers: dict[str, Any], file: httpx.Response | None = None) -> Any:
    """A service behind httpx: each answer in turn, the last one again and again, and its files."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "files.test":
            return file or httpx.Response(200, content=PNG)
        return httpx.Response(200, json=left.pop(0) if len(left) > 1 else left[0])

    return answer


def test_make_submits_waits_and_downloads(colour: Colour, tmp_path: Path) -> None:
    seen: list[Any] = []
    client = colour.httpx_client(served(job(), job("processing"), done(images=2)))
    made = colour.do(client.make("imagine", text="x", download=tmp_path / "out", on_progress=seen.append))
    assert made.ok
    assert seen[-1] is made
    assert [path.name for path in made.files] == ["j1_0.png", "j1_1.png"]
    assert all(path.read_bytes() == PNG for path in made.files)


def test_without_a_directory_nothing_is_downloaded(colour: Colour) -> None:
    service = Service(job(), done())
    made = colour.do(colour.client(service).make("diffusion", text="x", poll_interval=5, timeout=100))
    assert (made.ok, made.files) == (True, [])
    assert colour.clock.slept == [5.0]
    assert service.bodies == [{"text": "x"}]


def test_a_call_has_its_result(colour: Colour, tmp_path: Path) -> None:
    client = colour.httpx_client(served(job(), done(images=1)))
    made = colour.do(client.midjourney.diffusion(text="x").result(download=tmp_path, name="cat-{n}{ext}"))
    assert made.files == [tmp_path / "cat-0.png"]


def test_a_follow_up_has_its_result(colour: Colour) -> None:
    client = colour.client(Service(done(), job(job_id="j2"), done("j2")))
    first = colour.do(client.tasks.get("j1"))
    assert colour.do(first.upscale(image_no=0, type=0).result()).job_id == "j2"


def test_make_takes_the_names_of_commands_and_options_of_a_call(colour: Colour) -> None:
    service = Service(done())
    options: dict[str, Any] = {"extra_headers": {"x-a": "1"}, "extra_body": {"new": 1}}
    colour.do(colour.client(service).make("remove-background", img_url="https://a.test/1.png", **options))
    assert service.sent[0].request.headers["x-a"] == "1"
    assert service.bodies == [{"imgUrl": "https://a.test/1.png", "new": 1}]


@for_each(
    ("name", "given", "words"),
    [
        ("imagin", {"text": "x"}, "operation must be one that makes a job (did you mean imagine?)"),
        ("balance", {}, "operation must be one"),
        (7, {}, "operation must be one of"),
        ("imagine", {}, "text"),
        ("imagine", {"text": "x", "txt": "y"}, "txt"),
        ("imagine", {"text": "x", "timeout": -1}, "timeout must be seconds, 0 or more; got -1"),
        ("imagine", {"text": "x", "poll_interval": 0}, "poll_interval must be seconds above 0"),
        ("imagine", {"text": "x", "callbacks": "here"}, "callbacks must be a CallbackReceiver"),
        ("imagine", {"text": "x", "on_progress": 3}, "on_progress must be a function; got 3"),
        ("imagine", {"text": "x", "download": 7}, "download must be the path of a directory"),
        ("imagine", {"text": "x", "download": "out", "name": "{no}"}, "name"),
        ("imagine", {"text": "x", "download": "out", "name": "cat{ext}"}, "name must differ for each file"),
        ("describe", {"img_url": "https://a.test/1.png", "download": "out"}, "download must be omitted"),
    ],
)
def test_what_cannot_be_is_refused_before_it_is_paid_for(
    colour: Colour, name: Any, given: dict[str, Any], words: str
) -> None:
    service = Service(done())
    error = error_of(colour, lambda: colour.client(service).make(name, **given))
    assert isinstance(error, InvalidRequest)
    assert words in str(error)
    assert service.sent == []


def test_a_file_in_the_way_is_found_before_it_is_paid_for(colour: Colour, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    service = Service(done())
    error = error_of(colour, lambda: colour.client(service).make("imagine", text="x", download=tmp_path / "out"))
    assert "is not a directory" in str(error)
    assert service.sent == []


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux")
def test_a_directory_that_cannot_be_made_is_found_before_it_is_paid_for(colour: Colour) -> None:
    service = Service(done())
    error = error_of(colour, lambda: colour.client(service).make("imagine", text="x", download="/proc/nope"))
    assert "download must be writable" in str(error)
    assert service.sent == []


def test_a_failed_and_a_late_job_are_told_like_by_wait(colour: Colour) -> None:
    assert isinstance(
        error_of(colour, lambda: colour.client(Service(job(), FAILED)).make("imagine", text="x")), JobFailed
    )
    late = error_of(colour, lambda: colour.client(Service(job())).make("imagine", text="x", timeout=10))
    assert isinstance(late, WaitTimeout)
    assert late.job.job_id == "j1"


def test_a_job_whose_files_cannot_be_had_is_not_lost(colour: Colour, tmp_path: Path) -> None:
    client = colour.httpx_client(served(job(), done(), file=httpx.Response(404)), retries=0)
    error = error_of(colour, lambda: client.make("imagine", text="x", download=tmp_path))
    assert isinstance(error, DownloadError)
    assert any("j1 is done" in note and "client.tasks.get" in note for note in error.__notes__)


def test_files_are_those_of_the_last_download(colour: Colour, tmp_path: Path) -> None:
    client = colour.httpx_client(served(done(images=2)))
    made = colour.do(client.tasks.get("j1"))
    assert made.files == []
    paths = colour.do(made.download(tmp_path, which=1))
    assert made.files == paths == [tmp_path / "j1_1.png"]


# ---- async: a call is still a coroutine ---------------------------------------------------------------------------


def with_client(use: Any, *replies: Any) -> Any:
    async def main() -> Any:
        async with AsyncClient(KEY, transport=AsyncWire(Service(*replies)), clock=HandClock()) as client:
            return await use(client)

    return asyncio.run(main())


def test_a_call_goes_wherever_a_coroutine_goes() -> None:
    async def use(client: AsyncClient) -> list[str]:
        diffusion = client.midjourney.diffusion
        gathered = await asyncio.gather(diffusion(text="1"), diffusion(text="2"), diffusion(text="3").result())
        task = await asyncio.create_task(diffusion(text="4"))
        named = await asyncio.wait_for(diffusion(text="5"), 60)
        waited = await asyncio.wait_for(diffusion(text="6").result(), 60)
        async with asyncio.TaskGroup() as group:
            grouped = group.create_task(diffusion(text="7"))
        ended = asyncio.ensure_future(diffusion(text="8"))
        shielded = await asyncio.shield(diffusion(text="9"))
        return [each.job_id for each in (*gathered, task, named, waited, grouped.result(), await ended, shielded)]

    assert with_client(use, done()) == ["j1"] * 9


def test_it_runs_as_a_program_of_its_own() -> None:
    client = AsyncClient(KEY, transport=AsyncWire(Service(done())))
    call = client.midjourney.diffusion(text="x")
    assert asyncio.iscoroutine(call)
    assert inspect.isawaitable(call)
    assert repr(call) == "<Pending diffusion>"
    assert asyncio.run(call).ok


def test_a_task_of_it_can_be_cancelled() -> None:
    async def use(client: AsyncClient) -> bool:
        task = asyncio.create_task(client.midjourney.diffusion(text="x"))
        await asyncio.sleep(0)
        task.cancel()
        return (await asyncio.gather(task, return_exceptions=True))[0].__class__ is asyncio.CancelledError

    assert with_client(use, job())


@pytest.mark.parametrize("with_result", [False, True])
def test_a_call_that_nobody_awaits_is_warned_of_by_name(*, with_result: bool) -> None:
    client = AsyncClient(KEY, transport=AsyncWire(Service(done())))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call: Any = client.midjourney.diffusion(text="x")
        call = call.result() if with_result else call
        del call
        said = str(caught[0].message)
        caught.clear()  # a warning keeps what it is about
    assert said == "coroutine 'diffusion' was never awaited"


def test_a_call_refused_for_its_options_is_not_warned_of() -> None:
    async def use(client: AsyncClient) -> None:
        with pytest.raises(InvalidRequest):
            await client.midjourney.diffusion(text="x").result(timeout=-1)

    with_client(use, done())
    gc.collect()


def test_a_call_can_be_closed_instead() -> None:
    client = AsyncClient(KEY, transport=AsyncWire(Service(done())))
    call: Pending[Any] = client.midjourney.diffusion(text="x")
    call.close()
