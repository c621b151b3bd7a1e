"""schemathesis finds nothing, in any phase, with any check, and its links walk real chains of jobs."""

from __future__ import annotations

import re

import pytest

from .description import SOURCE, operations, paid
from .run_schemathesis import Outcome, run

PHASES = ("Examples", "Coverage", "Fuzzing", "Stateful")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """A run that is short, and the same every time; `make contract` is the long one."""
    return run("--max-examples", "3", "--seed", "20")


def test_nothing_fails_in_any_phase(outcome: Outcome) -> None:
    assert outcome.status == 0, outcome.output
    for phase in PHASES:
        assert re.search(rf"✅ +{phase}", outcome.output), outcome.output


def test_every_operation_is_tested(outcome: Outcome) -> None:
    every = len(operations())
    assert every >= 22
    assert f"Selected: {every}/{every}" in outcome.output
    assert f"Tested: {every}" in outcome.output


def test_links_are_walked_and_what_follows_is_accepted(outcome: Outcome) -> None:
    assert outcome.links >= 10
    assert outcome.followed() == {each.name for each in paid() if SOURCE in each.body["properties"]}
    assert max(map(len, outcome.chains.values())) >= 3


def test_no_generated_address_is_called(outcome: Outcome) -> None:
    assert outcome.outcomes_of_callbacks == {"not loopback"}
