"""Command lines as the tests write them, and what comes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from legnext_client.cli.fields import words
from legnext_client.cli.operations import OPTIONS
from legnext_client.generated.operations import OPERATIONS, Operation

if TYPE_CHECKING:
    from legnext_client.testing import MockServer

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


class Here(Protocol):
    """Runs a command in this process."""

    def __call__(self, *words: str) -> Ended: ...


class Process(Protocol):
    """Runs a command in a process of its own; `given` is its standard input, None takes a variable away."""

    def __call__(self, *words: str, given: str = "", **variables: str | None) -> Ended: ...


def name_of(operation: Operation) -> str:
    return operation.name.replace("_", "-")


def examples() -> list[tuple[Operation, str, dict[str, Any]]]:
    """Every example of a request in the document."""
    found: list[tuple[Operation, str, dict[str, Any]]] = []
    for item in DOCUMENT["paths"].values():
        for each in item.values():
            content = each.get("requestBody", {}).get("content", {}).get("application/json", {})
            for name, example in content.get("examples", {}).items():
                found.append((OPERATIONS[each["operationId"]], name, example["value"]))
    return found


def command_line(operation: Operation, body: dict[str, Any]) -> list[str]:
    """The words that ask for a body."""
    places: list[str] = []
    options: list[str] = []
    for word in words(operation, OPTIONS):
        if word.field.wire not in body:
            continue
        value = body[word.field.wire]
        values = value if isinstance(value, list) else [value]
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
