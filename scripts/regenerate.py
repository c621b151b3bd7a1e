"""Regenerate what follows from a committed `openapi.yaml`, commit it, and say what changes for callers.

    python scripts/regenerate.py                    regenerate and commit here
    python scripts/regenerate.py --push             and push the commit to the branch
    python scripts/regenerate.py --pull-request     put the commit on a branch of its own and open a pull request

The regenerate workflow is one call of this script. The report compares with the spec from which the committed client
was made (`legnext_client/openapi.json`), or with `--base`. It stands in the commit, in the pull request, and in the
summary of the workflow's run. When nothing follows, nothing is committed. The commit holds generated files alone, so a
workflow that starts when `openapi.yaml` changes is not started by it. Git's own variables (`GIT_AUTHOR_NAME` …) say
who the author is.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from spec_changes import Change, SpecError, breaks, compare, markdown, summary
from spec_diff import parsed, read, spec_at

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "openapi.yaml"
CLIENT_SPEC = ROOT / "legnext_client" / "openapi.json"
PAGES = {
    "docs/cli-reference.md": ("cli_reference.py",),
    "postman/legnext.postman_collection.json": ("postman.py", "--optional"),
}
"""What is written from the regenerated package, and by which script, called how."""
GENERATED = (
    "legnext_client/generated",
    "legnext_client/openapi.json",
    *(page for page in PAGES if (ROOT / page).exists()),
)
TITLE = "Regenerate the client from openapi.yaml"
LONGEST_REPORT = 60_000
"""GitHub takes pull requests of at most 65536 characters."""


class Failed(Exception):
    """A step that did not succeed, in its own words."""


def main() -> int:
    options = arguments()
    try:
        regenerate(options)
    except (Failed, SpecError) as reason:
        print(f"regenerate: {reason}", file=sys.stderr)
        return 1
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--push", action="store_true", help="push the commit to the branch that is checked out")
    where.add_argument("--pull-request", action="store_true", help="push to a new branch, and open a pull request")
    parser.add_argument(
        "--base", help="compare with openapi.yaml at this ref, not with the spec of the committed client"
    )
    return parser.parse_args()


def regenerate(options: argparse.Namespace) -> None:
    if git("status", "--porcelain", "--", SPEC.name):
        raise Failed(f"{SPEC.name} has changes that are not committed; commit them first, then what follows from them")
    branch = branch_here()
    changes, since = report_on(options.base)
    run(sys.executable, str(ROOT / "scripts" / "generate.py"))
    for page, (script, *words) in PAGES.items():
        if (ROOT / page).exists():
            run(sys.executable, str(ROOT / "scripts" / script), *words, variables={"PYTHONPATH": str(ROOT)})
    if not git("status", "--porcelain", "--untracked-files=all", "--", *GENERATED):
        tell("The generated client is what the spec gives; there is nothing to commit.")
        outputs(changed=False, branch=branch, breaking=False)
        return
    report = shortened(markdown(changes, since))
    if options.pull_request:
        branch = propose(branch, changes, report)
    else:
        commit(changes, report)
        if options.push:
            git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    tell(report)
    outputs(changed=True, branch=branch, breaking=breaks(changes))


def branch_here() -> str:
    """The branch that is checked out; a detached head has no place to commit to."""
    found = git("branch", "--show-current")
    if not found:
        raise Failed("no branch is checked out, so there is nowhere to commit to; git switch to one")
    return found


def report_on(base: str | None) -> tuple[list[Change], str]:
    new = parsed(read(SPEC), SPEC.name)
    if base:
        return compare(spec_at(base, SPEC), new), base
    return compare(spec_at("HEAD", CLIENT_SPEC), new), "the last generated client"


def commit(changes: list[Change], report: str) -> None:
    """Commit the generated files, and nothing that happens to lie about."""
    git("add", "--all", "--", *GENERATED)
    # Headings of the report begin with the sign that git takes for a comment.
    git("commit", "--quiet", "--cleanup=whitespace", "--file=-", "--", *GENERATED, said=message(changes, report))


def commit_beside(changes: list[Change], report: str) -> str:
    """A commit on top of the branch that is not on the branch; index and files stay as they are."""
    with tempfile.TemporaryDirectory() as scratch:
        own_index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        git("read-tree", "HEAD", variables=own_index)
        git("add", "--all", "--", *GENERATED, variables=own_index)
        tree = git("write-tree", variables=own_index)
    return git("commit-tree", tree, "-p", "HEAD", "-F", "-", said=message(changes, report))


def message(changes: list[Change], report: str) -> str:
    return f"{TITLE}\n\n{summary(changes)}\n\n{report}"


def propose(base: str, changes: list[Change], report: str) -> str:
    """A branch named after the spec's content: for one spec there is one branch and one pull request."""
    branch = f"regenerate/{git('hash-object', SPEC.name)[:12]}"
    if git("ls-remote", "--heads", "origin", branch):
        print(f"{branch} is there already; what it holds is left as it is")
    else:
        git("push", "--quiet", "origin", f"{commit_beside(changes, report)}:refs/heads/{branch}")
    known = run("gh", "pr", "list", "--head", branch, "--state", "all", "--json", "url", "--jq", ".[].url")
    if known:
        print(f"There is a pull request already: {known}")
        return branch
    title = f"{TITLE} (breaks callers)" if breaks(changes) else TITLE
    where = ("--base", base, "--head", branch)
    print(run("gh", "pr", "create", *where, "--title", title, "--body-file", "-", said=report))
    return branch


def shortened(report: str) -> str:
    if len(report) <= LONGEST_REPORT:
        return report
    kept = report[:LONGEST_REPORT].rsplit("\n", 1)[0]
    return f"{kept}\n\n… and more; `make spec-diff BASE=…` prints it all.\n"


def tell(text: str) -> None:
    """To whoever ran this, and to the summary of the workflow's run."""
    print(text)
    append("GITHUB_STEP_SUMMARY", text)


def outputs(*, changed: bool, branch: str, breaking: bool) -> None:
    """For the workflow's next steps."""
    lines = {"changed": str(changed).lower(), "branch": branch, "breaking": str(breaking).lower()}
    append("GITHUB_OUTPUT", "\n".join(f"{name}={value}" for name, value in lines.items()))


def append(variable: str, text: str) -> None:
    if os.environ.get(variable):
        with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")


def git(*words: str, said: str | None = None, variables: dict[str, str] | None = None) -> str:
    return run("git", *words, said=said, variables=variables)


def run(*words: str, said: str | None = None, variables: dict[str, str] | None = None) -> str:
    """What a program prints, when `said` is said to it; if it fails, its words are the error."""
    environment = {**os.environ, **(variables or {})}
    try:
        done = subprocess.run(words, cwd=ROOT, env=environment, input=said, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Failed(f"{words[0]} is not installed") from None
    if done.returncode:
        name = Path(words[1]).name if words[0] == sys.executable else " ".join(words[:2])
        raise Failed(f"{name} failed:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
