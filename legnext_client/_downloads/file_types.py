"""Detect file types from their first bytes; headers are not trusted."""

from __future__ import annotations

import re
import struct
from os.path import splitext
from typing import TYPE_CHECKING, NamedTuple

from legnext_client._protocol.responses import page_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENOUGH = 512
"""Number of first bytes that identify any type."""

_TAIL = 4096
_MOST_BOXES = 100_000
"""Maximum boxes to read. A file of tiny boxes would otherwise take minutes."""


class Kind(NamedTuple):
    """A file type: its name, its extensions, and patterns for its first and, where reliable, last bytes."""

    name: str
    endings: tuple[str, ...]
    begins: bytes
    ends: bytes | None = None


MP4 = Kind("an MP4 video", (".mp4", ".m4v", ".mov"), rb"....(?:ftyp|moov|mdat|wide|free|skip)")
WEBP = Kind("a WebP image", (".webp",), rb"RIFF....WEBP")
KINDS = (
    Kind("a PNG image", (".png",), rb"\x89PNG\r\n\x1a\n", rb"IEND\xaeB`\x82"),
    Kind("a JPEG image", (".jpg", ".jpeg"), rb"\xff\xd8\xff", rb"\xff\xd9"),
    Kind("a GIF image", (".gif",), rb"GIF8[79]a", rb"\x3b\x00*\Z"),
    WEBP,
    Kind("a TIFF image", (".tif", ".tiff"), rb"II[*+]\x00|MM\x00[*+]"),
    Kind("an AVIF image", (".avif",), rb"....ftypavi[fs]"),
    Kind("a HEIC image", (".heic", ".heif"), rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)"),
    MP4,
    Kind("a WebM video", (".webm", ".mkv"), rb"\x1a\x45\xdf\xa3"),
)
"""Ordered: types with a brand of their own come before the generic ones."""

_BY_ENDING = {ending: kind for kind in KINDS for ending in kind.endings}
_PAGE = re.compile(
    # The atomic group prevents exponential backtracking over many comments.
    rb"(?:\xef\xbb\xbf)?\s*(?>(?:<\?xml[^>]*>|<!--.*?-->)\s*)*<(?:!doctype\s+html|html|head|body|title|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_TEXTS = ((re.compile(rb"\s*<"), "an XML file"), (re.compile(rb"\s*[{\[]"), "a JSON file"))


def kind_of(head: bytes) -> Kind | None:
    """Return the file type of bytes that begin with `head`, or None if it is unknown."""
    return next((kind for kind in KINDS if re.match(kind.begins, head, re.DOTALL)), None)


def wrong_kind(name: str, head: bytes) -> str | None:
    """Return why `head` does not fit a file called `name`; None if it fits.

    With an unknown extension, everything fits except an empty file and a web page.
    """
    ending = splitext(name)[1].lower()
    expected = _BY_ENDING.get(ending)
    if not head:
        return "it is empty"
    if expected is None:
        is_page = _PAGE.match(head) and ending not in (".html", ".htm", ".xhtml")
        return f"it is {_described(head)}" if is_page else None
    actual = kind_of(head)
    return None if actual is expected else f"it is {_described(head)}, not {expected.name}"


def _described(head: bytes) -> str:
    actual = kind_of(head)
    if actual is not None:
        return actual.name
    if _PAGE.match(head):
        title = page_title(head)
        return f"a web page ({title!r})" if title else "a web page"
    return next((name for begins, name in _TEXTS if begins.match(head)), "of an unknown type")


def is_cut(read: Callable[[int, int], bytes], size: int) -> bool:
    """Return whether a file is truncated, judged by its content. Used if the response had no length.

    `read(offset, count)` reads from the file.
    """
    kind = kind_of(read(0, ENOUGH))
    if kind is WEBP:
        return int.from_bytes(read(4, 4), "little") + 8 > size
    if kind is MP4:
        return _boxes_are_cut(read, size)
    if kind is None or kind.ends is None:
        return False
    return not re.search(kind.ends, read(max(0, size - _TAIL), _TAIL))


def _boxes_are_cut(read: Callable[[int, int], bytes], size: int) -> bool:
    """Check the boxes of an MP4 file: each has a length, the last ends with the file, and one is `moov`."""
    found = [(name, end) for name, _, end in boxes(read, 0, size)]
    if len(found) == _MOST_BOXES:
        return False  # a real video has fewer boxes; undecided
    return not found or found[-1][1] != size or all(name != b"moov" for name, _ in found)


def boxes(read: Callable[[int, int], bytes], at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the boxes of a part of an MP4 file up to a broken one, each with the start and end of its content."""
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return
        length, name, longer = struct.unpack(">I4sQ", read(at, 16).ljust(16, b"\0"))
        begins = at + (16 if length == 1 else 8)
        length = longer if length == 1 else length or end - at  # 0 is to the end of the file
        if length < 8:
            return
        at += length
        yield name, begins, at
