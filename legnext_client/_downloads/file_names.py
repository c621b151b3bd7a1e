"""The names of downloaded files, from a template and what is known of a file; and why they stay inside a directory.

A template is the caller's, the values in it are the service's. A template that leads somewhere else is refused; a value
is reduced to letters, digits, `.`, `_` and `-`, so that it cannot lead anywhere.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from string import Formatter
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from legnext_client.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

JOB_FIELDS = ("job_id", "n", "ext", "task_type")
ROW_FIELDS = (*JOB_FIELDS, "key")
URL_FIELDS = ("n", "ext", "stem")

_LONGEST_VALUE = 80
_LONGEST_NAME = 240  # of 255 bytes that file systems allow; the rest is for the name of the unfinished file
_LONGEST_PATH = 1024
_NUMBER_FORMAT = re.compile(r"(?:0?[1-9])?d?")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_FORBIDDEN = frozenset('<>:"|?*\\')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[a-z0-9]{1,8}")


def fields_of(template: object, allowed: Iterable[str]) -> set[str]:
    """The fields that a template uses; `InvalidRequest` for any that it may not."""
    return {field for _, field, _ in _pieces(template, allowed) if field is not None}


def names(template: object, allowed: Iterable[str], files: Sequence[Mapping[str, str | int]]) -> list[str]:
    """The relative path of each file, `/` between its parts; `InvalidRequest` unless each is sound and no two are one.

    `files` holds the values of the fields for each file; `ext` comes from `extension`.
    """
    pieces = _pieces(template, allowed)
    filled = ["".join(_filled(piece, values) for piece in pieces) for values in files]
    seen: set[str] = set()
    for name in filled:
        _check(name)
        # Two names that differ in case or composition alone are one file to many file systems.
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise InvalidRequest(f"name must give each file a name of its own, with {{n}} in it; got {name!r} twice.")
        seen.add(folded)
    return filled


def extension(url: str) -> str:
    """The ending of the name in an address, with its dot; nothing when it has none that is plain."""
    found = _split(url)[1]
    return found if _EXTENSION.fullmatch(found) else ""


def stem(url: str) -> str:
    """The name in an address, without its ending."""
    name, ending = _split(url)
    return name if _EXTENSION.fullmatch(ending) else name + ending


def reduced(value: str) -> str:
    """A value as it may stand in a name. What had to be changed gets a mark, to stay different from others."""
    plain = _UNSAFE.sub("_", value).strip(".-")[:_LONGEST_VALUE].rstrip(".") or "unnamed"
    if plain == value:
        return plain
    mark = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain}-{mark}"


def _split(url: str) -> tuple[str, str]:
    last = unquote(urlsplit(url).path).replace("\\", "/").rpartition("/")[2]
    name, dot, ending = last.rpartition(".")
    return (name, dot + ending.lower()) if name else (last, "")


Piece = tuple[str, str | None, str]


def _pieces(template: object, allowed: Iterable[str]) -> list[Piece]:
    fields = tuple(allowed)
    known = ", ".join(f"{{{field}}}" for field in fields)
    if not isinstance(template, str) or len(template) > _LONGEST_PATH:
        raise InvalidRequest(f"name must be a text such as '{{n}}{{ext}}'; got {str(template)[:80]!r}.")
    try:
        pieces = [(text, field, spec or "", change) for text, field, spec, change in Formatter().parse(template)]
    except ValueError as error:
        raise InvalidRequest(f"name cannot be read ({error}); got {template!r}.") from None
    for _, field, spec, change in pieces:
        if field is None:
            continue
        if field not in fields or change:
            raise InvalidRequest(f"name may hold {known}; got {{{field}}} in {template!r}.")
        if spec and (field != "n" or not _NUMBER_FORMAT.fullmatch(spec)):
            raise InvalidRequest(f"name may give {{n}} a width, as in {{n:03}}, and no other format; got {template!r}.")
    return [(text, field, spec) for text, field, spec, _ in pieces]


def _filled(piece: Piece, values: Mapping[str, str | int]) -> str:
    text, field, spec = piece
    if field is None:
        return text
    value = values[field]
    if isinstance(value, int):
        return text + format(value, spec)
    return text + (value if field == "ext" else reduced(value))


def _check(name: str) -> None:
    reason = _unsound(name)
    if reason:
        raise InvalidRequest(f"name must give names that any system can hold; {name[:120]!r} {reason}.")


def _unsound(name: str) -> str | None:
    """What is wrong with a relative path; None when it can stand on any file system and stays where it is put."""
    if len(name) > _LONGEST_PATH:
        return "is too long"
    *folders, last = name.split("/")
    for part in (*folders, last):
        if part in ("", ".", ".."):
            return "is empty or leads elsewhere"
        if not part.isprintable() or _FORBIDDEN & set(part):
            return "holds a character that not every system allows"
        if part[-1] in " ." or part[0] == " " or _RESERVED.fullmatch(part):
            return "is a name that not every system allows"
        if len(part.encode()) > _LONGEST_NAME:
            return f"is longer than {_LONGEST_NAME} bytes"
    return "begins with a dot, as only unfinished files do" if last.startswith(".") else None
