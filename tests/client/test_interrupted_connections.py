"""Forks, cancellations and Ctrl-C: a client is as good afterwards as before, and no paid id is lost."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client import AsyncClient, AsyncJob, Client
from legnext_client._forks import renew_after_fork
from tests.systems import needs_fork
from tests.thorough import often

from .raw_servers import read
from .worlds import KEY

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

CHILDREN, CALLS = 4, 20


def answer(connection: socket.socket, job_id: str) -> None:
    body = b'{"job_id": "%s", "status": "pending"}' % job_id.encode()
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))


def asked_for(request: bytes) -> str:
    return request.split(b" ")[1].rpartition(b"/")[2].decode()


def echo(connection: socket.socket) -> None:
    """Answers for a job with its id."""
    while request := read(connection):
        answer(connection, asked_for(request))


def echo_once(connection: socket.socket) -> None:
    """So that each request has a connection to make first."""
    if request := read(connection):
        answer(connection, asked_for(request))


class Owner:
    """An owner whose renewal fails if its number is odd."""

    def __init__(self, number: int) -> None:
        self.number, self.renewed = number, False

    def after_fork(self) -> None:
        self.renewed = True
        if self.number % 2:
            raise OSError("it cannot be renewed")


@pytest.fixture
def owners() -> list[Owner]:
    owners = [Owner(number) for number in range(20)]
    for owner in owners:
        renew_after_fork(owner)
    return owners


def in_child(client: Any, name: str, is_async: bool) -> list[str]:
    """The answers that were another's."""
    wanted = [f"{name}-{number}" for number in range(CALLS)]

    async def gathered() -> list[str]:
        return [(await client.tasks.get(one)).job_id for one in wanted]

    found = asyncio.run(gathered()) if is_async else [client.tasks.get(one).job_id for one in wanted]
    return [one for one, other in zip(wanted, found, strict=True) if one != other]


def reporting(client: Any, name: str, is_async: bool, told: Any) -> None:
    told.send(in_child(client, name, is_async))
    told.close()


@needs_fork
@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.usefixtures("owners")
def test_each_child_of_multiprocessing_gets_its_own_answers(serve: Callable[..., Any], kind: Any) -> None:
    server = serve(echo, at_once=True)
    client = kind(KEY, base_url=f"http://127.0.0.1:{server.port}/api")
    context = multiprocessing.get_context("fork")
    ends, children = [], []

    def fork() -> None:
        for number in range(CHILDREN):
            mine, theirs = context.Pipe(duplex=False)
            child = context.Process(target=reporting, args=(client, f"c{number}", kind is AsyncClient, theirs))
            child.start()
            theirs.close()
            ends.append(mine)
            children.append(child)

    async def used_and_forked() -> list[str]:
        found = [(await client.tasks.get("parent")).job_id]
        fork()
        wrong = [await asyncio.to_thread(end.recv) for end in ends]
        assert wrong == [[]] * CHILDREN
        found.append((await client.tasks.get("again")).job_id)
        await client.close()
        return found

    if kind is AsyncClient:
        assert asyncio.run(used_and_forked()) == ["parent", "again"]
    else:
        with client:
            assert client.tasks.get("parent").job_id == "parent"
            fork()
            assert [end.recv() for end in ends] == [[]] * CHILDREN
            assert client.tasks.get("again").job_id == "again"
    for child in children:
        child.join()
        assert child.exitcode == 0


@needs_fork
def test_a_child_renews_every_owner_even_if_others_fail(owners: list[Owner]) -> None:
    mine, theirs = multiprocessing.Pipe(duplex=False)

    def report() -> None:
        theirs.send([owner.number for owner in owners if owner.renewed])

    child = multiprocessing.get_context("fork").Process(target=report)
    child.start()
    assert mine.recv() == list(range(20))
    child.join()
    assert not any(owner.renewed for owner in owners)


def test_hundreds_of_cancellations_leave_the_client_usable(serve: Callable[..., Any]) -> None:
    """More than the pool has connections, at every stage of a call."""

    def deed(connection: socket.socket) -> None:
        while request := read(connection):
            if asked_for(request) == "never":
                server.ended.wait()
                return
            answer(connection, asked_for(request))

    server = serve(deed, at_once=True)

    async def storm() -> None:
        async with AsyncClient(KEY, base_url=f"http://127.0.0.1:{server.port}/api", retries=0, timeout=20) as client:
            for wave in range(often(15, 60)):
                names = ["never" if number % 2 else f"j{number}" for number in range(8)]
                tasks = [asyncio.ensure_future(client.tasks.get(name)) for name in names]
                for _ in range(wave):
                    await asyncio.sleep(0)
                for task in tasks:
                    task.cancel()
                for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                    assert isinstance(outcome, asyncio.CancelledError | AsyncJob)
            found = await asyncio.gather(*(client.tasks.get(f"k{number}") for number in range(100)))
            assert [one.job_id for one in found] == [f"k{number}" for number in range(100)]

    asyncio.run(storm())


