"""The client does what the document says."""

from __future__ import annotations

import pytest

from .checks import CHECKS
from .effort import USUAL
from .schema_alone import schema_notices


@pytest.mark.parametrize("name", CHECKS)
def test_the_client_passes(name: str) -> None:
    CHECKS[name](USUAL)


def test_all_that_the_client_sends_and_reads_is_valid() -> None:
    assert schema_notices() is None
