"""What a download is written to: an unfinished file beside the one to be, a note of what it is, and the last step.

`out/cat.png` is received as `out/.cat.png.part`; `out/.cat.png.part.json` says of which file that is the beginning.
Only a whole file gets its name, in one step. Everything here may raise `OSError`; nothing decides.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from contextlib import suppress
from typing import Any

from legnext_client._downloads.file_types import ENOUGH, wrong_kind
from legnext_client._downloads.policy import Note

if sys.platform != "win32":
    import fcntl

_WINDOWS = sys.platform == "win32"
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_LARGEST_NOTE = 4096
_BLOCK = 1024 * 1024


def stays_inside(root: str, path: str) -> bool:
    """Whether a path leads to a place in the directory, links included; `root` is its real path."""
    real = os.path.realpath(os.path.dirname(path))
    try:
        return os.path.commonpath((root, real)) == root
    except ValueError:  # another drive
        return False


class DiskTarget:
    """A place in a directory. `root` is the real path of the directory, `name` the relative one of the file.

    With a `spare` name, another file that stands under `name` is not replaced: what came gets the spare one.
    """

    def __init__(self, root: str, name: str, spare: str | None = None) -> None:
        self._root = root
        self._target = os.path.join(root, *name.split("/"))
        self._spare = None if spare is None else os.path.join(root, *spare.split("/"))
        folder, last = os.path.split(self._target)
        self._part = os.path.join(folder, f".{last}.part")
        self._note = f"{self._part}.json"
        self._file: int | None = None
        self._size = 0
        self._noted = False

    def whole(self) -> int | None:
        """The size of what stands under the name, if that is a file of the kind that the name says."""
        try:
            found = os.lstat(self._target)
        except FileNotFoundError:
            return None
        if stat.S_ISDIR(found.st_mode):
            raise OSError(errno.EISDIR, "a directory has this name")
        if not stat.S_ISREG(found.st_mode) or not found.st_size:
            return None
        with open(self._target, "rb") as file:
            head = file.read(ENOUGH)
        return found.st_size if wrong_kind(os.path.basename(self._target), head) is None else None

    def open(self) -> tuple[int, Note | None]:
        """Take the unfinished file for this download alone; how much of it there is, and of what."""
        os.makedirs(self._root, exist_ok=True)
        self._make_folder_of(self._target)
        while self._file is None:
            file = os.open(self._part, os.O_RDWR | os.O_CREAT | _FLAGS, 0o666)
            try:
                if self._is_mine(file):
                    self._file = file
            finally:
                if self._file is None:
                    os.close(file)
        self._size = os.fstat(self._file).st_size
        note = self._read_note()
        self._noted = note is not None
        return self._size, note

    def start_over(self, note: Note | None) -> None:
        """Forget what came, and note what will come."""
        with suppress(FileNotFoundError):
            os.unlink(self._note)
        os.ftruncate(self._open_file, 0)
        self._size, self._noted = 0, False
        if note is not None:
            file = os.open(self._note, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o666)
            try:
                os.write(file, json.dumps(note._asdict()).encode())
            finally:
                os.close(file)
            self._noted = True

    def write(self, data: bytes) -> None:
        """Add to what came."""
        file, left = self._open_file, memoryview(data)
        os.lseek(file, self._size, os.SEEK_SET)
        while left:
            count = os.write(file, left)
            left = left[count:]
            self._size += count

    def read(self, offset: int, count: int) -> bytes:
        """Bytes of what came; fewer at its end."""
        file, parts = self._open_file, bytearray()
        os.lseek(file, offset, os.SEEK_SET)
        while len(parts) < count:
            part = os.read(file, count - len(parts))
            if not part:
                break
            parts += part
        return bytes(parts)

    def finish(self) -> bool:
        """Give the unfinished file its name, in one step and for good; False: its spare name."""
        os.fsync(self._open_file)
        place = self._spare if self._spare is not None and self._is_taken() else self._target
        self._make_folder_of(place)
        if _WINDOWS:  # which renames no open file
            self._release()
        os.replace(self._part, place)
        self._release()
        with suppress(FileNotFoundError):
            os.unlink(self._note)
        if not _WINDOWS:
            folder = os.open(os.path.dirname(place), os.O_RDONLY)
            try:
                with suppress(OSError):  # some file systems have no such thing
                    os.fsync(folder)
            finally:
                os.close(folder)
        return place == self._target

    def discard(self) -> None:
        """Remove what came, and the note of it."""
        if self._file is None:
            return
        if _WINDOWS:
            self._release()
        for path in (self._note, self._part):
            with suppress(FileNotFoundError):
                os.unlink(path)
        self._release()

    def close(self) -> None:
        """Leave what can be gone on with, and nothing else."""
        if self._file is not None and not (self._size and self._noted):
            with suppress(OSError):
                self.discard()
        self._release()

    @property
    def _open_file(self) -> int:
        if self._file is None:
            raise OSError(errno.EBADF, "it is closed")
        return self._file

    def _release(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _is_taken(self) -> bool:
        """Whether something else than what came stands under the name."""
        try:
            found = os.lstat(self._target)
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(found.st_mode) or found.st_size != self._size:
            return True
        with open(self._target, "rb") as file:
            return any(file.read(_BLOCK) != self.read(offset, _BLOCK) for offset in range(0, self._size, _BLOCK))

    def _make_folder_of(self, place: str) -> None:
        self._check_inside(place)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        self._check_inside(place)

    def _check_inside(self, place: str) -> None:
        if not stays_inside(self._root, place):
            raise OSError(errno.EACCES, f"a link in it leads out of {self._root}")

    def _is_mine(self, file: int) -> bool:
        """Whether this is the unfinished file, and nobody else's; False when it was renamed or removed meanwhile."""
        opened = os.fstat(file)
        if not stat.S_ISREG(opened.st_mode) or opened.st_nlink > 1:
            raise OSError(errno.EEXIST, f"{self._part} is in the way")
        _lock(file)
        try:
            return os.path.samestat(opened, os.stat(self._part, follow_symlinks=False)) and os.fstat(file).st_nlink > 0
        except FileNotFoundError:
            return False

    def _read_note(self) -> Note | None:
        try:
            file = os.open(self._note, os.O_RDONLY | _FLAGS)
        except OSError:
            return None
        try:
            found: Any = json.loads(os.read(file, _LARGEST_NOTE))
            address, validator, total = found["address"], found["validator"], found["total"]
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        finally:
            os.close(file)
        sound = isinstance(address, str) and isinstance(validator, str) and (total is None or type(total) is int)
        return Note(address, validator, total) if sound else None


def _lock(file: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            raise OSError(errno.EBUSY, "another download is writing it") from None
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OSError(errno.EBUSY, "another download is writing it") from None
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
            raise
