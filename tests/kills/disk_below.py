"""In the child: what lies below SQLite and below files, so that a disk can lose power or be full at any moment.

A process that is killed loses nothing that it has written: the system still has it. Who loses power keeps only what was
synced before, and of the rest whatever happened to reach the disk. So each sync puts a copy aside of the file as it is;
`survivors` makes of these copies and of the files what might be found afterwards.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import errno
import os
import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from legnext_client._downloads.targets import DiskTarget
from tests.kills.patching import put_over

if TYPE_CHECKING:
    from collections.abc import Callable

SECTOR = 512
SYNCED, MIXED = "only what was synced is left", "of the rest, some sectors are left"
RENAMED = "~renamed"
"""Behind a name: what is in it was synced, the name was not."""
UNFINISHED = ".part"
"""What of a download has come so far is not synced: where a file system shows a size before it has the contents, which
those of Linux do not, a download that goes on after the loss of power goes on behind a hole."""
_FULL = 13
"""SQLITE_FULL"""


class Disk(NamedTuple):
    """A directory on a disk that may lose power, where copies go, and how likely a write finds it full."""

    directory: str
    copies: str
    full: float = 0.0
    seed: int = 0

    def put_below(self) -> None:
        """From now on this process writes to such a disk."""
        copies = _Copies(Path(self.directory), Path(self.copies))
        chance = random.Random(self.seed)

        def is_full(path: str) -> bool:
            return self.full > 0 and copies.concerns(path) and chance.random() < self.full

        _put_below_sqlite(copies.synced, is_full)
        _put_below_files(copies)

        def make(plain: Any) -> Any:
            def write(target: DiskTarget, data: bytes) -> None:
                if is_full(target._target):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                plain(target, data)

            return write

        put_over(DiskTarget, "write", make)


class _Copies:
    """Copies of the files of a directory as they were last synced, under the same names."""

    def __init__(self, directory: Path, copies: Path) -> None:
        self._directory, self._copies = directory.resolve(), copies
        shutil.rmtree(copies, ignore_errors=True)
        shutil.copytree(directory, copies)  # what was there before has long been written
        self._renamed: list[tuple[Path, Path]] = []

    def concerns(self, path: str) -> bool:
        return Path(path).is_relative_to(self._directory)

    def synced(self, path: str) -> None:
        """What is in this file is on the disk; of a directory: what its files are called."""
        if not self.concerns(path):
            return
        if os.path.isdir(path):
            renamed, self._renamed = self._renamed, []
            for source, target in renamed:
                copy = self._copy(target)
                try:
                    os.replace(self._copy(source), copy)
                except FileNotFoundError:  # what is in it was never synced
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_bytes(b"")
            return
        copy = self._copy(Path(path))
        copy.parent.mkdir(parents=True, exist_ok=True)
        unfinished = copy.with_name(f"{copy.name}~{random.randrange(1 << 40)}")
        shutil.copyfile(path, unfinished)
        os.replace(unfinished, copy)

    def renamed(self, source: str, target: str) -> None:
        """The new name is there, on the disk only when the directory was synced; what is in it may be there before."""
        if not self.concerns(source):
            return
        self._renamed.append((Path(source), Path(target)))
        if (copy := self._copy(Path(source))).exists():
            shutil.copyfile(copy, f"{self._copy(Path(target))}{RENAMED}")

    def _copy(self, path: Path) -> Path:
        return self._copies / path.relative_to(self._directory)


def survivors(directory: Path, copies: Path, how: str, chance: random.Random) -> None:
    """Leave in a directory what might be there after the loss of power.

    The process that wrote to it must be gone.
    """
    there, kept = _files(directory), _files(copies)
    for name in sorted(there | kept):
        now = (directory / name).read_bytes() if name in there else None
        before = (copies / name).read_bytes() if name in kept else None
        if how == MIXED:
            renamed = Path(f"{copies / name}{RENAMED}")
            synced = renamed.read_bytes() if before is None and renamed.exists() else before
            found = _mixed(name, synced, now, chance)
        else:
            found = before
        path = directory / name
        if found is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found)


def _files(directory: Path) -> set[str]:
    paths = (path for path in directory.rglob("*") if path.is_file() and "~" not in path.name)
    return {str(path.relative_to(directory)) for path in paths}


def _mixed(name: str, before: bytes | None, now: bytes | None, chance: random.Random) -> bytes | None:
    if now is None or (before is None and chance.random() < 0.3):
        return before
    if before is None and name.endswith(UNFINISHED):
        return now[: chance.randint(0, len(now))]
    before = before or b""  # the size of what was never synced may be there before what is in it
    size = max(len(before), len(now)) if chance.random() < 0.5 else len(before)
    parts = (chance.choice((before, now))[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, size, SECTOR))
    return b"".join(parts)[:size]


def _path(name: Any, folder: int | None) -> str:
    return os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name) if folder is not None else os.fspath(name)


def _put_below_files(copies: _Copies) -> None:
    def make_sync(plain: Any) -> Any:
        def sync(file: Any) -> None:
            plain(file)
            number = file if isinstance(file, int) else file.fileno()
            copies.synced(os.readlink(f"/proc/self/fd/{number}"))

        return sync

    def make_replace(plain: Any) -> Any:
        def replace(source: Any, target: Any, src_dir_fd: int | None = None, dst_dir_fd: int | None = None) -> None:
            plain(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
            copies.renamed(_path(source, src_dir_fd), _path(target, dst_dir_fd))

        return replace

    # What puts the copies aside renames, too, but nothing in the directory.
    put_over(os, "fsync", make_sync)
    put_over(os, "replace", make_replace)


# ---- SQLite ---------------------------------------------------------------------------------------------------------

_OPEN = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_Methods = ctypes.c_void_p * 19
_WRITE_AT, _SYNC_AT = 3, 5
"""Where they stand in `sqlite3_io_methods`."""


class _System(ctypes.Structure):
    """The beginning of a `sqlite3_vfs`."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", _OPEN),
    )


