"""The calls of the regenerate workflow, on scratch repositories: real git, a small generator, a recorded `gh`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
SPEC = """\
openapi: 3.1.0
info: {title: Pictures, version: '1'}
paths:
  /draw:
    post:
      operationId: draw
      x-legnext: {price: {points: 80}}
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {text: {type: string, maxLength: 8192}}}
      responses: {'200': {description: Drawn.}}
"""
GENERATOR = """\
import json, pathlib, sys
import yaml
text = pathlib.Path("openapi.yaml").read_text()
if "contains" in text:
    sys.exit("contains is a keyword that nothing checks")
package = pathlib.Path("legnext_client")
(package / "generated").mkdir(parents=True, exist_ok=True)
(package / "openapi.json").write_text(json.dumps(yaml.safe_load(text)))
(package / "generated" / "operations.py").write_text(f"SPEC = {yaml.safe_load(text)!r}")
"""
GH = """#!{python}
import json, sys
from pathlib import Path
record = Path({record!r})
calls = json.loads(record.read_text()) if record.exists() else []
created = any(call["words"][1] == "create" for call in calls)
words = sys.argv[1:]
body = sys.stdin.read() if "create" in words else ""
record.write_text(json.dumps([*calls, {{"words": words, "body": body}}]))
if "create" in words or created:
    print("https://github.example/pull/1")
