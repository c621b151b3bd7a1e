"""The drift check finds whatever in the generated files is not what the spec gives."""

from __future__ import annotations

import shutil
from pathlib import Path

import drift
import pytest

PACKAGE = Path(__file__).parents[2] / "legnext_client"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what is generated; the hand-written modules are none of the check's business."""
    package = tmp_path / "legnext_client"
    package.mkdir()
    shutil.copytree(PACKAGE / "generated", package / "generated", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PACKAGE / "openapi.json", package)
    return package


def found_in(package: Path) -> list[str]:
    return drift.differences(package / "generated", PACKAGE / "generated")


def test_a_true_copy_has_no_difference(copy: Path) -> None:
    assert found_in(copy) == []


@pytest.mark.parametrize("name", ["operations.py", "models/mask.py", "api/tasks/get.py"])
def test_a_changed_byte_is_found(copy: Path, name: str) -> None:
    path = copy / "generated" / name
    content = path.read_bytes()
    path.write_bytes(content.replace(b"a", b"e", 1))
    assert path.stat().st_size == len(content)
    assert found_in(copy) == [f"generated/{name}"]


def test_other_line_ends_are_found(copy: Path) -> None:
    path = copy / "generated" / "errors.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert found_in(copy) == ["generated/errors.py"]


@pytest.mark.parametrize("name", ["models/left_over.py", "api/midjourney/cancel.py", "notes.txt"])
def test_a_file_too_many_is_found(copy: Path, name: str) -> None:
    (copy / "generated" / name).write_text("", encoding="utf-8")
    assert found_in(copy) == [f"generated/{name}"]


def test_a_file_too_few_is_found(copy: Path) -> None:
    (copy / "generated" / "models" / "mask.py").unlink()
    (copy / "generated" / "follow_ups.py").unlink()
    assert found_in(copy) == ["generated/follow_ups.py", "generated/models/mask.py"]


def test_compiled_files_do_not_count(copy: Path) -> None:
    (copy / "generated" / "__pycache__").mkdir(exist_ok=True)
    (copy / "generated" / "__pycache__" / "client.cpython-311.pyc").write_bytes(b"x")
    assert found_in(copy) == []


def test_what_is_committed_is_what_the_spec_gives(capsys: pytest.CaptureFixture[str]) -> None:
    assert (drift.main(), capsys.readouterr().err) == (0, "")


def test_the_check_fails_and_names_each_file(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "generated" / "rules.py").unlink()
    (copy / "openapi.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(drift, "PACKAGE", copy)
    assert drift.main() == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all("make generate" in line for line in said)
    assert "generated/rules.py" in said[0]
    assert "openapi.json" in said[1]
