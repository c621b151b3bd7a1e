"""Command lines as the tests write them, and what comes of them."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from legnext_client.cli.fields import words
from legnext_client.generated.operations import OPERATIONS, Operation
from tests.cli.forks import forked
from tests.documents import operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from legnext_client.testing import MockServer

LEGNEXT = Path(sys.executable).with_name("legnext")
"""The real entry point."""
DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "legnext_client" / "openapi.json").read_text(encoding="utf-8")
)


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def values(self) -> list[Any]:
        """The JSON values, one of each line; fails where a line is anything else."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Run(Protocol):
    """Runs a command; `given` is its standard input, None takes a variable away."""

    def __call__(self, *words: str, given: str = "", **variables: Any) -> Ended: ...


class Begun:
    """A command that runs until it is stopped."""

    def __init__(self, environment: dict[str, str], folder: Path, *words: str) -> None:
        (out, child_out), (err, child_err) = os.pipe(), os.pipe()
        self.process = forked(words, environment, folder, os.open(os.devnull, os.O_RDONLY), child_out, child_err)
        self.out, self.err = os.fdopen(out), os.fdopen(err)

    def line(self) -> str:
        """The next line of what it prints."""
        return self.out.readline().rstrip("\n")

    def signal(self, number: int) -> None:
        os.kill(self.process.pid or 0, number)

    def interrupt(self) -> Ended:
        """Ctrl-C, and what comes of it; lines that were read before are not there any more."""
        self.signal(signal.SIGINT)
        return self.ended()

    def ended(self) -> Ended:
        with self.out, self.err:
            out, err = self.out.read(), self.err.read()
        self.process.join(30)
        return Ended(self.process.exitcode or 0, out, err)


def until(happened: Callable[[], object]) -> None:
    """Give another process the time it needs."""
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.005)


def name_of(operation: Operation) -> str:
    return operation.name.replace("_", "-")


def examples() -> list[tuple[Operation, str, dict[str, Any]]]:
    """Every example of a request in the document."""
    found: list[tuple[Operation, str, dict[str, Any]]] = []
    for _, _, each in operations(DOCUMENT):
        content = each.get("requestBody", {}).get("content", {}).get("application/json", {})
        for name, example in content.get("examples", {}).items():
            found.append((OPERATIONS[each["operationId"]], name, example["value"]))
    return found


def command_line(operation: Operation, body: dict[str, Any]) -> list[str]:
    """The words that ask for a body."""
    places: list[str] = []
    options: list[str] = []
    for word in words(operation):
        if word.field.wire not in body:
            continue
        value = body[word.field.wire]
        values = value if isinstance(value, list) else [value]
        if isinstance(value, bool):
            options.append(word.name if value else f"--no-{word.name.removeprefix('--')}")
            continue
        texts = [one if isinstance(one, str) else json.dumps(one) for one in values]
        if word.by_place:
            places += texts
        else:
            options += [part for text in texts for part in (word.name, text)]
    return [name_of(operation), *places, *options]


def place_sources(server: MockServer, operation: Operation, body: dict[str, Any]) -> None:
    """Put the job that a body builds upon where the mock finds it."""
    if "jobId" not in body:
        return
    if operation.takes == "video":
        server.jobs.add(body["jobId"], operation="video_diffusion", body={"prompt": "waves"})
    else:
        flag = operation.source.flag if operation.source else None
        server.jobs.add(body["jobId"], body={"text": f"a fox --v 7{f' --{flag}' if flag else ''}"})
