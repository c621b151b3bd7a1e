"""The files of a journal: where they are, how a page links to them, what they are, and of which shape."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from legnext_client.gallery.shapes import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def places(journal: str, paths: Iterable[str]) -> dict[str, str | None]:
    """Where each file of a journal is now; None for one that is not there.

    A relative path is one from the directory that the batch was run in: the one of now, or that of the journal.
    """
    beside = os.path.dirname(os.path.abspath(journal))
    return {path: _found(path, beside) for path in paths}


def _found(path: str, beside: str) -> str | None:
    candidates = (os.path.abspath(path), os.path.join(beside, path))
    return next((one for one in candidates if os.path.isfile(one)), None)


def common_directory(found: Iterable[str | None], otherwise: str) -> str:
    """The directory that the files are in; where they have none in common, `otherwise`."""
    directories = {os.path.dirname(path) for path in found if path is not None}
    try:
        common = os.path.commonpath(directories) if directories else otherwise
    except ValueError:  # several drives
        return otherwise
    return otherwise if common == os.path.dirname(common) else common


class Links:
    """What the page in this directory says of files."""

    def __init__(self, directory: str, found: dict[str, str | None]) -> None:
        self._directory = directory
        self._found = found

    def __call__(self, paths: Sequence[str]) -> dict[str, Any]:
        """The links of files, the numbers of those that are gone, and the shape of the first that tells one."""
        found = [self._found.get(path) for path in paths]
        shapes = (shape_of(path) for path in found if path is not None)
        gone = [number for number, place in enumerate(found) if place is None]
        shape = next(filter(None, shapes), None)
        return {
            "files": [self._link(place or path) for path, place in zip(paths, found, strict=True)],
            **({"gone": gone} if gone else {}),
            **({"shape": shape} if shape else {}),
        }

    def _link(self, path: str) -> str:
        try:
            relative = os.path.relpath(path, self._directory)
        except ValueError:  # another drive
            return Path(path).as_uri()
        # Bytes, because a name need not be any text; and no colon stays, which would make a scheme of a name.
        return quote(os.fsencode(relative.replace(os.sep, "/")), safe="/")
