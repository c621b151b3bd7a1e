"""Check target directories, and build the names of downloaded files from a template, before anything is fetched.

The template comes from the caller and is rejected if it leads out of the directory. Values come from the service and
are reduced to letters, digits, `.`, `_` and `-`, so they cannot.
"""

from __future__ import annotations

import hashlib
import os
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
_LONGEST_NAME = 240  # file systems allow 255 bytes; the unfinished file adds a prefix and a suffix
_LONGEST_PATH = 1024
_NUMBER_FORMAT = re.compile(r"(?:0?[1-9])?d?")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_FORBIDDEN = frozenset('<>:"|?*\\')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[a-z0-9]{1,8}")


def fields_of(template: object, allowed: Iterable[str]) -> set[str]:
    """Return the fields that a template uses; raise `InvalidRequest` for any that is not allowed."""
    return {field for _, field, _ in _pieces(template, allowed) if field is not None}


def names(template: object, allowed: Iterable[str], files: Sequence[Mapping[str, str | int]]) -> list[str]:
    """Return the relative path of each file, with `/` as separator.

    `files` holds each file's field values; `ext` comes from `extension`. Raises `InvalidRequest` if a path is unsafe or
    two are the same.
    """
    pieces = _pieces(template, allowed)
    filled = ["".join(_filled(piece, values) for piece in pieces) for values in files]
    seen: set[str] = set()
    for name in filled:
        _check(name)
        # Many file systems treat names that differ only in case or Unicode composition as the same file.
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise InvalidRequest(f"name must differ for each file, so it needs {{n}}; got {name!r} twice.")
        seen.add(folded)
    return filled


def check_names(template: object, allowed: Sequence[str], files: int = 1) -> None:
    """Raise `InvalidRequest` if files that are still to be made cannot have such names."""
    like: dict[str, str | int] = dict.fromkeys(allowed, "a")
    names(template, allowed, [{**like, "ext": ".png", "n": n} for n in range(files)])


def extension(url: str) -> str:
    """Return the lower-case extension of a URL with its dot, or an empty string if it has no plain one."""
    suffix = _split(url)[1]
    return suffix if _EXTENSION.fullmatch(suffix) else ""


def stem(url: str) -> str:
    """Return the last part of a URL's path, without its extension."""
    name, ending = _split(url)
    return name if _EXTENSION.fullmatch(ending) else name + ending


def reduced(value: str) -> str:
    """Replace characters that are unsafe in a file name. A changed value gets a hash, to keep it distinct."""
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
        raise InvalidRequest(f"name must be a string such as '{{n}}{{ext}}'; got {str(template)[:80]!r}.")
    try:
        pieces = [(text, field, spec or "", change) for text, field, spec, change in Formatter().parse(template)]
    except ValueError as error:
        raise InvalidRequest(f"name is not a valid template ({error}); got {template!r}.") from None
    for _, field, spec, change in pieces:
        if field is None:
            continue
        if field not in fields or change:
            raise InvalidRequest(f"name may contain {known}; got {{{field}}} in {template!r}.")
        if spec and (field != "n" or not _NUMBER_FORMAT.fullmatch(spec)):
            raise InvalidRequest(f"name may only give {{n}} a width, as in {{n:03}}; got {template!r}.")
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
        raise InvalidRequest(f"name must be valid on any system; got {name[:120]!r}, which {reason}.")


def _unsound(name: str) -> str | None:
    """Return why a relative path is invalid on some file system or leaves its directory; None if it is safe."""
    if len(name) > _LONGEST_PATH:
        return "is too long"
    *folders, last = name.split("/")
    for part in (*folders, last):
        if part in ("", ".", ".."):
            return "is empty or leads elsewhere"
        if not part.isprintable() or _FORBIDDEN & set(part):
            return "contains a character that some systems do not allow"
        if part[-1] in " ." or part[0] == " " or _RESERVED.fullmatch(part):
            return "is a name that some systems do not allow"
        if len(part.encode()) > _LONGEST_NAME:
            return f"is longer than {_LONGEST_NAME} bytes"
    return "begins with a dot, which is reserved for unfinished files" if last.startswith(".") else None


# ---- directories ----------------------------------------------------------------------------------------------------


def directory_of(name: str, given: object) -> str:
    """Return `given` as a path; raise `InvalidRequest` if it cannot be a directory. `name` is the argument's name."""
    path: object = os.fspath(given) if isinstance(given, str | os.PathLike) else None  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not isinstance(path, str) or not path or "\0" in path:
        raise InvalidRequest(f"{name} must be the path of a directory; got {given!r}.")
    nearest = _nearest(path)
    if not os.path.isdir(nearest):
        raise InvalidRequest(
            f"{name} must be a directory or a new path; got {path!r}, but {nearest} is not a directory."
        )
    return path


def writable_directory(name: str, given: object) -> str:
    """Like `directory_of`, but also require write access, because files are paid for before they are fetched."""
    path = directory_of(name, given)
    nearest = _nearest(path)
    probe = os.path.join(nearest, f".legnext-{os.urandom(8).hex()}")
    try:  # what is allowed is not always possible, for example in /proc
        os.mkdir(probe)
        os.rmdir(probe)
    except OSError as error:
        raise InvalidRequest(
            f"{name} must be writable; got {path!r}, but {nearest} is not writable: {error.strerror}."
        ) from None
    return path


def _nearest(path: str) -> str:
    """Return the closest existing ancestor of `path`, or `path` itself."""
    nearest = os.path.abspath(path)
    while not os.path.lexists(nearest):
        nearest = os.path.dirname(nearest)
    return nearest
