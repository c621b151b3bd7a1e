"""Conducts contestants: starts them, lets them run in turns, and has a mock's clock go on where one of them sleeps."""

from __future__ import annotations

import contextlib
import json
import subprocess
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from legnext_client.testing import MockServer

ROOT = Path(__file__).resolve().parent.parent
TURN = 1.0
CALLBACK = "http://127.0.0.1:9/ended"
"""Where nobody listens; the mocks here call nobody back."""


class Contestant:
    """A process that waits until it is told to begin."""

    def __init__(self, python: str, module: str, settings: Mapping[str, Any], server: MockServer | None = None) -> None:
        self.result: dict[str, Any] | None = None
        self._server = server
        self._process = subprocess.Popen(
            [python, "-m", f"benchmarks.contestants.{module}", json.dumps(settings)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, line: str = "") -> dict[str, Any]:
        """Say something, and wait for what it says."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            raise RuntimeError(f"a contestant ended with {self._process.wait()} and told nothing")
        found: dict[str, Any] = json.loads(said)
        return found

    def turn(self, seconds: float) -> None:
        """Let it run for so long, or until it tells what came of it; then it sleeps until its next turn."""
        ends = monotonic() + seconds
        while self.result is None and monotonic() < ends:
            said = self.ask()
            if "sleep" not in said:
                self.result = said
            elif self._server is not None:
                self._server.clock.advance(said["sleep"])

    def end(self) -> None:
        if self.result is None:
            self._process.terminate()
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate(timeout=20)


@contextlib.contextmanager
def started(contestants: Mapping[str, Contestant]) -> Generator[Mapping[str, Contestant]]:
    """Contestants that are ended in any case."""
    try:
        yield contestants
    finally:
        for contestant in contestants.values():
            contestant.end()


def conduct(contestants: Mapping[str, Contestant]) -> dict[str, dict[str, Any]]:
    """Let all run in turns until each has told what came of it."""
    with started(contestants):
        while left := [contestant for contestant in contestants.values() if contestant.result is None]:
            for contestant in left:
                contestant.turn(TURN)
    return {name: contestant.result or {} for name, contestant in contestants.items()}


def settings_for(server: MockServer, way: str, **more: object) -> dict[str, Any]:
    """What every contestant at a mock is told."""
    return {"way": way, "url": server.base_url, "key": server.api_key, "callback": CALLBACK, **more}
