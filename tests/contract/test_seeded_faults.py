"""The checks notice a server that is wrong. `make contract` tries every fault."""

from __future__ import annotations

import pytest

from .seeded_faults import SEEDED_FAULTS, is_noticed

NOTICED_BY = {
    "charged_twice": "points_are_held_charged_and_given_back",
    "on_credit": "shortage",
    "prompt_one_longer": "bounds_of_diffusion",
    "both_mask_ways": "bounds_of_inpaint",
    "seventh_job": "jobs_at_once",
    "fifth_extension": "extensions",
    "last_of_duplicates": "json",
    "key_not_checked": "keys",
    "wrong_job": "prices",
    "html_error": "nowhere",
}


@pytest.mark.parametrize(("fault", "check"), NOTICED_BY.items(), ids=NOTICED_BY)
def test_a_server_with_this_fault_is_noticed(fault: str, check: str) -> None:
    assert is_noticed(SEEDED_FAULTS[fault], check), f"the server {SEEDED_FAULTS[fault].what}"
