"""Report what has changed in `openapi.yaml` since a git ref, and whether it breaks callers.

    python scripts/spec_diff.py --base v1.0.0            Markdown, fit for a pull request
    python scripts/spec_diff.py --base main --json       the same for machines

Exit status: 0 when nothing breaks callers, 1 when something does, 2 when there was nothing to compare.

The comparison is our own, in `spec_changes`. The list of checks of oasdiff is its model; what oasdiff does not look at
(servers, names of methods and classes, prices, prompts) comes on top. openapi-diff, the npm tool for this, refuses
OpenAPI 3.1; in a 3.0 rendering it sees paths, methods, statuses and the shapes of JSON bodies, but no enum values,
patterns, parameters, names, defaults, conditions or prices. Where it has an opinion, a test that needs Node holds ours
against it: `tests/interop/session_openapi_diff.py`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from spec_changes import Change, SpecError, as_json, breaks, compare, markdown

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    options = arguments()
    try:
        if not options.base:
            raise SpecError("nothing to compare with; name a branch, a tag or a commit: make spec-diff BASE=main")
        old = spec_at(options.base, options.spec)
        new = parsed(read(options.spec), str(options.spec.name))
        changes = compared(old, new)
    except SpecError as reason:
        print(f"spec-diff: {reason}", file=sys.stderr)
        return 2
    print((as_json if options.json else markdown)(changes, options.base), end="")
    return 1 if breaks(changes) and not options.allow_breaking else 0


def compared(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    try:
        return compare(old, new)
    except (AttributeError, LookupError, TypeError, ValueError) as reason:
        raise SpecError(
            f"the documents cannot be compared; one of them is not valid OpenAPI ({reason!r}). "
            "`make spec-lint` says where."
        ) from reason


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--base", required=True, help="the branch, tag or commit to compare with")
    parser.add_argument("--spec", type=Path, default=ROOT / "openapi.yaml", help="the document, in its repository")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    parser.add_argument("--allow-breaking", action="store_true", help="report what breaks callers, but exit with 0")
    return parser.parse_args()


def spec_at(ref: str, spec: Path) -> dict[str, Any]:
    """The document as it was at a git ref."""
    folder = spec.resolve().parent
    if git(folder, "rev-parse", "--is-inside-work-tree").returncode:
        raise SpecError(f"{folder} is not in a git repository, so there is no earlier version to compare with")
    if git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").returncode:
        raise SpecError(f"{ref} is not a branch, tag or commit here; in a shallow clone, fetch it first")
    found = git(folder, "show", "--end-of-options", f"{ref}:./{spec.name}")
    if found.returncode:
        raise SpecError(f"there is no {spec.name} at {ref}")
    return parsed(found.stdout, f"{spec.name} at {ref}")


def read(spec: Path) -> str:
    try:
        return spec.read_text(encoding="utf-8")
    except OSError as reason:
        raise SpecError(f"cannot read {spec}: {reason.strerror}") from None


def parsed(text: str, name: str) -> dict[str, Any]:
    try:
        spec = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as reason:
        raise SpecError(f"{name} is not YAML: {' '.join(str(reason).split())}") from None
    if not isinstance(spec, dict) or "openapi" not in spec or not isinstance(spec.get("paths"), dict):  # pyright: ignore
        raise SpecError(f"{name} is not an OpenAPI document: it needs `openapi` and `paths`")
    return spec  # pyright: ignore


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SpecError("git is not installed, and earlier versions can only be had from it") from None


if __name__ == "__main__":
    sys.exit(main())
