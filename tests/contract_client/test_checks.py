"""The client does what the document says."""

from __future__ import annotations

import pytest

from .checks import CHECKS
from .effort import USUAL


@pytest.mark.parametrize("name", CHECKS)
def test_the_client_passes(name: str) -> None:
    CHECKS[name](USUAL)
