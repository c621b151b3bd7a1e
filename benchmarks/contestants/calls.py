"""One POST and one GET, again and again: so many for each line that comes, which is answered with their CPU time."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.contestants.talking import say, settings

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = "a lighthouse at dusk --ar 16:9 --v 7"


def bare(wanted: dict[str, Any]) -> Callable[[], None]:
    """The least one would write with httpx: post, get, read the JSON."""
    import httpx

    url, client = wanted["url"], httpx.Client(headers={"x-api-key": wanted["key"]}, timeout=30.0)
    job = f"{url}/v1/job/{wanted['job_id']}"

    def call() -> None:
        assert client.post(f"{url}/v1/diffusion", json={"text": TEXT}).raise_for_status().json()["status"]
        assert client.get(job).raise_for_status().json()["status"]

    return call


def ours(wanted: dict[str, Any]) -> Callable[[], None]:
    from legnext_client import Client

    return _both(Client(wanted["key"], base_url=wanted["url"]), wanted)


def published(wanted: dict[str, Any]) -> Callable[[], None]:
    return _both(import_module("legnext").Client(wanted["key"], base_url=wanted["url"]), wanted)


def _both(client: Any, wanted: dict[str, Any]) -> Callable[[], None]:
    def call() -> None:
        assert client.midjourney.diffusion(text=TEXT).status
        assert client.tasks.get(wanted["job_id"]).status

    return call


WAYS = {"bare": bare, "ours": ours, "published": published}

if __name__ == "__main__":
    given = settings()
    call = WAYS[given["way"]](given)
    for _ in range(20):
        call()
    say(ready=True)
    for line in sys.stdin:
        begin = time.process_time()
        for _ in range(int(line)):
            call()
        say(cpu=time.process_time() - begin)
