"""The audit never passes by not having asked, and tells what it found."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import audit
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOUND = {"name": "attrs", "version": "26.1.0", "vulns": []}
NOT_THERE = {"name": "httpx", "skip_reason": "Dependency not found on PyPI and could not be audited: httpx (0.28.1)"}
BAD = {
    "name": "pillow",
    "version": "9.0.0",
    "vulns": [{"id": "PYSEC-2023-1", "fix_versions": ["9.0.1", "9.1.0"]}, {"id": "PYSEC-2023-2", "fix_versions": []}],
}
NO_CONNECTION = """Traceback (most recent call last):
  File "adapters.py", line 729, in send
requests.exceptions.ConnectionError: HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded"""
NO_ANSWER = """ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed
ERROR:pip_audit._cli:Tip: your network may be blocking this service. Try another service with `-s SERVICE`"""

Audited = tuple[int, str, str]


@pytest.fixture
def audited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Audited]:
    """Run the audit with a pip-audit that says this."""

    def run(*options: str, packages: list[Any] | None = None, error: str = "", status: int = 0) -> Audited:
        said = json.dumps({"dependencies": packages}) if packages is not None else ""
        fake = tmp_path / "pip_audit.py"
        fake.write_text(
            f"import sys\nassert {str(audit.PINNED)!r} in sys.argv, sys.argv\n"
            f"print({said!r})\nprint({error!r}, file=sys.stderr)\nsys.exit({status})\n",
            encoding="utf-8",
        )
        monkeypatch.setattr(audit, "COMMAND", [sys.executable, str(fake)])
        monkeypatch.setattr(sys, "argv", ["audit.py", *options])
        return (audit.main(), *capsys.readouterr())

    return run


def test_when_all_were_looked_up_and_none_is_bad_it_passes(audited: Callable[..., Audited]) -> None:
    status, out, err = audited(packages=[SOUND, SOUND])
    assert (status, err) == (0, "")
    assert "2 of 2 pinned packages were looked up" in out


def test_what_is_known_to_be_bad_fails_with_the_version_that_mends_it(audited: Callable[..., Audited]) -> None:
    status, _, err = audited(packages=[SOUND, BAD], status=1)
    assert status == 1
    assert "pillow 9.0.0: PYSEC-2023-1, mended in 9.0.1, 9.1.0" in err
    assert "pillow 9.0.0: PYSEC-2023-2, mended in nothing" in err


def test_what_was_not_looked_up_is_told(audited: Callable[..., Audited]) -> None:
    status, out, _ = audited(packages=[SOUND, NOT_THERE])
    assert status == 0
    assert "httpx was not looked up: Dependency not found" in out
    assert "1 of 2 pinned packages" in out


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"packages": [NOT_THERE, NOT_THERE]}, "the database knows none of the 2 pinned packages"),
        ({"packages": []}, "nothing is pinned"),
        ({"error": NO_CONNECTION, "status": 1}, "the database was not reached: requests.exceptions.ConnectionError"),
        ({"error": NO_ANSWER, "status": 1}, "the database was not reached: ERROR:pip_audit._cli:Could not connect"),
    ],
    ids=["a database that knows none of them", "nothing pinned", "no connection", "no answer"],
)
def test_without_the_database_it_is_skipped_and_said_or_where_required_fails(
    audited: Callable[..., Audited], said: dict[str, Any], reason: str
) -> None:
    status, out, _ = audited(**said)
    assert status == 0
    assert out.startswith(f"audit: skipped: {reason}")
    status, out, err = audited("--required", **said)
    assert status == 1
    assert err.startswith(f"audit: skipped: {reason}")
    assert out == ""


@pytest.mark.parametrize(
    "error", ["pip_audit: error: unrecognized arguments: --no-deps", "No module named pip_audit", ""]
)
def test_a_pip_audit_that_does_not_work_is_no_reason_to_skip(audited: Callable[..., Audited], error: str) -> None:
    status, _, err = audited(error=error, status=2)
    assert status == 1
    assert "pip-audit did not work" in err
    assert error in err
