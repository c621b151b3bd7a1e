"""What is claimed of coverage is a share of branches, of the code of the package that people wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import branches
import pytest
import yaml

ROOT = Path(__file__).parents[2]
LINES = """
def some(one, other):
    if one:
        return 1
    if other:
        return 2
    return 3

"""


def summary(num: int, covered: int) -> dict[str, dict[str, int]]:
    return {"summary": {"num_branches": num, "covered_branches": covered, "num_statements": 1000}}


def test_the_package_counts_but_for_what_is_generated_and_scripts_do_not() -> None:
    measured = {
        "files": {
            "legnext_client/jobs.py": summary(10, 9),
            "legnext_client/core/sending.py": summary(4, 4),
            "legnext_client/generated/models/job.py": summary(100, 0),
            "scripts/dist.py": summary(50, 0),
            os.path.join("legnext_client", "cli", "app.py"): summary(0, 0),
            os.path.join("copy", "legnext_client", "cli", "app.py"): summary(9, 0),
        }
    }
    found = branches.by_file(measured)
    assert list(found.values()) == [(10, 9), (4, 4), (0, 0)]
    assert [one.share for one in found.values()] == [90.0, 100.0, 100.0]


@pytest.mark.parametrize(
    ("calls", "least", "status", "said"),
    [
        ("some(1, 0)\nsome(0, 1)", "75", 0, "3 of 4 branches of the package were taken, 75.00 %, of 75 % asked for"),
        ("some(1, 0)\nsome(0, 1)", "76", 1, "1 of    4 not taken: legnext_client"),
        ("some(1, 0)", "75", 1, "1 of 4 branches of the package were taken, 25.00 %"),
    ],
)
def test_a_run_is_held_to_the_share(calls: str, least: str, status: int, said: str, tmp_path: Path) -> None:
    package = tmp_path / "legnext_client"
    package.mkdir()
    (package / "some.py").write_text(LINES + calls, encoding="utf-8")
    (tmp_path / ".coveragerc").write_text("[run]\nbranch = true\nsource = legnext_client\n", encoding="utf-8")
    assert ran(tmp_path, "-m", "coverage", "run", "legnext_client/some.py").returncode == 0
    told = ran(tmp_path, str(ROOT / "scripts" / "branches.py"), "--at-least", least)
    assert told.returncode == status, told.stderr
    assert said in told.stdout


def test_when_nothing_was_measured_it_fails(tmp_path: Path) -> None:
    told = ran(tmp_path, str(ROOT / "scripts" / "branches.py"))
    assert told.returncode == 1
    assert "nothing was measured" in told.stderr


def ran(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_what_takes_long_is_made_every_week() -> None:
    text = (ROOT / ".github" / "workflows" / "thorough.yml").read_text(encoding="utf-8")
    described = yaml.load(text, Loader=yaml.BaseLoader)
    targets = described["jobs"]["thorough"]["strategy"]["matrix"]["target"]
    assert {"coverage", "mutate", "torture"} <= set(targets)
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [target for target in targets if f"\n{target}: " not in made] == []
