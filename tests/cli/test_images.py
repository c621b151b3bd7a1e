"""`--show` draws a job's images in a terminal that says that it can, and nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.cli.exits import Exit

if TYPE_CHECKING:
    from legnext_client.testing import MockServer

    from .commands import Run

CAN_DRAW, CELL = b"\x1b[?62;4c", b"\x1b[6;20;10t"
"""What a terminal with Sixel answers when it is asked what it can, and how large a letter is."""
SIXEL = re.compile(r"\x1bP[0-9;]*q")


@pytest.mark.parametrize("command", ["wait", "get"])
def test_a_terminal_that_can_shows_the_images(terminal: Any, server: MockServer, command: str) -> None:
    job = server.jobs.add()["job_id"]
    session = terminal(command, job, "--show")
    session.press(CAN_DRAW + CELL)  # before it is asked, so that no test depends on how fast it answers
    assert session.ended() == Exit.OK, session.lines
    assert len(SIXEL.findall(session.raw)) == len(server.jobs[job]["output"]["image_urls"])


def test_a_terminal_that_cannot_is_told_so_before_the_wait(terminal: Any) -> None:
    session = terminal("wait", "never-ends", "--show")
    session.press(b"\x1b[?62c")
    assert session.ended() == Exit.CONFIGURATION
    assert "this terminal cannot draw images; kitty, iTerm2" in "".join(session.lines)
    assert not SIXEL.search(session.raw)


def test_a_pipe_gets_no_escape_codes(legnext: Run, server: MockServer) -> None:
    job = server.jobs.add()["job_id"]
    for ended in (legnext("wait", job, "--show"), legnext("get", job, "--show", "--json")):
        assert ended.code == Exit.BAD_INPUT
        assert "--show needs a terminal to draw in" in ended.err
        assert "\x1b" not in ended.out + ended.err


def test_only_commands_that_show_a_job_take_it(legnext: Run) -> None:
    assert "--show" in legnext("get", "--help").out
    assert "--show" not in legnext("balance", "--help").out
