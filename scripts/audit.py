"""Look up every pinned dependency in the database of known vulnerabilities: `make audit`.

    python scripts/audit.py               where the database cannot be reached, it says that it was skipped
    python scripts/audit.py --required    where the database cannot be reached, it fails

pip-audit asks. What it does not find in the database was not audited, though pip-audit itself counts it as fine; behind
a mirror without that database, this is everything.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "constraints.txt"
COMMAND = [sys.executable, "-m", "pip_audit"]
UNREACHABLE = ("Could not connect to", "not redirecting properly", "requests.exceptions.", "ServiceError")
"""By these words pip-audit tells that it did not get through."""


class Skipped(Exception):
    """The database could not be asked, and why."""


class Failed(Exception):
    """pip-audit itself did not work."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--required", action="store_true", help="fail, rather than skip, without the database")
    required = parser.parse_args().required
    try:
        found = known(report())
    except Skipped as reason:
        print(f"audit: skipped: {reason}", file=sys.stderr if required else sys.stdout)
        return 1 if required else 0
    except Failed as reason:
        print(f"audit: pip-audit did not work: {reason}", file=sys.stderr)
        return 1
    for line in found:
        print(f"audit: {line}", file=sys.stderr)
    return 1 if found else 0


def report() -> list[dict[str, Any]]:
    """What pip-audit says of each pinned package."""
    words = ["--requirement", str(PINNED), "--no-deps", "--disable-pip", "--progress-spinner", "off"]
    done = subprocess.run([*COMMAND, *words, "--format", "json"], capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        said = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        for line in reversed(said):
            if any(word in line for word in UNREACHABLE):
                raise Skipped(f"the database was not reached: {line}") from None
        raise Failed(said[-1]) from None
    return packages


def known(packages: list[dict[str, Any]]) -> list[str]:
    """The known vulnerabilities, a line each. What could not be looked up is told."""
    unknown = [package for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        raise Skipped(
            f"the database knows none of the {len(packages)} pinned packages; a mirror may stand in its place"
            if packages
            else "nothing is pinned"
        )
    for package in unknown:
        print(f"audit: {package['name']} was not looked up: {package['skip_reason']}")
    print(f"audit: {len(packages) - len(unknown)} of {len(packages)} pinned packages were looked up")
    return [
        f"{package['name']} {package['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'nothing'}"
        for package in packages
        for one in package.get("vulns", ())
    ]


if __name__ == "__main__":
    sys.exit(main())
