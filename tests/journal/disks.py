"""Disks that are small enough to be filled."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@contextlib.contextmanager
def small_disk(place: Path, size: str) -> Generator[Path]:
    """A file system of its own at this place."""
    if os.name != "posix":
        pytest.skip("file systems are mounted otherwise there")
    place.mkdir()
    before = [[], ["sudo", "-n"]] if shutil.which("sudo") else [[]]
    options = f"size={size},mode=777"
    how = [*next(
        (one for one in before if _runs([*one, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)])), ["none"]
    )]  # fmt: skip
    if how == ["none"]:
        reason = "no file system can be mounted here: only the injected error stands for a full disk"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    try:
        yield place
    finally:
        subprocess.run([*how, "umount", "--lazy", str(place)], check=True)


@contextlib.contextmanager
def read_only(disk: Path) -> Generator[None]:
    """For a while nothing can be written there, not even by root."""
    how = ["sudo", "-n"] if os.geteuid() else []
    subprocess.run([*how, "mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        yield
    finally:
        subprocess.run([*how, "mount", "-o", "remount,rw", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Take every byte that is left."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        (disk / "one more byte").write_bytes(b"x")
    return filler


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0
