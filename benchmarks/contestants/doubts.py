"""Paid calls while answers are lost: each is made once, and what to do about its answer is left to the client."""

from __future__ import annotations

import time
from collections import Counter
from importlib import import_module
from typing import Any

from benchmarks.contestants.talking import VirtualClock, say, settings


def ours(wanted: dict[str, Any]) -> Any:
    from legnext_client import Client

    options: dict[str, Any] = {"timeout": wanted["timeout"], "clock": VirtualClock(), "max_jobs": 10**6}
    return Client(wanted["key"], base_url=wanted["url"], **options)


def published(wanted: dict[str, Any]) -> Any:
    setattr(time, "sleep", VirtualClock().sleep)  # noqa: B010  # by which it waits between its tries
    return import_module("legnext").Client(wanted["key"], base_url=wanted["url"], timeout=wanted["timeout"])


WAYS = {"ours": ours, "published": published}

if __name__ == "__main__":
    given = settings()
    ends: Counter[str] = Counter()
    with WAYS[given["way"]](given) as client:
        for number in range(given["calls"]):
            try:
                client.midjourney.diffusion(text=f"poster number {number}", callback=given["callback"])
                ends["answered"] += 1
            except Exception as error:
                ends[type(error).__name__] += 1
    say(ends=ends)
