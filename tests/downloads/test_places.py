"""A place on a disk while others are at it too: links that are made meanwhile, rivals, and disks that cannot lock."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from legnext_client._downloads import targets
from legnext_client._downloads.policy import Note
from legnext_client._downloads.targets import DiskTarget

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks and links are others there")


@pytest.mark.parametrize("moment", ["open", "write", "finish", "discard"])
@pytest.mark.parametrize("spare", [None, "deep/er/b.png"])
def test_a_subfolder_swapped_for_a_link_puts_nothing_outside(tmp_path: Path, moment: str, spare: str | None) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    (out / "deep" / "er").mkdir(parents=True)
    (outside / "er").mkdir(parents=True)
    (outside / "er" / ".a.png.part.json").write_bytes(b"somebody's")
    target = DiskTarget(str(out), "deep/er/a.png", spare)

    def step(name: str, *arguments: object) -> None:
        if name == moment:
            (out / "deep").rename(out / "moved")
            (out / "deep").symlink_to(outside, target_is_directory=True)
        getattr(target, name)(*arguments)

    with contextlib.suppress(OSError):
        step("whole")
        step("open")
        step("start_over", Note("address", '"one"', 5))
        step("write", b"bytes")
        step("discard" if moment == "discard" else "finish")
    target.close()
    left = {str(path.relative_to(outside)): path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    assert left == {"er/.a.png.part.json": b"somebody's"}


def test_a_link_that_is_there_and_stays_inside_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "linked").symlink_to("real", target_is_directory=True)
    target = DiskTarget(str(tmp_path), "linked/er/a.png")
    target.open()
    target.write(b"bytes")
    target.finish()
    target.close()
    assert (tmp_path / "real" / "er" / "a.png").read_bytes() == b"bytes"


def test_where_directories_have_no_descriptors_paths_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "_BY_DESCRIPTOR", False)
    out, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    for name in ("deep/a.png", "deep/b.png"):
        target = DiskTarget(str(out), name)
        assert target.whole() is None
        target.open()
        target.start_over(Note("address", '"one"', 5))
        target.write(b"bytes")
        if name == "deep/b.png":
            (out / "deep").rename(out / "moved")
            (out / "deep").symlink_to(outside, target_is_directory=True)
            with pytest.raises(OSError, match="a link in it leads out of"):
                target.finish()
        else:
            assert target.finish()
            assert (out / "deep" / "a.png").read_bytes() == b"bytes"
    assert list(outside.iterdir()) == []


def test_an_unfinished_file_that_another_has_just_finished_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, rivals = targets._lock, [lambda: os.replace(tmp_path / ".a.png.part", tmp_path / "a.png")]

    def lock_late(file: int) -> None:
        if rivals:
            rivals.pop()()
        lock(file)

    monkeypatch.setattr(targets, "_lock", lock_late)
    (tmp_path / ".a.png.part").write_bytes(b"of the other")
    target = DiskTarget(str(tmp_path), "a.png")
    assert target.open() == (0, None)
    target.close()
    assert (tmp_path / "a.png").read_bytes() == b"of the other"


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL])
def test_a_disk_that_knows_no_locks_is_written_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr("fcntl.flock", refusing(OSError(number, "no locks here")))
    target = DiskTarget(str(tmp_path), "a.png")
    target.open()
    target.write(b"bytes")
    target.finish()
    assert (tmp_path / "a.png").read_bytes() == b"bytes"


def refusing(error: OSError) -> object:
    def refuse(*_: object) -> None:
        raise error

    return refuse


def test_a_directory_that_cannot_be_synced_does_not_undo_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def picky(file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, "no such thing here")
        sync(file)

    target = DiskTarget(str(tmp_path), "a.png")
    target.open()
    target.write(b"bytes")
    monkeypatch.setattr("os.fsync", picky)
    target.finish()
    assert (tmp_path / "a.png").read_bytes() == b"bytes"


def test_any_other_trouble_with_a_lock_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fcntl.flock", refusing(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(OSError, match="Input/output error"):
        DiskTarget(str(tmp_path), "a.png").open()
