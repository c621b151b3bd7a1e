"""What runs in the process that is killed: a batch or a chain, by what the package offers to anyone."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from legnext_client import AsyncClient, Client, VideoChain
from legnext_client._calls import planning
from legnext_client._client import async_caller
from legnext_client._protocol.retries import Retries
from legnext_client._runs import batch_work, batches, rows, tasks
from legnext_client.errors import LegnextError
from legnext_client.generated.sync import caller as sync_caller
from tests.kills import disk_below, markers, wrongs
from tests.kills.patching import put_over

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from legnext_client.batches import AsyncBatch, Batch

READY = (async_caller, batch_work, batches, rows, sync_caller)
"""What the client imports only when it is asked for; here, once for all children."""
_NO_TLS = functools.partial(lambda context, **_: context, httpx.create_ssl_context())
"""The mock speaks plain HTTP; preparing TLS takes longer than all that a child has to do."""

OVER = "over"

Row = tuple[str, str, tuple[str, ...]]
"""Key, state and files."""


class Order(NamedTuple):
    """What a child is to do."""

    url: str
    journal: str
    rows: tuple[dict[str, Any], ...]
    """Rows of a batch, or the one chain of a chain."""
    scale: float
    """How many times as fast as the real one the service is."""
    chain: bool = False
    asynchronous: bool = False
    download: str | None = None
    concurrency: int = 4
    timeout: float = 30.0
    wrong: str | None = None
    """What is wrong with the client of this child."""
    disk: disk_below.Disk | None = None


class Ended(NamedTuple):
    """How a run ended that was not killed."""

    error: str = ""
    """The name of the exception, if there was one."""
    said: str = ""
    """All that it says, notes included."""
    job_id: str | None = None
    results: tuple[Row, ...] = ()
    """Of the rows that came to an end."""
    jobs: tuple[str, ...] = ()
    """The jobs of the chain."""


def main(order: Order, out: Connection, back: Connection) -> None:
    """Carry out the order, then say how it ended."""
    put_over(httpx._transports.default, "create_ssl_context", lambda _: _NO_TLS)
    _speed_up(order.scale)
    if order.disk is not None:
        order.disk.put_below()
    if order.wrong is not None:
        wrongs.WRONGS[order.wrong]()
    voice = markers.Voice(out, back)
    markers.Marks(voice).make()
    results: list[Row] = []
    jobs: list[str] = []
    try:
        asyncio.run(_run_async(order, results, jobs)) if order.asynchronous else _run(order, results, jobs)
    except (LegnextError, KeyboardInterrupt, OSError) as error:
        said = "\n".join([str(error), *getattr(error, "__notes__", ())])
        ended = Ended(type(error).__name__, said, getattr(error, "job_id", None), tuple(results), tuple(jobs))
    else:
        ended = Ended(results=tuple(results), jobs=tuple(jobs))
    voice.say(OVER, ended)


def _run(order: Order, results: list[Row], jobs: list[str]) -> None:
    with Client(**_settings(order)) as client:
        if order.chain:
            jobs += [job.job_id for job in client.run(_chain(order), order.journal, **_pace(order)).jobs]
            return
        results += map(_told, _batch(client, order))


async def _run_async(order: Order, results: list[Row], jobs: list[str]) -> None:
    async with AsyncClient(**_settings(order)) as client:
        if order.chain:
            jobs += [job.job_id for job in (await client.run(_chain(order), order.journal, **_pace(order))).jobs]
            return
        results += [_told(result) async for result in _batch(client, order)]


def _told(result: Any) -> Row:
    return result.key, result.state, tuple(map(str, result.files))


def _batch(client: Any, order: Order) -> Any:
    requests = [row | {"chain": VideoChain.from_dict(row["chain"])} if "chain" in row else row for row in order.rows]
    made: Batch | AsyncBatch = client.batch(
        requests, order.journal, concurrency=order.concurrency, download=order.download, **_pace(order)
    )
    return made


def _chain(order: Order) -> VideoChain:
    return VideoChain.from_dict(order.rows[0]["chain"])


def _settings(order: Order) -> dict[str, Any]:
    retries = Retries(first_pause=0.005, longest_pause=0.05)
    return {
        "api_key": "mock-key",
        "base_url": order.url,
        "timeout": order.timeout,
        "retries": retries,
        "requests_per_second": 5000,
    }


def _pace(order: Order) -> dict[str, Any]:
    return {"poll_interval": 60 / order.scale}


def _speed_up(scale: float) -> None:
    """Jobs of a service that is so many times as fast can last only so long."""
    put_over(planning, "default_timeout", lambda plain: lambda expected: plain(expected) / scale)
    put_over(tasks, "HURRY", lambda _: 30.0)  # who leaves in a hurry must not be late on a busy machine
