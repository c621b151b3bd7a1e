"""Validate `openapi.yaml`; lint it and the portable document by Redocly's recommended rules and Spectral's for OpenAPI.

What `make generate` would refuse is always looked for. The linters come from npm; without npm they are skipped, which
is said, and in CI it is a failure. Every rule is on, and warnings fail.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import npm_tools
import yaml
from generate import invalid, refused

ROOT = Path(__file__).resolve().parent.parent
PORTABLE = ROOT / "openapi.portable.yaml"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("spec", nargs="?", type=Path, default=ROOT / "openapi.yaml", help="the document to check")
    spec = parser.parse_args().spec.resolve()
    failed = not valid(spec)
    try:
        npm_tools.install()
    except npm_tools.ToolsMissing as reason:
        print(f"Redocly and Spectral skipped: {reason}", file=sys.stderr if npm_tools.in_ci() else sys.stdout)
        return 1 if failed or npm_tools.in_ci() else 0
    documents = [str(spec), *([str(PORTABLE)] if spec == ROOT / "openapi.yaml" else [])]
    rules = {
        "redocly": ("--config", "redocly.yaml", "--format", "stylish"),
        "spectral": ("--ruleset", ".spectral.yaml", "--fail-severity", "warn"),
    }
    return max([failed, *(not clean(program, *documents, *words) for program, words in rules.items())])


def valid(spec: Path) -> bool:
    """Whether it is an OpenAPI 3.1 document that `make generate` takes; every error is printed."""
    document = yaml.load(spec.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    errors = refused(document) if "x-legnext" in document else invalid(document)
    for error in errors:
        print(f"{spec.name}: {error}", file=sys.stderr)
    if not errors:
        print(f"{spec.name}: valid")
    return not errors


def clean(program: str, *words: str) -> bool:
    """Whether a linter has nothing to say; what it says otherwise is printed."""
    command, environment = [npm_tools.command(program), "lint", *words], npm_tools.environment()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{program}:\n{done.stdout}{done.stderr}", file=sys.stderr)
    else:
        print(f"{program}: clean")
    return not done.returncode


if __name__ == "__main__":
    sys.exit(main())
