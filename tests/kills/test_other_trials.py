"""Chains, power loss, Ctrl-C, two processes: nothing is lost, nothing is paid twice. `make torture` runs hundreds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.kills import torture
from tests.kills.disk_below import can_be_put_below
from tests.kills.worlds import World
from tests.thorough import often

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

KINDS = torture.kinds()


@pytest.mark.parametrize("seed", range(often(1, 12)))
@pytest.mark.parametrize("kind", ["a chain", "power", "a full disk", "Ctrl-C", "two at once"])
def test_a_trial_loses_nothing_and_pays_nothing_twice(kind: str, seed: int, server: MockServer, tmp_path: Path) -> None:
    if kind in ("power", "a full disk") and not can_be_put_below():
        pytest.skip("the SQLite of this Python cannot be reached")

    def make(*rows: Any, **order: Any) -> World:
        return World(server, tmp_path / "world", *rows, **order)

    (tmp_path / "world").mkdir()
    KINDS[kind](seed, make)
