"""A chain as something to run: what it asks for has a digest, which journals keep and which never changes by itself."""

from __future__ import annotations

from legnext_client._calls.items import digest_of
from legnext_client.chains import VideoChain


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


def test_a_digest_does_not_depend_on_order_or_spelling_of_values() -> None:
    assert digest_of([("a", {"x": 2, "y": [1.0, {"p": 1, "q": 2.5}]})]) == digest_of(
        [("a", {"y": (1, {"q": 2.5, "p": 1.0}), "x": 2.0})]
    )
    assert digest_of([("a", {"x": 2})]) != digest_of([("a", {"x": "2"})])
    assert digest_of([("a", {})]) != digest_of([("b", {})])
    assert digest_of([("a", {}), ("b", {})]) != digest_of([("b", {}), ("a", {})])
