"""Runs a few lines with a client and tells in a word or two what came of them.

Both clients' lines are run by this file, each with its own interpreter and package, so it imports neither. Read from
standard input, it runs the published SDK: its pauses move the clock of the mock server instead of taking time.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from typing import Any


def outcome(lines: str, names: dict[str, Any]) -> str:
    """The error that came of the lines, or what they call `result`."""
    try:
        exec(compile(lines, "<lines>", "exec"), names)
    except Exception as error:
        return f"`{spelled(type(error))}`"
    return str(names.get("result", "done"))


def spelled(kind: type[BaseException]) -> str:
    """An error of the client's own by its name alone; one of somebody else's with its package."""
    package = kind.__module__.partition(".")[0].removesuffix("_core")
    return kind.__name__ if package in {"builtins", "legnext", "legnext_client"} else f"{package}.{kind.__name__}"


class MockTime:
    """Time as the published SDK sees it: its pauses are added up, and move the clock of the mock."""

    def __init__(self, control: str) -> None:
        self.control, self.slept, self.real = control, 0.0, time.time

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        import_module("httpx").post(self.control, json={"advance": seconds}).raise_for_status()

    def time(self) -> float:
        return self.real() + self.slept


def main() -> None:
    told = json.load(sys.stdin)
    clock = MockTime(told["root_url"] + "/__mock__/clock")
    vars(time).update(sleep=clock.sleep, time=clock.time)
    package = import_module("legnext")
    client = package.Client(told["api_key"], base_url=told["base_url"], **told["options"])
    found = outcome(told["lines"], {**told["names"], "client": client, "package": package})
    print(json.dumps({"outcome": found, "seconds": round(clock.slept)}))


if __name__ == "__main__":
    main()
