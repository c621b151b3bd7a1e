"""Where there is no browser, its tests are skipped, and say so; a CI machine has to have one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .chromium import found

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("variable", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_browser_that_is_missing_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", variable)
    with pytest.raises(outcome, match="none of chromium"):
        found()
