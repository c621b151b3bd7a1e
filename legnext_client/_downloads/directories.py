"""Check target directories before anything is sent or fetched."""

from __future__ import annotations

import os

from legnext_client.errors import InvalidRequest


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
