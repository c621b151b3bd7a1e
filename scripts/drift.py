"""Fail when the committed generated files are not, byte for byte, what the spec gives."""

from __future__ import annotations

import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "legnext_client"


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        subprocess.run([sys.executable, ROOT / "scripts" / "generate.py", "--package", fresh], check=True)
        drifted = differences(PACKAGE / "generated", fresh / "generated")
        if (PACKAGE / "openapi.json").read_bytes() != (fresh / "openapi.json").read_bytes():
            drifted.append("openapi.json")
    for name in drifted:
        print(f"legnext_client: {name} is not what openapi.yaml gives; run `make generate`", file=sys.stderr)
    return 1 if drifted else 0


def differences(committed: Path, fresh: Path) -> list[str]:
    """The files that differ, or stand on one side only."""
    names = {
        str(path.relative_to(side))
        for side in (committed, fresh)
        for path in side.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    _, mismatched, missing = filecmp.cmpfiles(committed, fresh, sorted(names), shallow=False)
    return sorted(f"generated/{name}" for name in [*mismatched, *missing])


if __name__ == "__main__":
    sys.exit(main())