def test_cancelled_downloads_leave_the_client_usable(serve: Callable[..., Any], tmp_path: Any) -> None:
    def deed(connection: socket.socket) -> None:
        while read(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n")
            if not server.ended.wait(0):
                connection.sendall(b"\x89PNG\r\n\x1a\n")
                server.ended.wait()
                return

    server = serve(deed, at_once=True)

    async def storm() -> None:
        base = f"http://127.0.0.1:{server.port}"
        async with AsyncClient(KEY, base_url=base, retries=0, timeout=20) as client:
            for wave in range(often(30, 120)):
                task = asyncio.ensure_future(client.download(f"{base}/{wave}.png", tmp_path))
                for _ in range(wave):
                    await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            transport: Any = client._transport
            pools = transport._pools
            assert all(not pool._pool.connections for pool in pools.values())

    asyncio.run(storm())


def test_a_cancelled_paid_call_ends_when_the_service_has_answered_and_tells_the_id(serve: Callable[..., Any]) -> None:
    arrived, go = threading.Event(), threading.Event()

    def deed(connection: socket.socket) -> None:
        read(connection)
        arrived.set()
        go.wait()
        answer(connection, "paid-1")

    server = serve(deed)

    async def cancelled() -> list[str]:
        async with AsyncClient(KEY, base_url=f"http://127.0.0.1:{server.port}") as client:
            task = asyncio.ensure_future(client.midjourney.diffusion(text="x"))
            await asyncio.to_thread(arrived.wait)
            for _ in range(5):
                task.cancel()
                await asyncio.sleep(0)
            assert not task.done()
            go.set()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            return caught.value.__notes__

    (note,) = asyncio.run(cancelled())
    assert "paid-1" in note


def test_a_paid_call_that_is_cancelled_before_it_was_sent_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    resolving = asyncio.Event()

    async def never(*_: Any, **__: Any) -> Any:
        resolving.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("anyio.connect_tcp", never)

    async def cancelled() -> list[str]:
        ledger = tmp_path / "calls.db"
        async with AsyncClient(KEY, base_url="http://127.0.0.1:9", ledger=ledger) as client:
            with client.budget(100) as budget:
                task = asyncio.ensure_future(client.midjourney.diffusion(text="x", key="order-1"))
                await resolving.wait()
                task.cancel()
                with pytest.raises(asyncio.CancelledError) as caught:
                    await task
            assert (budget.reserved, client.queue.running) == (0, 0)
            assert [entry.state for entry in client.history()] == ["new"]  # its key may be used again
            return caught.value.__notes__

    assert asyncio.run(cancelled()) == ["Nothing was sent or charged."]


@pytest.fixture
def interrupt_at() -> Iterator[Callable[[int], None]]:
    """Raises KeyboardInterrupt at the nth line that runs in httpcore or in our transport."""
    before = sys.gettrace()

    def at(wanted: int) -> None:
        left = wanted

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal left
            name = frame.f_code.co_filename
            if "httpcore" not in name and "_transport" not in name:
                return None
            if event == "line":
                left -= 1
                if left == 0:
                    sys.settrace(None)
                    raise KeyboardInterrupt
            return trace

        sys.settrace(trace)

    yield at
    sys.settrace(before)


# A socket that was made, and not yet given to anybody, can only be collected, and says so.
@pytest.mark.filterwarnings("ignore:.*unclosed:ResourceWarning")
# Python reports an interrupt inside a finalizer and ignores it.
@pytest.mark.filterwarnings("ignore:.*finalize object:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("deed", "step"), [(echo, often(5, 1)), (echo_once, often(21, 7))])
def test_after_ctrl_c_anywhere_in_a_call_the_next_one_does_not_hang(
    serve: Callable[..., Any], interrupt_at: Callable[[int], None], deed: Any, step: int
) -> None:
    server = serve(deed, at_once=True)
    with Client(KEY, base_url=f"http://127.0.0.1:{server.port}/api", timeout=20) as client:
        client.tasks.get("warm")
        interrupted = 0
        for line in range(1, 3000, step):
            interrupt_at(line)
            try:
                client.tasks.get("first")
            except KeyboardInterrupt:
                interrupted += 1
            else:
                break
            finally:
                sys.settrace(None)
            other: list[str] = []
            asking = threading.Thread(
                daemon=True, target=lambda other=other: other.append(client.tasks.get("other").job_id)
            )
            asking.start()
            asking.join(10)
            assert other == ["other"], f"another thread hangs after line {line}"
            assert client.tasks.get("next").job_id == "next", f"after line {line}"
        else:
            raise AssertionError("the call never came to its end")
        assert interrupted > 10
