"""The drift check finds whatever in the generated files is not what the spec gives."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import drift
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = {"errors.py": "a = 1\n", "models/mask.py": "b = 2\n", "api/tasks/get.py": "c = 3\n"}


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    """Two packages that are the same."""
    for side in ("committed", "fresh"):
        for name, text in FILES.items():
            path = tmp_path / side / "generated" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (tmp_path / side / "openapi.json").write_text("{}", encoding="utf-8")
    return tmp_path / "committed", tmp_path / "fresh"


DRIFTS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "nothing": (lambda _: None, []),
    "a byte": (lambda here: (here / "errors.py").write_bytes(b"a = 2\n"), ["errors.py"]),
    "line ends": (lambda here: (here / "models/mask.py").write_bytes(b"b = 2\r\n"), ["models/mask.py"]),
    "a file too many": (lambda here: (here / "api/tasks/notes.txt").touch(), ["api/tasks/notes.txt"]),
    "a file too few": (lambda here: (here / "api/tasks/get.py").unlink(), ["api/tasks/get.py"]),
    "a compiled file": (lambda here: (here / "errors.pyc").touch(), []),
}


@pytest.mark.parametrize(("drifts", "names"), DRIFTS.values(), ids=DRIFTS)
def test_every_difference_is_found(
    drifts: Callable[[Path], object], names: list[str], sides: tuple[Path, Path]
) -> None:
    drifts(sides[0] / "generated")
    assert drift.differences(*(side / "generated" for side in sides)) == [f"generated/{name}" for name in names]


def test_the_check_fails_and_names_each_file(
    sides: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def generator(command: list[Path], *, check: bool) -> None:
        assert check
        shutil.copytree(sides[1], command[-1], dirs_exist_ok=True)

    monkeypatch.setattr(drift, "PACKAGE", sides[0])
    monkeypatch.setattr("subprocess.run", generator)
    assert drift.main() == 0
    (sides[0] / "generated" / "errors.py").unlink()
    (sides[0] / "openapi.json").write_text("[]", encoding="utf-8")
    assert drift.main() == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all("make generate" in line for line in said)
    assert "generated/errors.py" in said[0]
    assert "openapi.json" in said[1]
