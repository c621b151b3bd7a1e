"""Ctrl-C once: nothing more is submitted, what runs is waited for. Twice: it leaves at once. Nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kills import trials, windows
from tests.kills.worlds import CATS, World
from tests.thorough import often

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

AT_ONCE = 2
MARKERS = (
    windows.INTENDED,
    windows.ARRIVING,
    windows.ANSWERED,
    windows.ASKING,
)[:: often(2, 1)]


@pytest.mark.parametrize(("number", "marker"), [*enumerate(MARKERS)], ids=str)
def test_one_interrupt_stops_submitting_and_waits(number: int, marker: str, server: MockServer, tmp_path: Path) -> None:
    world = World(server, tmp_path, CATS, asynchronous=number % 2 == 0, concurrency=AT_ONCE)
    trials.interrupt_once(world, marker)
    trials.finish(world)


@pytest.mark.parametrize(("number", "marker"), [*enumerate(MARKERS)], ids=str)
def test_two_interrupts_leave_at_once_and_lose_nothing(
    number: int, marker: str, server: MockServer, tmp_path: Path
) -> None:
    world = World(server, tmp_path, CATS, asynchronous=number % 2 == 1, concurrency=AT_ONCE)
    trials.interrupt_twice(world, marker)
    trials.finish(world)
