"""All the ways in which the client is made to be wrong; each must be noticed by at least one check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .checks import CHECKS
from .effort import HASTY
from .faults_of_answers import ANSWER_FAULTS
from .faults_of_bodies import BODY_FAULTS
from .faults_of_judgement import JUDGEMENT_FAULTS
from .faults_of_ways import WAY_FAULTS

if TYPE_CHECKING:
    from .faults import Fault

SEEDED_FAULTS = {fault.name: fault for fault in (*BODY_FAULTS, *WAY_FAULTS, *JUDGEMENT_FAULTS, *ANSWER_FAULTS)}


def is_noticed(fault: Fault, check: str) -> bool:
    """Whether this check fails against a client with this fault."""
    with pytest.MonkeyPatch.context() as patch:
        fault.seed(patch)
        try:
            CHECKS[check](HASTY)
        except AssertionError:
            return True
    return False
