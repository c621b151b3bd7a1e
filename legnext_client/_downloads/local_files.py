"""Local files to upload: their type and size, and a name that is the same for the same bytes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from legnext_client._downloads.file_types import ENOUGH, kind_of
from legnext_client._protocol.bounds import PendingUpload
from legnext_client.errors import UploadError
from legnext_client.generated.types import File

if TYPE_CHECKING:
    from legnext_client.generated.types import FileContent

_MEDIA = {
    ".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".tif": "image/tiff",
    ".avif": "image/avif", ".heic": "image/heic", ".mp4": "video/mp4", ".webm": "video/webm",
}  # fmt: skip


class LocalFile(PendingUpload):
    """A file to upload. As a string, `sha256:…` of its contents, which stands for its URL until there is one."""

    source: os.PathLike[str] | bytes
    label: str
    """What an error message calls it."""
    size: int
    name: str
    """A file name made of its contents, with the extension of its type."""
    media_type: str
    """From its first bytes; `application/octet-stream` if unknown."""

    @classmethod
    def of(cls, given: FileContent) -> LocalFile:
        """Read a path, bytes or an open file. A path is read again when it is uploaded. Raises `OSError`."""
        if isinstance(given, os.PathLike):
            source: os.PathLike[str] | bytes = given
            with open(given, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                label, size = os.fspath(given), file.tell()
                file.seek(0)
                head = file.read(ENOUGH)
        else:
            source = File.of(given).content
            label, size, head = f"a file of {len(source)} bytes", len(source), source[:ENOUGH]
            digest = hashlib.sha256(source).hexdigest()
        self = cls(f"sha256:{digest}")
        kind = kind_of(head)
        ending = kind.endings[0] if kind is not None else ""
        self.source, self.label, self.size = source, label, size
        self.name, self.media_type = digest + ending, _MEDIA.get(ending, "application/octet-stream")
        return self

    def contents(self) -> bytes:
        """Return the contents."""
        if isinstance(self.source, bytes):
            return self.source
        with open(self.source, "rb") as file:
            content = file.read()
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != self:
            raise UploadError(f"{self.label} has changed since it was read; make the call again.")
        return content

    def __repr__(self) -> str:
        return f"<LocalFile {self.label}, {self.media_type}>"


def path_of(text: object, folder: str | os.PathLike[str] = "") -> Path | None:
    """Return the path of an existing file that stands where a URL is expected."""
    if not isinstance(text, str) or "://" in text or not text.strip():
        return None
    try:
        path = Path(folder, text.strip())
        return path if path.is_file() else None
    except (OSError, ValueError):  # too long, or a NUL character
        return None
