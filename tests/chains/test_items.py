"""A chain as something to run: what it asks for has a digest, which journals keep and which never changes by itself."""

from __future__ import annotations

import pytest

from legnext_client._calls.items import digest_of
from legnext_client._protocol.state import State
from legnext_client.chains import VideoChain

from .jobs import videos


def digest(chain: VideoChain) -> str:
    return chain.row("chain").digest


def test_the_digest_of_a_chain_stays_what_it_is() -> None:
    # Journals hold them: another digest for the same chain would have it paid for again.
    assert digest(VideoChain.start("waves", 1).extend("on", 2).upscale()) == "693c2c6945d1edd4"
    assert digest(VideoChain.from_image("i1", 0).extend(video_no=len)) == "51c2c3e862df9514"
    assert digest(VideoChain.from_video("v1").extend()) == "619f0a2946f6051c"


def test_the_digest_changes_with_what_is_asked_for() -> None:
    different = [
        VideoChain.start("x"),
        VideoChain.start("y"),
        VideoChain.start("x", 1),
        VideoChain.start("x").extend(),
        VideoChain.start("x").extend(video_no=1),
        VideoChain.start("x").extend("on"),
        VideoChain.start("x").extend(video_no=len),
        VideoChain.start("x").upscale(),
        VideoChain.from_image("a", 0, "x"),
        VideoChain.from_image("b", 0, "x"),
        VideoChain.from_video("a").extend(),
        VideoChain.from_video("b").extend(),
    ]
    assert len({digest(chain) for chain in different}) == len(different)


def test_all_functions_are_the_same_to_the_digest() -> None:
    assert digest(VideoChain.start("x").extend(video_no=len)) == digest(VideoChain.start("x").extend(video_no=abs))


def test_what_is_merely_known_of_a_video_is_nothing_to_the_digest() -> None:
    told = VideoChain.from_video(videos(size="720p", task_type="extend_video")).extend()
    assert digest(told) == digest(VideoChain.from_video("v1").extend())


def test_a_digest_does_not_depend_on_order_or_spelling_of_values() -> None:
    assert digest_of([("a", {"x": 2, "y": [1.0, {"p": 1, "q": 2.5}]})]) == digest_of(
        [("a", {"y": (1, {"q": 2.5, "p": 1.0}), "x": 2.0})]
    )
    assert digest_of([("a", {"x": 2})]) != digest_of([("a", {"x": "2"})])
    assert digest_of([("a", {})]) != digest_of([("b", {})])
    assert digest_of([("a", {}), ("b", {})]) != digest_of([("b", {}), ("a", {})])


def test_an_item_tells_what_it_takes() -> None:
    item = VideoChain.start("x", 1).extend().row("chain")
    assert (item.key, item.steps, item.wrong) == ("chain", 2, None)
    assert [item.cost(step).reserve for step in range(item.steps)] == [1536, 1536]
    assert item.described() == {"chain": VideoChain.start("x", 1).extend().to_dict()}
    with pytest.raises(IndexError):
        item.call(2, [State({"job_id": "a"}), State({"job_id": "b"})])


def test_each_call_says_of_which_size_its_source_is() -> None:
    item = VideoChain.start("x", 1).extend().upscale().row("chain")
    assert [item.call(step, [State({"job_id": "a"})]).source for step in range(3)] == [None, "720p", "720p"]
    assert VideoChain.from_video("v").extend().row("chain").call(0, ()).source is None
    assert VideoChain.from_video("v", source="480p").upscale().row("chain").call(0, ()).source == "480p"
