"""The checks are worth something: each way in which the client was made to be wrong is noticed by one of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .find_checks import notice, written_down
from .seeded_faults import SEEDED_FAULTS

if TYPE_CHECKING:
    from .faults import Fault

NOTICES = written_down()
PAST = [name for name, each in NOTICES.items() if not each["schema"]]
"""What a validation of schemas alone would let through."""
PAGE = Path(__file__).parents[2] / "docs" / "contract.md"


@pytest.mark.parametrize("fault", SEEDED_FAULTS, ids=[fault.name for fault in SEEDED_FAULTS])
def test_a_client_is_caught_that(fault: Fault) -> None:
    assert notice(fault, NOTICES[fault.name]["check"])


def test_each_fault_stands_once_in_both_lists() -> None:
    assert len({fault.name for fault in SEEDED_FAULTS}) == len(SEEDED_FAULTS)
    assert NOTICES.keys() == {fault.name for fault in SEEDED_FAULTS}


def test_most_faults_would_get_past_a_validation_of_schemas() -> None:
    assert len(PAST) >= 20
    assert len(PAST) > len(NOTICES) / 2


def test_the_page_gives_these_numbers() -> None:
    said = f"All {len(NOTICES)} are noticed. {len(PAST)} of them leave everything valid that is sent and read"
    assert said in " ".join(PAGE.read_text(encoding="utf-8").split())
