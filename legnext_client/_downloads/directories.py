"""Where files are to go: what can be no directory is refused before anything is sent or fetched."""

from __future__ import annotations

import os

from legnext_client.errors import InvalidRequest


def directory_of(name: str, given: object) -> str:
    """The path that was given for a directory; `InvalidRequest` for what can be none. `name` is the argument's."""
    path: object = os.fspath(given) if isinstance(given, str | os.PathLike) else None  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not isinstance(path, str) or not path or "\0" in path:
        raise InvalidRequest(f"{name} must be the path of a directory; got {given!r}.")
    place = _nearest(path)
    if not os.path.isdir(place):
        raise InvalidRequest(f"{name} must be a directory, or a place for one; got {path!r}, and {place} is none.")
    return path


def writable_directory(name: str, given: object) -> str:
    """The same, where files are going to be written: for what is paid first, and fetched later."""
    path = directory_of(name, given)
    place = _nearest(path)
    if not os.access(place, os.W_OK | os.X_OK):
        raise InvalidRequest(f"{name} must be where files can be written; got {path!r}, and {place} cannot be written.")
    return path


def _nearest(path: str) -> str:
    """What is there already of a path."""
    place = os.path.abspath(path)
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    return place
