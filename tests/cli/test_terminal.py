"""On a terminal: bars and colours while a job is on its way, and Ctrl-C that loses nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.cli.exits import Exit
from tests.facts import DIFFUSION

from .terminals import NARROW

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-7][0-9;]*m")


def test_a_bar_shows_how_far_a_job_is_and_ctrl_c_how_to_go_on(terminal: Any, server: MockServer) -> None:
    session = terminal("diffusion", "never-end-this-job --v 7", "--wait", "--download", "out")
    session.read_until("Accepted")
    (job,) = server.jobs
    session.read_until("usually 0:")  # a typical job ends then
    session.read_until(f"processing {job[:8]}")
    session.read_until("━")
    assert COLOUR.search(session.raw)
    assert "\x1b[?25l" in session.raw, "the cursor is hidden while the bar moves"
    session.press(b"\x03")
    assert session.ended() == 130
    assert session.raw.rindex("\x1b[?25h") > session.raw.rindex("\x1b[?25l"), "and there again at the end"
    assert [line for line in session.lines if line][-2:] == [
        "Interrupted.",
        f"Wait for the rest: legnext wait {job} --download out",
    ]


def test_a_very_narrow_terminal_shows_the_state_and_a_part_of_the_id(terminal: Any, server: MockServer) -> None:
    session = terminal("diffusion", "never-end-this-job --v 7", "--wait", columns=40)
    session.read_until_seen(lambda seen: seen[-1].startswith("processing") and "━" in seen[-1])
    (job,) = server.jobs
    assert session.seen[-1].split()[1] == job[:8]
    assert re.search(r"\d+% +0:0", session.seen[-1])


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wished_for(terminal: Any, variables: dict[str, str]) -> None:
    session = terminal("diffusion", "fail-this-job", "--wait", **variables)
    assert session.ended() == Exit.JOB_FAILED
    assert not COLOUR.search(session.raw)
    assert ("\x1b[1m" in session.raw, "\x1b[2K" in session.raw) == (False, "TERM" not in variables)


def test_results_and_warnings_stay_while_bars_move(terminal: Any, server: MockServer) -> None:
    jobs = ("one", "two", "three")
    for job in jobs:
        server.jobs.add(job, status="retry")
    session = terminal("wait", *jobs)
    session.read_until_seen(lambda seen: all(any(line.startswith(f"retry {job}") for line in seen) for job in jobs))
    server.jobs.complete("one")
    session.read_until_seen(
        lambda seen: f"one completed: 4 images, {DIFFUSION} points charged" in seen and seen[-1].startswith("retry")
    )
    session.press(b"\x03")
    assert session.ended() == Exit.INTERRUPTED
    seen = session.seen
    assert [line for line in seen if line.startswith("http")] == server.jobs["one"]["output"]["image_urls"]
    assert f"one completed: 4 images, {DIFFUSION} points charged" in seen
    for job in jobs:
        assert f"{job}: unknown status 'retry'; still waiting" in seen
    assert not any("━" in line for line in seen)


def test_results_stay_whole_and_alone_where_they_are_piped(terminal: Any, server: MockServer, tmp_path: Path) -> None:
    session = terminal("diffusion", "a fox --v 7", "--download", "out", columns=NARROW, piped=True)
    assert session.ended() == 0
    (job,) = server.jobs
    files = session.read_piped()
    assert files == [f"out/{job}_{number}.png" for number in range(4)]
    assert all((tmp_path / file).is_file() for file in files)
    assert f"{job} completed: 4 images, {DIFFUSION} points charged" in session.lines, "not broken, though it is narrow"
