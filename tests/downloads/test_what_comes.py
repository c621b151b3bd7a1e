"""What arrives is measured and looked at before it gets a name: kind, length, size, coding, time."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from legnext_client.errors import DownloadError

from .conftest import files_in
from .hostile import Act, Seen, chunked, file, head, png, raw, status

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from .conftest import Clock, Download
    from .hostile import Hostile

PAGE = b"\n<!-- x --><!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"


def test_what_is_no_png_does_not_stand_under_a_name_that_says_so(
    download: Download, hostile: Hostile, out: Path
) -> None:
    hostile.acts["/a.png"] = status(200, PAGE, content_type="image/png", etag='"one"')
    with pytest.raises(DownloadError, match=r"a web page \('Just a moment...'\), not a PNG image"):
        download(hostile.url("/a.png"), out)
    assert len(hostile.seen) == 1
    assert files_in(out) == {}


def test_a_page_in_place_of_a_chain_is_not_read_to_its_end(download: Download, hostile: Hostile, out: Path) -> None:
    sent: list[int] = []

    def endless(wire: socket.socket, _: Seen) -> None:
        wire.sendall(head(200, {"content-length": 10**9}) + PAGE)
        while True:
            sent.append(wire.send(b" " * 65536))

    hostile.acts["/a.mp4"] = endless
    with pytest.raises(DownloadError, match="web page"):
        download(hostile.url("/a.mp4"), out)
    assert sum(sent) < 10**8
    assert files_in(out) == {}


@pytest.mark.parametrize("announced", [20_001, 30_000])
def test_a_file_that_is_shorter_than_announced_is_no_file(
    download: Download, hostile: Hostile, out: Path, announced: int
) -> None:
    hostile.acts["/a.png"] = status(200, png(), content_length=announced)
    with pytest.raises(DownloadError, match=f"after 20000 of {announced} bytes"):
        download(hostile.url("/a.png"), out, settings={"retries": 1})
    assert len(hostile.seen) == 2
    assert files_in(out) == {}


def test_a_missing_length_is_no_harm(download: Download, hostile: Hostile, out: Path) -> None:
    hostile.acts = {
        "/chunked.png": chunked(png()),
        "/closed.png": raw(head(200, {"connection": "close"}) + png()),
        "/old.png": raw(head(200, {}, version="1.0") + png()),
    }
    paths = download([hostile.url(path) for path in hostile.acts], out)
    assert [path.read_bytes() for path in paths] == [png()] * 3


def picture(kind: str) -> bytes:
    content = io.BytesIO()
    Image.effect_noise((64, 64), 80).convert("RGB").save(content, kind)
    return content.getvalue()


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_picture_without_a_length_that_is_cut_is_noticed(
    download: Download, hostile: Hostile, out: Path, kind: str
) -> None:
    body = picture(kind)
    start = head(200, {"connection": "close"})
    hostile.acts[f"/a.{kind}"] = [raw(start + body[:-20]), raw(start + body)]
    assert download(hostile.url(f"/a.{kind}"), out)[0].read_bytes() == body
    assert len(hostile.seen) == 2


def test_a_packed_answer_is_unpacked(download: Download, hostile: Hostile, out: Path) -> None:
    body = png(900_000)
    packed = gzip.compress(body)
    twice = gzip.compress(body[:5000]) + gzip.compress(body[5000:])
    hostile.acts = {
        "/a.png": status(200, packed, content_encoding="gzip", etag='"one"'),
        "/b.png": status(200, twice, content_encoding="x-gzip"),
        "/c.png": [
            status(200, packed, content_encoding="gzip", content_length=len(packed) + 9),
            status(200, packed[:-9], content_encoding="gzip"),
            file(body),
        ],
    }
    paths = download([hostile.url(path) for path in hostile.acts], out)
    assert [path.read_bytes() == body for path in paths] == [True] * 3
    assert all("range" not in seen.headers for seen in hostile.seen)


@pytest.mark.parametrize(("coding", "body"), [("br", b"x" * 900), ("gzip", gzip.compress(png())[:-400] + b"x" * 400)])
def test_what_cannot_be_unpacked_is_refused(
    download: Download, hostile: Hostile, out: Path, coding: str, body: bytes
) -> None:
    hostile.acts["/a.png"] = status(200, body, content_encoding=coding)
    with pytest.raises(DownloadError, match=r"(en|de)coded"):
        download(hostile.url("/a.png"), out)
    assert files_in(out) == {}


def endless(wire: socket.socket, _: Seen) -> None:
    wire.sendall(head(200, {"transfer-encoding": "chunked"}) + b"%x\r\n%s\r\n" % (len(png()), png()))
    while True:
        wire.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


@pytest.mark.parametrize(
    "act",
    [
        file(png(20_001)),
        chunked(png(20_001)),
        endless,
        status(200, gzip.compress(png() + b"\0" * 50_000_000), content_encoding="gzip"),
        status(200, b"", content_length=10**14),
    ],
    ids=["announced", "counted", "endless", "packed", "huge"],
)
def test_a_file_that_is_too_large_is_given_up(download: Download, hostile: Hostile, out: Path, act: Act) -> None:
    hostile.acts["/a.png"] = act
    with pytest.raises(DownloadError, match="larger than max_bytes, 20000"):
        download(hostile.url("/a.png"), out, max_bytes=20_000)
    assert len(hostile.seen) == 1
    assert files_in(out) == {}


def test_a_file_of_the_largest_size_is_not_too_large(download: Download, hostile: Hostile, out: Path) -> None:
    hostile.acts = {"/a.png": file(png()), "/b.png": chunked(png())}
    assert len(download([hostile.url("/a.png"), hostile.url("/b.png")], out, max_bytes=20_000)) == 2


def test_silence_is_not_waited_for_for_ever(download: Download, hostile: Hostile, out: Path) -> None:
    def silent(wire: socket.socket, _: Seen) -> None:
        wire.sendall(head(200, {"content-length": 20_000}) + png()[:100])
        hostile.leaving.wait(30)

    hostile.acts["/a.png"] = [silent, file(png())]
    assert download(hostile.url("/a.png"), out, settings={"timeout": 0.2})[0].read_bytes() == png()


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 99_999]
)
def test_an_answer_that_is_none_is_an_error_of_ours(
    download: Download, hostile: Hostile, out: Path, answer: bytes
) -> None:
    hostile.acts["/a.png"] = raw(answer)
    with pytest.raises(DownloadError):
        download(hostile.url("/a.png"), out, settings={"retries": 1})
    assert len(hostile.seen) == 2
    assert files_in(out) == {}


def test_a_file_that_is_there_is_not_read_again(download: Download, hostile: Hostile, out: Path, clock: Clock) -> None:
    hostile.acts["/a.png"] = file(png())
    seen: list[Any] = []
    first = download(hostile.url("/a.png"), out, on_progress=seen.append)
    kept = first[0].stat()
    seen.clear()
    assert download(hostile.url("/a.png"), out, on_progress=seen.append) == first
    again = first[0].stat()
    assert (again.st_ino, again.st_mtime_ns, again.st_size) == (kept.st_ino, kept.st_mtime_ns, kept.st_size)
    assert [(one.received, one.total) for one in seen] == [(20_000, 20_000)]
    hostile.acts["/a.png"] = file(png(30_000))
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == png(30_000)
    assert set(files_in(out)) == {"a_0.png"}
    assert clock.slept == []


def test_a_job_file_that_is_there_needs_no_request_where_its_name_says_which_it_is(
    download_job: Download, hostile: Hostile, out: Path
) -> None:
    hostile.acts = {"/a.png": file(png()), "/b.png": file(png(salt=b"b"))}
    urls = [hostile.url("/a.png"), hostile.url("/b.png")]
    job = {"job_id": "j", "status": "completed", "output": {"image_urls": urls}}
    download_job(job, out)
    assert len(hostile.seen) == 2
    download_job(job, out)
    assert len(hostile.seen) == 2
    (out / "j_1.png").write_bytes(PAGE)
    assert download_job(job, out)[1].read_bytes() == png(salt=b"b")
    assert len(hostile.seen) == 3
    download_job(job, out, "{job_id}{ext}", 0)
    download_job(job, out, "{job_id}{ext}", 1)
    assert len(hostile.seen) == 5
