"""The workflows run what was reviewed, with no more rights than they need."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / ".github"
FILES = sorted((FOLDER / "workflows").glob("*.yml"))
WORKFLOWS: dict[str, Any] = {file.name: yaml.load(file.read_text(encoding="utf-8"), yaml.CBaseLoader) for file in FILES}
STEPS = [
    (f"{name}: {job}", step)
    for name, workflow in WORKFLOWS.items()
    for job, described in workflow["jobs"].items()
    for step in described.get("steps", ())
]
HARMLESS = re.compile(r"matrix\.\w+")
"""What an expression in a shell line may name: only what the workflow itself spells out."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_action_is_pinned_by_commit_with_its_version_beside_it(file: Path) -> None:
    used = re.findall(r"uses: (?!\./)(.+)", file.read_text(encoding="utf-8"))
    assert [line for line in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_an_action_is_pinned_the_same_everywhere() -> None:
    used = {step["uses"] for _, step in STEPS if "uses" in step}
    assert len({one.partition("@")[0] for one in used}) == len(used)


def test_something_moves_the_pins() -> None:
    described = yaml.safe_load((FOLDER / "dependabot.yml").read_text(encoding="utf-8"))
    assert [update["package-ecosystem"] for update in described["updates"]] == ["github-actions"]


def test_no_shell_line_holds_what_somebody_else_can_name() -> None:
    for where, step in STEPS:
        found = re.findall(r"\$\{\{\s*(.*?)\s*\}\}", step.get("run", ""))
        assert [one for one in found if not HARMLESS.fullmatch(one)] == [], where
        assert "GITHUB_REF_NAME" not in step.get("run", ""), f"{where}: make would expand it unquoted"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_and_only_a_job_that_installs_nothing_may_write(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for job, described in workflow["jobs"].items():
        rights = described.get("permissions", workflow["permissions"])
        if "write" in rights.values():
            lines = [step["run"] for step in described["steps"] if "run" in step]
            assert all(re.match(r"python3 scripts/deliver\.py ", line) for line in lines), f"{name}: {job}"


def test_no_token_is_kept_where_something_is_installed() -> None:
    for name, workflow in WORKFLOWS.items():
        for job, described in workflow["jobs"].items():
            steps = described.get("steps", ())
            installs = any(re.search("make |pip install", step.get("run", "")) for step in steps)
            for step in steps:
                if "actions/checkout@" in step.get("uses", ""):
                    kept = step["with"]["persist-credentials"]
                    assert kept == ("false" if installs else "true"), f"{name}: {job}"
            tokens = [step for step in steps if "token" in str(step.get("env", {})).lower()]
            assert not (installs and tokens), f"{name}: {job}"
