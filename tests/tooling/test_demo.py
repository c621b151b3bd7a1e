"""The demo does what it shows: images, a chain, a batch that is killed and resumed, and a page of it all."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import demo
import pytest

from legnext_client.testing import MockServer
from tests.facts import DIFFUSION

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["demo.py"])
    monkeypatch.delenv("LIVE", raising=False)


def test_the_demo_ends_with_real_files_and_a_page_of_them(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "FASTER", 400.0)
    monkeypatch.setattr(demo, "TEXTS", demo.TEXTS[2:6])
    assert demo.main() == 0
    told = capfd.readouterr().out
    assert "Killed. Once more:" in told
    assert "9 jobs were accepted; 9 were asked for. None was paid for twice." in told, told
    assert "Requests   3 done, 1 failed" in told, "the command tells of the journal"
    page = Path("demo-out/index.html").read_text(encoding="utf-8")
    assert all(Path("demo-out", name).is_file() for name in re.findall(r"0\d_\d\.png", page))
    assert len(list(Path("demo-out").glob("0?_?.png"))) == 12
    assert Path("demo-out/poster.png").is_file()
    assert Path("demo-out/chain.mp4").stat().st_size > 1000


@pytest.mark.parametrize(
    ("asked_for", "accepted", "right"),
    [("abc", "cab", True), ("ab", "abc", False), ("abc", "ab", False), ("ab", "abb", False), ("abb", "abb", False)],
)
def test_what_is_paid_for_is_what_was_asked_for_once(asked_for: str, accepted: str, right: bool) -> None:
    assert demo.paid_once(asked_for, accepted) is right


@contextmanager
def to_pay(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    """In place of the real service."""
    with MockServer(time_scale=400) as server:
        monkeypatch.setenv("LEGNEXT_BASE_URL", server.base_url)
        monkeypatch.setenv("LEGNEXT_API_KEY", server.api_key)
        yield server


@pytest.mark.parametrize(("answer", "paid"), [("y", 1), ("", 0), ("no", 0)])
def test_the_live_demo_asks_before_it_pays(
    answer: str, paid: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: answer)
    with to_pay(monkeypatch) as server:
        assert demo.live() == 0
        assert len(server.ledger) == paid
    assert f"{DIFFUSION} points" in capsys.readouterr().out


@pytest.mark.parametrize("ends", [EOFError, RuntimeError("input(): lost sys.stdin")])
def test_nobody_to_ask_is_a_no(ends: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: str) -> str:
        raise ends

    monkeypatch.setattr("builtins.input", nobody)
    with to_pay(monkeypatch) as server:
        assert demo.live() == 0
        assert server.ledger == []


@pytest.mark.parametrize(
    ("key", "code", "said"),
    [(None, 3, "Error: LEGNEXT_API_KEY is not set"), ("a-wrong-key-of-someone", 4, "Error: 401")],
)
def test_live_needs_a_key_of_ones_own(
    key: str | None, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with MockServer() as server:
        monkeypatch.setenv("LIVE", "1")
        monkeypatch.setenv("LEGNEXT_BASE_URL", server.base_url)
        monkeypatch.delenv("LEGNEXT_API_KEY", raising=False)
        if key is not None:
            monkeypatch.setenv("LEGNEXT_API_KEY", key)
        assert demo.main() == code
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(said)


def test_ctrl_c_ends_it_in_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def pressed(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "image", pressed)
    assert demo.main() == 130
    assert capsys.readouterr().err == "Interrupted.\n"
