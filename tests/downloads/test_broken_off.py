"""A download that is broken off ends byte-identical, however often, and never with bytes of two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from legnext_client._downloads.transfer import BLOCK
from legnext_client.errors import DownloadError

from .conftest import files_in
from .hostile import chunked, file, head, png, raw, status

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Clock, Download
    from .hostile import Hostile


@pytest.mark.parametrize("size", [20_000, 10 * BLOCK + 7])
def test_a_download_cut_at_every_tenth_of_its_length_ends_byte_identical(
    download: Download, hostile: Hostile, out: Path, size: int
) -> None:
    body = png(size)
    hostile.acts["/a.png"] = file(body, most=size // 10)
    paths = download([hostile.url("/a.png")], out, settings={"retries": 1})
    assert [path.read_bytes() for path in paths] == [body]
    assert files_in(out) == {"a_0.png": body}
    offsets = [int(seen.headers.get("range", "bytes=0-")[6:-1]) for seen in hostile.seen]
    assert offsets == [tenth * (size // 10) for tenth in range(len(offsets))]
    assert len(offsets) in (10, 11)
    assert {seen.headers.get("if-range") for seen in hostile.seen[1:]} == {'"one"'}


@pytest.mark.parametrize("tenth", range(10))
def test_a_download_cut_once_at_any_tenth_ends_byte_identical(
    download: Download, hostile: Hostile, out: Path, tenth: int
) -> None:
    body = png()
    hostile.acts["/a.png"] = [file(body, most=tenth * len(body) // 10), file(body)]
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == body
    assert len(hostile.seen) == 2


def test_what_came_is_gone_on_with_by_the_next_call(download: Download, hostile: Hostile, out: Path) -> None:
    body = png()
    hostile.acts["/a.png"] = file(body, most=7_000)
    with pytest.raises(DownloadError, match="after 7000 of 20000 bytes"):
        download(hostile.url("/a.png"), out, settings={"retries": 0})
    assert set(files_in(out)) == {".a_0.png.part", ".a_0.png.part.json"}
    assert hostile.origin not in (out / ".a_0.png.part.json").read_text()
    hostile.acts["/a.png"] = file(body)
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == body
    assert hostile.seen[-1].headers["range"] == "bytes=7000-"
    assert set(files_in(out)) == {"a_0.png"}


def test_what_came_whole_but_was_not_renamed_needs_no_request(download: Download, hostile: Hostile, out: Path) -> None:
    body = png()
    hostile.acts["/a.png"] = file(body, most=7_000)
    with pytest.raises(DownloadError):
        download(hostile.url("/a.png"), out, settings={"retries": 0})
    with (out / ".a_0.png.part").open("ab") as part:
        part.write(body[7_000:])
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == body
    assert len(hostile.seen) == 1


@pytest.mark.parametrize("ending", ["206", "206 without a tag", "200"])
def test_another_version_is_fetched_from_its_start(
    download: Download, hostile: Hostile, out: Path, ending: str
) -> None:
    old, new = png(salt=b"old"), png(salt=b"new")
    if ending == "200":
        second = file(new, tag='"two"')
    else:  # a server that does not know If-Range gives the rest of another file
        rest = {"content-range": "bytes 9000-19999/20000", "content-length": 11_000}
        rest |= {"etag": '"two"'} if ending == "206" else {}
        second = raw(head(206, rest) + new[9_000:])
    hostile.acts["/a.png"] = [file(old, most=9_000), second, file(new, tag='"two"')]
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == new


def test_a_part_that_nobody_asked_for_is_never_taken_for_a_file(
    download: Download, hostile: Hostile, out: Path
) -> None:
    wrong = head(206, {"content-range": "bytes 0-99/20000", "content-length": 100}) + png(100)
    hostile.acts["/a.png"] = raw(wrong)
    with pytest.raises(DownloadError, match="another part"):
        download(hostile.url("/a.png"), out, settings={"retries": 2})
    assert len(hostile.seen) == 3
    assert files_in(out) == {}


def test_a_file_that_became_shorter_is_fetched_from_its_start(download: Download, hostile: Hostile, out: Path) -> None:
    body = png(5_000)
    refused = status(416, content_range="bytes */5000")
    hostile.acts["/a.png"] = [file(png(), most=9_000), refused, file(body, tag='"two"')]
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == body


def test_only_tries_that_bring_nothing_new_are_counted(
    download: Download, hostile: Hostile, out: Path, clock: Clock
) -> None:
    hostile.acts["/a.png"] = [file(png(), most=5_000), file(png(), most=5_000), file(png(), most=0)]
    with pytest.raises(DownloadError, match="after 10000 of 20000 bytes"):
        download(hostile.url("/a.png"), out, settings={"retries": 3})
    assert len(hostile.seen) == 2 + 3
    assert len(clock.slept) == 4


def test_failures_of_the_server_are_tried_again_as_for_any_request(
    download: Download, hostile: Hostile, out: Path, clock: Clock
) -> None:
    hostile.acts["/a.png"] = [
        status(503, retry_after="7"),
        status(429, retry_after="3"),
        status(500),
        raw(b""),
        file(png()),
    ]
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == png()
    assert clock.slept[:2] == [7, 3]


@pytest.mark.parametrize(
    "note",
    [
        "{",
        '{"address": 1, "validator": [], "total": "x"}',
        '{"address": "other", "validator": "\\"one\\"", "total": 20000}',
    ],
)
def test_a_note_that_cannot_be_read_or_is_of_another_file_means_from_the_start(
    download: Download, hostile: Hostile, out: Path, note: str
) -> None:
    out.mkdir(parents=True)
    (out / ".a_0.png.part").write_bytes(b"x" * 9_000)
    (out / ".a_0.png.part.json").write_text(note)
    hostile.acts["/a.png"] = file(png())
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == png()
    assert "range" not in hostile.seen[0].headers


def test_what_came_is_not_gone_on_with_past_the_largest_size(download: Download, hostile: Hostile, out: Path) -> None:
    hostile.acts["/a.png"] = file(png(), most=9_000)
    with pytest.raises(DownloadError):
        download(hostile.url("/a.png"), out, settings={"retries": 0})
    hostile.acts["/a.png"] = chunked(png(8_000))
    assert download(hostile.url("/a.png"), out, max_bytes=8_000)[0].read_bytes() == png(8_000)
    assert "range" not in hostile.seen[-1].headers


def test_chunks_that_do_not_end_are_no_file(download: Download, hostile: Hostile, out: Path) -> None:
    hostile.acts["/a.png"] = [chunked(png(), ended=False), chunked(png())]
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == png()
    assert len(hostile.seen) == 2
