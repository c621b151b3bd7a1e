"""Downloads end to end, from the mock: what a user writes, on a socket and inside the process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import av
import pytest
from PIL import Image

from legnext_client.errors import DownloadError
from legnext_client.testing import MockServer

from .conftest import files_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = 86_400


@pytest.fixture(scope="module")
def running() -> Iterator[MockServer]:
    with MockServer(concurrency=0) as server:
        yield server


@pytest.fixture
def server(running: MockServer) -> MockServer:
    running.reset()
    return running


def test_images_are_downloaded_and_open(server: MockServer, out: Path) -> None:
    with server.client() as client:
        job = client.midjourney.diffusion(text="a lighthouse --ar 2:1").wait()
        paths = job.download(out)
        assert [path.name for path in paths] == [f"{job.job_id}_{number}.png" for number in range(4)]
        for path in paths:
            with Image.open(path) as image:
                image.load()
                assert image.format == "PNG"
                assert image.width > image.height
        assert client.download(job.image_urls, out / "again", "{n}{ext}") == [
            out / "again" / f"{n}.png" for n in range(4)
        ]
        assert files_in(out / "again")["2.png"] == paths[2].read_bytes()


def test_a_video_is_downloaded_and_opens(server: MockServer, out: Path) -> None:
    async def go() -> list[Path]:
        async with server.async_client() as client:
            job = await client.midjourney.video_diffusion(prompt="waves roll in --bs 1", video_type=0)
            return await (await job.wait()).download(out, "chains/{task_type}_{n}{ext}")

    (path,) = asyncio.run(go())
    assert path == out / "chains" / "video_diffusion_0.mp4"
    with av.open(str(path)) as chain:
        frames = sum(1 for _ in chain.decode(video=0))
    assert frames > 6  # tests have a quarter of the frames


def test_an_expired_output_says_how_long_it_was_kept(server: MockServer, out: Path) -> None:
    with server.client() as client:
        job = client.midjourney.diffusion(text="a lighthouse").wait()
        kept = job.download(out, which=0)
        server.clock.advance(31 * DAY)
        with pytest.raises(DownloadError, match=r"404.*kept for 7 to 30 days"):
            job.download(out, which=1)
        assert job.download(out, which=0) == kept


def test_a_file_goes_on_after_the_server_was_gone(server: MockServer, out: Path) -> None:
    with server.client() as client:
        job = client.midjourney.diffusion(text="a lighthouse").wait()
        whole = job.download(out / "whole", which=0)[0].read_bytes()
        lost = server.faults.add("close_after", path="/files/", times=2)
        assert job.download(out, which=0)[0].read_bytes() == whole
        cut = server.faults.add("truncate", path="/files/", times=2)
        assert job.download(out / "cut", which=0)[0].read_bytes() == whole
        assert (lost.struck, cut.struck) == (2, 2)
        server.faults.add("html", path="/files/", times=1)
        with pytest.raises(DownloadError, match="web page"):
            job.download(out / "page", which=0)
        assert files_in(out / "page") == {}
