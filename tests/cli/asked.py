"""What the tests of chains and batches ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from legnext_client.testing import MockServer

CHAIN = """\
prompt: waves roll in --motion high
extensions:
  - night falls
upscale: true
"""
STEPS = ["video_diffusion", "extend_video", "video_upscale"]
"""The operations of this chain."""

ROWS = """\
key,text
fox,a fox in the snow --v 7
hare,"a hare, running --v 7"
"""
RUN = ("batch", "run", "rows.csv")
"""What makes them."""


def in_a_chain(text: str, file: Path) -> None:
    """Have the chain begin with another text."""
    file.write_text(CHAIN.replace("waves roll in --motion high", text), encoding="utf-8")


def add(rows: Path, *lines: str) -> None:
    """Add lines to the rows."""
    rows.write_text("\n".join([rows.read_text(encoding="utf-8").rstrip(), *lines, ""]), encoding="utf-8")


def operations(server: MockServer) -> list[str]:
    """What was paid for, in order."""
    return [each.operation for each in server.ledger]


def texts(server: MockServer) -> list[str]:
    """The texts of what was paid for."""
    return sorted(each.body["text"] for each in server.ledger)