"""


class Scratch:
    """A small project in a repository of its own, generated, committed and pushed to a bare remote."""

    def __init__(self, folder: Path) -> None:
        self.root, self.remote, self.tools = folder / "project", folder / "remote.git", folder / "bin"
        self.calls, self.page, self.outputs = folder / "calls.json", folder / "summary.md", folder / "outputs"
        self.bundle = folder / "regenerated.bundle"
        self.tools.mkdir()
        gh = self.tools / "gh"
        gh.write_text(GH.format(python=sys.executable, record=str(self.calls)), encoding="utf-8")
        gh.chmod(0o755)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_"))},
            "PATH": f"{self.tools}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "A robot",
            "GIT_AUTHOR_EMAIL": "robot@example.com",
            "GIT_COMMITTER_NAME": "A robot",
            "GIT_COMMITTER_EMAIL": "robot@example.com",
            "GITHUB_STEP_SUMMARY": str(self.page),
            "GITHUB_OUTPUT": str(self.outputs),
        }
        scripts = self.root / "scripts"
        scripts.mkdir(parents=True)
        for name in ("regenerate.py", "deliver.py", "spec_diff.py", "spec_changes.py", "table.py", "fields.py"):
            shutil.copy(PROJECT / "scripts" / name, scripts)
        (scripts / "generate.py").write_text(GENERATOR, encoding="utf-8")
        (self.root / "openapi.yaml").write_text(SPEC, encoding="utf-8")
        assert self.call(sys.executable, "scripts/generate.py").returncode == 0
        (self.root / ".gitignore").write_text("__pycache__/\n", encoding="utf-8")
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=Begin")
        self.git("init", "--quiet", "--bare", str(self.remote))
        self.git("remote", "add", "origin", str(self.remote))
        self.git("push", "--quiet", "origin", "main")

    def call(self, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=cwd or self.root, env=self.environment, capture_output=True, text=True, check=False
        )

    def git(self, *words: str) -> str:
        done = self.call("git", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def remote_head(self, branch: str) -> str:
        return self.git("ls-remote", "origin", f"refs/heads/{branch}").split()[0]

    def regenerate(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.call(sys.executable, "scripts/regenerate.py", *words)

    def deliver(self, *words: str, refused: bool = False) -> subprocess.CompletedProcess[str]:
        """As the second job does it: in a shallow clone of the branch, by a Python with nothing installed."""
        clone = Path(tempfile.mkdtemp(dir=self.tools.parent)) / "clone"
        branch = self.git("branch", "--show-current")
        self.git("push", "--quiet", "origin", f"{self.git('rev-parse', 'HEAD^')}:refs/heads/{branch}")
        self.git("clone", "--quiet", "--depth=1", f"--branch={branch}", self.remote.as_uri(), str(clone))
        if refused:
            (self.remote / "refuse").touch()
        return self.call(sys.executable, "-I", "-S", "scripts/deliver.py", str(self.bundle), *words, cwd=clone)

    def commit_spec(self, old: str = "8192", new: str = "4000") -> str:
        (self.root / "openapi.yaml").write_text(SPEC.replace("80}", "90}").replace(old, new), encoding="utf-8")
        self.git("add", "openapi.yaml")
        self.git("commit", "--quiet", "--message=Edit the spec")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path)


def test_a_changed_spec_is_followed_by_one_commit_on_its_branch_with_the_report(scratch: Scratch) -> None:
    scratch.git("switch", "--quiet", "--create", "shorter-prompts")
    edit = scratch.commit_spec()
    (scratch.root / "notes.txt").write_text("Not generated.", encoding="utf-8")
    scratch.git("add", "notes.txt")

    done = scratch.regenerate("--bundle", str(scratch.bundle))
    assert done.returncode == 0, done.stderr
    delivered = scratch.deliver("--push")
    assert delivered.returncode == 0, delivered.stderr

    assert scratch.git("rev-parse", "HEAD^") == edit
    assert scratch.remote_head("shorter-prompts") == scratch.git("rev-parse", "HEAD")
    assert scratch.remote_head("main") == scratch.git("rev-parse", "main")
    changed = scratch.git("diff", "--name-only", "HEAD^", "HEAD").splitlines()
    assert changed
    assert all(name.startswith(("legnext_client/generated/", "legnext_client/openapi.json")) for name in changed)
    assert scratch.git("status", "--porcelain") == "A  notes.txt"
    table = (scratch.root / "legnext_client/generated/operations.py").read_text(encoding="utf-8")
    assert "4000" in table
    message = scratch.git("log", "-1", "--format=%an%n%B")
    assert message.startswith("A robot\nRegenerate the client from openapi.yaml (breaks callers)\n")
    for text in (message, scratch.page.read_text(encoding="utf-8")):
        assert "## Breaking" in text
        assert "maxLength `8192` → `4000`" in text
        assert "## Prices raised" in text
    outputs = scratch.outputs.read_text(encoding="utf-8").split()
    assert outputs == ["changed=true", "branch=shorter-prompts"]

    again = scratch.regenerate()
    assert again.returncode == 0, again.stderr
    assert "nothing to commit" in again.stdout
    assert scratch.git("rev-parse", "HEAD^") == edit


def test_a_changed_spec_is_proposed_once(scratch: Scratch) -> None:
    edit = scratch.commit_spec()
    done = scratch.regenerate("--bundle", str(scratch.bundle))
    assert done.returncode == 0, done.stderr
    for _ in range(2):
        delivered = scratch.deliver("--pull-request")
        assert delivered.returncode == 0, delivered.stderr
        assert scratch.remote_head("main") == edit, "the branch itself is left as it is"

    branches = [line.split("refs/heads/")[1] for line in scratch.git("ls-remote", "--heads", "origin").splitlines()]
    (branch,) = (name for name in branches if name != "main")
    scratch.git("fetch", "--quiet", "origin")
    assert scratch.git("rev-parse", f"origin/{branch}^") == edit
    calls = json.loads(scratch.calls.read_text(encoding="utf-8"))
    (created,) = (call for call in calls if call["words"][:2] == ["pr", "create"])
    assert created["words"][created["words"].index("--base") + 1] == "main"
    assert created["words"][created["words"].index("--head") + 1] == branch
    assert "breaks callers" in created["words"][created["words"].index("--title") + 1]
    assert "maxLength `8192` → `4000`" in created["body"]
    assert f"branch={branch}" in scratch.outputs.read_text(encoding="utf-8")


def test_what_changes_no_generated_file_is_not_committed(scratch: Scratch) -> None:
    """A comment in the spec starts the workflow too."""
    with (scratch.root / "openapi.yaml").open("a", encoding="utf-8") as file:
        file.write("# A remark.\n")
    scratch.git("commit", "--quiet", "--all", "--message=Remark")
    head = scratch.git("rev-parse", "HEAD")
    done = scratch.regenerate()
    assert done.returncode == 0, done.stderr
    assert scratch.git("rev-parse", "HEAD") == head
    assert "nothing to commit" in scratch.page.read_text(encoding="utf-8")
    assert "changed=false" in scratch.outputs.read_text(encoding="utf-8")


def test_a_spec_that_cannot_be_generated_from_commits_nothing(scratch: Scratch) -> None:
    edit = scratch.commit_spec("maxLength", "contains")
    done = scratch.regenerate()
    assert done.returncode == 1
    assert "regenerate: " in done.stderr
    assert "contains is a keyword that nothing checks" in done.stderr
    assert scratch.git("rev-parse", "HEAD") == edit
    assert scratch.git("status", "--porcelain") == ""


def test_a_spec_that_is_not_committed_is_refused(scratch: Scratch) -> None:
    (scratch.root / "openapi.yaml").write_text(SPEC + "# A remark.\n", encoding="utf-8")
    (scratch.root / "docs").mkdir()
    (scratch.root / "docs" / "prices.md").write_text("A remark.", encoding="utf-8")
    done = scratch.regenerate()
    assert done.returncode == 1
    assert "changes that are not committed; commit them first, then what follows: openapi.yaml, docs/" in done.stderr


def test_a_push_that_is_refused_fails_in_gits_words(scratch: Scratch) -> None:
    scratch.commit_spec()
    assert scratch.regenerate("--bundle", str(scratch.bundle)).returncode == 0
    hook = scratch.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\ntest ! -e refuse\n", encoding="utf-8")
    hook.chmod(0o755)
    done = scratch.deliver("--push", refused=True)
    assert done.returncode == 1
    assert "git push failed" in done.stderr


def test_a_commit_of_more_than_generated_files_is_not_delivered(scratch: Scratch) -> None:
    """What was installed beside the generator could have written it."""
    (scratch.root / "scripts" / "extra.py").write_text("", encoding="utf-8")
    scratch.git("add", "--all")
    scratch.git("commit", "--quiet", "--message=Something else")
    scratch.git("bundle", "create", "--quiet", str(scratch.bundle), "HEAD^..HEAD")
    done = scratch.deliver("--push")
    assert done.returncode == 1
    assert "changes what is not generated: scripts/extra.py" in done.stderr
    assert scratch.remote_head("main") == scratch.git("rev-parse", "HEAD^")


def workflow(name: str) -> Any:
    text = (PROJECT / ".github/workflows" / name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)


def test_the_workflow_calls_each_script_once_and_does_not_start_itself() -> None:
    described = workflow("regenerate.yml")
    calls = [
        step["run"] for job in ("regenerate", "deliver") for step in described["jobs"][job]["steps"] if "run" in step
    ]
    assert calls == [
        "make setup PYTHON=python",
        ".venv/bin/python scripts/regenerate.py --bundle regenerated.bundle",
        'python3 scripts/deliver.py regenerated/regenerated.bundle "$DELIVERY"',
    ]
    assert described["on"]["push"]["paths"] == ["openapi.yaml"]


def test_ci_checks_every_python_that_the_package_names() -> None:
    named = workflow("ci.yml")["jobs"]["check"]["strategy"]["matrix"]["python"]
    project = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    assert named == [one for one in ("3.10", "3.11", "3.12", "3.13", "3.14") if f"Python :: {one}" in project]
