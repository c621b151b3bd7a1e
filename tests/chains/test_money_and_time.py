"""A chain says what it costs, how long the chain is and how long the making takes; and the service agrees."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import pytest

from legnext_client._protocol.state import State
from legnext_client.chains import VideoChain
from legnext_client.errors import BadRequestError, UnprocessableError
from legnext_client.generated.rules import POINTS_PER_USD
from legnext_client.testing import MockServer
from tests import facts
from tests.facts import LARGE_VIDEO, VIDEO
from tests.tables import for_each

from .jobs import images, videos

if TYPE_CHECKING:
    from collections.abc import Iterator


SMALL, LARGE = facts.points("extend_video"), facts.points("extend_video", source="720p")
LAST = facts.points("video_upscale")


def points(chain: VideoChain) -> list[int]:
    return [estimate.points for _, estimate in chain.price().steps]


@pytest.mark.parametrize(("video_type", "start", "each"), [(0, VIDEO, SMALL), (1, LARGE_VIDEO, LARGE)])
def test_an_extension_costs_what_the_size_of_the_start_makes_it_cost(video_type: int, start: int, each: int) -> None:
    whole = start + 2 * each + LAST
    for begun in (
        VideoChain.start("x", video_type),
        VideoChain.from_image("i1", 0, video_type=video_type),
        VideoChain.from_image(images(), 0, video_type=video_type),
    ):
        chain = begun.extend().extend("on").upscale()
        assert points(chain) == [start, each, each, LAST]
        assert (chain.price().points, chain.price().reserve) == (whole, whole)
        assert chain.price().usd == whole / POINTS_PER_USD


@pytest.mark.parametrize(("size", "each"), [("480p", SMALL), ("720p", LARGE)])
def test_an_extension_of_a_video_costs_what_its_size_makes_it_cost(size: str, each: int) -> None:
    assert points(VideoChain.from_video(videos(size=size)).extend().extend()) == [each, each]
    assert points(VideoChain.from_video("v1", source=size).extend().extend()) == [each, each]


def test_of_a_video_whose_size_is_not_known_the_dearer_counts() -> None:
    for source in ("v1", videos()):
        assert points(VideoChain.from_video(source).extend().upscale()) == [LARGE, LAST]


def test_what_the_caller_says_of_the_size_beats_what_the_job_tells() -> None:
    assert points(VideoChain.from_video(videos(size="720p"), source="480p").extend()) == [SMALL]


def test_flags_of_each_prompt_count_for_their_step() -> None:
    chain = VideoChain.start("x --bs 1", 1).extend("y --turbo").extend("z --bs 2")
    assert points(chain) == [
        ceil(LARGE_VIDEO * facts.factor("bs", "video", 1)),
        ceil(LARGE * facts.factor("turbo", "video")),
        ceil(LARGE * facts.factor("bs", "video", 2)),
    ]


def test_a_price_is_a_small_table() -> None:
    price = VideoChain.start("x", 1).extend().upscale().price()
    assert str(price).splitlines() == [
        f"start        {LARGE_VIDEO:4}  {LARGE_VIDEO} with video_type 1",
        f"extension 1  {LARGE:4}  {LARGE} for a source of 720p",
        f"upscale      {LAST:4}",
        f"in all       {LARGE_VIDEO + LARGE + LAST:4}  points, an estimate",
    ]
    assert str(VideoChain.from_video("v1").price()) == "in all  0  points, an estimate"


@for_each(
    ("chain", "seconds"),
    [
        (VideoChain.start("x"), 4),
        (VideoChain.start("x").extend(), 8),
        (VideoChain.start("x").extend().extend().extend().extend().upscale(), 20),
        (VideoChain.start("x").upscale(), 4),
        (VideoChain.from_image("i1", 0).extend(), 8),
        (VideoChain.from_video("v1").upscale(), 4),
        (VideoChain.from_video("v1", extensions=2).extend(), 16),
        (VideoChain.from_video(videos(task_type="extend_video")).extend(), 12),
    ],
)
def test_a_chain_is_as_long_as_its_start_and_its_extensions(chain: VideoChain, seconds: int) -> None:
    assert chain.seconds == seconds


def test_the_making_takes_as_long_as_its_steps_one_after_the_other() -> None:
    chain = VideoChain.start("x").extend().extend("y").upscale()
    start, extension, last = map(facts.seconds, ("video_diffusion", "extend_video", "video_upscale"))
    assert chain.typical_seconds == start + 2 * extension + last
    turbo = facts.seconds("video_diffusion", "turbo", model="video")
    assert VideoChain.start("x --turbo").typical_seconds == pytest.approx(turbo)


# ---- the service agrees -------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(in_process=True) as server:
        yield server


CHAINS = {
    "480p": VideoChain.start("waves roll in").extend("night falls", 3).extend().extend().extend("dawn").upscale(),
    "720p": VideoChain.start("waves roll in --bs 2", 1).extend(video_no=1).upscale(video_no=2),
    "turbo": VideoChain.start("https://a.test/b.png waves --turbo").extend("on --bs 1").upscale(),
}


@pytest.mark.parametrize("name", CHAINS)
def test_the_service_takes_every_step_and_charges_what_was_said(server: MockServer, name: str) -> None:
    chain = CHAINS[name]
    item = chain.row("chain")
    with server.client() as client:
        finished: list[State] = []
        for number in range(item.steps):
            before = server.consumed
            call = item.call(number, finished)
            job = getattr(client.midjourney, call.operation.name)(**call.fields).wait()
            finished.append(State(job.raw))
            assert server.consumed - before == item.cost(number).points
    assert server.consumed == chain.price().points


def test_the_service_refuses_what_is_refused_here(server: MockServer) -> None:
    """The limits of the table are those of the service: one step further, it answers with an error."""
    with server.client() as client:
        job = client.midjourney.video_diffusion(prompt="waves").wait()
        for _ in range(4):
            job = job.extend_video(video_no=0).wait()
        with pytest.raises((BadRequestError, UnprocessableError)):
            job.extend_video(video_no=0)
        large = job.video_upscale(video_no=0).wait()
        with pytest.raises((BadRequestError, UnprocessableError)):
            large.insist().extend_video(video_no=0)
        few = client.midjourney.video_diffusion(prompt="waves --bs 1").wait()
        with pytest.raises((BadRequestError, UnprocessableError)):
            few.insist().extend_video(video_no=1)
