"""How often tests repeat themselves: seldom in `make test`, often in `make thorough`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    import pytest

THOROUGH = bool(os.environ.get("THOROUGH"))


def often(usual: int, thorough: int) -> int:
    """Return the number of examples, trials or steps for this run."""
    return thorough if THOROUGH else usual


def parametrize_colour(metafunc: pytest.Metafunc) -> None:
    """Run each test that uses `colour` with one colour of client, always the same; with both where it is thorough.

    For folders that test what both colours share: it has one source. `BOTH_COLOURS = True` in a module runs its tests
    with both, since each colour has its own transport and driver.
    """
    given = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "colour" in metafunc.fixturenames and "colour" not in given:
        both = ["sync", "async"]
        if not (THOROUGH or getattr(metafunc.module, "BOTH_COLOURS", False)):
            both = [both[crc32(metafunc.function.__name__.encode()) % 2]]
        metafunc.parametrize("colour", both, indirect=True)
