"""Regenerate from a committed `openapi.yaml`, commit the result, and report what changes for callers.

    python scripts/regenerate.py                 regenerate and commit here
    python scripts/regenerate.py --bundle FILE   and write the commit into a git bundle, for deliver.py to push

The regenerate workflow is one call of this script and one of `deliver.py`, in a job that may push. The report compares
with the spec from which the committed client was made (`legnext_client/openapi.json`), or with `--base`. It stands in
the commit, in the pull request, and in the summary of the workflow's run. When nothing follows, nothing is committed.
The commit holds generated files alone, so a workflow that starts when `openapi.yaml` changes is not started by it.
Git's own variables (`GIT_AUTHOR_NAME` …) name the author.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deliver import GENERATED, Failed, append, branch_here, git, run
from fields import SpecError
from spec_changes import Change, breaks, compare
from spec_diff import markdown, parsed, read, spec_at, summary

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "openapi.yaml"
CLIENT_SPEC = ROOT / "legnext_client" / "openapi.json"
PAGES = ("README.md", "docs")
"""Pages that people write, and that have values of the document."""
COMMITTED = tuple(path for path in GENERATED if (ROOT / path).exists())
TITLE = "Regenerate the client from openapi.yaml"
LONGEST_REPORT = 60_000
"""GitHub takes pull requests of at most 65536 characters."""


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
    parser.add_argument("--bundle", type=Path, help="write the commit into this file, for deliver.py")
    parser.add_argument(
        "--base", help="compare with openapi.yaml at this ref, not with the spec of the committed client"
    )
    return parser.parse_args()


def regenerate(options: argparse.Namespace) -> None:
    if changed := git("status", "--porcelain", "--", SPEC.name, *PAGES):
        names = ", ".join(line.split()[-1] for line in changed.splitlines())
        raise Failed(f"there are changes that are not committed; commit them first, then what follows: {names}")
    branch_here()
    changes, since = report_on(options.base)
    run(sys.executable, str(ROOT / "scripts" / "generate.py"))
    if not git("status", "--porcelain", "--untracked-files=all", "--", *COMMITTED):
        tell("The generated client is what the spec gives; there is nothing to commit.")
        append("GITHUB_OUTPUT", "changed=false")
        return
    report = shortened(markdown(changes, since))
    commit(changes, report)
    if options.bundle:
        git("bundle", "create", "--quiet", str(options.bundle.resolve()), "HEAD^..HEAD")
    tell(report)
    append("GITHUB_OUTPUT", "changed=true")


def report_on(base: str | None) -> tuple[list[Change], str]:
    new = parsed(read(SPEC), SPEC.name)
    if base:
        return compare(spec_at(base, SPEC), new), base
    return compare(spec_at("HEAD", CLIENT_SPEC), new), "the last generated client"


def commit(changes: list[Change], report: str) -> None:
    """Commit the generated files alone."""
    git("add", "--all", "--", *COMMITTED)
    # Headings of the report begin with the sign that git takes for a comment.
    git("commit", "--quiet", "--cleanup=whitespace", "--file=-", "--", *COMMITTED, said=message(changes, report))


def message(changes: list[Change], report: str) -> str:
    title = f"{TITLE} (breaks callers)" if breaks(changes) else TITLE
    return f"{title}\n\n{summary(changes)}\n\n{report}"


def shortened(report: str) -> str:
    if len(report) <= LONGEST_REPORT:
        return report
    kept = report[:LONGEST_REPORT].rsplit("\n", 1)[0]
    return f"{kept}\n\n… and more; `make spec-diff BASE=…` prints it all.\n"


def tell(text: str) -> None:
    """Print, and append to the summary of the workflow's run."""
    print(text)
    append("GITHUB_STEP_SUMMARY", text)


if __name__ == "__main__":
    sys.exit(main())
