"""On a terminal: bars and colours while a job is on its way, and Ctrl-C that loses nothing."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
from typing import TYPE_CHECKING, Any

import pytest

from .commands import LEGNEXT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from legnext_client.testing import MockServer

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-7][0-9;]*m")
WIDE, NARROW = 140, 60


class Terminal:
    """A terminal of so many columns, in which a command runs; `piped` keeps its standard output out of it."""

    def __init__(
        self, environment: dict[str, str], folder: Path, *words: str, columns: int = WIDE, piped: bool = False
    ) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = subprocess.Popen(
            [str(LEGNEXT), *words],
            stdin=theirs,
            stdout=subprocess.PIPE if piped else theirs,
            stderr=theirs,
            env=environment,
            cwd=folder,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.raw = ""

    def read_until(self, wanted: str) -> None:
        """Read until this is on the screen."""
        while wanted not in CONTROL.sub("", self.raw):
            assert self._read(), f"it ended before {wanted!r}: {self.raw}"

    def press(self, key: bytes) -> None:
        os.write(self._ours, key)

    def ended(self) -> int:
        """Read all the rest; the exit code."""
        while self._read():
            pass
        return self.process.wait(30)

    @property
    def lines(self) -> list[str]:
        """What was written, without what moves the cursor and makes colours."""
        return [line.rstrip() for line in CONTROL.sub("", self.raw).replace("\r", "\n").splitlines()]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        os.close(self._ours)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], 30)
        assert ready, f"nothing more comes: {self.raw}"
        try:
            part = os.read(self._ours, 65536)
        except OSError:  # so Linux says that the other side is closed
            return False
        self.raw += part.decode(errors="replace")
        return bool(part)


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path) -> Iterator[Any]:
    opened: list[Terminal] = []

    def start(*words: str, columns: int = WIDE, piped: bool = False, **variables: str) -> Terminal:
        opened.append(Terminal(environment | variables, tmp_path, *words, columns=columns, piped=piped))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def test_a_bar_shows_how_far_a_job_is_and_ctrl_c_how_to_go_on(terminal: Any, server: MockServer) -> None:
    session = terminal("diffusion", "never-end-this-job --v 7", "--wait", "--download", "out")
    session.read_until("Accepted")
    (job,) = server.jobs
    session.read_until(f"{job} processing")
    session.read_until("━")
    assert COLOUR.search(session.raw)
    assert "\x1b[?25l" in session.raw, "the cursor is hidden while the bar moves"
    session.press(b"\x03")
    assert session.ended() == 130
    assert session.raw.rindex("\x1b[?25h") > session.raw.rindex("\x1b[?25l"), "and there again at the end"
    assert [line for line in session.lines if line][-2:] == [
        "Interrupted.",
        f"Take up what goes on: legnext wait {job} --download out",
    ]


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
