"""The checks notice a client that is wrong. `make contract` tries every fault."""

from __future__ import annotations

import pytest

from .seeded_faults import SEEDED_FAULTS, is_noticed

NOTICED_BY = {
    "prompt_stripped": "requests_of_diffusion",
    "images_sorted": "requests_of_blend",
    "key_for_files": "files",
    "of_the_last_job": "requests_of_variation",
    "true_is_one": "bounds_of_variation",
    "both_masks": "bounds_of_inpaint",
    "cheap_choice": "requests_of_upscale",
    "zones_ignored": "odd",
    "retry_after_lost": "errors",
    "asked_in_lower_case": "waiting",
}


@pytest.mark.parametrize(("fault", "check"), NOTICED_BY.items(), ids=NOTICED_BY)
def test_a_client_with_this_fault_is_noticed(fault: str, check: str) -> None:
    assert is_noticed(SEEDED_FAULTS[fault], check), f"the client {SEEDED_FAULTS[fault].what}"
