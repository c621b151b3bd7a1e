"""Locate the files of a journal, and link to them from a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from legnext_client.gallery.shapes import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def locate(path: str, beside: str) -> str | None:
    """Return where a file of a journal is; None if it is missing.

    A relative path is resolved against the working directory, then against `beside`, the journal's directory.
    """
    candidates = (os.path.abspath(path), os.path.join(beside, path))
    return next((one for one in candidates if os.path.isfile(one)), None)


def common_directory(located: Iterable[str | None], otherwise: str) -> str:
    """Return the common directory of the files, or `otherwise` if they have none."""
    directories = {os.path.dirname(path) for path in located if path is not None}
    try:
        common = os.path.commonpath(directories) if directories else otherwise
    except ValueError:  # several drives
        return otherwise
    return otherwise if common == os.path.dirname(common) else common


class Links:
    """Builds links to files, relative to the page's directory."""

    def __init__(self, directory: str, beside: str) -> None:
        self._directory, self._beside = directory, beside

    def __call__(self, paths: Sequence[str]) -> dict[str, Any]:
        """Return the links of the files, the numbers of missing ones, and the first known aspect ratio."""
        located = [locate(path, self._beside) for path in paths]
        shapes = (shape_of(path) for path in located if path is not None)
        gone = [number for number, place in enumerate(located) if place is None]
        shape = next(filter(None, shapes), None)
        return {
            "files": [self._link(place or path) for path, place in zip(paths, located, strict=True)],
            **({"gone": gone} if gone else {}),
            **({"shape": shape} if shape else {}),
        }

    def _link(self, path: str) -> str:
        try:
            relative = os.path.relpath(path, self._directory)
        except ValueError:  # another drive
            return Path(path).as_uri()
        # As bytes, because a name may not be valid text. Colons are escaped, or they would be read as a URL scheme.
        return quote(os.fsencode(relative.replace(os.sep, "/")), safe="/")
