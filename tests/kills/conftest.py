"""What the trials share: one mock, and a directory for each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from legnext_client.testing import MockServer

if sys.platform == "win32":
    collect_ignore_glob = ["test_*.py"]  # it has no signals to kill with, and nothing to fork from
else:
    from tests.kills import processes, worlds

    @pytest.fixture(scope="package")
    def server() -> Iterator[MockServer]:
        with pytest.MonkeyPatch.context() as patch, worlds.server() as server:
            worlds.small_pictures(patch.setattr)
            yield server

    @pytest.fixture(autouse=True)
    def nobody_is_left() -> Iterator[None]:
        yield
        processes.kill_all()
