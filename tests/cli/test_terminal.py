"""On a terminal: bars and colours while a job is on its way, and Ctrl-C that loses nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .terminals import CONTROL, NARROW

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


def test_no_colour_where_none_is_wished_for(terminal: Any) -> None:
    for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        for words in (
            ("diffusion", "a fox --v 7", "--wait"),
            ("balance",),
            ("--help",),
            ("diffusion", "fail-this-job", "--wait"),
        ):
            session = terminal(*words, **variables)
            assert session.ended() in (0, 6)
            assert not COLOUR.search(session.raw), (words, variables)


def test_results_stay_whole_and_alone_where_they_are_piped(terminal: Any, server: MockServer) -> None:
    session = terminal("diffusion", "a fox --v 7", "--wait", columns=NARROW, piped=True)
    assert session.ended() == 0
    (job,) = server.jobs.values()
    assert session.process.stdout.read().decode().splitlines() == job["output"]["image_urls"]
    assert f"{job['job_id']} completed" in CONTROL.sub("", session.raw)


def test_addresses_and_ids_are_not_broken_in_a_narrow_terminal(terminal: Any, server: MockServer) -> None:
    session = terminal("diffusion", "a fox --v 7", "--wait", columns=NARROW)
    assert session.ended() == 0
    (job,) = server.jobs.values()
    assert [line for line in session.lines if line.startswith("http")] == job["output"]["image_urls"]
    assert f"{job['job_id']} completed: 4 images, 80 points charged" in session.lines


def test_files_have_bars_too(terminal: Any, server: MockServer, tmp_path: Path) -> None:
    server.jobs.add("a-job")
    session = terminal("download", "a-job", "out", "--which", "0")
    assert session.ended() == 0
    assert "out/a-job_0.png" in session.lines
    assert (tmp_path / "out" / "a-job_0.png").is_file()


def test_a_table_is_bold_where_it_has_names(terminal: Any) -> None:
    session = terminal("price")
    assert session.ended() == 0
    assert re.search(r"\x1b\[1m\s*operation", session.raw)
