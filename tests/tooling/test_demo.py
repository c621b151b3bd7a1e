"""The demo does what it shows: images, a film, a batch that is killed and gone on with, and a page of it all."""

from __future__ import annotations

from pathlib import Path

import demo
import pytest

from legnext_client import Journal
from legnext_client.errors import ConfigurationError
from legnext_client.testing import MockServer


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["demo.py"])
    monkeypatch.delenv("LIVE", raising=False)


def test_the_demo_ends_with_real_files_and_a_page_of_them(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "FASTER", 400.0)
    assert demo.main() == 0
    told = capfd.readouterr().out
    assert "11 done, 1 failed, 0 unknown" in told
    assert "killed. The journal:" in told
    assert "18 jobs were accepted, and none was paid for twice." in told
    assert Path("demo-out/index.html").stat().st_size > 1000
    assert Path("demo-out/film.mp4").stat().st_size > 1000
    assert len(list(demo.SHOTS.glob("*.png"))) == 40
    with Journal(demo.JOURNAL) as journal:
        assert journal.summary().states == {"done": 12, "failed": 1}


@pytest.mark.parametrize(("answer", "paid"), [("y", 1), ("", 0), ("no", 0)])
def test_the_live_demo_asks_before_it_pays(
    answer: str, paid: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: answer)
    with MockServer() as server, server.client() as client:
        assert demo.live(client) == 0
        assert len(server.ledger) == paid
    assert "80 points" in capsys.readouterr().out


def test_live_needs_a_key_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVE", "1")
    monkeypatch.delenv("LEGNEXT_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match="LEGNEXT_API_KEY"):
        demo.main()
