"""Several files at once: so many and no more, one failure among them, progress, and an end that ends all of them."""

from __future__ import annotations

import asyncio
import pickle
import threading
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client.client import AsyncClient, Client
from legnext_client.errors import ConfigurationError, DownloadError

from .conftest import KEY, files_in
from .hostile import Seen, file, head, png

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from legnext_client._downloads.transfer import Progress

    from .conftest import Clock, Download
    from .hostile import Hostile


def serve(hostile: Hostile, count: int) -> list[str]:
    for number in range(count):
        hostile.acts[f"/{number}.png"] = file(png(salt=b"%d" % number))
    return [hostile.url(f"/{number}.png") for number in range(count)]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_than_so_many_at_once_and_all_in_order(
    download: Download, hostile: Hostile, out: Path, concurrency: int
) -> None:
    lock, now, most = threading.Lock(), 0, 0
    together = threading.Barrier(concurrency)

    def counted(number: int) -> Any:
        def act(wire: socket.socket, seen: Seen) -> None:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            together.wait(30)  # only so many at once get past here
            with lock:
                now -= 1
            file(png(salt=b"%d" % number))(wire, seen)

        return act

    hostile.acts = {f"/{number}.png": counted(number) for number in range(6)}
    paths = download([hostile.url(path) for path in hostile.acts], out, concurrency=concurrency)
    assert most == concurrency
    assert [path.read_bytes() for path in paths] == [png(salt=b"%d" % number) for number in range(6)]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_one_that_fails_does_not_stop_the_others(
    download: Download, hostile: Hostile, out: Path, concurrency: int
) -> None:
    urls = serve(hostile, 6)
    del hostile.acts["/1.png"], hostile.acts["/4.png"]
    with pytest.raises(DownloadError, match=r"2 of 6 files failed \(1_1.png, 4_4.png\); the first: .*404") as raised:
        download(urls, out, concurrency=concurrency)
    assert raised.value.url == urls[1]
    assert raised.value.path == str(out / "1_1.png")
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)
    assert set(files_in(out)) == {f"{number}_{number}.png" for number in (0, 2, 3, 5)}


def test_progress_is_told_one_at_a_time_where_the_caller_is(download: Download, hostile: Hostile, out: Path) -> None:
    seen: list[Progress] = []
    threads: set[int] = set()

    def heard(progress: Progress) -> None:
        threads.add(threading.get_ident())
        seen.append(progress)

    paths = download(serve(hostile, 5), out, on_progress=heard)
    assert threads == {threading.get_ident()}
    for path in paths:
        told = [one for one in seen if one.path == path]
        assert [one.received for one in told] == sorted(one.received for one in told)
        assert (told[0].received, told[-1].received) == (0, 20_000)
        assert {one.total for one in told} == {20_000}
    with pytest.raises(AttributeError):
        seen[0].received = 1  # type: ignore[misc]


def test_a_coroutine_function_may_listen(hostile: Hostile, out: Path, clock: Clock) -> None:
    seen: list[int] = []

    async def heard(progress: Progress) -> None:
        await asyncio.sleep(0)
        seen.append(progress.received)

    async def go() -> None:
        async with AsyncClient(KEY, base_url=hostile.url("/api"), clock=clock) as client:
            await client.download(serve(hostile, 3), out, on_progress=heard)

    asyncio.run(go())
    assert seen.count(20_000) >= 3


class Enough(BaseException):
    """As Ctrl-C is: no error that anything may swallow."""


@pytest.mark.parametrize("count", [1, 8])
def test_an_exception_of_the_listener_ends_all(download: Download, hostile: Hostile, out: Path, count: int) -> None:
    def heard(_: Progress) -> None:
        raise Enough

    before = threading.active_count()
    with pytest.raises(Enough):
        download(serve(hostile, count), out, on_progress=heard, concurrency=2)
    assert [thread for thread in threading.enumerate() if thread.name == "legnext-download"] == []
    assert threading.active_count() <= before + count  # the hostile server's own may still be ending
    assert all(body == png(salt=name[:1].encode()) for name, body in files_in(out).items() if not name.startswith("."))


def test_a_cancelled_download_closes_its_file_and_can_be_gone_on_with(
    hostile: Hostile, out: Path, clock: Clock
) -> None:
    body = png(2_000_000)

    def half(wire: socket.socket, _: Seen) -> None:
        wire.sendall(head(200, {"content-length": len(body), "etag": '"one"'}) + body[:1_000_000])
        hostile.leaving.wait(30)

    async def go() -> None:
        async with AsyncClient(KEY, base_url=hostile.url("/api"), clock=clock) as client:
            arrived = asyncio.Event()
            hostile.acts["/a.png"] = half
            urls = [hostile.url("/a.png"), hostile.url("/b.png")]
            hostile.acts["/b.png"] = half

            def heard(told: Progress) -> None:
                if told.received > 500_000:
                    arrived.set()

            task = asyncio.ensure_future(client.download(urls, out, on_progress=heard))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(asyncio.all_tasks()) == 1
            hostile.acts = {"/a.png": file(body), "/b.png": file(body)}
            assert [path.read_bytes() == body for path in await client.download(urls, out)] == [True, True]

    asyncio.run(go())
    assert any("range" in seen.headers for seen in hostile.seen)
    assert set(files_in(out)) == {"a_0.png", "b_1.png"}


def test_nothing_to_fetch_is_nothing_done(download: Download, hostile: Hostile, out: Path) -> None:
    assert download([], out) == []
    assert hostile.seen == []


class SendsOnly:
    """A transport from before there were downloads."""

    def send(self, send: Any) -> Any:
        raise NotImplementedError(send)

    def close(self) -> None:
        return None


@pytest.mark.parametrize("count", [1, 2])
def test_a_transport_that_cannot_fetch_says_so(out: Path, count: int) -> None:
    urls = [f"https://cdn.example/{number}.png" for number in range(count)]
    with Client(KEY, transport=SendsOnly()) as client, pytest.raises(ConfigurationError, match="fetch"):
        client.download(urls, out)
    assert files_in(out) == {}
