"""Write downloads to disk.

`out/cat.png` is received as `out/.cat.png.part`; `out/.cat.png.part.json` records its URL and version. Only a
complete file gets its name, atomically. Every method may raise `OSError`.
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
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_FLAGS = _NO_FOLLOW | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_BY_DESCRIPTOR = os.open in os.supports_dir_fd and _NO_FOLLOW != 0
_LARGEST_NOTE = 4096
_BLOCK = 1024 * 1024


def stays_inside(root: str, path: str) -> bool:
    """Return whether a path stays in the directory once links are resolved; `root` is its real path."""
    real = os.path.realpath(os.path.dirname(path))
    try:
        return os.path.commonpath((root, real)) == root
    except ValueError:  # another drive
        return False


class _Folder:
    """A directory held open, so a link that replaces it later has no effect.

    On systems without directory descriptors, the path is used each time.
    """

    def __init__(self, path: str, file: int | None) -> None:
        self._path = path
        self._file = file

    def open(self, name: str, flags: int) -> int:
        return os.open(self._at(name), flags | _FLAGS, 0o666, dir_fd=self._file)

    def stat(self, name: str) -> os.stat_result:
        return os.stat(self._at(name), dir_fd=self._file, follow_symlinks=False)

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self._at(name), dir_fd=self._file)

    def move(self, name: str, folder: _Folder, to: str) -> None:
        os.replace(self._at(name), folder._at(to), src_dir_fd=self._file, dst_dir_fd=folder._file)

    def sync(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # some file systems cannot sync a directory
                os.fsync(self._file)

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _at(self, name: str) -> str:
        return name if self._file is not None else os.path.join(self._path, name)


def _open_folder(root: str, path: str, *, make: bool) -> _Folder:
    """Open a directory under the root without following links; `make` creates missing ones."""
    if make:
        os.makedirs(root, exist_ok=True)
    if not _BY_DESCRIPTOR:
        _check_inside(root, path)
        if make:
            os.makedirs(path, exist_ok=True)
            _check_inside(root, path)
        return _Folder(path, None)
    flags = os.O_RDONLY | os.O_DIRECTORY | _NO_FOLLOW
    folder = os.open(root, flags)
    try:
        for part in () if path == root else os.path.relpath(path, root).split(os.sep):
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=folder)
            inner = _open_part(root, part, flags, folder)
            os.close(folder)
            folder = inner
    except BaseException:
        os.close(folder)
        raise
    return _Folder(path, folder)


def _open_part(root: str, part: str, flags: int, folder: int) -> int:
    try:
        return os.open(part, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR) and stat.S_ISLNK(
            os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode
        ):
            raise _leads_out(root) from None
        raise


def _check_inside(root: str, path: str) -> None:
    if not stays_inside(root, os.path.join(path, "file")):
        raise _leads_out(root)


def _leads_out(root: str) -> OSError:
    return OSError(errno.EACCES, f"a link in it leads out of {root}")


class DiskTarget:
    """A file to write. `root` is the real path of the directory, `name` the file's relative path.

    With a `spare` name, another file called `name` is kept, and the new file gets the spare name.
    """

    def __init__(self, root: str, name: str, spare: str | None = None) -> None:
        self._root = root
        self._target = os.path.join(root, *name.split("/"))
        self._spare = None if spare is None else os.path.join(root, *spare.split("/"))
        self._name = os.path.basename(self._target)
        self._part = f".{self._name}.part"
        self._note = f"{self._part}.json"
        # Links that exist now and stay inside are followed; those created later are not.
        self._real = {place: self._folder_of(place) for place in (self._target, self._spare) if place is not None}
        self._folder: _Folder | None = None
        self._file: int | None = None
        self._size = 0
        self._noted = False

    def _folder_of(self, place: str) -> str:
        folder = os.path.dirname(place)
        return os.path.realpath(folder) if stays_inside(self._root, place) else folder

    def whole(self) -> int | None:
        """Return the size of the existing file if its type matches its name."""
        try:
            folder = _open_folder(self._root, self._real[self._target], make=False)
        except FileNotFoundError:
            return None
        try:
            status = folder.stat(self._name)
            if stat.S_ISDIR(status.st_mode):
                raise OSError(errno.EISDIR, "a directory has this name")
            if not stat.S_ISREG(status.st_mode) or not status.st_size:
                return None
            with open(folder.open(self._name, os.O_RDONLY), "rb") as file:
                head = file.read(ENOUGH)
        except FileNotFoundError:
            return None
        finally:
            folder.close()
        return status.st_size if wrong_kind(self._name, head) is None else None

    def open(self) -> tuple[int, Note | None]:
        """Lock the unfinished file; return its size and its note."""
        self._folder = _open_folder(self._root, self._real[self._target], make=True)
        while self._file is None:
            file = self._folder.open(self._part, os.O_RDWR | os.O_CREAT)
            try:
                if self._is_mine(self._folder, file):
                    self._file = file
            finally:
                if self._file is None:
                    os.close(file)
        self._size = os.fstat(self._file).st_size
        note = self._read_note(self._folder)
        self._noted = note is not None
        return self._size, note

    def start_over(self, note: Note | None) -> None:
        """Discard the bytes received so far, and store the note of the next ones."""
        folder, unfinished = self._open_folder, self._open_file
        folder.remove(self._note)
        os.ftruncate(unfinished, 0)
        self._size, self._noted = 0, False
        if note is not None:
            file = folder.open(self._note, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            try:
                os.write(file, json.dumps(note._asdict()).encode())
            finally:
                os.close(file)
            self._noted = True

    def write(self, data: bytes) -> None:
        """Append to the unfinished file."""
        file, left = self._open_file, memoryview(data)
        os.lseek(file, self._size, os.SEEK_SET)
        while left:
            count = os.write(file, left)
            left = left[count:]
            self._size += count

    def read(self, offset: int, count: int) -> bytes:
        """Read from the unfinished file; fewer than `count` bytes at its end."""
        file, parts = self._open_file, bytearray()
        os.lseek(file, offset, os.SEEK_SET)
        while len(parts) < count:
            part = os.read(file, count - len(parts))
            if not part:
                break
            parts += part
        return bytes(parts)

    def finish(self) -> bool:
        """Give the unfinished file its name, atomically; return False if it got its spare name."""
        os.fsync(self._open_file)
        folder = self._open_folder
        place = self._spare if self._spare is not None and self._is_taken(folder) else self._target
        # Opened anew, because the directory may have been moved since.
        into = _open_folder(self._root, self._real[place], make=True)
        try:
            if _WINDOWS:  # cannot rename an open file
                self._release()
            folder.move(self._part, into, os.path.basename(place))
            self._release()
            folder.remove(self._note)
            into.sync()
        finally:
            into.close()
        return place == self._target

    def discard(self) -> None:
        """Remove the unfinished file and its note."""
        if self._file is None:
            return
        if _WINDOWS:
            self._release()
        for name in (self._note, self._part):
            self._open_folder.remove(name)
        self._release()

    def close(self) -> None:
        """Keep an unfinished file that can be resumed; remove any other."""
        if self._file is not None and not (self._size and self._noted):
            with suppress(OSError):
                self.discard()
        self._release()
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    @property
    def _open_file(self) -> int:
        if self._file is None:
            raise OSError(errno.EBADF, "it is closed")
        return self._file

    @property
    def _open_folder(self) -> _Folder:
        if self._folder is None:
            raise OSError(errno.EBADF, "it is closed")
        return self._folder

    def _release(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _is_taken(self, folder: _Folder) -> bool:
        """Return whether a different file has the name."""
        try:
            status = folder.stat(self._name)
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(status.st_mode) or status.st_size != self._size:
            return True
        with open(folder.open(self._name, os.O_RDONLY), "rb") as file:
            return any(file.read(_BLOCK) != self.read(offset, _BLOCK) for offset in range(0, self._size, _BLOCK))

    def _is_mine(self, folder: _Folder, file: int) -> bool:
        """Lock the unfinished file; return False if it was renamed or removed meanwhile."""
        opened = os.fstat(file)
        if not stat.S_ISREG(opened.st_mode) or opened.st_nlink > 1:
            raise OSError(errno.EEXIST, f"{self._part} is in the way")
        _lock(file)
        try:
            return os.path.samestat(opened, folder.stat(self._part)) and os.fstat(file).st_nlink > 0
        except FileNotFoundError:
            return False

    def _read_note(self, folder: _Folder) -> Note | None:
        try:
            file = folder.open(self._note, os.O_RDONLY)
        except OSError:
            return None
        try:
            note: Any = json.loads(os.read(file, _LARGEST_NOTE))
            address, validator, total = note["address"], note["validator"], note["total"]
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
