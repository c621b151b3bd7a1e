"""What a batch tells of its rows: whatever has become of them, a loop can print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legnext_client import VideoChain

if TYPE_CHECKING:
    from .conftest import World


def test_what_a_row_has_made_can_be_asked_whatever_became_of_it(world: World) -> None:
    world.server.faults.add("error_before", times=1, status=400, method="POST")
    world.server.faults.add("job_fails", times=1)
    rows = [("imagine", {"text": f"a cat {number}"}) for number in range(3)]
    results, _ = world.batch([*rows, VideoChain.start("waves")], concurrency=1)
    assert [(result.state, result.job is None) for result in results] == [
        ("failed", True),
        ("failed", False),
        ("done", False),
        ("done", False),
    ]
    assert [len(result.image_urls) for result in results] == [0, 0, 4, 0]
    assert [len(result.video_urls) for result in results] == [0, 0, 0, 4]
    assert results[2].image_urls == results[2].job.image_urls
    assert results[3].video_urls == results[3].job.video_urls
