"""The demo does what it shows: images, a chain, a batch that is killed and gone on with, and a page of it all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import demo
import pytest
from demo_page import Shown

from legnext_client import Client, Journal
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
    assert re.search(r"11 done( \(\d+ by earlier runs\))?, 1 failed; \d+ points charged in ", told)
    assert "killed. The journal:" in told
    assert "18 jobs were accepted, each is known by its id, and none was paid for twice." in told
    assert "Requests   12 done, 1 failed" in told, "the command tells of the journal"
    page = Path("demo-out/index.html").read_text(encoding="utf-8")
    links = [Path("demo-out", link) for link in re.findall(r'(?:src|href)="([^"#]+)', page)]
    assert all(link.is_file() for link in links)
    names = ["lighthouse_0.png", "poster.png", "chain.mp4", "shots/index.html"]
    assert {Path("demo-out", name) for name in names} <= set(links)
    assert Path("demo-out/chain.mp4").stat().st_size > 1000
    assert len(list(demo.SHOTS.glob("*.png"))) == 40
    with Journal(demo.JOURNAL) as journal:
        assert journal.summary().states == {"done": 12, "failed": 1}


def test_a_job_that_nobody_asked_for_ends_the_demo_with_a_complaint(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    image = demo.image

    def paid_for_twice(client: Client) -> list[Shown]:
        client.midjourney.diffusion(text=demo.PROMPT)
        return image(client)

    def one_row(client: Client, _: MockServer) -> None:
        assert all(result.ok for result in client.batch([{"key": "a", "text": "a cat"}], demo.JOURNAL))

    monkeypatch.setattr(demo, "FASTER", 400.0)
    monkeypatch.setattr(demo, "image", paid_for_twice)
    monkeypatch.setattr(demo, "chain", lambda _: Shown("A chain", "", "", [], []))
    monkeypatch.setattr(demo, "killed_and_gone_on_with", one_row)
    monkeypatch.setattr(demo, "on_the_command_line", lambda _: None)
    assert demo.main() == 1
    told = capfd.readouterr().out
    assert "4 jobs were accepted, and 3 were asked for. Not asked for: " in told
    assert "paid for twice" not in told


@pytest.mark.parametrize(
    ("asked_for", "accepted", "right"),
    [("abc", "cab", True), ("ab", "abc", False), ("abc", "ab", False), ("ab", "abb", False), ("abb", "abb", False)],
)
def test_what_is_paid_for_is_what_was_asked_for_once(asked_for: str, accepted: str, right: bool) -> None:
    assert demo.settled(asked_for, accepted) is right


@pytest.mark.parametrize(("answer", "paid"), [("y", 1), ("", 0), ("no", 0)])
def test_the_live_demo_asks_before_it_pays(
    answer: str, paid: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: answer)
    with MockServer() as server, server.client() as client:
        assert demo.live(client) == 0
        assert len(server.ledger) == paid
    assert "80 points" in capsys.readouterr().out


@pytest.mark.parametrize("ends", [EOFError, RuntimeError("input(): lost sys.stdin")])
def test_nobody_to_ask_is_a_no(ends: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: str) -> str:
        raise ends

    monkeypatch.setattr("builtins.input", nobody)
    with MockServer() as server, server.client() as client:
        assert demo.live(client) == 0
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
