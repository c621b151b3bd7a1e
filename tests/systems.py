"""Where systems differ: marks of tests that need what only some have, and Ctrl-C."""

from __future__ import annotations

import _thread
import os
import signal
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


def press_ctrl_c() -> None:
    """Interrupt this process, from any thread."""
    if os.name == "posix":
        os.kill(os.getpid(), signal.SIGINT)
    else:  # there, `os.kill` would end it at once
        _thread.interrupt_main()
