"""What moves on a terminal wipes nothing away but itself: neither results nor words of warning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .terminals import screen

if TYPE_CHECKING:
    from legnext_client.testing import MockServer

STAYS = "retry"
"""A status in which a job remains until it is told otherwise."""


def test_results_and_warnings_stay_while_bars_move(terminal: Any, server: MockServer) -> None:
    jobs = ("one", "two", "three")
    for job in jobs:
        server.jobs.add(job, status=STAYS)
    session = terminal("wait", *jobs)
    session.read_until_seen(lambda seen: all(any(line.startswith(f"{STAYS} {job}") for line in seen) for job in jobs))
    server.jobs.complete("one")
    session.read_until_seen(
        lambda seen: "one completed: 4 images, 80 points charged" in seen and seen[-1].startswith(STAYS)
    )
    session.press(b"\x03")
    assert session.ended() == 130
    seen = session.seen
    assert [line for line in seen if line.startswith("http")] == server.jobs["one"]["output"]["image_urls"]
    assert "one completed: 4 images, 80 points charged" in seen
    for job in jobs:
        assert f"{job}: unknown status '{STAYS}'; still waiting" in seen
    assert not any("━" in line for line in seen)


def test_the_screen_of_these_tests_is_one() -> None:
    assert screen("a\r\nbc\rd\r\n", 9) == ["a", "dc", ""]
    assert screen("one\r\ntwo\r\x1b[2K\x1b[1A\x1b[2K\x1b[32mthree\x1b[0m", 9) == ["three", ""]
    assert screen("12345", 3) == ["123", "45"]
