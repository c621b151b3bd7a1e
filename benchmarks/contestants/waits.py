"""Jobs that never end, waited for at once: how much memory each takes when all have been asked for."""

from __future__ import annotations

import asyncio
import gc
import os
import tracemalloc
from typing import Any

from benchmarks.contestants.talking import VirtualClock, say, settings

NEVER_ENDS = "a lighthouse, never-end-this-job"


class Alarm(VirtualClock):
    """At a moment, tell how much memory is held by what is waited for, and end."""

    def __init__(self, jobs: int) -> None:
        super().__init__()
        self._jobs, self._moment = jobs, float("inf")

    def set(self, seconds: float) -> None:
        """From here on memory is counted; seconds from now it is told."""
        gc.collect()
        tracemalloc.start()
        self._moment = self.now() + seconds

    def sleep(self, seconds: float) -> None:
        if self.now() + seconds > self._moment:
            gc.collect()
            held, _ = tracemalloc.get_traced_memory()
            say(kilobytes=held / self._jobs / 1024)
            os._exit(0)  # a thousand waits would have to be ended one by one
        super().sleep(seconds)


def ours(wanted: dict[str, Any]) -> None:
    from legnext_client import Client

    clock = Alarm(wanted["jobs"])
    options: dict[str, Any] = {"clock": clock, "requests_per_second": 1000.0, "max_jobs": 10**6}
    with Client(wanted["key"], base_url=wanted["url"], **options) as client:
        client.midjourney.diffusion(text=NEVER_ENDS, callback=wanted["callback"]).refresh()
        clock.set(wanted["seconds"])
        jobs = [
            client.midjourney.diffusion(text=NEVER_ENDS, callback=wanted["callback"]) for _ in range(wanted["jobs"])
        ]
        list(client.wait_all(jobs))


def naive(wanted: dict[str, Any]) -> None:
    from benchmarks.contestants.naive import Traffic, run

    clock = Alarm(wanted["jobs"])

    async def program(client: Any, _traffic: Traffic) -> None:
        async def submitted() -> Any:
            return await client.midjourney.diffusion(text=NEVER_ENDS, callback=wanted["callback"])

        await client.tasks.get((await submitted()).job_id)
        clock.set(wanted["seconds"])
        jobs = [await submitted() for _ in range(wanted["jobs"])]
        await asyncio.gather(*(client.tasks.wait_for_completion(job.job_id) for job in jobs))

    run(program, wanted["url"], wanted["key"], clock)


WAYS = {"ours": ours, "naive": naive}

if __name__ == "__main__":
    given = settings()
    WAYS[given["way"]](given)