class _File(ctypes.Structure):
    """The beginning of a `sqlite3_file`."""

    _fields_ = (("methods", ctypes.c_void_p),)


_kept: list[object] = []
"""What C goes on calling must not be collected."""


def can_be_put_below() -> bool:
    """Whether the SQLite of this Python lets itself be reached."""
    return hasattr(ctypes.CDLL(_sqlite3.__file__), "sqlite3_vfs_find") and os.path.isdir("/proc/self/fd")


def _put_below_sqlite(synced: Callable[[str], None], is_full: Callable[[str], bool]) -> None:
    """Have SQLite's own way to the disk pass here: it is told of each sync, and each write asks whether it is full."""
    find = ctypes.CDLL(_sqlite3.__file__).sqlite3_vfs_find
    find.restype, find.argtypes = ctypes.POINTER(_System), (ctypes.c_char_p,)
    system = find(None).contents
    address = ctypes.cast(system.open, ctypes.c_void_p).value
    assert address is not None
    plain_open = _OPEN(address)
    paths: dict[int, str] = {}
    marked: dict[int, Any] = {}

    def methods_over(plain: int) -> Any:
        table = _Methods.from_buffer_copy(_Methods.from_address(plain))
        write, sync = _WRITE(table[_WRITE_AT] or 0), _SYNC(table[_SYNC_AT] or 0)

        def marked_write(file: int, data: int, size: int, offset: int) -> int:
            return _FULL if is_full(paths.get(file, "")) else write(file, data, size, offset)

        def marked_sync(file: int, flags: int) -> int:
            result: int = sync(file, flags)
            if file in paths:
                synced(paths[file])
            return result

        functions = _WRITE(marked_write), _SYNC(marked_sync)
        _kept.extend((table, write, sync, *functions))
        for place, function in zip((_WRITE_AT, _SYNC_AT), functions, strict=True):
            table[place] = ctypes.cast(function, ctypes.c_void_p).value
        return table

    def marked_open(vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        result: int = plain_open(vfs, name, file, flags, out)
        opened = _File.from_address(file)
        if result == 0 and opened.methods:
            if opened.methods not in marked:
                marked[opened.methods] = methods_over(opened.methods)
            opened.methods = ctypes.addressof(marked[opened.methods])
            paths[file] = os.fsdecode(ctypes.string_at(name)) if name else ""
        return result

    system.open = _OPEN(marked_open)
    _kept.extend((plain_open, system.open))
