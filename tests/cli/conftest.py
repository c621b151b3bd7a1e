"""A mock on a socket whose clock runs fast, and the two ways to run a command: in a process of its own, and in here."""

from __future__ import annotations

import io
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.cli.app import run
from legnext_client.cli.environment import VARIABLES
from legnext_client.testing import MockServer

from .asked import CHAIN, ROWS
from .commands import LEGNEXT, Ended, Run
from .terminals import WIDE, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FASTER = 20_000.0
"""A minute takes 3 milliseconds."""


@pytest.fixture(scope="session")
def running() -> Iterator[MockServer]:
    with MockServer(time_scale=FASTER, concurrency=0) as server:
        yield server


@pytest.fixture
def server(running: MockServer) -> MockServer:
    running.reset()
    return running


@pytest.fixture
def environment(server: MockServer, tmp_path: Path) -> dict[str, str]:
    """What a process gets: the way to the mock, nothing that forces colours, and a home that is empty."""
    kept = ("PATH", "LANG", "TMPDIR", *(name for name in os.environ if name.startswith("COVERAGE_")))
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    key, url, *_ = VARIABLES
    return inherited | {key: server.api_key, url: server.base_url, "HOME": str(tmp_path), "TERM": "xterm-256color"}


@pytest.fixture
def process(environment: dict[str, str], tmp_path: Path) -> Run:
    """The real entry point, in a process of its own, in an empty folder."""

    def start(*words: str, given: str = "", **variables: str | None) -> Ended:
        changed = {name: value for name, value in (environment | variables).items() if value is not None}
        command = [str(LEGNEXT), *words]
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, env=changed, cwd=tmp_path, check=False, timeout=60
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return start


@pytest.fixture
def legnext(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """The same in this process, which is much quicker."""
    for name in (*VARIABLES, "GITHUB_ACTIONS", "FORCE_COLOR", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def start(*words: str, given: str = "", **variables: str | None) -> Ended:
        capfd.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", io.StringIO(given))
            for name, value in variables.items():
                patch.delenv(name, raising=False) if value is None else patch.setenv(name, value)
            try:
                code = run(words)
            except SystemExit as ended:  # completion ends this way
                code = int(ended.code or 0)
        return Ended(code, *capfd.readouterr())

    return start


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path) -> Iterator[Any]:
    opened: list[Terminal] = []

    def start(*words: str, columns: int = WIDE, piped: bool = False, **variables: str) -> Terminal:
        opened.append(Terminal(environment | variables, tmp_path, *words, columns=columns, piped=piped))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """`chain.yaml`."""
    path = tmp_path / "chain.yaml"
    path.write_text(CHAIN, encoding="utf-8")
    return path


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """`rows.csv`."""
    path = tmp_path / "rows.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path
