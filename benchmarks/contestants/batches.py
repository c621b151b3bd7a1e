"""Many requests through one process: with `client.batch`, in both colours, or the naive way."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.contestants.talking import VirtualClock, memory, say, settings


class Counted:
    """A transport that counts what it sends."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.calls = 0

    def send(self, send: Any) -> Any:
        self.calls += 1
        return self._inner.send(send)

    def close(self) -> Any:
        return self._inner.close()


class Measure:
    """What a batch takes, from when it is made: the client is there, and has had an answer."""

    def __init__(self, clock: VirtualClock, calls: int) -> None:
        self._clock, self._calls = clock, calls
        self._empty, self._begun, self._cpu = memory("VmRSS"), clock.now(), time.process_time()

    def told(self, done: int, calls: int) -> None:
        say(
            done=done,
            cpu=time.process_time() - self._cpu,
            seconds=self._clock.now() - self._begun,
            calls=calls - self._calls,
            memory=memory("VmHWM") - self._empty,
        )


def rows(wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """What both ways are given. The SDK sends null for a callback that is left out, which the service's documents do
    not allow; so there is one.
    """
    prompt, callback = wanted["prompt"], wanted["callback"]
    return [{"text": prompt.format(number=number), "callback": callback} for number in range(wanted["rows"])]


def ours(wanted: dict[str, Any]) -> None:
    from legnext_client import Client
    from legnext_client._transport.transports import HttpxTransport
    from legnext_client.generated.service import API_KEY_HEADER

    clock, transport = VirtualClock(), Counted(HttpxTransport(wanted["url"], {API_KEY_HEADER: wanted["key"]}))
    with Client(wanted["key"], base_url=wanted["url"], transport=transport, clock=clock) as client:
        client.account.balance()
        requests, measure = rows(wanted), Measure(clock, transport.calls)
        results = client.batch(requests, wanted["journal"], concurrency=wanted["at_once"])
        done = sum(result.ok for result in results)
        measure.told(done, transport.calls)


def ours_awaited(wanted: dict[str, Any]) -> None:
    from legnext_client import AsyncClient
    from legnext_client._transport.async_transports import AsyncHttpxTransport
    from legnext_client.generated.service import API_KEY_HEADER

    async def run() -> None:
        clock, transport = VirtualClock(), Counted(AsyncHttpxTransport(wanted["url"], {API_KEY_HEADER: wanted["key"]}))
        async with AsyncClient(wanted["key"], base_url=wanted["url"], transport=transport, clock=clock) as client:
            await client.account.balance()
            requests, measure = rows(wanted), Measure(clock, transport.calls)
            results = client.batch(requests, wanted["journal"], concurrency=wanted["at_once"])
            done = sum([result.ok async for result in results])
            measure.told(done, transport.calls)

    asyncio.run(run())


def naive(wanted: dict[str, Any]) -> None:
    from benchmarks.contestants.naive import Traffic, run

    clock = VirtualClock()

    async def program(client: Any, traffic: Traffic) -> None:
        await client.account.balance()
        requests, measure = rows(wanted), Measure(clock, traffic.calls)
        room = asyncio.Semaphore(wanted["at_once"])

        async def one(request: dict[str, Any]) -> Any:
            async with room:
                job = await client.midjourney.diffusion(**request)
                return await client.tasks.wait_for_completion(job.job_id)

        results = await asyncio.gather(*map(one, requests))
        measure.told(sum(result.status == "completed" for result in results), traffic.calls)

    run(program, wanted["url"], wanted["key"], clock)


WAYS = {"ours": ours, "ours, awaited": ours_awaited, "naive": naive}

if __name__ == "__main__":
    given = settings()
    WAYS[given["way"]](given)
