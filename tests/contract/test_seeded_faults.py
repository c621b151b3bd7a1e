"""The checks are worth something: each way in which the server was made to be wrong is noticed by one of them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .checks import CHECKS
from .seeded_faults import SEEDED_FAULTS
from .server import running

if TYPE_CHECKING:
    from .faults import Fault

NOTICED_BY: dict[str, str] = json.loads(Path(__file__).with_name("noticed_by.json").read_text(encoding="utf-8"))
"""Which check to ask, so that not all have to be run for each fault; `find_checks.py` writes it."""


@pytest.mark.parametrize("fault", SEEDED_FAULTS, ids=[fault.name for fault in SEEDED_FAULTS])
def test_a_server_is_caught_that(fault: Fault) -> None:
    check = CHECKS[NOTICED_BY[fault.name]]

    with pytest.raises(AssertionError):
        check(partial(running, fault))


def test_each_fault_stands_once_in_both_lists() -> None:
    assert len({fault.name for fault in SEEDED_FAULTS}) == len(SEEDED_FAULTS) >= 30
    assert NOTICED_BY.keys() == {fault.name for fault in SEEDED_FAULTS}


def test_the_page_gives_these_numbers() -> None:
    page = (Path(__file__).parents[2] / "docs" / "contract.md").read_text(encoding="utf-8")
    assert f"All {len(SEEDED_FAULTS)} are noticed." in page.partition("## The mock server")[2]
