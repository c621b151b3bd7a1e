"""The checks of the spec never pass by not having run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import lint_spec
import npm_tools
import pytest

if TYPE_CHECKING:
    from pathlib import Path

VALID = """
openapi: 3.1.0
info: {title: Small, version: '1'}
paths: {}
"""


@pytest.fixture
def without_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(npm_tools, "TOOLS", tmp_path / "tools")
    return monkeypatch


def linted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> int:
    spec = tmp_path / "openapi.yaml"
    spec.write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["lint_spec.py", str(spec)])
    return lint_spec.main()


def test_without_npm_the_linters_are_skipped_and_it_is_said(
    without_npm: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert linted(without_npm, tmp_path, VALID) == 0
    assert "Redocly and Spectral skipped: npm is not here" in capsys.readouterr().out


def test_in_ci_nothing_is_skipped(
    without_npm: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_npm.setenv("CI", "true")
    assert linted(without_npm, tmp_path, VALID) == 1
    assert "npm is not here" in capsys.readouterr().err


def test_a_document_that_is_not_valid_fails_without_npm_too(
    without_npm: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert linted(without_npm, tmp_path, VALID.replace("title: Small, ", "")) == 1
    assert "info: " in capsys.readouterr().err


def test_what_a_linter_says_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A valid document without licence, servers or contact, which both linters want."""
    if not npm_tools.installed(npm_tools.PINNED, npm_tools.TOOLS):
        reason = "the linters are not in .tools; `make spec-lint` installs them where npm is"
        (pytest.fail if npm_tools.in_ci() else pytest.skip)(reason)
    assert linted(monkeypatch, tmp_path, VALID) == 1


def test_every_tool_is_pinned_to_one_version() -> None:
    versions = npm_tools.pinned().values()
    assert versions
    assert all(version.replace(".", "").isdigit() for version in versions)
