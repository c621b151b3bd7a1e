"""The checks notice a server that is wrong."""

from __future__ import annotations

from functools import partial

import pytest

from .checks import CHECKS
from .faults import FAULTS, Fault
from .server import running


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_server_with_this_fault_is_noticed(fault: Fault) -> None:
    with pytest.raises(AssertionError):
        CHECKS[fault.noticed_by](partial(running, fault))
