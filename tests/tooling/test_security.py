"""SECURITY.md points at tests that are there, and what it says of journals is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from legnext_client import VideoChain
from legnext_client.testing import MockServer

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
KEY = "a-key-that-is-nowhere-else-0123456789"


def test_every_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", PAGE)
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_every_page_that_it_links_is_there() -> None:
    linked = re.findall(r"\]\((?!https:)([^)#]+)", PAGE)
    assert linked
    assert [link for link in linked if not (ROOT / link).is_file()] == []


def test_no_journal_holds_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with MockServer(keys=(KEY,)) as server, server.client() as client:
        client.run(VideoChain.start("waves roll in").extend("night falls"), journal="chain.db")
        list(client.batch([("diffusion", {"text": "a lighthouse"})], journal="batch.db"))
    written = [path for path in tmp_path.iterdir() if path.is_file()]
    assert {"chain.db", "batch.db"} <= {path.name for path in written}
    assert [path.name for path in written if KEY.encode() in path.read_bytes()] == []
    assert any(b"waves roll in" in path.read_bytes() for path in written), "the prompts are there, as the page says"
