"""SIGKILL, SIGSTOP and SIGINT at any request, against a server that only counts: nothing is lost or paid twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kills import signals
from tests.thorough import often

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("plan", signals.plans(1, often(3, 10)), ids=str)
def test_a_batch_that_gets_a_signal_pays_for_nothing_twice_and_loses_nothing(
    plan: signals.Plan, tmp_path: Path
) -> None:
    ended = signals.trial(plan, tmp_path / "run.db")
    possible = {"kill": "was killed", "stop": "went on", "stop, then kill": "was killed"}
    assert ended in ("went on", possible.get(plan.signal, "was interrupted"))
