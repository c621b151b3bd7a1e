"""The server does what its document says."""

from __future__ import annotations

import pytest

from .checks import CHECKS
from .server import running


@pytest.mark.parametrize("name", CHECKS)
def test_the_server_passes(name: str) -> None:
    CHECKS[name](running)
