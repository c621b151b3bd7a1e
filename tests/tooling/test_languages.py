"""The round trips of other languages: each row can be run, and the docs know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import languages
import pytest

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (languages.ROOT / "docs" / "other-languages.md").read_text(encoding="utf-8")
WORDS = {"typescript-fetch": "-g typescript-fetch", "hey-api": "@hey-api/openapi-ts", "openapi-fetch": "openapi-fetch"}


@pytest.mark.parametrize("name", languages.trips())
def test_every_generator_is_on_the_page(name: str) -> None:
    row = languages.trips()[name]
    word = WORDS.get(name) or (f"-g {name}" if "generator -g" in row.get("generate", "") else name)
    assert word.lower() in PAGE.lower()


def test_a_missing_tool_is_told_and_fails_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", "")
    monkeypatch.setattr("sys.argv", ["languages.py", "rust"])
    assert languages.main() == 0
    assert "skipped: java, cargo is missing" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["languages.py", "--required", "rust"])
    assert languages.main() == 1


def test_what_a_generator_says_is_printed_when_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "install", lambda _: None)
    row = {"needs": [], "generate": "echo no such thing >&2; exit 3", "build": "true", "run": "true"}
    assert languages.round_trip(row) == "no such thing\n"
