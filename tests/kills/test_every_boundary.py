"""Killed at every boundary of a paid request, and at any moment: nothing is lost, nothing is paid twice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.kills import trials, windows
from tests.kills.worlds import World
from tests.thorough import often

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

PLAN = trials.plan(seed=1, more=often(2, 8), weathers=1)


class Report(NamedTuple):
    """What the trials of this module have come to."""

    tried: list[trials.Trial]
    hits: windows.Hits


@pytest.fixture(scope="module")
def report() -> Report:
    return Report([], Counter())


@pytest.mark.parametrize("trial", PLAN, ids=str)
def test_nothing_is_lost_and_nothing_paid_twice(
    trial: trials.Trial, server: MockServer, tmp_path: Path, report: Report
) -> None:
    world = World(server, tmp_path, **trial.order)
    trials.kill_and_go_on(trial, world)
    report.hits.update(world.hits)
    report.tried.append(trial)


def test_kills_have_landed_in_every_window(report: Report) -> None:
    if len(report.tried) < len(PLAN):
        pytest.skip("not all trials were run, or not well")
    print(windows.table(report.hits))
    assert not windows.missed(report.hits), windows.table(report.hits)
