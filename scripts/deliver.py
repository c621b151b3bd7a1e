"""Push the commit that `regenerate.py` made: to its branch, or to a branch of its own with a pull request.

    python scripts/deliver.py FILE --push
    python scripts/deliver.py FILE --pull-request

FILE is what `regenerate.py --bundle FILE` wrote. This script runs where the right to push is, so it needs only the
standard library, git and gh: what `make setup` installs runs in another job. A commit that changes anything but
generated files is refused.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATED = (
    "legnext_client/generated",
    "legnext_client/openapi.json",
    "legnext_client/SKILL.md",
    "openapi.portable.yaml",
    "no-code/n8n/nodes",
    "no-code/n8n/credentials",
    "no-code/n8n/workflows",
    "no-code/make",
    "README.md",
    "docs",
    "postman/legnext.postman_collection.json",
)
"""What may hold generated files; of the pages, the reference of the command line and values of the document."""


class Failed(Exception):
    """A step that failed, with its own message."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("bundle", type=Path, help="what regenerate.py --bundle wrote")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--push", action="store_true", help="push to the branch that is checked out")
    where.add_argument("--pull-request", action="store_true", help="push to a new branch, and open a pull request")
    options = parser.parse_args()
    try:
        commit, branch = commit_of(options.bundle), branch_here()
        if options.pull_request:
            branch = propose(commit, branch)
        else:
            git("push", "--quiet", "origin", f"{commit}:refs/heads/{branch}")
        append("GITHUB_OUTPUT", f"branch={branch}")
    except Failed as reason:
        print(f"deliver: {reason}", file=sys.stderr)
        return 1
    return 0


def commit_of(bundle: Path) -> str:
    """The commit in the bundle, if it follows the one that is checked out and holds generated files alone."""
    git("fetch", "--quiet", str(bundle.resolve()), "HEAD")
    commit = git("rev-parse", "FETCH_HEAD")
    here = git("rev-parse", "HEAD")
    if git("rev-list", "--parents", "-n1", commit).split()[1:] != [here]:
        raise Failed(f"the commit in {bundle.name} must follow {here}, which is checked out; run the workflow again")
    changed = git("diff", "--name-only", here, commit).splitlines()
    strays = [name for name in changed if not any(name == one or name.startswith(f"{one}/") for one in GENERATED)]
    if strays:
        raise Failed(f"the commit in {bundle.name} changes what is not generated: {', '.join(strays)}")
    return commit


def branch_here() -> str:
    """The branch that is checked out; a detached head has no place to commit to."""
    found = git("branch", "--show-current")
    if not found:
        raise Failed("no branch is checked out, so there is nowhere to commit to; git switch to one")
    return found


def propose(commit: str, base: str) -> str:
    """A branch named after the spec's content: for one spec there is one branch and one pull request."""
    branch = f"regenerate/{git('hash-object', 'openapi.yaml')[:12]}"
    if git("ls-remote", "--heads", "origin", branch):
        print(f"{branch} already exists and is left as it is")
    else:
        git("push", "--quiet", "origin", f"{commit}:refs/heads/{branch}")
    known = run("gh", "pr", "list", "--head", branch, "--state", "all", "--json", "url", "--jq", ".[].url")
    if known:
        print(f"There is a pull request already: {known}")
        return branch
    title, _, report = git("log", "-1", "--format=%B", commit).partition("\n\n")
    where = ("--base", base, "--head", branch)
    print(run("gh", "pr", "create", *where, "--title", title, "--body-file", "-", said=report))
    return branch


def append(variable: str, text: str) -> None:
    """Append to one of the files by which a workflow's step passes something on."""
    if os.environ.get(variable):
        with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")


def git(*words: str, said: str | None = None) -> str:
    return run("git", *words, said=said)


def run(*words: str, said: str | None = None) -> str:
    """Return what a program prints, given `said` as input; if it fails, its output is the error."""
    try:
        done = subprocess.run(words, cwd=ROOT, input=said, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Failed(f"{words[0]} is not installed") from None
    if done.returncode:
        name = Path(words[1]).name if words[0] == sys.executable else " ".join(words[:2])
        raise Failed(f"{name} failed:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
