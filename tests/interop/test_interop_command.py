"""`make interop` never passes by not having run, ends with a verdict, and leaves nothing running."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import interop
import npm_tools
import pytest

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
sys.path.insert(0, {scripts!r})
import interop
sys.exit(interop.verdict([Path(session) for session in sys.argv[1:]]))
"""
YES = "def test_yes():\n    pass\n"
NO = "def test_no():\n    assert False\n"
SKIPPED = "import pytest\n\ndef test_not_today():\n    pytest.skip('no reason')\n"
BROKEN = "import nothing_of_that_name\n"
LONG = """
import socket
import subprocess
import sys

import pytest


@pytest.fixture
def started():
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_that_never_ends(started):
    with socket.create_connection(("127.0.0.1", {port})) as line:
        line.sendall(f"{{started.pid}}\\n".encode())
        line.recv(1)
"""


def command(*sessions: Path) -> list[str]:
    return [sys.executable, "-c", HOLD.format(scripts=str(ROOT / "scripts")), *map(str, sessions)]


def held(folder: Path, **sessions: str) -> subprocess.CompletedProcess[str]:
    """The verdict on sessions of these texts."""
    files = [folder / f"session_{name}.py" for name in sessions]
    for file, text in zip(files, sessions.values(), strict=True):
        file.write_text(text, encoding="utf-8")
    return subprocess.run(command(*files), cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def without_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(npm_tools, "TOOLS", tmp_path / "tools")
    monkeypatch.setattr(sys, "argv", ["interop.py"])
    return monkeypatch


def test_without_node_it_is_skipped_and_it_is_said_why(
    without_npm: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert without_npm
    assert interop.main() == 0
    assert "skipped, no second opinion was heard: node is not here" in capsys.readouterr().out


def test_without_npm_it_is_skipped_and_it_is_said_why(
    without_npm: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert without_npm
    (tmp_path / "node").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "node").chmod(0o755)
    assert interop.main() == 0
    assert "skipped, no second opinion was heard: npm is not here" in capsys.readouterr().out


@pytest.mark.parametrize("how", ["in CI", "by option"])
def test_where_it_is_required_nothing_is_skipped(
    without_npm: pytest.MonkeyPatch, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if how == "in CI":
        without_npm.setenv("CI", "true")
    else:
        without_npm.setattr(sys, "argv", ["interop.py", "--required"])
    assert interop.main() == 1
    assert "node is not here" in capsys.readouterr().err


def test_agreement_is_said_and_by_whom(tmp_path: Path) -> None:
    done = held(tmp_path, one=YES, another=YES * 2)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "one                1 passed" in done.stdout
    assert "interop: they agree with us" in done.stdout
    assert "newman" in done.stdout.splitlines()[0]


def test_one_that_does_not_say_yes_is_no_agreement(tmp_path: Path) -> None:
    done = held(tmp_path, yes=YES, no=NO, later=SKIPPED, silent="")
    assert done.returncode == 1
    assert "interop: NO AGREEMENT" in done.stderr
    assert "they agree" not in done.stdout
    *_, table = done.stdout.split("\n\n")
    said = dict(line.split(maxsplit=1) for line in table.splitlines())
    assert said == {"yes": "1 passed", "no": "1 failed", "later": "1 skipped", "silent": "did not speak"}


@pytest.mark.parametrize(
    "outcomes", [["failed"], ["skipped"], ["passed", "skipped"], ["passed", "failed"], []], ids=" and ".join
)
def test_only_yes_throughout_is_agreement(outcomes: list[str]) -> None:
    minutes = interop.Minutes()
    for outcome in outcomes:
        minutes.pytest_runtest_logreport(report(outcome))
    assert not minutes.agreed("session_one.py")


def report(outcome: Any) -> pytest.TestReport:
    return pytest.TestReport("", ("session_one.py", 1, "test"), {}, outcome, None, "call")


def test_a_session_that_cannot_begin_is_no_agreement(tmp_path: Path) -> None:
    done = held(tmp_path, yes=YES, broken=BROKEN)
    assert done.returncode == 1
    assert "NO AGREEMENT" in done.stderr


def test_what_was_started_is_stopped_when_it_is_ended(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        session = tmp_path / "session_long.py"
        session.write_text(LONG.format(port=listener.getsockname()[1]), encoding="utf-8")
        process = subprocess.Popen(command(session), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        line, _ = listener.accept()
        with line, line.makefile() as read:
            started = int(read.readline())
            process.terminate()  # answered as Ctrl-C is, which pytest handles itself
            said = process.communicate()[0].decode()
    assert process.returncode == 1, said
    assert "NO AGREEMENT" in said
    with pytest.raises(ProcessLookupError):
        os.kill(started, 0)
