"""What kind of file some bytes are, and whether that is what a name says: by their first bytes, never by a header."""

from __future__ import annotations

import re
import struct
from os.path import splitext
from typing import TYPE_CHECKING, NamedTuple

from legnext_client._protocol.responses import page_title

if TYPE_CHECKING:
    from collections.abc import Callable

ENOUGH = 512
"""So many first bytes tell the kind of any file."""

_TAIL = 4096
_MOST_BOXES = 100_000
"""So many are gone through, which takes a moment: a file of nothing else would take minutes."""


class Kind(NamedTuple):
    """A kind of file: how to call it, the endings of its names, patterns of how it begins and, if it tells, ends."""

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
"""In the order in which they are tried: what has a brand of its own comes before what has any."""

_BY_ENDING = {ending: kind for kind in KINDS for ending in kind.endings}
_PAGE = re.compile(
    # What comes first is gone through in one way, (?>…): of many comments there are more ways than there is time.
    rb"(?:\xef\xbb\xbf)?\s*(?>(?:<\?xml[^>]*>|<!--.*?-->)\s*)*<(?:!doctype\s+html|html|head|body|title|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_TEXTS = ((re.compile(rb"\s*<"), "an XML text"), (re.compile(rb"\s*[{\[]"), "a JSON text"))


def kind_of(head: bytes) -> Kind | None:
    """The kind of file that begins like this; None for one that is not in the table."""
    return next((kind for kind in KINDS if re.match(kind.begins, head, re.DOTALL)), None)


def wrong_kind(name: str, head: bytes) -> str | None:
    """What is wrong with bytes that begin like this under this name; None when nothing is.

    Under a name that promises nothing that is known, anything may stand but nothing at all and a web page.
    """
    ending = splitext(name)[1].lower()
    promised = _BY_ENDING.get(ending)
    if not head:
        return "it is empty"
    if promised is None:
        is_page = _PAGE.match(head) and ending not in (".html", ".htm", ".xhtml")
        return f"it is {_described(head)}" if is_page else None
    found = kind_of(head)
    return None if found is promised else f"it is {_described(head)}, not {promised.name}"


def _described(head: bytes) -> str:
    found = kind_of(head)
    if found is not None:
        return found.name
    if _PAGE.match(head):
        title = page_title(head)
        return f"a web page ({title!r})" if title else "a web page"
    return next((name for begins, name in _TEXTS if begins.match(head)), "of no known kind")


def is_cut(read: Callable[[int, int], bytes], size: int) -> bool:
    """Whether a file ends too early, as far as it tells by itself; asked where no length was announced.

    `read(offset, count)` reads from it.
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
    """An MP4 file is a row of boxes, each with its length; the last must end where the file ends, and one is `moov`."""
    at, names = 0, set[bytes]()
    for _ in range(_MOST_BOXES):
        if at + 8 > size:
            return at != size or b"moov" not in names
        length, name, longer = struct.unpack(">I4sQ", read(at, 16).ljust(16, b"\0"))
        if length == 1:
            length = longer
        elif length == 0:  # to the end of the file
            length = size - at
        names.add(name)
        if length < 8:
            return True
        at += length
    return False  # no chain is made of so many: this says nothing
