"""Marks of tests that need what only some systems have."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest


def _links_work() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder, "link")
        try:
            link.symlink_to(folder, target_is_directory=True)
        except OSError:  # Windows allows them only to some users
            return False
        return link.is_symlink()


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
only_posix = pytest.mark.skipif(os.name != "posix", reason="Windows keeps open files in place, and has other rights")
needs_links = pytest.mark.skipif(not _links_work(), reason="symbolic links cannot be made here")
