"""What a disk or another process does to a download: an error of ours with the path, and never half a file."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from legnext_client._downloads.targets import DiskTarget
from legnext_client.errors import DownloadError, InvalidRequest
from tests.systems import only_posix

from .conftest import files_in
from .hostile import file, png

if TYPE_CHECKING:
    from .conftest import Download
    from .hostile import Hostile


@pytest.mark.parametrize(
    ("function", "error"),
    [
        ("write", OSError(errno.ENOSPC, "No space left on device")),
        ("fsync", OSError(errno.EIO, "Input/output error")),
        ("replace", PermissionError(errno.EACCES, "Permission denied")),
        ("open", PermissionError(errno.EACCES, "Permission denied")),
        ("makedirs", PermissionError(errno.EROFS, "Read-only file system")),
        ("ftruncate", OSError(errno.EDQUOT, "Disk quota exceeded")),
    ],
)
def test_what_the_disk_refuses_is_an_error_with_the_path(
    download: Download, hostile: Hostile, out: Path, monkeypatch: pytest.MonkeyPatch, function: str, error: OSError
) -> None:
    hostile.acts["/a.png"] = file(png())

    def refuse(*_: Any, **__: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(f"legnext_client._downloads.targets.os.{function}", refuse)
        with pytest.raises(DownloadError, match=str(error.strerror)) as raised:
            download(hostile.url("/a.png"), out)
    assert raised.value.path == str(out / "a_0.png")
    assert raised.value.path in str(raised.value)
    assert isinstance(raised.value.__cause__, OSError)
    assert not (out / "a_0.png").exists()
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == png()
    assert set(files_in(out)) == {"a_0.png"}


def test_a_file_in_place_of_the_directory_and_a_directory_in_place_of_a_file(
    download: Download, hostile: Hostile, out: Path
) -> None:
    hostile.acts["/a.png"] = file(png())
    (out / "a_0.png").mkdir(parents=True)
    with pytest.raises(DownloadError, match="a directory has this name"):
        download(hostile.url("/a.png"), out)
    (out / "file").write_bytes(b"mine")
    for below in ("file", "file/deep"):
        with pytest.raises(InvalidRequest, match=r"^directory must be a directory .*file is not a directory\."):
            download(hostile.url("/a.png"), out / below)
    with pytest.raises(DownloadError, match="cannot be written"):
        download(hostile.url("/a.png"), out, "file/{n}{ext}")
    assert files_in(out) == {"file": b"mine"}
    assert hostile.seen == []


@only_posix
def test_a_file_is_as_readable_as_any_other(download: Download, hostile: Hostile, out: Path) -> None:
    hostile.acts["/a.png"] = file(png())
    before = os.umask(0o027)
    try:
        (path,) = download(hostile.url("/a.png"), out)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_two_downloads_do_not_write_one_file(download: Download, hostile: Hostile, out: Path) -> None:
    out.mkdir(parents=True)
    other = DiskTarget(os.path.realpath(out), "a_0.png")
    other.open()
    hostile.acts["/a.png"] = file(png())
    with pytest.raises(DownloadError, match="another download"):
        download(hostile.url("/a.png"), out)
    assert hostile.seen == []
    other.close()
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == png()


def test_a_process_that_dies_leaves_what_the_next_goes_on_with(hostile: Hostile, out: Path, download: Download) -> None:
    body = png(600_000)
    hostile.acts["/a.png"] = file(body)
    program = (
        "import os, sys\n"
        "from legnext_client.client import Client\n"
        "def heard(progress):\n"
        "    if 0 < progress.received < progress.total: os._exit(7)\n"
        "with Client('a-key', base_url='http://127.0.0.1:9') as client:\n"
        "    client.download(sys.argv[1], sys.argv[2], on_progress=heard)\n"
    )
    died = subprocess.run([sys.executable, "-c", program, hostile.url("/a.png"), str(out)], check=False)
    assert died.returncode == 7
    left = (out / ".a_0.png.part").stat().st_size
    assert 0 < left < len(body)
    assert download(hostile.url("/a.png"), out)[0].read_bytes() == body
    assert hostile.seen[-1].headers["range"] == f"bytes={left}-"
    assert set(files_in(out)) == {"a_0.png"}


def test_a_path_is_where_the_caller_said(
    download: Download, hostile: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    hostile.acts["/a.png"] = file(png())
    assert download(hostile.url("/a.png"), "out") == [Path("out/a_0.png")]
    assert (tmp_path / "out" / "a_0.png").read_bytes() == png()
